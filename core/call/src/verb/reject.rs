//! `<Reject>`: refuses a call that is not answered yet.

use twiml::verb::{Reject, RejectReason};

/// The SIP response that says so.
pub(crate) fn response(reject: &Reject) -> u16 {
    match reject.reason {
        RejectReason::Busy => 486,
        RejectReason::Rejected => 603,
    }
}
