//! `<Hangup>`: ends the call.

use crate::noun::Parameter;

element! {
    /// Ends the call.
    pub struct Hangup = "Hangup";
    -> content {
        /// Parameters, which have no meaning yet.
        parameters: Vec<Parameter>,
    }
}
