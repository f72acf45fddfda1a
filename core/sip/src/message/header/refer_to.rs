//! Refer-To: whom the far end wants called (RFC 3515 §2.1), and in whose place (RFC 3891).

use std::fmt;
use std::str::FromStr;

use super::{NameAddr, Replaces};
use crate::message::escape::decode;
use crate::message::{Malformed, Uri};

/// The target of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferTo {
    /// The address, with what the URI carries behind `?`.
    pub address: NameAddr,
}

impl ReferTo {
    /// The dialog the new call shall replace: an attended transfer.
    pub fn replaces(&self) -> Option<Replaces> {
        let sip = self.address.uri.as_sip()?;
        let header = sip.headers.split('&').filter_map(|one| one.split_once('='));
        let mut replaces = header.filter(|(name, _)| name.eq_ignore_ascii_case("Replaces"));
        decode(replaces.next()?.1).parse().ok()
    }

    /// The method the URI asks for, INVITE if none is named.
    pub fn method(&self) -> &str {
        self.address
            .uri
            .params()
            .and_then(|params| params.value("method"))
            .unwrap_or("INVITE")
    }

    /// The URI to call: without embedded headers and method.
    pub fn target(&self) -> Uri {
        let mut uri = self.address.uri.clone();
        if let Some(sip) = uri.as_sip_mut() {
            sip.headers.clear();
            sip.params.remove("method");
        }
        uri
    }
}

impl FromStr for ReferTo {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<ReferTo, Malformed> {
        Ok(ReferTo {
            address: text.parse()?,
        })
    }
}

impl fmt::Display for ReferTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}
