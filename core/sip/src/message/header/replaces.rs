//! Replaces: the dialog whose place a new call takes (RFC 3891 §6.1).

use std::fmt;
use std::str::FromStr;

use crate::message::scan::trim;
use crate::message::{Malformed, Params};

/// `call-id;to-tag=…;from-tag=…;early-only`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaces {
    /// The Call-ID of the dialog to be replaced.
    pub call_id: String,
    /// The tag that is To's as the replaced party sees it: its own.
    pub to_tag: String,
    /// The tag of the replaced party's peer.
    pub from_tag: String,
    /// Whether only an early dialog may be replaced.
    pub early_only: bool,
}

impl FromStr for Replaces {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Replaces, Malformed> {
        let (call_id, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        let params = Params::parse(params)?;
        let tag = |name| params.value(name).map(str::to_owned);
        let call_id = trim(call_id).to_owned();
        if call_id.is_empty() {
            return Err(Malformed("a Call-ID"));
        }
        Ok(Replaces {
            call_id,
            to_tag: tag("to-tag").ok_or(Malformed("a to-tag"))?,
            from_tag: tag("from-tag").ok_or(Malformed("a from-tag"))?,
            early_only: params.has("early-only"),
        })
    }
}

impl fmt::Display for Replaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{};to-tag={};from-tag={}",
            self.call_id, self.to_tag, self.from_tag
        )?;
        f.write_str(if self.early_only { ";early-only" } else { "" })
    }
}
