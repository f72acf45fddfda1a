//! A number of somebody else's that an account may show as its own, because whoever answers it
//! has agreed.

use crate::{AccountSid, NumberSid, Time};

/// A verified number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingCallerId {
    /// Its identifier; the contract gives it the same two letters as an owned number.
    pub sid: NumberSid,
    /// Who may show it.
    pub account: AccountSid,
    /// The number, E.164.
    pub phone_number: String,
    /// What the customer calls it.
    pub friendly_name: String,
    /// When it was verified.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}
