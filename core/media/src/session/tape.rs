//! One recording of one leg: which of its sounds go to the recorder, and what comes out.

use model::limit::{RECORDING_MS_MIN, RECORDING_SECS_MAX};
use model::media::{MediaEvent, RecordEnd, RecordSpec};
use model::recording::{PauseBehavior, RecordingTrack};
use model::{LegId, RecordingSid};

use crate::engine::{Kept, Outlet};
use crate::recorder::{Recorder, RecorderEvent, RecorderTerms, RecordingEnd};
use crate::sound::{Frame, SILENT_FRAME, length_ms};

/// A recording under way.
pub struct Tape {
    /// Its name.
    pub recording: RecordingSid,
    recorder: Recorder,
    track: RecordingTrack,
    channels: u8,
    keeps_silence: bool,
}

impl Tape {
    /// Starts with the next frame.
    pub fn new(recording: RecordingSid, spec: &RecordSpec) -> Tape {
        let length_ms_max = spec.length_ms_max.min(RECORDING_SECS_MAX * 1_000);
        let terms = RecorderTerms {
            dual: spec.dual,
            max_length_ms: u64::from(length_ms_max),
            silence_timeout_ms: spec.silence_ms.map(u64::from),
            trim: spec.trim,
        };
        let channels = if spec.dual { 2 } else { 1 };
        Tape {
            recording,
            recorder: Recorder::new(terms),
            track: spec.track,
            channels,
            keeps_silence: spec.keeps_silence(),
        }
    }

    /// Whether it keeps what the leg hears.
    pub fn keeps_heard(&self) -> bool {
        self.track != RecordingTrack::Inbound
    }

    /// Keeps 20 ms: what the leg says and what it hears.
    pub fn take(&mut self, says: &Frame, hears: &Frame) {
        match (self.track, self.channels) {
            (RecordingTrack::Inbound, _) => self.recorder.take(says, None),
            (RecordingTrack::Outbound, 1) => self.recorder.take(hears, None),
            (RecordingTrack::Outbound, _) => self.recorder.take(&SILENT_FRAME, Some(hears)),
            (RecordingTrack::Both, _) => self.recorder.take(says, Some(hears)),
        }
    }

    /// Takes no sound until it is resumed. It stays a listener of the leg meanwhile, so that not a
    /// frame is lost when it goes on.
    pub fn pause(&mut self, behavior: PauseBehavior) {
        self.recorder.pause(behavior);
    }

    /// Takes sound again, from the next frame on.
    pub fn resume(&mut self) {
        self.recorder.resume();
    }

    /// Ends it.
    pub fn stop(&mut self) {
        self.recorder.stop();
    }

    /// Hands on what was kept; true if that was the last.
    pub fn give(&mut self, leg: LegId, out: &mut dyn Outlet) -> bool {
        let recording = self.recording;
        while let Some(event) = self.recorder.poll_event() {
            match event {
                RecorderEvent::Chunk(chunk) => {
                    out.record(recording, &chunk, self.channels);
                    self.recorder.recycle(chunk);
                }
                RecorderEvent::Ended {
                    why,
                    keep_samples,
                    heard,
                } => {
                    let end = match why {
                        RecordingEnd::Silence => RecordEnd::Silence,
                        RecordingEnd::MaxLength => RecordEnd::LengthMax,
                        RecordingEnd::Stopped => RecordEnd::Stopped,
                    };
                    let length_ms = length_ms(keep_samples as usize) as u32;
                    let kept = Kept {
                        end,
                        channels: self.channels,
                        samples: keep_samples,
                        length_ms,
                        heard: (heard || self.keeps_silence) && length_ms >= RECORDING_MS_MIN,
                    };
                    out.event(leg, MediaEvent::RecordEnded { recording, end });
                    out.record_end(leg, recording, kept);
                    return true;
                }
            }
        }
        false
    }
}
