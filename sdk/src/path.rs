//! Where a resource is.

use crate::Error;

/// The API's product that a path belongs to: on the original's hosts each has a name of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    Api,
    Accounts,
    /// What only a Ringback has.
    Own,
}

/// A path that grows by parts. What can't be a part is remembered, and told when it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub product: Product,
    pub whole: String,
    pub fault: Option<String>,
}

impl Path {
    /// Below an account, in the API of 2010.
    pub fn of_account(account: &str) -> Path {
        Path::root().below("Accounts").below(account)
    }

    /// The API of 2010.
    pub fn root() -> Path {
        Path {
            product: Product::Api,
            whole: format!("/{}", api::API_VERSION),
            fault: None,
        }
    }

    /// The accounts API.
    pub fn accounts_v1() -> Path {
        Path {
            product: Product::Accounts,
            whole: "/v1".to_owned(),
            fault: None,
        }
    }

    /// Below an account, among what only a Ringback has.
    pub fn own(account: &str) -> Path {
        let root = Path {
            product: Product::Own,
            whole: "/ringback/v1".to_owned(),
            fault: None,
        };
        root.below("Accounts").below(account)
    }

    /// One part more. It must be of the letters identifiers have, so that nothing a customer's
    /// customer typed leads to another resource.
    pub fn below(&self, part: &str) -> Path {
        let mut path = self.clone();
        if let Err(fault) = check_part(part) {
            path.fault.get_or_insert(fault);
        }
        path.whole.push('/');
        path.whole.push_str(part);
        path
    }

    /// The whole, with the suffix that asks for JSON where that is needed.
    pub fn json(&self) -> Result<String, Error> {
        self.with_suffix(match self.product {
            Product::Api => ".json",
            Product::Accounts | Product::Own => "",
        })
    }

    pub fn with_suffix(&self, suffix: &str) -> Result<String, Error> {
        match &self.fault {
            Some(fault) => Err(Error::input(fault.clone())),
            None => Ok(format!("{}{suffix}", self.whole)),
        }
    }
}

/// Whether a text can stand between two slashes.
pub(crate) fn check_part(part: &str) -> Result<(), String> {
    let letters = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let dots_only = part.bytes().all(|b| b == b'.');
    if dots_only || !part.bytes().all(letters) {
        return Err(format!("{part:?} is no identifier"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_identifier_becomes_a_part() {
        let calls = Path::of_account("AC1").below("Calls");
        let json = calls.below("CA1").json().unwrap();
        assert_eq!(json, "/2010-04-01/Accounts/AC1/Calls/CA1.json");
        assert!(calls.below("Twilio.CURRENT").json().is_ok());
        for bad in ["", "..", ".", "a/b", "a?b", "a b", "%2e", "é", "CA1\r\n"] {
            let error = calls.below(bad).below("Events").json().unwrap_err();
            assert!(matches!(error, Error::Input(_)), "{bad}");
        }
        let own = Path::own("AC1").below("Webhooks");
        assert_eq!(own.json().unwrap(), "/ringback/v1/Accounts/AC1/Webhooks");
        let token = Path::accounts_v1().below("AuthTokens").below("Promote");
        assert_eq!(token.json().unwrap(), "/v1/AuthTokens/Promote");
    }
}
