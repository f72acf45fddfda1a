//! One call: its leg, its script, its record, and what has been told of it.
//!
//! `settle` is the one place that notices a change of status; the row, the callback and the news
//! to relatives come from there and from nowhere else.

mod birth;
mod detection;
mod transfer;

pub(crate) use birth::row_of;

use crate::callback;
use crate::command::{EndAs, RecordCall, RecordingChange, Update};
use crate::effect::{Granted, LookupId, Refusal, Row};
use crate::family::{ChildEnd, News};
use crate::leg::Leg;
use crate::notice::{self, Fault};
use crate::parameters::Visit;
use crate::rate;
use crate::recording::{Finished, Recordings};
use crate::script::{self, Line, Outcome, Scope, Script, Start};
use crate::timer::Timer;
use crate::turn::Turn;
use crate::verb::Heard;
use model::detection::Detection;
use model::media::{MediaEvent, Opening, PlayEnd, RecordSpec};
use model::recording::RecordingSource;
use model::signal::SignalEvent;
use model::{
    Address, AnsweredBy, ApplicationSid, CallRow, CallSid, CallStatus, Cause, ErrorCode, FetchId,
    LegId, RecordingSid, Span, WebReply, limit,
};

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    /// Its record, as it was last written.
    pub row: CallRow,
    leg: Leg,
    script: Script,
    recordings: Recordings,
    visit: Visit,
    plan: Plan,
    /// It is being found out who picked up.
    detecting: Option<Detection>,
    /// Whose `<Dial>` it belongs to.
    parent: Option<CallSid>,
    /// The status that has been told.
    told: CallStatus,
    /// The end of the leg has been told to script and relatives.
    parted: bool,
}

/// What its answer sets going.
#[derive(Debug, Clone, PartialEq)]
struct Plan {
    keys: Option<String>,
    start: Option<Start>,
    record: Option<RecordCall>,
    detection: Option<Detection>,
    delay_secs: u32,
    time_limit_secs: u32,
}

impl Call {
    fn new(row: CallRow, leg: Leg, script: Script, mut visit: Visit, plan: Plan) -> Call {
        visit.locate(&row);
        Call {
            told: leg.status(),
            row,
            leg,
            script,
            recordings: Recordings::default(),
            visit,
            plan,
            detecting: None,
            parent: None,
            parted: false,
        }
    }

    /// Its turn has come: that it waits no longer and that it is on its way are one promise.
    pub fn set_out(&mut self, place: u64, turn: &mut Turn<'_>) {
        turn.save(Row::Left(place));
        self.save(turn);
        self.place(turn);
    }

    /// Gets its leg going, now or when it is time.
    pub fn place(&mut self, turn: &mut Turn<'_>) {
        match std::mem::take(&mut self.plan.delay_secs) {
            0 => self.leg.place(turn),
            secs => turn.set(self.row.sid, Timer::Delay, Span::from_secs(secs.into())),
        }
    }

    /// Takes a caller in: alerts, gets the sound, begins the document.
    pub fn take_in(&mut self, offer: Option<String>, start: Start, turn: &mut Turn<'_>) {
        self.save(turn);
        let opening = offer.map_or(Opening::Offer, |sdp| Opening::Answer { sdp });
        self.leg.open(opening, turn);
        let quiet = matches!(start, Start::Document(_));
        if !quiet {
            self.leg.ring(turn);
        }
        self.with_script(turn, |script, line, turn| {
            script.begin(None, start, line, turn)
        });
    }

    /// What its webhooks tell of how it came: the application that handles it, its token.
    pub fn came_by(&mut self, application: Option<ApplicationSid>, token: Option<String>) {
        self.visit.application = application;
        self.visit.token = token;
    }

    /// Turns a caller away who belongs to somebody who has nothing for them.
    pub fn turn_away(&mut self, code: u16, turn: &mut Turn<'_>) {
        self.save(turn);
        self.leg.refuse(code, Cause::Failed, turn);
    }

    /// Ends it as failed: a fault of ours was met.
    pub fn abandon(&mut self, turn: &mut Turn<'_>) {
        self.leg.abandon(turn);
    }

    /// Its leg's name.
    pub fn leg(&self) -> LegId {
        self.leg.id
    }

    /// How far it has come. A recorded call ends when its recording's length is known, because
    /// its end tells of it, and row and callback are one promise.
    pub fn status(&self) -> CallStatus {
        if self.leg.is_ended() && self.recordings.awaits_whole() {
            return self.told;
        }
        self.leg.status()
    }

    /// True once nothing is left to be done or told.
    pub fn is_over(&self) -> bool {
        self.leg.is_ended()
            && self.told.is_final()
            && self.script.is_idle()
            && !self.recordings.are_running()
    }

    /// True once its end has been told.
    pub fn is_told(&self) -> bool {
        self.told.is_final()
    }

    /// A carrier says something.
    pub fn signal(&mut self, event: SignalEvent, turn: &mut Turn<'_>) {
        match event {
            SignalEvent::Digit { digit, .. } => self.hear(Heard::Digit(digit), turn),
            SignalEvent::ReferAnswered { code } => self.hear(Heard::ReferAnswered(code), turn),
            SignalEvent::ReferReported { code, last } => {
                self.hear(Heard::ReferReported(code, last), turn);
            }
            SignalEvent::Referred { to, replaces } => self.referred(to, replaces, turn),
            other => self.signal_leg(other, turn),
        }
    }

    fn signal_leg(&mut self, event: SignalEvent, turn: &mut Turn<'_>) {
        let early = self.leg.early;
        self.leg.signal(event, turn);
        if self.leg.early && !early && self.told == CallStatus::Ringing {
            self.alert_parent(turn);
        }
    }

    /// The sound engine says something.
    pub fn media(&mut self, event: MediaEvent, turn: &mut Turn<'_>) {
        match event {
            MediaEvent::Digit { digit, .. } => self.hear(Heard::Digit(digit), turn),
            MediaEvent::Played { play, end } => {
                let fault = match end {
                    PlayEnd::Failed { code, text } => Some(Fault::new(code, text)),
                    PlayEnd::Finished | PlayEnd::Stopped => None,
                };
                self.hear(Heard::Played(play, fault), turn);
            }
            MediaEvent::RecordEnded { recording, .. } => {
                self.recordings.ended(recording, turn);
            }
            MediaEvent::Recorded {
                recording,
                length_ms,
                heard,
                end,
            } => {
                let facts = (length_ms, heard, end);
                self.recorded(recording, facts, turn);
            }
            MediaEvent::Detected { answered_by } => self.detected(answered_by, turn),
            other => self.leg.media(&other, turn),
        }
    }

    fn recorded(
        &mut self,
        sid: RecordingSid,
        facts: (u32, bool, model::media::RecordEnd),
        turn: &mut Turn<'_>,
    ) {
        if let Some(finished) = self.recordings.recorded(sid, facts, &self.row, turn) {
            self.finished(finished, turn);
        }
    }

    fn finished(&mut self, finished: Finished, turn: &mut Turn<'_>) {
        self.hear(Heard::Recorded(finished), turn);
    }

    /// The customer answered.
    pub fn fetched(&mut self, fetch: FetchId, reply: WebReply, turn: &mut Turn<'_>) {
        let scope = self.script.scope();
        let aside = self.script.asks_aside(fetch);
        self.with_script(turn, |script, line, turn| {
            script.fetched(fetch, reply, line, turn)
        });
        if aside && scope == Scope::Whisper {
            self.sent_on(turn);
        }
    }

    /// The store answered whether a number is ours.
    pub fn found(&mut self, lookup: LookupId, ours: bool, turn: &mut Turn<'_>) {
        if !self.leg.found(lookup, ours, turn) {
            self.hear(Heard::Found(lookup, ours), turn);
        }
    }

    /// A relative has news.
    pub fn news(&mut self, news: News, turn: &mut Turn<'_>) {
        match news {
            News::Release => self.leg.hang_up(turn),
            News::Referred {
                child,
                to,
                replaces,
            } => self.referred_by(child, to, replaces, turn),
            News::AnswerRefer { code } => self.leg.answer_refer(code, turn),
            News::Report { code } => self.leg.report(code, turn),
            News::SendOn { page, parameters } => self.send_on(page, parameters, turn),
            other => self.hear(Heard::News(other), turn),
        }
    }

    /// A timer has run out.
    pub fn timeout(&mut self, timer: Timer, turn: &mut Turn<'_>) {
        match timer {
            Timer::Fetch => {
                if let Some(fetch) = self.script.awaits() {
                    self.fetched(fetch, script::overdue(), turn);
                }
            }
            Timer::Verb | Timer::Bridge => self.hear(Heard::TimedOut(timer), turn),
            Timer::Delay if !self.leg.is_ended() => self.leg.place(turn),
            // A lost answer of the engine is no reason to leave the application waiting.
            Timer::Detection => self.detected(AnsweredBy::Unknown, turn),
            Timer::Recorded => {
                for finished in self.recordings.overdue(&self.row, turn) {
                    self.finished(finished, turn);
                }
            }
            _ => self.leg.timeout(timer, turn),
        }
    }

    /// The API asks for a change.
    pub fn update(&mut self, update: Update, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let live = self.leg.is_answered();
        if update.source.is_some() && !live {
            return Err(Refusal::of(ErrorCode::CALL_STATE));
        }
        if let Some(secs) = update.time_limit_secs.filter(|_| !self.leg.is_ended()) {
            self.plan.time_limit_secs = secs.min(limit::CALL_SECS_MAX);
            self.limit_time(turn);
        }
        match update.status {
            Some(EndAs::Completed) => self.leg.hang_up(turn),
            Some(EndAs::Canceled) if !live => self.leg.hang_up(turn),
            Some(EndAs::Canceled) | None => {}
        }
        if let Some(source) = update.source.filter(|_| self.leg.is_answered()) {
            self.script.fallback = update.fallback.or(self.script.fallback.take());
            if update.status_callback.is_some() {
                self.row.status_callback = update.status_callback;
            }
            self.leave_parent(turn);
            // Unconfirmed: what a redirect does to a document that waits for a verdict. It takes
            // its place at once, as it does with whatever else the call is at. Who picked up is
            // found out all the same, for the resource and the status callbacks.
            self.plan.start = None;
            self.with_script(turn, |script, line, turn| {
                script.redirect(source, line, turn)
            });
            self.save(turn);
        }
        Ok(())
    }

    /// The API asks to keep the sound from now on. One recording of this kind runs at a time: who
    /// asks again is shown the one that runs. Those that were begun otherwise run beside it.
    pub fn record(&mut self, record: RecordCall, turn: &mut Turn<'_>) -> Result<Granted, Refusal> {
        if !self.leg.is_answered() {
            return Err(Refusal::not_eligible());
        }
        let source = RecordingSource::StartCallRecordingApi;
        let running = self.recordings.running_of(source);
        let begun = running.is_none();
        let sid = running.unwrap_or_else(|| self.keep(source, record, turn));
        self.show_recording(sid, begun)
    }

    /// The API asks to change a recording that runs.
    pub fn change_recording(
        &mut self,
        recording: Option<RecordingSid>,
        change: RecordingChange,
        turn: &mut Turn<'_>,
    ) -> Result<Granted, Refusal> {
        let sid = match recording {
            Some(sid) => sid,
            None => self.recordings.only_running()?,
        };
        self.recordings.change(sid, change, &self.leg, turn)?;
        self.show_recording(sid, false)
    }

    fn show_recording(&self, sid: RecordingSid, begun: bool) -> Result<Granted, Refusal> {
        let row = self.recordings.row(sid).ok_or_else(Refusal::not_eligible)?;
        let row = Box::new(row.clone());
        Ok(Granted::Recording { row, begun })
    }

    fn keep(
        &mut self,
        source: RecordingSource,
        record: RecordCall,
        turn: &mut Turn<'_>,
    ) -> RecordingSid {
        let spec = RecordSpec {
            dual: record.dual,
            track: record.track,
            trim: record.trim,
            length_ms_max: limit::RECORDING_SECS_MAX * 1_000,
            silence_ms: None,
        };
        let of = (&self.row, &self.leg);
        self.recordings
            .start(source, spec, record.callback, of, turn)
    }

    fn hear(&mut self, heard: Heard, turn: &mut Turn<'_>) {
        self.with_script(turn, |script, line, turn| script.hear(heard, line, turn));
    }

    /// Gives the script its line, and does what comes of it.
    fn with_script(
        &mut self,
        turn: &mut Turn<'_>,
        run: impl FnOnce(&mut Script, &mut Line<'_>, &mut Turn<'_>) -> Outcome,
    ) {
        let mut line = Line {
            row: &self.row,
            leg: &mut self.leg,
            recordings: &mut self.recordings,
            visit: &self.visit,
        };
        match run(&mut self.script, &mut line, turn) {
            Outcome::Going => {}
            Outcome::HangUp => self.leg.hang_up(turn),
            Outcome::Refuse(code) => self.leg.refuse(code, Cause::of_response(code), turn),
            Outcome::Finished if self.leg.is_waiting() => self.refuse_as_dialled(turn),
            Outcome::Finished if self.script.scope() == Scope::Whisper => self.ready(turn),
            Outcome::Finished => self.leg.hang_up(turn),
        }
    }

    /// The document is over and the caller was never answered: they hear what the dialled one
    /// would have told them.
    fn refuse_as_dialled(&mut self, turn: &mut Turn<'_>) {
        let code = match self.script.dialled() {
            Some(CallStatus::Busy) => 486,
            Some(CallStatus::Failed) => 404,
            _ => 480,
        };
        self.leg.refuse(code, Cause::of_response(code), turn);
    }

    fn ready(&mut self, turn: &mut Turn<'_>) {
        if let Some(parent) = self.parent.filter(|_| self.leg.is_answered()) {
            turn.tell(
                parent,
                News::Ready {
                    child: self.row.sid,
                    leg: self.leg.id,
                },
            );
        }
    }

    /// Notices what has changed, and tells of it.
    pub fn settle(&mut self, turn: &mut Turn<'_>) {
        loop {
            if let Some(fault) = self.leg.fault.take() {
                match fault.code {
                    // The customer's address leads nowhere now: nothing of ours is wrong.
                    ErrorCode::SIP_NOT_REGISTERED
                    | ErrorCode::SIP_UNRESOLVED
                    | ErrorCode::SIP_UNREACHED => {
                        notice::warning(&self.row, &fault, None, turn);
                    }
                    _ => notice::error(&self.row, &fault, None, turn),
                }
            }
            if self.leg.is_ended() && !self.parted {
                self.part(turn);
            }
            let status = self.status();
            if status == self.told {
                return;
            }
            self.tell(status, turn);
            match status {
                CallStatus::Ringing => self.alert_parent(turn),
                CallStatus::InProgress => self.answered(turn),
                _ => {}
            }
        }
    }

    fn tell(&mut self, status: CallStatus, turn: &mut Turn<'_>) {
        let unheard = self.told == CallStatus::Queued && status == CallStatus::Canceled;
        self.told = status;
        self.stamp(status, turn);
        self.save(turn);
        // What never left the queue has no life to tell of.
        if !unheard {
            let whole = self.recordings.whole();
            callback::progress(&self.row, status, &self.visit, whole, turn);
        }
        if let Some(verifying) = self.script.verifying().filter(|_| status.is_final()) {
            callback::verification(&self.row, verifying, &self.visit, turn);
        }
    }

    fn stamp(&mut self, status: CallStatus, turn: &Turn<'_>) {
        let inbound = self.leg.is_inbound();
        self.row.status = match status {
            // The API's word for a call that is on its way is the one before it; a dialled call
            // has no queue to have been in.
            CallStatus::Queued | CallStatus::Initiated if self.row.parent.is_some() => {
                CallStatus::Ringing
            }
            CallStatus::Initiated => CallStatus::Queued,
            other => other,
        };
        if !inbound && status != CallStatus::Queued && !status.is_final() {
            self.row.start_time.get_or_insert(turn.now);
        }
        if status == CallStatus::InProgress {
            self.row.answer_time = Some(turn.now);
            self.row.start_time.get_or_insert(turn.now);
        }
        if status.is_final() {
            let end = self.row.end_time.unwrap_or(turn.now);
            self.row.end_time = Some(end);
            self.row.duration_secs = Some(CallRow::duration_between(self.row.answer_time, end));
            self.row.price = rate::price(&turn.desk.config.rates, &self.row);
        }
        if let Some(to) = self.leg.goes_to() {
            // The first place may not have been reached.
            self.row.to.clone_from(to);
            self.row.sip_response_code = self.leg.response;
        }
        self.row.sip_call_id.clone_from(&self.leg.sip_call_id);
    }

    fn save(&mut self, turn: &mut Turn<'_>) {
        self.row.date_updated = turn.now;
        turn.save(Row::Call(Box::new(self.row.clone())));
    }

    fn alert_parent(&mut self, turn: &mut Turn<'_>) {
        if let Some(parent) = self.parent {
            let news = News::Alerting {
                child: self.row.sid,
                leg: self.leg.id,
                early: self.leg.early,
            };
            turn.tell(parent, news);
        }
    }

    fn answered(&mut self, turn: &mut Turn<'_>) {
        self.limit_time(turn);
        if let Some(parent) = self.parent {
            turn.tell(
                parent,
                News::Answered {
                    child: self.row.sid,
                },
            );
        }
        if let Some(record) = self.plan.record.take() {
            self.keep(RecordingSource::OutboundApi, record, turn);
        }
        if self.detect(turn) {
            return;
        }
        if self.plan.start.is_some() {
            self.start(turn);
        } else {
            self.hear(Heard::Answered, turn);
        }
    }

    /// The first document's turn has come, unless another has taken its place.
    fn start(&mut self, turn: &mut Turn<'_>) {
        let Some(start) = self.plan.start.take() else {
            return;
        };
        let keys = self.plan.keys.take();
        self.with_script(turn, |script, line, turn| {
            script.begin(keys, start, line, turn)
        });
    }

    fn limit_time(&self, turn: &mut Turn<'_>) {
        if let Some(answer) = self.row.answer_time.filter(|_| self.leg.is_answered()) {
            let at = answer + Span::from_secs(u64::from(self.plan.time_limit_secs));
            turn.desk.timers.set(self.row.sid, Timer::TimeLimit, at);
        }
    }

    /// The leg is over: its recordings, its script and its parent learn of it.
    fn part(&mut self, turn: &mut Turn<'_>) {
        self.parted = true;
        self.row.end_time = Some(turn.now);
        self.forget_detection(turn);
        self.recordings.line_closed(turn);
        let mut line = Line {
            row: &self.row,
            leg: &mut self.leg,
            recordings: &mut self.recordings,
            visit: &self.visit,
        };
        self.script.line_ended(&mut line, turn);
        if let Some(parent) = self.parent {
            let end = self.end(self.leg.status());
            turn.tell(parent, News::Ended(Box::new(end)));
        }
    }

    fn end(&self, status: CallStatus) -> ChildEnd {
        ChildEnd {
            child: self.row.sid,
            leg: self.leg.id,
            sip: matches!(self.row.to, Address::Sip(_)),
            status,
            answered: self.row.answer_time,
            sip_call_id: self.leg.sip_call_id.clone(),
            sip_response_code: self.leg.response,
            headers: self.leg.headers.clone(),
        }
    }
}
