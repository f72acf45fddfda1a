//! What call control and a carrier say to each other about one leg.
//!
//! Some twenty words, the Q.931 of this house. Session descriptions travel as opaque text: only
//! `media` reads them.

use crate::{Address, ErrorCode};

/// Digest credentials for a far end that asks for them. The password never shows in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user name.
    pub username: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// Where an outbound leg is carried, decided from facts call control was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// To one of our own numbers: the call comes back in as an inbound call.
    Own,
    /// To the carrier that numbers go to: the configured trunk or the virtual phones.
    Carrier,
    /// To a SIP address: a phone registered here if there is one by that name, else the host.
    Sip,
}

/// A leg to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invite {
    /// Who is called.
    pub to: Address,
    /// Who calls, as the far end sees it.
    pub from: Address,
    /// Where the leg is carried.
    pub route: Route,
    /// Our offer.
    pub sdp: String,
    /// Headers of the customer's (`X-…`, `User-to-User`, …) and ours (`X-Twilio-CallSid`, …).
    pub headers: Vec<(String, String)>,
    /// For a far end that answers 401 or 407.
    pub credentials: Option<Credentials>,
    /// RFC 3261 §20.22; one less than the call it was dialled from, so that numbers which dial
    /// each other come to an end.
    pub max_forwards: u8,
    /// Given up with 408 after so many seconds in which nothing at all was heard: another address
    /// can be tried. `None` waits as long as the transaction does.
    pub unheard_secs: Option<u32>,
}

/// A leg that a far end offers to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Who is called: a number if the request line holds one, else the SIP URI.
    pub to: Address,
    /// Who calls.
    pub from: Address,
    /// The name the caller shows, if any.
    pub caller_name: Option<String>,
    /// Who the call was first meant for (Diversion).
    pub forwarded_from: Option<String>,
    /// The caller's offer; `None` asks us to make one.
    pub sdp: Option<String>,
    /// The SIP Call-ID.
    pub sip_call_id: String,
    /// The address the request came from, `ip:port`.
    pub source: String,
    /// How the far end showed who it is.
    pub origin: Origin,
    /// `X-…` and `User-to-User` headers, as they came.
    pub headers: Vec<(String, String)>,
    /// Hops that are left.
    pub max_forwards: u8,
}

/// How the sender of an INVITE showed who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It came from one of our own legs (`Route::Own`).
    Own,
    /// It came from an address that a trunk's calls come from; the trunk's name.
    Trunk(String),
    /// A phone that is registered here or answered our challenge; its user name.
    Phone(String),
}

/// What call control asks of a carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalCommand {
    /// Place this leg.
    Invite(Box<Invite>),
    /// Say that the far end of an offered leg is being alerted: 180, or 183 with early sound.
    Ring {
        /// Our answer, if the caller shall hear us before the answer.
        sdp: Option<String>,
    },
    /// Answer an offered leg with our answer (or our offer, if the caller made none).
    Answer {
        /// Our session description.
        sdp: String,
    },
    /// Refuse an offered leg.
    Refuse {
        /// A final response from 300 to 699.
        code: u16,
        /// Headers for the response.
        headers: Vec<(String, String)>,
    },
    /// End the leg, however far it is: CANCEL, BYE, or 487 to a leg not answered yet.
    Release,
    /// Offer a new session description on an answered leg (re-INVITE).
    Offer {
        /// Our offer.
        sdp: String,
    },
    /// Answer the far end's re-INVITE or UPDATE; without a description it is refused (488).
    Reply {
        /// Our answer, or our offer if theirs was empty.
        sdp: Option<String>,
    },
    /// Ask the far end of an answered leg to call elsewhere (REFER); wants `ReferAnswered`. One
    /// at a time: of an earlier one nothing more is heard.
    Refer {
        /// Whom to call: a SIP URI, headers behind a question mark.
        to: String,
    },
    /// Answer `Referred`: with 2xx reports begin, any other final response refuses it.
    AnswerRefer {
        /// The response.
        code: u16,
    },
    /// Tell a far end whose REFER was accepted how it goes (NOTIFY).
    Report {
        /// The response that the transfer has come to; a final one ends the reports.
        code: u16,
    },
}

/// What a carrier tells call control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalEvent {
    /// A far end offers a leg; it has been told 100 and waits.
    Offered(Box<Offered>),
    /// A provisional response over 100.
    Progress {
        /// 180, 181, 182, 183, 199.
        code: u16,
        /// The far end's early answer, if it gave one.
        sdp: Option<String>,
    },
    /// The far end answered; it has its ACK.
    Answered {
        /// Its answer, unless a reliable provisional response has brought it already.
        sdp: Option<String>,
        /// `X-…` and `User-to-User` headers of the 200.
        headers: Vec<(String, String)>,
        /// The SIP Call-ID.
        sip_call_id: String,
    },
    /// The leg could not be placed, or was given up: a final response (ours or the far end's).
    Failed {
        /// 300–699; 408 when nothing was heard, 487 after our CANCEL, 503 when it couldn't leave.
        code: u16,
        /// The reason phrase.
        reason: String,
        /// `X-…` and `User-to-User` headers of the response.
        headers: Vec<(String, String)>,
        /// The SIP Call-ID.
        sip_call_id: String,
        /// What the customer is told of it, where the response alone would not say.
        error: Option<ErrorCode>,
    },
    /// Our answer to an offered leg has its ACK.
    Acknowledged {
        /// The far end's answer, if the offer was ours.
        sdp: Option<String>,
    },
    /// The far end offers a new description on an answered leg; wants a `Reply`.
    Reoffered {
        /// Its offer; `None` asks us to make one.
        sdp: Option<String>,
    },
    /// The far end's answer to our `Offer`; `None` if it refused.
    Reanswered {
        /// Its answer.
        sdp: Option<String>,
    },
    /// A key, sent as INFO (`application/dtmf-relay`, `application/dtmf`).
    Digit {
        /// `0-9 A-D # *`.
        digit: char,
        /// How long it was held.
        duration_ms: u32,
    },
    /// The final response to our `Refer`.
    ReferAnswered {
        /// 2xx: reports follow. Else it was refused; 408 when nothing was heard, 503 when it
        /// could not leave.
        code: u16,
    },
    /// The far end reports how our `Refer` goes. One may come before `ReferAnswered`.
    ReferReported {
        /// The response that its call has come to; `None` if the report names none.
        code: Option<u16>,
        /// True for the last report.
        last: bool,
    },
    /// The far end of an answered leg asks for the other party to be sent elsewhere (REFER);
    /// wants an `AnswerRefer`.
    Referred {
        /// The URI in its Refer-To, as it came.
        to: String,
        /// True if a call of its own is to be replaced by the new one: an attended transfer.
        replaces: bool,
    },
    /// The far end ended the leg (BYE, or CANCEL before the answer), or it died: a session timer
    /// ran out, a request got no answer, our answer got no ACK.
    Released {
        /// True for CANCEL: the caller gave up before the answer.
        canceled: bool,
    },
}
