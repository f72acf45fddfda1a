//! What parent and child calls tell each other.

use crate::leg::Outbound;
use model::detection::Detection;
use model::{AccountSid, CallSid, CallStatus, LegId, Method, NumberSid, StatusCallback, Time};

/// News from one call for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// From a parent: end yourself.
    Release,
    /// From a child: the far end is being alerted.
    Alerting {
        /// Which child.
        child: CallSid,
        /// Its leg, whose early sound can be heard if there is any.
        leg: LegId,
        /// Whether there is early sound.
        early: bool,
    },
    /// From a child: it was answered. What it does before the joining comes next.
    Answered {
        /// Which child.
        child: CallSid,
    },
    /// From a child: it can be joined now.
    Ready {
        /// Which child.
        child: CallSid,
        /// Its leg.
        leg: LegId,
    },
    /// From a child: its far end asks for the parent's to be sent elsewhere.
    Referred {
        /// Which child.
        child: CallSid,
        /// Where to.
        to: String,
        /// Whether a call of theirs is to be replaced by that.
        replaces: bool,
    },
    /// From a parent: answer what your far end has asked for.
    AnswerRefer {
        /// The response.
        code: u16,
    },
    /// From a parent: tell your far end how that goes.
    Report {
        /// The response that it has come to.
        code: u16,
    },
    /// From a parent, whose far end wants it: ask for this document, and run it if it can be had.
    SendOn {
        /// Where it is, and how it is asked for.
        page: (String, Method),
        /// What is told besides.
        parameters: Vec<(String, String)>,
    },
    /// From a child that was to be sent on: whether it has its document. If so, it has left.
    SentOn {
        /// Whether it has.
        sent: bool,
    },
    /// From a child: it was sent elsewhere and is nobody's child from now on.
    Left(Box<ChildEnd>),
    /// From a child: it has ended.
    Ended(Box<ChildEnd>),
}

/// How a child ended, for the parent's `action`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChildEnd {
    /// Which child.
    pub child: CallSid,
    /// Its leg.
    pub leg: LegId,
    /// True if it went to a SIP address.
    pub sip: bool,
    /// Its final status.
    pub status: CallStatus,
    /// When it was answered.
    pub answered: Option<Time>,
    /// The SIP Call-ID of its leg.
    pub sip_call_id: Option<String>,
    /// The final SIP response of its leg.
    pub sip_response_code: Option<u16>,
    /// `X-…` and `User-to-User` headers of that response.
    pub headers: Vec<(String, String)>,
}

/// A call that a `<Dial>` places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Child {
    /// Its name, drawn by the parent.
    pub sid: CallSid,
    /// Who dials it.
    pub parent: CallSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The owned number it goes out from.
    pub number: Option<NumberSid>,
    /// Where its leg goes.
    pub outbound: Outbound,
    /// Keys sent after the answer.
    pub send_digits: Option<String>,
    /// Run on the child before it is joined.
    pub whisper: Option<(String, Method)>,
    /// Who is told of its progress.
    pub status_callback: Option<StatusCallback>,
    /// Why is called.
    pub reason: Option<String>,
    /// Whether it is to be found out who picked up.
    pub detection: Option<Detection>,
}
