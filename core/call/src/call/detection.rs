//! Who picks up a call is found out: what waits for it, and what becomes of it.

use super::Call;
use crate::callback;
use crate::detection::Verdict;
use crate::timer::Timer;
use crate::turn::Turn;
use model::AnsweredBy;
use model::detection::Told;
use model::media::MediaCommand;

impl Call {
    /// Begins to listen, if that was asked for; true if the document waits for what is found.
    pub(super) fn detect(&mut self, turn: &mut Turn<'_>) -> bool {
        let Some(detection) = self.plan.detection.take() else {
            return false;
        };
        let settings = detection.settings();
        self.leg.sound(MediaCommand::Detect(settings), turn);
        turn.set(self.row.sid, Timer::Detection, detection.patience());
        let waits = detection.told == Told::Document;
        self.detecting = Some(detection);
        waits
    }

    /// Who picked up is known. What comes too late, or twice, is no news.
    pub(super) fn detected(&mut self, answered_by: AnsweredBy, turn: &mut Turn<'_>) {
        let live = self.leg.is_answered();
        let Some(detection) = self.detecting.take().filter(|_| live) else {
            return;
        };
        turn.stop(self.row.sid, Timer::Detection);
        let answer = self.row.answer_time.unwrap_or(turn.now);
        let verdict = Verdict {
            answered_by,
            took: turn.now - answer,
        };
        self.row.answered_by = Some(answered_by);
        self.save(turn);
        if let Told::Callback(Some(to)) = &detection.told {
            callback::detection(&self.row, verdict, (&to.0, to.1), turn);
        }
        if detection.hang_up_on_machine && verdict.is_machine() {
            self.leg.hang_up(turn);
        } else if detection.told == Told::Document && self.plan.start.is_some() {
            self.script.tell_first(verdict.parameters());
            self.start(turn);
        }
    }

    /// Unconfirmed: what is told of a call that ends before it is known who picked up. Nobody is
    /// told anything of it: no verdict is no `unknown`.
    pub(super) fn forget_detection(&mut self, turn: &mut Turn<'_>) {
        self.detecting = None;
        turn.stop(self.row.sid, Timer::Detection);
    }
}
