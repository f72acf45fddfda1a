//! `<Connect>`: hands the call to a stream, a relay or a room, and waits for its end.

use crate::noun::ConnectNoun;
use crate::value::Method;
use crate::warning::Code;

element! {
    /// Hands the call over and waits until that ends.
    pub struct Connect = "Connect";
    /// What is requested afterwards; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::Schema;
    -> content {
        /// To what it is handed; one that counts, the first.
        nouns: Vec<ConnectNoun>,
    }
    settle |connect, node, reader| {
        if connect.nouns.len() > 1 {
            connect.nouns.truncate(1);
            let message = "holds more than one noun; the first is kept".to_owned();
            reader.warn(Code::Schema, node, None, message);
        }
    };
}
