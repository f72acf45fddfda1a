//! Typed identifiers of 34 characters: two letters and 32 hexadecimal digits.

use crate::{Chance, Time};
use std::fmt;
use std::str::FromStr;

/// Text that is not an identifier of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SidError;

impl fmt::Display for SidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an identifier: two letters and 32 hexadecimal digits are wanted")
    }
}

impl std::error::Error for SidError {}

fn parse(prefix: &str, text: &str) -> Result<u128, SidError> {
    let digits = text.strip_prefix(prefix).ok_or(SidError)?;
    let hexadecimal = digits
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if digits.len() != 32 || !hexadecimal {
        return Err(SidError);
    }
    u128::from_str_radix(digits, 16).map_err(|_| SidError)
}

macro_rules! sid {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u128);

        impl $name {
            /// The two letters this kind of identifier begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier.
            pub fn draw(chance: &mut Chance) -> Self {
                Self(chance.next_u128())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{:032x}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = SidError;
            fn from_str(text: &str) -> Result<Self, SidError> {
                parse($prefix, text).map(Self)
            }
        }
    };
}

sid!(
    /// An account.
    AccountSid,
    "AC"
);
sid!(
    /// A call.
    CallSid,
    "CA"
);
sid!(
    /// A recording.
    RecordingSid,
    "RE"
);
sid!(
    /// A number the account owns.
    NumberSid,
    "PN"
);
sid!(
    /// An application: a named set of webhook addresses.
    ApplicationSid,
    "AP"
);
sid!(
    /// An API key.
    KeySid,
    "SK"
);
sid!(
    /// A warning or an error that a customer can read.
    NotificationSid,
    "NO"
);
sid!(
    /// One request to a customer's application.
    WebhookSid,
    "WH"
);
sid!(
    /// One HTTP request to the API.
    RequestSid,
    "RQ"
);

impl WebhookSid {
    /// One for a request of this moment: the later one sorts behind the earlier one, so an index
    /// of them grows at its end. `chance` tells those of one microsecond apart.
    pub fn at(date: Time, chance: u64) -> WebhookSid {
        WebhookSid(u128::from(date.0) << 64 | u128::from(chance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let sid = CallSid::draw(&mut Chance::new(3));
        assert_eq!(sid.to_string().len(), 34);
        assert_eq!(sid.to_string().parse(), Ok(sid));
    }

    #[test]
    fn refuses_other_kinds_lengths_and_letters() {
        let good = "CA0123456789abcdef0123456789abcdef";
        assert!(good.parse::<CallSid>().is_ok());
        for bad in [
            "RE0123456789abcdef0123456789abcdef",
            "CA0123456789abcdef0123456789abcde",
            "CA0123456789abcdef0123456789abcdef0",
            "CA0123456789ABCDEF0123456789ABCDEF",
            "CA+123456789abcdef0123456789abcdef",
            "",
        ] {
            assert_eq!(bad.parse::<CallSid>(), Err(SidError), "{bad}");
        }
    }
}
