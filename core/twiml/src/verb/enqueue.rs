//! `<Enqueue>`: puts the caller in a queue.

use crate::limit;
use crate::value::Method;
use crate::warning::Code;

element! {
    /// The task given to a workflow for this caller.
    pub struct Task = "Task" of body: String;
    /// How urgent it is.
    priority: Option<u32> = None, "priority", Code::Schema;
    /// Seconds until it is given up.
    timeout: Option<u32> = None, "timeout", Code::Schema;
    -> content {
        /// The attributes of the task, as JSON.
        body: String,
    }
}

element! {
    /// Puts the caller in a queue until somebody serves them.
    pub struct Enqueue = "Enqueue" of name: String;
    /// What is requested when the caller has left the queue; absent means the next verb.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::EnqueueMethod;
    /// The document heard while waiting; absent means music.
    wait_url: Option<String> = None, "waitUrl", Code::Schema;
    /// How the wait URL is requested; absent means POST where a wait URL is given, else GET.
    wait_url_method: Option<Method> = None, "waitUrlMethod", Code::EnqueueWaitMethod;
    /// How many may wait, used when the queue is made by this.
    max_queue_size: Option<u32> = None, "maxQueueSize", Code::Schema;
    /// The workflow that handles the caller instead of a queue.
    workflow_sid: Option<String> = None, "workflowSid", Code::Schema;
    -> content {
        /// The queue's name.
        name: String,
        /// The task for a workflow.
        task: Option<Task> => task(Task),
    }
    settle |enqueue, node, reader| {
        if enqueue.name.is_empty() && enqueue.workflow_sid.is_none() {
            let message = "has no queue name".to_owned();
            reader.warn(Code::EnqueueNameTooShort, node, None, message);
        }
        if enqueue.name.chars().count() > limit::QUEUE_NAME_CHARACTERS {
            let message = "has too long a queue name".to_owned();
            reader.warn(Code::EnqueueNameTooLong, node, None, message);
        }
    };
}
