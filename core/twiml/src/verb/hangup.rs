//! `<Hangup>`: ends the call.

use crate::noun::Parameter;

element! {
    /// Ends the call.
    pub struct Hangup = "Hangup";
    -> content {
        /// Parameters. Unconfirmed: what they mean here and in Reject; they are read and kept.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}
