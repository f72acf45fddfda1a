//! Transfers that a far end asks for: who may decide on it, and a called side that is sent on.

use super::Call;
use crate::family::News;
use crate::notice::{self, Fault};
use crate::script::Scope;
use crate::turn::Turn;
use crate::verb::{Goto, Heard};
use model::{CallSid, CallStatus, ErrorCode, Method};

/// The answer to a REFER where nobody could be sent elsewhere.
const DECLINE: u16 = 603;

impl Call {
    /// The far end asks for the other to be sent elsewhere. The `<Dial>` that joined them decides,
    /// the parent's if this is a dialled call.
    pub(super) fn referred(&mut self, to: String, replaces: bool, turn: &mut Turn<'_>) {
        if let Some(parent) = self.parent {
            let child = self.row.sid;
            let news = News::Referred {
                child,
                to,
                replaces,
            };
            return turn.tell(parent, news);
        }
        if self.script.dials() {
            return self.hear(Heard::Referred(to, replaces), turn);
        }
        self.leg.answer_refer(DECLINE, turn);
        let text = format!("The transfer to '{to}' is declined: this call is joined to nobody");
        let fault = Fault::new(ErrorCode::REFER_URL_MISSING, text);
        notice::error(&self.row, &fault, None, turn);
    }

    /// A child's far end does.
    pub(super) fn referred_by(
        &mut self,
        child: CallSid,
        to: String,
        replaces: bool,
        turn: &mut Turn<'_>,
    ) {
        if !self.script.dials() {
            return turn.tell(child, News::AnswerRefer { code: DECLINE });
        }
        let news = News::Referred {
            child,
            to,
            replaces,
        };
        self.hear(Heard::News(news), turn);
    }

    /// The parent's far end wants this call to be sent on: its document is asked for, and the two
    /// stay joined until it is there.
    pub(super) fn send_on(
        &mut self,
        (url, method): (String, Method),
        parameters: Vec<(String, String)>,
        turn: &mut Turn<'_>,
    ) {
        let mut goto = Goto::to(Some(url), method);
        goto.parameters = parameters;
        if self.leg.is_answered() && self.script.is_idle() {
            self.with_script(turn, |script, line, turn| script.ask(goto, line, turn));
        } else {
            self.tell_sent_on(false, turn);
        }
    }

    /// What came of that: a call that runs a document of its own is nobody's child any more.
    pub(super) fn sent_on(&mut self, turn: &mut Turn<'_>) {
        let sent = self.script.scope() == Scope::Call;
        self.tell_sent_on(sent, turn);
        if sent {
            self.leave_parent(turn);
        }
    }

    fn tell_sent_on(&self, sent: bool, turn: &mut Turn<'_>) {
        if let Some(parent) = self.parent {
            turn.tell(parent, News::SentOn { sent });
        }
    }

    /// It goes its own way from now on.
    pub(super) fn leave_parent(&mut self, turn: &mut Turn<'_>) {
        if let Some(parent) = self.parent.take() {
            let end = self.end(CallStatus::Completed);
            turn.tell(parent, News::Left(Box::new(end)));
        }
    }
}
