//! Event and Subscription-State: what is reported, and for how much longer (RFC 6665 §8.2).

use std::fmt;
use std::str::FromStr;

use super::seconds;
use crate::message::scan::{is_token, trim};
use crate::message::{Malformed, Params};

/// The event package of a SUBSCRIBE or NOTIFY: `refer;id=93809824`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The package, templates included: `refer`, `presence.winfo`.
    pub package: String,
    /// The parameters, as `id`.
    pub params: Params,
}

/// The state of a subscription, as a NOTIFY tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    /// The state.
    pub state: Substate,
    /// The parameters: `expires`, `reason`, `retry-after`.
    pub params: Params,
}

/// The states a subscription can be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Substate {
    /// Reports will come.
    Active,
    /// Not yet allowed, not yet refused.
    Pending,
    /// This report was the last.
    Terminated,
    /// A state this platform does not know.
    Other(String),
}

impl Event {
    /// The `id` parameter, which tells apart subscriptions of one dialog.
    pub fn id(&self) -> Option<&str> {
        self.params.value("id")
    }
}

impl SubscriptionState {
    /// A state with its remaining lifetime.
    pub fn active(expires_s: u32) -> SubscriptionState {
        let params = Params::new().with("expires", &expires_s.to_string());
        SubscriptionState {
            state: Substate::Active,
            params,
        }
    }

    /// The end, with its reason: `noresource` after a finished REFER (RFC 3515 §2.4.7).
    pub fn terminated(reason: &str) -> SubscriptionState {
        let params = Params::new().with("reason", reason);
        SubscriptionState {
            state: Substate::Terminated,
            params,
        }
    }

    /// The remaining lifetime in seconds.
    pub fn expires_s(&self) -> Option<u32> {
        seconds(self.params.value("expires")?)
    }
}

fn split(text: &str) -> Result<(&str, Params), Malformed> {
    let (word, params) = text.split_at(text.find(';').unwrap_or(text.len()));
    let word = trim(word);
    if !is_token(word) {
        return Err(Malformed("a token"));
    }
    Ok((word, Params::parse(params)?))
}

impl FromStr for Event {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Event, Malformed> {
        let (package, params) = split(text)?;
        Ok(Event {
            package: package.to_owned(),
            params,
        })
    }
}

impl FromStr for SubscriptionState {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<SubscriptionState, Malformed> {
        let (word, params) = split(text)?;
        let state = match word.to_ascii_lowercase().as_str() {
            "active" => Substate::Active,
            "pending" => Substate::Pending,
            "terminated" => Substate::Terminated,
            _ => Substate::Other(word.to_owned()),
        };
        Ok(SubscriptionState { state, params })
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.package, self.params)
    }
}

impl fmt::Display for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match &self.state {
            Substate::Active => "active",
            Substate::Pending => "pending",
            Substate::Terminated => "terminated",
            Substate::Other(word) => word,
        };
        write!(f, "{word}{}", self.params)
    }
}
