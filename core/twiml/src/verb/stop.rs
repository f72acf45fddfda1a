//! `<Stop>`: ends something beside the call.

use crate::noun::StopNoun;

element! {
    /// Ends what a Start began, found by its name; the next verb runs at once.
    pub struct Stop = "Stop";
    -> content {
        /// What ends.
        nouns: Vec<StopNoun>,
    }
}
