//! `<Reject>`: refuses a call that is not answered yet.

use model::Cause;
use twiml::verb::{Reject, RejectReason};

/// The SIP response that says so.
pub(crate) fn response(reject: &Reject) -> u16 {
    match reject.reason {
        RejectReason::Busy => 486,
        RejectReason::Rejected => 603,
    }
}

/// How a refused call has ended. A caller's own fault leads to the same status as a called one's.
pub(crate) fn cause(code: u16) -> Cause {
    Cause::of_response(code)
}
