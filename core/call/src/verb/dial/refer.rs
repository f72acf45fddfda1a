//! Transfers by REFER within a `<Dial>`: one of the two who are joined asks for the other to be
//! sent elsewhere. The other is sent to the document at `referUrl`; where that goes is the
//! document's to say, the transfer's target is only told to it.
//!
//! ```text
//! the called side asks:  202 ─▶ the caller's call asks for the document  ─▶ and runs it
//! the caller asks:       202 ─▶ the called side's call asks for it       ─▶ and runs it
//! ```
//! The two stay joined until the document is there. If it can't be had, they go on talking.

use super::{Dialling, Stage};
use crate::family::News;
use crate::notice::{self, Fault};
use crate::relative;
use crate::script::Line;
use crate::turn::Turn;
use crate::verb::{Goto, Step};
use crate::webhook;
use model::{CallSid, ErrorCode, Method};
use twiml::verb::Dial;

/// What a `<Dial>` knows of transfers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Refer {
    url: Option<(String, Method)>,
    open: Option<By>,
}

/// Who has asked for the transfer that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// The called side; whether it has hung up since, as many do once they are told 202.
    Called { gone: bool },
    /// The caller; whether the called side has its document.
    Caller { sent: bool },
}

/// Reads `referUrl`.
pub(super) fn read(dial: &Dial, page: Option<&str>, line: &Line<'_>, turn: &mut Turn<'_>) -> Refer {
    let written = dial.refer_url.as_deref().map(str::trim);
    let Some(written) = written.filter(|url| !url.is_empty()) else {
        return Refer::default();
    };
    let url = relative::resolve(page, written);
    if url.is_none() {
        let text = format!("Dial: the referUrl '{written}' leads nowhere from here");
        let fault = Fault::new(ErrorCode::RELATIVE_URL, text);
        notice::error(line.row, &fault, None, turn);
    }
    let method = webhook::method(dial.refer_method);
    Refer {
        url: url.map(|url| (url, method)),
        open: None,
    }
}

impl Refer {
    /// The dialled call is over. True if the dial is not: the caller is about to be sent on.
    pub(super) fn waits_for_document(&mut self) -> bool {
        match &mut self.open {
            Some(By::Called { gone }) => {
                *gone = true;
                true
            }
            _ => false,
        }
    }

    /// The caller hangs up. True if the called side is to live on, about to be sent elsewhere.
    pub(super) fn spares_called(&self) -> bool {
        matches!(self.open, Some(By::Caller { .. }))
    }

    /// Nobody is left who could be sent anywhere. True if that was all the dial waited for.
    pub(super) fn forget(&mut self) -> bool {
        self.open.take() == Some(By::Called { gone: true })
    }
}

impl Dialling {
    /// The called side asks for the caller to be sent elsewhere.
    pub(super) fn referred_by_called(
        &mut self,
        child: CallSid,
        (to, replaces): (String, bool),
        line: &Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Step {
        let joined = self.is_joined(line) && self.hunt.won() == Some(child);
        let Some((url, method)) = self.may_send_on(&to, replaces, joined, line, turn) else {
            turn.tell(child, News::AnswerRefer { code: DECLINE });
            return Step::Wait;
        };
        turn.tell(child, News::AnswerRefer { code: ACCEPTED });
        self.refer.open = Some(By::Called { gone: false });
        let mut goto = Goto::to(Some(url), method);
        goto.parameters = parameters(to);
        Step::Ask(goto)
    }

    /// The caller asks for the called side to be sent elsewhere.
    pub(super) fn referred_by_caller(
        &mut self,
        (to, replaces): (String, bool),
        line: &Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Step {
        let called = self.hunt.won().filter(|_| self.is_joined(line));
        let joined = called.is_some();
        let page = self.may_send_on(&to, replaces, joined, line, turn);
        let (Some(page), Some(called)) = (page, called) else {
            line.leg.answer_refer(DECLINE, turn);
            return Step::Wait;
        };
        line.leg.answer_refer(ACCEPTED, turn);
        self.refer.open = Some(By::Caller { sent: false });
        let parameters = parameters(to);
        turn.tell(called, News::SendOn { page, parameters });
        Step::Wait
    }

    fn is_joined(&self, line: &Line<'_>) -> bool {
        matches!(self.stage, Stage::Joined(_)) && line.leg.is_answered()
    }

    /// The document to be asked for. What is declined is written down: 13802 is the catalogue's
    /// only number for it.
    ///
    /// Unconfirmed: the catalogue has 13802 as an error, and errors end a document. Here the two
    /// go on talking, as they do with every exchange that declines a transfer.
    fn may_send_on(
        &self,
        to: &str,
        replaces: bool,
        joined: bool,
        line: &Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Option<(String, Method)> {
        let why = match &self.refer.url {
            None => "there is no referUrl",
            Some(_) if replaces => "a call of theirs can't be replaced (Replaces)",
            Some(_) if !joined => "nobody is joined yet",
            Some(_) if self.refer.open.is_some() => "another transfer is under way",
            Some(page) => return Some(page.clone()),
        };
        let text = format!("Dial: the transfer to '{to}' is declined: {why}");
        let fault = Fault::new(ErrorCode::REFER_URL_MISSING, text);
        notice::error(line.row, &fault, None, turn);
        None
    }

    /// The document for the caller has come and runs from now on, or could not be had.
    pub(super) fn caller_sent_on(
        &mut self,
        sent: bool,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Step {
        let Some(By::Called { gone }) = self.refer.open.take() else {
            return Step::Wait;
        };
        if let Some(called) = self.hunt.won() {
            let code = if sent { OK } else { UNAVAILABLE };
            turn.tell(called, News::Report { code });
        }
        if sent {
            self.leave(line, turn);
            return Step::Wait;
        }
        match gone {
            true => self.over(line, turn),
            false => Step::Wait,
        }
    }

    /// The called side has its document, or could not have it.
    pub(super) fn called_sent_on(&mut self, sent: bool, line: &Line<'_>, turn: &mut Turn<'_>) {
        if self.refer.open != Some(By::Caller { sent: false }) {
            return;
        }
        line.leg.report(if sent { OK } else { UNAVAILABLE }, turn);
        self.refer.open = sent.then_some(By::Caller { sent });
        if !sent && line.leg.is_ended() {
            // It was spared when the caller hung up.
            self.release_all(turn);
        }
    }

    /// The dial is over. A caller who had asked for the called side to be sent on, and got it,
    /// has nobody to talk to any more: their own call ends.
    pub(super) fn close_transfer(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        match self.refer.open.take() {
            Some(By::Caller { sent: true }) => line.leg.hang_up(turn),
            Some(By::Caller { sent: false }) => line.leg.report(GONE, turn),
            Some(By::Called { .. }) | None => {}
        }
    }

    /// The API sends the caller elsewhere: a transfer that was under way comes to nothing. The
    /// called side's own is told so by its end.
    pub(super) fn drop_transfer(&mut self, line: &Line<'_>, turn: &mut Turn<'_>) {
        if let Some(By::Caller { sent: false }) = self.refer.open.take() {
            line.leg.report(GONE, turn);
        }
    }
}

fn parameters(to: String) -> Vec<(String, String)> {
    vec![("ReferTransferTarget".to_owned(), to)]
}

/// Answers to a REFER, and the responses that reports name (RFC 3515 §2.4.5).
const ACCEPTED: u16 = 202;
const DECLINE: u16 = 603;
const OK: u16 = 200;
const GONE: u16 = 480;
const UNAVAILABLE: u16 = 503;
