//! Contact: where a party can be reached directly, with lifetime and preference (RFC 3261 §20.10).

use std::fmt;

use super::{NameAddr, seconds};
use crate::message::{HeaderError, HeaderName, Headers};

/// All Contact headers of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// `*`: all bindings, in a REGISTER that removes them (RFC 3261 §10.2.2).
    Any,
    /// The addresses in order; none if the message has no Contact.
    List(Vec<NameAddr>),
}

impl Contacts {
    /// Reads the Contact headers of a message. A star beside addresses is refused.
    pub fn of(headers: &Headers) -> Result<Contacts, HeaderError> {
        if headers
            .elements(HeaderName::Contact)
            .any(|element| element == "*")
        {
            return match headers.elements(HeaderName::Contact).count() {
                1 => Ok(Contacts::Any),
                _ => Err(HeaderError::Malformed(HeaderName::Contact, "a star alone")),
            };
        }
        headers.all(HeaderName::Contact).map(Contacts::List)
    }

    /// The first address.
    pub fn first(&self) -> Option<&NameAddr> {
        match self {
            Contacts::Any => None,
            Contacts::List(list) => list.first(),
        }
    }
}

impl NameAddr {
    /// The lifetime this contact names for itself, in seconds. What is no number counts as an
    /// hour (RFC 3261 §10.2.1.1 by way of RFC 4475 §3.1.2.4).
    pub fn expires_s(&self) -> Option<u32> {
        self.params
            .value("expires")
            .map(|text| seconds(text).unwrap_or(3600))
    }

    /// The preference in thousandths, 0 to 1000; 1000 where none or nonsense is named.
    pub fn q_thousandths(&self) -> u16 {
        self.params.value("q").and_then(thousandths).unwrap_or(1000)
    }
}

/// Reads `0`, `0.7`, `1.000` without floating point.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: u16 = match whole {
        "0" | "" => 0,
        "1" => 1000,
        _ => return None,
    };
    let fraction = format!("{fraction:0<3}").parse::<u16>().ok()?;
    Some((whole + fraction).min(1000))
}

impl fmt::Display for Contacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Contacts::Any => f.write_str("*"),
            Contacts::List(list) => {
                for (index, contact) in list.iter().enumerate() {
                    write!(f, "{}{contact}", if index > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
        }
    }
}
