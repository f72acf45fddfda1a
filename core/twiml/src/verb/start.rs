//! `<Start>`: begins something beside the call.

use crate::noun::StartNoun;
use crate::value::Method;
use crate::warning::Code;

element! {
    /// Begins something beside the call; the next verb runs at once.
    pub struct Start = "Start", nesting Code::StartNesting;
    /// What is requested afterwards.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::Schema;
    -> content {
        /// What begins.
        nouns: Vec<StartNoun>,
    }
}
