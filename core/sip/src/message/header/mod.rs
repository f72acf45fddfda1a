//! The typed headers, one file per family, and the accessors that read them from a message.

mod accessor;
mod auth;
mod contact;
mod cseq;
mod event;
mod media_type;
mod name_addr;
mod reason;
mod refer_to;
mod reliable;
mod replaces;
mod session_expires;
mod via;

pub use auth::Authentication;
pub use contact::Contacts;
pub use cseq::CSeq;
pub use event::{Event, SubscriptionState, Substate};
pub use media_type::MediaType;
pub use name_addr::NameAddr;
pub use reason::{Reason, RetryAfter};
pub use refer_to::ReferTo;
pub use reliable::RAck;
pub use replaces::Replaces;
pub use session_expires::{Refresher, SessionExpires};
pub use via::{Transport, Via};

pub(super) use name_addr::check as check_name_addr;
pub(super) use via::check as check_via;

use super::scan;

/// A number of seconds; one too large to hold is held as the largest (RFC 4475 §3.1.2.4 leaves
/// overlarge lifetimes to the reader).
pub fn seconds(text: &str) -> Option<u32> {
    let text = scan::trim(text);
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
