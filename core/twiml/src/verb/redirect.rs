//! `<Redirect>`: goes on with another document.

use crate::value::Method;
use crate::warning::Code;

element! {
    /// Goes on with another document; the verbs after it are never reached.
    pub struct Redirect = "Redirect" of url: String;
    /// How the document is requested.
    method: Method = Method::Post, "method", Code::RedirectMethod;
    -> content {
        /// Where the document is; empty means the current one again.
        url: String,
    }
}
