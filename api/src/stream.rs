//! What a stream of events tells: the `data` of each, by the name of its `event`.

use serde::{Deserialize, Serialize};

/// `event: ladder`: one thing that happened in a call, who to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LadderLine {
    /// When, to the microsecond: `2010-08-31T20:36:28.000000Z`.
    pub date: String,
    /// Whose it is.
    pub account_sid: String,
    /// The call it belongs to.
    pub call_sid: String,
    /// The call whose `<Dial>` placed that one.
    pub parent_call_sid: Option<String>,
    /// Who did it: `switch`, `sound`, `app`, `api`, or the far end's name.
    pub from: String,
    /// To whom.
    pub to: String,
    /// What, in a few words.
    pub text: String,
}

/// `event: call`: a call's status has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallChange {
    /// When, to the microsecond.
    pub date: String,
    /// Whose it is.
    pub account_sid: String,
    /// Which call.
    pub call_sid: String,
    /// The call whose `<Dial>` placed it.
    pub parent_call_sid: Option<String>,
    /// What it is now, in the words of the resource.
    pub status: String,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    pub direction: String,
    /// Who calls.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// Whole seconds from answer to end, as text; none before the end.
    pub duration: Option<String>,
    /// The final SIP response of an outbound leg.
    pub sip_response_code: Option<u16>,
}

/// `event: gap`: something is missing here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Why: `history` (it happened too long ago), `overload` (the server had no room for it), or
    /// `unknown-id` (the `Last-Event-ID` is none of this stream's).
    pub reason: String,
    /// Whether what follows begins at the beginning: what was told before comes again.
    pub from_the_beginning: bool,
}

/// `event: end`: nothing follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamEnd {
    /// Why: `ended` (the call has), `slow` (the reader was), `shutdown` (the server stops), or
    /// `credentials` (they are good no more).
    pub reason: String,
}
