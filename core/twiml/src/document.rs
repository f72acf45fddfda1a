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
    /// A document of these verbs.
    #[must_use]
    pub fn new(verbs: Vec<Verb>) -> Document {
        Document { verbs }
    }
}

choice! {
    /// One thing to do.
    pub enum Verb {
        /// Hand the call to a stream, a relay or a room, and wait for its end.
        Connect(Connect),
        /// Ring somebody and join them to the caller.
        Dial(Dial),
        /// Let the caller hear themselves.
        Echo(Echo),
        /// Put the caller in a queue.
        Enqueue(Enqueue),
        /// Ask the caller for keys or speech.
        Gather(Gather),
        /// End the call.
        Hangup(Hangup),
        /// Leave the queue whose waiting document this is.
        Leave(Leave),
        /// Wait in silence.
        Pause(Pause),
        /// Take a payment.
        Pay(Pay),
        /// Play a sound or keys.
        Play(Play),
        /// What a payment says; has no meaning outside Pay.
        Prompt(Prompt),
        /// A queue to serve; has no meaning outside Dial.
        Queue(Queue),
        /// Record the caller.
        Record(Record),
        /// Go on with another document.
        Redirect(Redirect),
        /// Send the caller elsewhere by SIP REFER.
        Refer(Refer),
        /// Refuse the call.
        Reject(Reject),
        /// Speak a text.
        Say(Say),
        /// Send a text message.
        Sms(Sms),
        /// Begin something beside the call.
        Start(Start),
        /// End something beside the call.
        Stop(Stop),
    }
}

choice! {
    /// What may be heard while input is awaited.
    pub enum Nested {
        /// Speak a text.
        Say(verb::Say),
        /// Play a sound.
        Play(verb::Play),
        /// Wait in silence.
        Pause(verb::Pause),
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
