//! `<Queue>`: the head of a queue, to be joined.

use crate::limit;
use crate::value::Method;
use crate::warning::Code;

element! {
    /// Joins whoever has waited longest in a queue.
    pub struct Queue = "Queue" of name: String;
    /// The document the waiting side hears before it is joined.
    url: Option<String> = None, "url", Code::Schema;
    /// How that document is requested.
    method: Method = Method::Post, "method", Code::QueueMethod;
    /// A reservation of a workflow.
    reservation_sid: Option<String> = None, "reservationSid", Code::Schema;
    /// The activity of the worker afterwards.
    post_work_activity_sid: Option<String> = None, "postWorkActivitySid", Code::Schema;
    -> content {
        /// The queue's name.
        name: String,
    }
    settle |queue, node, reader| {
        if queue.name.is_empty() && queue.reservation_sid.is_none() {
            reader.warn(Code::QueueNameTooShort, node, None, "has no name".to_owned());
        }
        if queue.name.chars().count() > limit::QUEUE_NAME_CHARACTERS {
            reader.warn(Code::QueueNameTooLong, node, None, "has too long a name".to_owned());
        }
    };
}
