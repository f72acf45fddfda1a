//! `<Record>`: records the caller until silence, a key, the greatest length or the hang-up.

use super::{Goto, Heard, Machine, Step, unbuilt};
use crate::callback;
use crate::command::RecordingCallback;
use crate::notice::{self, Fault};
use crate::recording::Finished;
use crate::relative;
use crate::script::Line;
use crate::timer::Timer;
use crate::turn::Turn;
use crate::webhook;
use model::media::{MediaCommand, PlayId, Prompt, RecordSpec, Tone};
use model::recording::{RecordingSource, RecordingTrack};
use model::{ErrorCode, RecordingSid, Span, WebhookKind, limit};
use twiml::verb::Record;
use twiml::{RecordingEvent, Trim};

/// A recording that the caller makes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Recording {
    record: Record,
    told: Option<RecordingCallback>,
    stage: Stage,
    /// The key that ended it, or `hangup`.
    digits: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    /// The caller is asked to speak.
    Beep(PlayId),
    /// The caller speaks, or what was said is being put away.
    Keeping(RecordingSid),
}

/// Begins with the beep, or at once.
pub(crate) fn begin(
    record: Record,
    page: Option<&str>,
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> Recording {
    if record.transcribes() {
        let fault = unbuilt::missing("Transcription in <Record>", "the call is recorded");
        notice::error(line.row, &fault, None, turn);
    }
    let method = webhook::method(record.recording_status_callback_method);
    let to = (record.recording_status_callback.as_deref(), method);
    let told = told(
        to,
        &record.recording_status_callback_event,
        page,
        line,
        turn,
    );
    let stage = if record.play_beep {
        let beep = Prompt::Tone(Tone::RecordBeep);
        Stage::Beep(line.leg.play(beep, 1, turn))
    } else {
        start(&record, told.clone(), line, turn)
    };
    Recording {
        record,
        told,
        stage,
        digits: String::new(),
    }
}

/// Who is told of a recording that a document asks for.
pub(crate) fn told(
    (url, method): (Option<&str>, model::Method),
    events: &[RecordingEvent],
    page: Option<&str>,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
) -> Option<RecordingCallback> {
    let url = url.filter(|url| !url.trim().is_empty())?;
    // Unconfirmed: the catalogue has 13256 for a wrong address. It is a warning, so the recording
    // is made all the same and nobody is told.
    let Some(resolved) = relative::resolve(page, url) else {
        let text = format!("recordingStatusCallback: '{url}' leads nowhere from here");
        notice::warning(
            line.row,
            &Fault::new(ErrorCode::RECORDING_CALLBACK_URL, text),
            None,
            turn,
        );
        return None;
    };
    Some(RecordingCallback {
        url: resolved,
        method,
        in_progress: events.contains(&RecordingEvent::InProgress),
        completed: events.contains(&RecordingEvent::Completed),
        absent: events.contains(&RecordingEvent::Absent),
    })
}

fn start(
    record: &Record,
    told: Option<RecordingCallback>,
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> Stage {
    let length_secs = record.max_length.min(limit::RECORDING_SECS_MAX);
    let spec = RecordSpec {
        dual: false,
        track: RecordingTrack::Inbound,
        trim: record.trim == Trim::TrimSilence,
        length_ms_max: length_secs * 1_000,
        silence_ms: (record.timeout > 0).then(|| record.timeout.saturating_mul(1_000)),
    };
    // The engine ends it at its length; this is the asker's own deadline, a little behind. Time
    // in which the API pauses the recording counts: a caller is not kept waiting for ever.
    let deadline = Span::from_secs(u64::from(length_secs) + 2);
    turn.set(line.row.sid, Timer::Verb, deadline);
    let of = (line.row, &*line.leg);
    let sid = line
        .recordings
        .start(RecordingSource::RecordVerb, spec, told, of, turn);
    Stage::Keeping(sid)
}

impl Recording {
    fn put_away(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        if let Stage::Keeping(sid) = self.stage {
            line.recordings.stop(sid, line.leg, turn);
        }
        Step::Wait
    }

    fn finished(&mut self, finished: Finished, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
        turn.stop(line.row.sid, Timer::Verb);
        let Some(kept) = finished.kept else {
            // Nothing was said, or nothing of it is left (that has been noted where it was
            // learnt): the action is not asked and the next verb runs.
            return Step::Next;
        };
        let mut parameters = callback::recording_parameters(line.row, kept, &turn.desk.config);
        // Unconfirmed: without a key (silence, the greatest length) `Digits` is there and empty.
        parameters.push(("Digits".to_owned(), std::mem::take(&mut self.digits)));
        Step::Go(Goto {
            kind: WebhookKind::Action,
            url: self.record.action.clone(),
            method: webhook::method(self.record.method),
            parameters,
            inline_code: ErrorCode::URL_FORMAT,
        })
    }
}

impl Machine for Recording {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match (heard, &self.stage) {
            (Heard::Played(play, _), Stage::Beep(beep)) if play == *beep => {
                self.stage = start(&self.record, self.told.take(), line, turn);
                Step::Wait
            }
            (Heard::Digit(key), Stage::Keeping(_)) if self.record.finish_on_key.contains(key) => {
                if self.digits.is_empty() {
                    self.digits.push(key);
                }
                self.put_away(line, turn)
            }
            (Heard::TimedOut(Timer::Verb), Stage::Keeping(_)) => self.put_away(line, turn),
            (Heard::Recorded(finished), Stage::Keeping(sid)) if finished.sid == *sid => {
                self.finished(finished, line, turn)
            }
            (Heard::Ended, Stage::Beep(_)) => Step::Next,
            (Heard::Ended, Stage::Keeping(_)) => {
                turn.stop(line.row.sid, Timer::Verb);
                if self.digits.is_empty() {
                    self.digits.push_str("hangup");
                }
                Step::Wait
            }
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        turn.stop(line.row.sid, Timer::Verb);
        match self.stage {
            Stage::Beep(play) => line.leg.sound(MediaCommand::StopPlay { play }, turn),
            Stage::Keeping(_) => {
                self.put_away(line, turn);
            }
        }
    }
}
