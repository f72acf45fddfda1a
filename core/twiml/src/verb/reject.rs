//! `<Reject>`: refuses a call that is not answered yet.

use crate::noun::Parameter;
use crate::value::words;
use crate::warning::Code;

words! {
    /// What the caller is told.
    pub enum RejectReason { Rejected = "rejected", Busy = "busy", }
}

element! {
    /// Refuses the call; it has its effect as the first verb only.
    pub struct Reject = "Reject";
    /// What the caller is told.
    reason: RejectReason = RejectReason::Rejected, "reason", Code::RejectReason;
    -> content {
        /// Parameters, which have no meaning yet.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}
