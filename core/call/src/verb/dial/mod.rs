//! `<Dial>`: rings somebody and joins them to the caller.
//!
//! ```text
//! CallerId ─▶ Hunting ─▶ Joining ─▶ Joined ─▶ Finishing
//! ```
//! When the caller hangs up, the dialled call is ended and the `action` is still asked, its
//! answer ignored: the customer learns how the dialled call ended.

mod caller;
mod refer;
mod sip;
mod target;

use super::{Goto, Heard, Machine, Running, Step, record};
use crate::callback;
use crate::command::RecordingCallback;
use crate::effect::{LookupId, Question};
use crate::family::{Child, ChildEnd, News};
use crate::hunt::{After, Hunt};
use crate::leg::Outbound;
use crate::notice::{self, Fault};
use crate::recording::Kept;
use crate::script::Line;
use crate::timer::Timer;
use crate::turn::{Turn, Work};
use crate::webhook;
use caller::{Caller, Wish};
use model::media::{MediaCommand, PlayId, Prompt, RecordSpec, Tone};
use model::recording::{RecordingSource, RecordingTrack};
use model::{
    Address, CallRow, CallSid, CallStatus, Direction, ErrorCode, LegId, RecordingSid, Span, Time,
    WebhookKind, limit,
};
use target::Target;
use twiml::Trim;
use twiml::verb::{Dial, DialRecord, RingTone};

/// A `<Dial>` that runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Dialling {
    dial: Dial,
    told: Option<RecordingCallback>,
    hunt: Hunt<Target>,
    caller: Caller,
    /// Anybody may be shown to be calling.
    any: bool,
    stage: Stage,
    hears: Hears,
    recording: Option<RecordingSid>,
    kept: Option<Kept>,
    bridged: bool,
    end: Option<ChildEnd>,
    refer: refer::Refer,
    /// When it ended.
    end_time: Time,
    /// The caller left before anybody was rung.
    given_up: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// Asks whether the number to be shown is ours: the document's (true), or the caller's own.
    CallerId(LookupId, String, bool),
    Hunting,
    /// Somebody is ready, and the caller is being answered.
    Joining(LegId),
    Joined(Time),
    /// Waits for the recording's file.
    Finishing(RecordingSid),
}

/// What the caller hears while nobody is joined.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Hears {
    Nothing,
    /// Ringing that we make.
    Ringback(PlayId),
    /// The called side's own early sound.
    Early(LegId),
}

/// Begins to ring.
pub(crate) fn begin(
    dial: Dial,
    page: Option<&str>,
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> (Option<Running>, Step) {
    let targets = target::read(&dial, page, line, turn);
    let method = webhook::method(dial.recording_status_callback_method);
    let to = (dial.recording_status_callback.as_deref(), method);
    let told = record::told(to, &dial.recording_status_callback_event, page, line, turn);
    let refer = refer::read(&dial, page, line, turn);
    // A phone of ours that dials out has no document in which it could name a number.
    let row = line.row;
    let unwritten = page.is_none() && row.direction == Direction::Inbound && row.number.is_none();
    let any = turn.desk.config.any_caller_id || unwritten;
    let wish = caller::wish(&dial, &targets, line, any);
    let nobody = targets.is_empty();
    let mut dialling = Dialling {
        hunt: Hunt::new(targets, dial.sequential),
        dial,
        told,
        caller: Caller::of(row.from.clone(), any),
        any,
        stage: Stage::Hunting,
        hears: Hears::Nothing,
        recording: None,
        kept: None,
        bridged: false,
        end: None,
        refer,
        end_time: turn.now,
        given_up: false,
    };
    let step = if nobody {
        dialling.over(line, turn)
    } else {
        dialling.see(wish, true, line, turn)
    };
    (Some(Running::Dial(Box::new(dialling))), step)
}

impl Dialling {
    /// How the dialled call ended, for a caller who has not been answered.
    pub fn status(&self) -> Option<CallStatus> {
        self.end.as_ref().map(|end| end.status)
    }

    /// Decides whom the called side sees, and sets out. What the document wishes comes first.
    fn see(&mut self, wish: Wish, written: bool, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match wish {
            Wish::Shown(caller) => {
                self.caller = caller.with_name(self.caller.name());
                self.set_out(line, turn)
            }
            Wish::Name(name) => {
                let numbers = self.hunt.waits_for(|target| target.to.number().is_some());
                self.caller = Caller::of(line.row.from.clone(), self.any).with_name(Some(name));
                let fault = numbers.then(|| caller::refused(&self.dial));
                self.see_caller(fault, line, turn)
            }
            Wish::IfOurs(number) => {
                let question = Question::CallerId(line.row.account, number.clone());
                let lookup = turn.lookup(line.row.sid, question);
                let deadline = Span::from_millis(limit::LOOKUP_DEADLINE_MS);
                turn.set(line.row.sid, Timer::Verb, deadline);
                self.stage = Stage::CallerId(lookup, number, written);
                Step::Wait
            }
            Wish::Refused(fault) => self.see_caller(Some(fault), line, turn),
        }
    }

    /// The caller is shown instead of whom the document names.
    fn see_caller(
        &mut self,
        fault: Option<Fault>,
        line: &mut Line<'_>,
        turn: &mut Turn<'_>,
    ) -> Step {
        if let Some(fault) = fault {
            notice::warning(line.row, &fault, None, turn);
        }
        let wish = caller::of_caller(line, self.any);
        self.see(wish, false, line, turn)
    }

    fn caller_id_known(&mut self, ours: bool, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        turn.stop(line.row.sid, Timer::Verb);
        let Stage::CallerId(_, number, written) = &self.stage else {
            return Step::Wait;
        };
        let shown = Address::Number(number.clone());
        match (ours, *written) {
            (true, _) => self.see(Wish::Shown(Caller::of(shown, true)), false, line, turn),
            (false, true) => self.see_caller(Some(caller::refused(&self.dial)), line, turn),
            // Their own word for it, and no carrier will take that from us.
            (false, false) => self.see(Wish::Shown(Caller::of(shown, false)), false, line, turn),
        }
    }

    fn set_out(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        self.stage = Stage::Hunting;
        if self.dial.ring_tone.is_some() {
            line.leg.ring_aloud(turn);
            self.ring_back(line, turn);
        }
        self.ring_next(line, turn)
    }

    fn ring_next(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        loop {
            let next = self.hunt.next();
            if next.is_empty() && self.hunt.is_quiet() {
                return self.over(line, turn);
            }
            for target in next {
                self.ring(target, line, turn);
            }
            if !self.hunt.is_quiet() {
                return Step::Wait;
            }
        }
    }

    fn ring(&mut self, target: Target, line: &Line<'_>, turn: &mut Turn<'_>) {
        if turn.desk.calls >= turn.desk.config.calls_max {
            let text = "Dial: there are as many calls as this platform carries";
            return notice::error(
                line.row,
                &Fault::new(ErrorCode::UNAVAILABLE, text),
                None,
                turn,
            );
        }
        let sid = CallSid::draw(&mut turn.desk.chance);
        let (from, presentable) = self.caller.seen_by(&target);
        let child = Child {
            sid,
            parent: line.row.sid,
            account: line.row.account,
            number: line.row.number,
            outbound: Outbound {
                to: target.to,
                from,
                headers: target.headers,
                headers_there: target.headers_there,
                credentials: target.credentials,
                ring_secs: self.dial.timeout,
                max_forwards: line.visit.max_forwards,
                own_hops: line.visit.own_hops,
                further: target.further,
                presentable,
            },
            send_digits: target.send_digits,
            whisper: target.whisper,
            status_callback: target.status_callback,
            reason: self.dial.call_reason.clone(),
            detection: target.detection,
        };
        self.hunt.placed(sid);
        turn.desk.calls += 1;
        turn.desk.work.push_back(Work::Place(Box::new(child)));
    }

    fn news(&mut self, news: News, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match news {
            News::Referred {
                child,
                to,
                replaces,
            } => self.referred_by_called(child, (to, replaces), line, turn),
            News::SentOn { sent } => {
                self.called_sent_on(sent, line, turn);
                Step::Wait
            }
            // A parent's words to its child are the call's own.
            News::Release
            | News::AnswerRefer { .. }
            | News::Report { .. }
            | News::SendOn { .. } => Step::Wait,
            News::Alerting { leg, early, .. } => {
                if self.hunt.won().is_none() {
                    self.alerting(leg, early, line, turn);
                }
                Step::Wait
            }
            News::Answered { child } => {
                for loser in self.hunt.answered(child) {
                    turn.tell(loser, News::Release);
                }
                Step::Wait
            }
            News::Ready { child, leg } => {
                if self.hunt.won() == Some(child) {
                    self.ready(leg, line, turn);
                }
                Step::Wait
            }
            News::Left(end) | News::Ended(end) => self.ended(*end, line, turn),
        }
    }

    fn alerting(&mut self, leg: LegId, early: bool, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        self.record_from_ringing(line, turn);
        if self.dial.ring_tone.is_some() || matches!(self.hears, Hears::Early(_)) {
            return line.leg.ring(turn);
        }
        if early {
            line.leg.ring_aloud(turn);
            self.hush(line, turn);
            self.hears = Hears::Early(leg);
            line.leg.sound(MediaCommand::Listen { peer: leg }, turn);
        } else if line.leg.is_answered() {
            self.ring_back(line, turn);
        } else {
            line.leg.ring(turn);
        }
    }

    fn ring_back(&mut self, line: &Line<'_>, turn: &mut Turn<'_>) {
        if self.hears == Hears::Nothing {
            let tone = self.dial.ring_tone.unwrap_or_else(|| usual_ringing(line));
            let ringing = Prompt::Tone(Tone::Ringback(tone.as_str().to_owned()));
            self.hears = Hears::Ringback(line.leg.play(ringing, 1, turn));
        }
    }

    fn hush(&mut self, line: &Line<'_>, turn: &mut Turn<'_>) {
        match std::mem::replace(&mut self.hears, Hears::Nothing) {
            Hears::Nothing => {}
            Hears::Ringback(play) => line.leg.sound(MediaCommand::StopPlay { play }, turn),
            Hears::Early(_) => line.leg.sound(MediaCommand::Part, turn),
        }
    }

    fn ready(&mut self, leg: LegId, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        self.stage = Stage::Joining(leg);
        if line.leg.is_waiting() {
            line.leg.answer(turn);
        } else {
            self.join(line, turn);
        }
    }

    fn join(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        let Stage::Joining(peer) = self.stage else {
            return;
        };
        if !line.leg.is_answered() {
            return;
        }
        if let Hears::Ringback(_) = self.hears {
            self.hush(line, turn);
        }
        self.hears = Hears::Nothing;
        line.leg.sound(MediaCommand::Join { peer }, turn);
        self.stage = Stage::Joined(turn.now);
        self.bridged = true;
        let length = Span::from_secs(u64::from(self.dial.time_limit));
        turn.set(line.row.sid, Timer::Bridge, length);
        self.record_if(self.dial.record != DialRecord::DoNotRecord, line, turn);
    }

    /// The ringing itself is kept, too: what the caller hears and says while it goes on, whether
    /// they are answered by then or not.
    fn record_from_ringing(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        let wanted = matches!(
            self.dial.record,
            DialRecord::FromRinging | DialRecord::FromRingingDual
        );
        self.record_if(wanted && line.leg.has_sound(), line, turn);
    }

    /// Unconfirmed: what becomes of a recording for which nobody was there. Who asked to be told
    /// of absent recordings is told; nobody else finds a trace of it.
    fn tell_of_no_recording(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        let wanted = self.dial.record != DialRecord::DoNotRecord && self.recording.is_none();
        let told = self.told.clone().filter(|told| wanted && told.absent);
        if let Some(told) = told {
            let (source, spec) = (RecordingSource::DialVerb, self.recording_spec());
            line.recordings.absent(source, &spec, told, line.row, turn);
        }
    }

    fn recording_spec(&self) -> RecordSpec {
        let dual = matches!(
            self.dial.record,
            DialRecord::FromAnswerDual | DialRecord::FromRingingDual
        );
        RecordSpec {
            dual,
            track: track(self.dial.recording_track),
            trim: self.dial.trim == Trim::TrimSilence,
            length_ms_max: limit::RECORDING_SECS_MAX * 1_000,
            silence_ms: None,
        }
    }

    fn record_if(&mut self, wanted: bool, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        if !wanted || self.recording.is_some() {
            return;
        }
        let spec = self.recording_spec();
        let of = (line.row, &*line.leg);
        let told = self.told.clone();
        let sid = line
            .recordings
            .start(RecordingSource::DialVerb, spec, told, of, turn);
        self.recording = Some(sid);
    }

    fn ended(&mut self, end: ChildEnd, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        let child = end.child;
        if self.hears == Hears::Early(end.leg) {
            self.hush(line, turn);
        }
        // Losers end after the winner was found: the winner's end is the one that counts. And a
        // dial that was left by a redirect may have a child that ends only now: not ours.
        if self.hunt.is_ours(child) && self.hunt.won().is_none_or(|won| won == child) {
            self.end = Some(end);
            self.end_time = turn.now;
        }
        match self.hunt.ended(child) {
            After::Ringing => Step::Wait,
            After::Next if line.leg.is_ended() => self.over(line, turn),
            After::Next => {
                self.hush(line, turn);
                self.ring_next(line, turn)
            }
            After::Over => self.over(line, turn),
        }
    }

    /// Nobody rings or talks any more.
    fn over(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        if self.refer.waits_for_document() {
            return Step::Wait;
        }
        turn.stop(line.row.sid, Timer::Bridge);
        self.hush(line, turn);
        if let Stage::Joined(_) = self.stage {
            line.leg.sound(MediaCommand::Part, turn);
        }
        self.close_transfer(line, turn);
        self.tell_of_no_recording(line, turn);
        let Some(sid) = self.recording.filter(|_| self.kept.is_none()) else {
            return self.after(line.row, turn);
        };
        line.recordings.stop(sid, line.leg, turn);
        if self.dial.action.is_none() || !line.recordings.is_running(sid) {
            return self.after(line.row, turn);
        }
        // The action tells how long the recording is, so it waits for the file.
        self.stage = Stage::Finishing(sid);
        Step::Wait
    }

    fn after(&mut self, row: &CallRow, turn: &mut Turn<'_>) -> Step {
        let Some(action) = self.dial.action.clone() else {
            return Step::Next;
        };
        let mut parameters = Vec::new();
        let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
        let unrung = match self.given_up {
            true => CallStatus::Canceled,
            false => CallStatus::Failed,
        };
        let status = self.status().unwrap_or(unrung);
        add("DialCallStatus", status.to_string());
        if let Some(end) = &self.end {
            let secs = CallRow::duration_between(end.answered, self.end_time);
            add("DialCallSid", end.child.to_string());
            add("DialCallDuration", secs.to_string());
            add("DialBridged", self.bridged.to_string());
            if end.sip {
                if let Some(id) = &end.sip_call_id {
                    add("DialSipCallId", id.clone());
                }
                if let Some(code) = end.sip_response_code {
                    add("DialSipResponseCode", code.to_string());
                }
                for (name, value) in &end.headers {
                    add(&format!("DialSipHeader_{name}"), value.clone());
                }
            }
        }
        if let Some(kept) = self.kept {
            parameters.extend(callback::recording_parameters(row, kept, &turn.desk.config));
        }
        let method = webhook::method(self.dial.method);
        let inline_code = ErrorCode::RELATIVE_URL;
        Step::Go(Goto {
            kind: WebhookKind::Action,
            url: Some(action),
            method,
            parameters,
            inline_code,
        })
    }

    fn release_all(&mut self, turn: &mut Turn<'_>) {
        for child in self.hunt.give_up() {
            turn.tell(child, News::Release);
        }
    }
}

impl Machine for Dialling {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match (heard, &self.stage) {
            (Heard::News(news), _) => self.news(news, line, turn),
            (Heard::Found(lookup, ours), Stage::CallerId(asked, ..)) if lookup == *asked => {
                self.caller_id_known(ours, line, turn)
            }
            (Heard::TimedOut(Timer::Verb), Stage::CallerId(..)) => {
                self.caller_id_known(false, line, turn)
            }
            (Heard::TimedOut(Timer::Bridge), _) => {
                self.release_all(turn);
                Step::Wait
            }
            (Heard::Digit('*'), _) if self.dial.hangup_on_star => {
                self.release_all(turn);
                Step::Wait
            }
            (Heard::Answered, _) => {
                self.record_from_ringing(line, turn);
                self.join(line, turn);
                Step::Wait
            }
            (Heard::Referred(to, replaces), _) => {
                self.referred_by_caller((to, replaces), line, turn)
            }
            (Heard::SentOn(sent), _) => self.caller_sent_on(sent, line, turn),
            (Heard::Recorded(finished), stage) if Some(finished.sid) == self.recording => {
                let waited = matches!(stage, Stage::Finishing(_));
                self.kept = finished.kept;
                if waited {
                    self.after(line.row, turn)
                } else {
                    Step::Wait
                }
            }
            (Heard::Ended, Stage::CallerId(..)) => {
                turn.stop(line.row.sid, Timer::Verb);
                self.given_up = true;
                self.over(line, turn)
            }
            (Heard::Ended, Stage::Finishing(_)) => Step::Wait,
            (Heard::Ended, _) if self.refer.spares_called() => {
                turn.stop(line.row.sid, Timer::Bridge);
                Step::Wait
            }
            (Heard::Ended, _) if self.refer.forget() => self.over(line, turn),
            (Heard::Ended, _) => {
                self.release_all(turn);
                Step::Wait
            }
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        self.drop_transfer(line, turn);
        self.leave(line, turn);
    }
}

impl Dialling {
    /// Gives back timers, sound and whoever was dialled.
    fn leave(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        turn.stop(line.row.sid, Timer::Verb);
        turn.stop(line.row.sid, Timer::Bridge);
        self.release_all(turn);
        self.hush(line, turn);
        if let Stage::Joined(_) = self.stage {
            line.leg.sound(MediaCommand::Part, turn);
        }
        if let Some(sid) = self.recording {
            line.recordings.stop(sid, line.leg, turn);
        }
    }
}

fn track(track: twiml::RecordingTrack) -> RecordingTrack {
    match track {
        twiml::RecordingTrack::Both => RecordingTrack::Both,
        twiml::RecordingTrack::Inbound => RecordingTrack::Inbound,
        twiml::RecordingTrack::Outbound => RecordingTrack::Outbound,
    }
}

/// The ringing that whoever waits knows from home.
fn usual_ringing(line: &Line<'_>) -> RingTone {
    let country = line.visit.far_country(line.row.direction);
    RingTone::of_country(country).unwrap_or(RingTone::Us)
}
