//! What customers are told without being asked: status and recording callbacks.

use crate::{AccountSid, CallSid, Method, Time};

/// Who is told of a call's progress, of which events, and how far the numbering has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusCallback {
    /// Where to.
    pub url: String,
    /// How.
    pub method: Method,
    /// Which events are wanted.
    pub events: CallEvents,
}

/// A set of the four events of a call's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallEvents {
    /// The call leaves the queue.
    pub initiated: bool,
    /// The far end is alerted.
    pub ringing: bool,
    /// The call is answered.
    pub answered: bool,
    /// The call has ended, in whatever way.
    pub completed: bool,
}

impl CallEvents {
    /// What is told when nothing else was asked for.
    pub const COMPLETED: CallEvents = CallEvents {
        initiated: false,
        ringing: false,
        answered: false,
        completed: true,
    };

    /// Reads event names separated by spaces; `None` if a name is unknown.
    pub fn parse(names: &str) -> Option<CallEvents> {
        let mut events = CallEvents {
            initiated: false,
            ringing: false,
            answered: false,
            completed: false,
        };
        for name in names.split_ascii_whitespace() {
            match name {
                "initiated" => events.initiated = true,
                "ringing" => events.ringing = true,
                "answered" => events.answered = true,
                "completed" => events.completed = true,
                _ => return None,
            }
        }
        Some(events)
    }

    /// The names again, separated by spaces, in order of life.
    pub fn names(self) -> String {
        let all = [
            (self.initiated, "initiated"),
            (self.ringing, "ringing"),
            (self.answered, "answered"),
            (self.completed, "completed"),
        ];
        let names: Vec<_> = all
            .iter()
            .filter(|(on, _)| *on)
            .map(|(_, name)| *name)
            .collect();
        names.join(" ")
    }
}

/// Names one callback; also its idempotency token, the same on every try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallbackId(pub u128);

/// A callback: written to the store before it is sent, sent again after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Its name.
    pub id: CallbackId,
    /// Whose token signs it.
    pub account: AccountSid,
    /// The call it is about. Callbacks of one call are started in the order they were made.
    pub call: CallSid,
    /// How to send it.
    pub method: Method,
    /// Where to.
    pub url: String,
    /// Parameters in the order they are sent.
    pub parameters: Vec<(String, String)>,
    /// When it was promised.
    pub made: Time,
}

impl Callback {
    /// The host it goes to, as `scheme://host:port` without user and password. Callbacks of one
    /// host share a line. Empty for an address that names none: it fails without asking anybody.
    pub fn host(&self) -> String {
        let Some((scheme, rest)) = self.url.trim().split_once("://") else {
            return String::new();
        };
        let scheme = scheme.to_ascii_lowercase();
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit('@').next().unwrap_or_default();
        let place = place.to_ascii_lowercase();
        // No name is longer than 253 characters (RFC 1035 §2.3.4), no port than five.
        let known = scheme == "http" || scheme == "https";
        if !known || place.is_empty() || place.len() > 260 {
            return String::new();
        }
        let has_port = place.rfind(':') > place.rfind(']');
        match (has_port, scheme.as_str()) {
            (true, _) => format!("{scheme}://{place}"),
            (false, "https") => format!("{scheme}://{place}:443"),
            (false, _) => format!("{scheme}://{place}:80"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_has_one_line_however_its_address_is_written() {
        let host = |url: &str| {
            let callback = Callback {
                id: CallbackId(1),
                account: AccountSid(1),
                call: CallSid(1),
                method: Method::Post,
                url: url.to_owned(),
                parameters: Vec::new(),
                made: Time(0),
            };
            callback.host()
        };
        for url in [
            "https://app.example.com",
            "HTTPS://App.Example.com:443/a?b=http://other/#rc=2",
            "https://user:p@ss@app.example.com/status",
        ] {
            assert_eq!(host(url), "https://app.example.com:443", "{url}");
        }
        assert_eq!(host("http://[::1]/x"), "http://[::1]:80");
        assert_eq!(host("http://[::1]:9/x"), "http://[::1]:9");
        let long = format!("http://{}/", "a".repeat(300));
        for url in ["", "app.example.com/x", "ftp://h/", "http:///x", &long] {
            assert_eq!(host(url), "", "{url}");
        }
    }

    #[test]
    fn event_names_read_back() {
        let all = "initiated ringing answered completed";
        assert_eq!(
            CallEvents::parse(all).map(CallEvents::names).as_deref(),
            Some(all)
        );
        assert_eq!(CallEvents::parse("completed"), Some(CallEvents::COMPLETED));
        assert_eq!(CallEvents::parse("completed done"), None);
    }
}
