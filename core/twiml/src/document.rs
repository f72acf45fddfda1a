//! A document: the verbs in the order in which they run.

use crate::element::Child;
use crate::schema::Shape;
use crate::verb::{
    Connect, Dial, Echo, Enqueue, Gather, Hangup, Leave, Pause, Pay, Play, Prompt, Record,
    Redirect, Refer, Reject, Say, Sms, Start, Stop,
};
use crate::{noun::Queue, verb};

/// What an application answers: verbs, in the order in which they run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The verbs of the document.
    pub verbs: Vec<Verb>,
}

impl Document {
    /// A document without verbs.
    #[must_use]
    pub fn new() -> Document {
        Document::default()
    }

    /// A document of these verbs.
    #[must_use]
    pub fn of(verbs: Vec<Verb>) -> Document {
        Document { verbs }
    }
}

choice! {
    /// One thing to do.
    pub enum Verb in Document.verbs {
        /// Hand the call to a stream, a relay or a room, and wait for its end.
        Connect(Connect) => connect,
        /// Ring somebody and join them to the caller.
        Dial(Dial) => dial,
        /// Let the caller hear themselves.
        Echo(Echo) => echo,
        /// Put the caller in a queue.
        Enqueue(Enqueue) => enqueue,
        /// Ask the caller for keys or speech.
        Gather(Gather) => gather,
        /// End the call.
        Hangup(Hangup) => hangup,
        /// Leave the queue whose waiting document this is.
        Leave(Leave) => leave,
        /// Wait in silence.
        Pause(Pause) => pause,
        /// Take a payment.
        Pay(Pay) => pay,
        /// Play a sound or keys.
        Play(Play) => play,
        /// What a payment says; has no meaning outside Pay.
        Prompt(Prompt) => prompt,
        /// A queue to serve; has no meaning outside Dial.
        Queue(Queue) => queue,
        /// Record the caller.
        Record(Record) => record,
        /// Go on with another document.
        Redirect(Redirect) => redirect,
        /// Send the caller elsewhere by SIP REFER.
        Refer(Refer) => refer,
        /// Refuse the call.
        Reject(Reject) => reject,
        /// Speak a text.
        Say(Say) => say,
        /// Send a text message.
        Sms(Sms) => sms,
        /// Begin something beside the call.
        Start(Start) => start,
        /// End something beside the call.
        Stop(Stop) => stop,
    }
}

choice! {
    /// What may be heard while input is awaited.
    pub enum Nested in Gather.nested | Prompt.nested {
        /// Speak a text.
        Say(verb::Say) => say,
        /// Play a sound.
        Play(verb::Play) => play,
        /// Wait in silence.
        Pause(verb::Pause) => pause,
    }
}

/// The table of the language: every element with its attributes and children.
///
/// One name may come twice, where two places know it differently (`Sip` in Dial and in Refer).
#[must_use]
pub fn shapes() -> Vec<Shape> {
    let mut shapes = vec![Shape {
        name: "Response",
        attributes: &[],
        children: Verb::names(),
        text: false,
    }];
    Verb::shapes(&mut shapes);
    shapes
}
