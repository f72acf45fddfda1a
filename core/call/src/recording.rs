//! The recordings of one call: begun, ended, finished, and told of.

use crate::callback;
use crate::command::{RecordingCallback, RecordingChange};
use crate::effect::{Refusal, Row};
use crate::leg::Leg;
use crate::notice::{self, Fault};
use crate::timer::Timer;
use crate::turn::Turn;
use model::media::{MediaCommand, RecordEnd, RecordSpec};
use model::recording::{RecordingSource, RecordingStatus};
use model::{CallRow, CallSid, ErrorCode, RecordingRow, RecordingSid, Span, limit};
use std::collections::BTreeMap;

/// A recording that can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Its name.
    pub sid: RecordingSid,
    /// Its length.
    pub secs: u32,
}

/// What became of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Finished {
    /// Which.
    pub sid: RecordingSid,
    /// What can be played, if anything can.
    pub kept: Option<Kept>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Running {
    row: RecordingRow,
    spec: RecordSpec,
    /// Its end was asked for or has come; the file is being finished.
    ending: bool,
}

/// All recordings of a call that are not finished, and the one that its end tells of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Recordings {
    running: BTreeMap<RecordingSid, Running>,
    whole: Option<Kept>,
}

impl Recordings {
    /// Begins to keep the sound of a leg.
    pub fn start(
        &mut self,
        source: RecordingSource,
        spec: RecordSpec,
        told: Option<RecordingCallback>,
        (row, leg): (&CallRow, &Leg),
        turn: &mut Turn<'_>,
    ) -> RecordingSid {
        let recording = recording_of(source, &spec, told, row, turn);
        let sid = recording.sid;
        turn.save(Row::Recording(Box::new(recording.clone())));
        leg.sound(
            MediaCommand::Record {
                recording: sid,
                spec: spec.clone(),
            },
            turn,
        );
        if recording
            .callback
            .as_ref()
            .is_some_and(|told| told.in_progress)
        {
            callback::recording(&recording, turn);
        }
        self.running.insert(
            sid,
            Running {
                row: recording,
                spec,
                ending: false,
            },
        );
        sid
    }

    /// Writes down that there was nothing to be kept, for who asked to be told of that.
    pub fn absent(
        &mut self,
        source: RecordingSource,
        spec: &RecordSpec,
        told: RecordingCallback,
        row: &CallRow,
        turn: &mut Turn<'_>,
    ) {
        let mut recording = recording_of(source, spec, Some(told), row, turn);
        finish(&mut recording, 0, Some(ErrorCode::RECORDING_SILENT), turn);
    }

    /// The recording of this kind that still takes sound.
    pub fn running_of(&self, source: RecordingSource) -> Option<RecordingSid> {
        self.takers()
            .find(|running| running.row.source == source)
            .map(|running| running.row.sid)
    }

    /// The recording that `Twilio.CURRENT` means: the only one that still takes sound. A name
    /// that means nothing is not found; one that means several is refused rather than guessed.
    pub fn only_running(&self) -> Result<RecordingSid, Refusal> {
        let mut takers = self.takers();
        match (takers.next(), takers.next()) {
            (Some(running), None) => Ok(running.row.sid),
            (None, _) => Err(Refusal::of(ErrorCode::NOT_FOUND)),
            (Some(_), Some(_)) => Err(Refusal::of(ErrorCode::RECORDING_CURRENT)),
        }
    }

    /// The row of a recording that is not finished.
    pub fn row(&self, sid: RecordingSid) -> Option<&RecordingRow> {
        self.running.get(&sid).map(|running| &running.row)
    }

    /// Pauses, resumes or ends a recording that takes sound, whoever began it. What has ended is
    /// past changing, and that is told with the number clients pass over when they come too late.
    pub fn change(
        &mut self,
        sid: RecordingSid,
        change: RecordingChange,
        leg: &Leg,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        let running = self.running.get_mut(&sid);
        let running = running
            .filter(|running| !running.ending)
            .ok_or_else(Refusal::not_eligible)?;
        let paused = running.row.status == RecordingStatus::Paused;
        let (status, command) = match change {
            RecordingChange::Pause(behavior) => (
                RecordingStatus::Paused,
                MediaCommand::PauseRecord {
                    recording: sid,
                    behavior,
                },
            ),
            RecordingChange::Resume if !paused => return Ok(()),
            RecordingChange::Resume => (
                RecordingStatus::InProgress,
                MediaCommand::ResumeRecord { recording: sid },
            ),
            RecordingChange::Stop => (
                RecordingStatus::Stopped,
                MediaCommand::StopRecord { recording: sid },
            ),
        };
        leg.sound(command, turn);
        running.row.status = status;
        running.row.date_updated = turn.now;
        turn.save(Row::Recording(Box::new(running.row.clone())));
        if status == RecordingStatus::Stopped {
            running.ending = true;
            await_file(running.row.call, turn);
        }
        Ok(())
    }

    fn takers(&self) -> impl Iterator<Item = &Running> {
        self.running.values().filter(|running| !running.ending)
    }

    /// Ends a recording; what became of it is told later, and surely.
    pub fn stop(&mut self, sid: RecordingSid, leg: &Leg, turn: &mut Turn<'_>) {
        if let Some(running) = self.running.get_mut(&sid).filter(|running| !running.ending) {
            leg.sound(MediaCommand::StopRecord { recording: sid }, turn);
            running.ending = true;
            await_file(running.row.call, turn);
        }
    }

    /// The leg's sound was closed, which ends every recording.
    pub fn line_closed(&mut self, turn: &mut Turn<'_>) {
        for running in self.running.values_mut() {
            running.ending = true;
            await_file(running.row.call, turn);
        }
    }

    /// The engine takes no more sound for a recording.
    pub fn ended(&mut self, sid: RecordingSid, turn: &mut Turn<'_>) {
        if let Some(running) = self.running.get_mut(&sid) {
            running.ending = true;
            running.row.status = RecordingStatus::Processing;
            running.row.date_updated = turn.now;
            turn.save(Row::Recording(Box::new(running.row.clone())));
            await_file(running.row.call, turn);
        }
    }

    /// A recording's file is finished.
    pub fn recorded(
        &mut self,
        sid: RecordingSid,
        (length_ms, heard, end): (u32, bool, RecordEnd),
        row: &CallRow,
        turn: &mut Turn<'_>,
    ) -> Option<Finished> {
        let Running {
            row: mut recording,
            spec,
            ..
        } = self.running.remove(&sid)?;
        let absent = !heard || length_ms < limit::RECORDING_MS_MIN;
        let fault = match (end, absent) {
            // The catalogue has no number for sound that could not be kept but this one, which
            // says that the fault is ours.
            (RecordEnd::Failed, _) => Some(ErrorCode::INTERNAL),
            (_, true) if spec.keeps_silence() => Some(ErrorCode::RECORDING_TOO_SHORT),
            (_, true) => Some(ErrorCode::RECORDING_SILENT),
            (_, false) => None,
        };
        let kept = finish(&mut recording, length_ms, fault, turn);
        match fault {
            Some(code) if recording.status == RecordingStatus::Failed => {
                let text = format!("Recording {sid}: its sound could not be kept");
                notice::error(row, &Fault::new(code, text), None, turn);
            }
            Some(code) => {
                let fault = Fault::new(code, code.text());
                notice::warning(row, &fault, None, turn);
            }
            None => {}
        }
        if recording.source == RecordingSource::OutboundApi {
            self.whole = kept;
        }
        if self.running.values().all(|running| !running.ending) {
            turn.stop(row.sid, Timer::Recorded);
        }
        Some(Finished { sid, kept })
    }

    /// The engine was asked to finish and never did: what is missing has failed.
    pub fn overdue(&mut self, row: &CallRow, turn: &mut Turn<'_>) -> Vec<Finished> {
        let ending = |(sid, running): (&RecordingSid, &Running)| running.ending.then_some(*sid);
        let late: Vec<_> = self.running.iter().filter_map(ending).collect();
        let lost = (0, false, RecordEnd::Failed);
        late.into_iter()
            .filter_map(|sid| self.recorded(sid, lost, row, turn))
            .collect()
    }

    /// True while this recording is not finished.
    pub fn is_running(&self, sid: RecordingSid) -> bool {
        self.running.contains_key(&sid)
    }

    /// True while any recording is not finished.
    pub fn are_running(&self) -> bool {
        !self.running.is_empty()
    }

    /// True while the recording of the whole call is not finished: the call's end tells of it.
    pub fn awaits_whole(&self) -> bool {
        let whole = |running: &Running| running.row.source == RecordingSource::OutboundApi;
        self.running.values().any(whole)
    }

    /// The recording of the whole call, once it is finished.
    pub fn whole(&self) -> Option<Kept> {
        self.whole
    }
}

fn recording_of(
    source: RecordingSource,
    spec: &RecordSpec,
    told: Option<RecordingCallback>,
    row: &CallRow,
    turn: &mut Turn<'_>,
) -> RecordingRow {
    RecordingRow {
        sid: RecordingSid::draw(&mut turn.desk.chance),
        account: row.account,
        call: row.sid,
        source,
        status: RecordingStatus::InProgress,
        channels: if spec.dual { 2 } else { 1 },
        track: spec.track,
        start_time: turn.now,
        duration_secs: None,
        error_code: None,
        callback: told,
        date_created: turn.now,
        date_updated: turn.now,
    }
}

fn await_file(call: CallSid, turn: &mut Turn<'_>) {
    turn.set(
        call,
        Timer::Recorded,
        Span::from_millis(limit::RECORDED_DEADLINE_MS),
    );
}

/// At start: what is left of a recording whose call a crash has cut is all of it.
pub(crate) fn cut(mut row: RecordingRow, length_ms: u32, turn: &mut Turn<'_>) {
    if !row.status.is_unfinished() {
        return;
    }
    let absent = length_ms < limit::RECORDING_MS_MIN;
    let fault = absent.then_some(ErrorCode::RECORDING_TOO_SHORT);
    finish(&mut row, length_ms, fault, turn);
}

/// Writes down how a recording has ended, and tells of it.
fn finish(
    recording: &mut RecordingRow,
    length_ms: u32,
    fault: Option<ErrorCode>,
    turn: &mut Turn<'_>,
) -> Option<Kept> {
    let secs = (length_ms.saturating_add(500) / 1_000).max(1);
    let sid = recording.sid;
    let kept = fault.is_none().then_some(Kept { sid, secs });
    recording.status = match fault {
        Some(ErrorCode::INTERNAL) => RecordingStatus::Failed,
        Some(_) => RecordingStatus::Absent,
        None => RecordingStatus::Completed,
    };
    recording.error_code = fault.map(|code| code.0);
    recording.duration_secs = kept.map(|kept| kept.secs);
    recording.date_updated = turn.now;
    turn.save(Row::Recording(Box::new(recording.clone())));
    if recording
        .callback
        .as_ref()
        .is_some_and(|told| wants(told, recording))
    {
        callback::recording(recording, turn);
    }
    kept
}

/// Failure is told to whoever waits for an end of any kind: it is neither a sound that can be
/// played nor a silence, and nobody should wait for ever.
fn wants(told: &RecordingCallback, recording: &RecordingRow) -> bool {
    match recording.status {
        RecordingStatus::Completed => told.completed,
        RecordingStatus::Absent => told.absent,
        RecordingStatus::Failed => told.completed || told.absent,
        RecordingStatus::InProgress
        | RecordingStatus::Paused
        | RecordingStatus::Stopped
        | RecordingStatus::Processing
        | RecordingStatus::Deleted => false,
    }
}
