//! What is recorded of one leg or bridge: one or two channels in chunks of a second, silence at
//! both ends cut off if asked, ended by silence, length or command.

use std::collections::VecDeque;

use model::recording::PauseBehavior;

use crate::sound::mix::add;
use crate::sound::silence::VoiceActivity;
use crate::sound::{FRAME_MS, FRAME_SAMPLES, Frame, SAMPLES_PER_MS, SILENT_FRAME};

/// Sound in one chunk; a crash loses no more than this.
pub const CHUNK_MS: u32 = 1_000;

/// Silence left before the first and after the last sound when silence is trimmed.
pub const TRIM_MARGIN_MS: u32 = 200;

const MARGIN_FRAMES: usize = (TRIM_MARGIN_MS / FRAME_MS) as usize;

/// Chunks made beforehand, so that a prompt writer never causes an allocation.
const SPARE_CHUNKS: usize = 3;

/// What to record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecorderTerms {
    /// Both sides in channels of their own instead of mixed.
    pub dual: bool,
    /// Recorded time after which it ends.
    pub max_length_ms: u64,
    /// Silence after which it ends; never if absent.
    pub silence_timeout_ms: Option<u64>,
    /// Cut silence off at both ends.
    pub trim: bool,
}

/// Why a recording ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordingEnd {
    /// Nobody spoke for the silence timeout.
    Silence,
    /// It reached its length.
    MaxLength,
    /// It was stopped.
    Stopped,
}

/// What a recorder tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecorderEvent {
    /// The next piece, channels interleaved; hand the vector back by [`Recorder::recycle`].
    Chunk(Vec<i16>),
    /// The recording is over; this comes once and last.
    Ended {
        /// Why.
        why: RecordingEnd,
        /// Samples per channel worth keeping: fewer than were given out if a trailing silence
        /// was trimmed, 0 if nothing was heard and silence is trimmed.
        keep_samples: u64,
        /// Whether there was any sound but silence.
        heard: bool,
    },
}

/// Records what it is given, frame by frame.
pub struct Recorder {
    terms: RecorderTerms,
    voice: VoiceActivity,
    paused: Option<PauseBehavior>,
    elapsed_ms: u64,
    quiet_ms: u64,
    heard: bool,
    ended: bool,
    /// Samples per channel written so far, and where the last sound in them ended.
    written: u64,
    written_to_sound: u64,
    /// The latest frames of a leading silence, in a ring.
    margin: Box<[[i16; FRAME_SAMPLES * 2]; MARGIN_FRAMES]>,
    margin_frames: usize,
    chunk: Vec<i16>,
    spare: Vec<Vec<i16>>,
    events: VecDeque<RecorderEvent>,
}

impl Recorder {
    /// A recorder that starts with the next frame.
    pub fn new(terms: RecorderTerms) -> Self {
        let room = CHUNK_MS as usize * SAMPLES_PER_MS * channels(terms);
        Recorder {
            terms,
            voice: VoiceActivity::new(),
            paused: None,
            elapsed_ms: 0,
            quiet_ms: 0,
            heard: false,
            ended: false,
            written: 0,
            written_to_sound: 0,
            margin: Box::new([[0; FRAME_SAMPLES * 2]; MARGIN_FRAMES]),
            margin_frames: 0,
            chunk: Vec::with_capacity(room),
            spare: (0..SPARE_CHUNKS)
                .map(|_| Vec::with_capacity(room))
                .collect(),
            events: VecDeque::with_capacity(SPARE_CHUNKS + 2),
        }
    }

    /// Records 20 ms: the leg's own sound and, if wanted, what it hears (second channel, or mixed).
    pub fn take(&mut self, near: &Frame, far: Option<&Frame>) {
        if self.ended {
            return;
        }
        match self.paused {
            Some(PauseBehavior::Skip) => return,
            Some(PauseBehavior::Silence) => self.take_frame(&SILENT_FRAME, Some(&SILENT_FRAME)),
            None => self.take_frame(near, far),
        }
        self.check_end();
    }

    /// Holds the recording until [`Recorder::resume`]; silence doesn't end it meanwhile.
    pub fn pause(&mut self, behavior: PauseBehavior) {
        self.paused = Some(behavior);
    }

    /// Goes on after a pause.
    pub fn resume(&mut self) {
        if self.paused.take().is_some() {
            self.quiet_ms = 0;
        }
    }

    /// Whether it pauses.
    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// Ends the recording; the rest comes as a last chunk.
    pub fn stop(&mut self) {
        self.end(RecordingEnd::Stopped);
    }

    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        self.ended
    }

    /// Whether any sound but silence was recorded yet.
    pub fn has_heard(&self) -> bool {
        self.heard
    }

    /// Length of what was written so far (a leading silence that is trimmed doesn't count).
    pub fn duration_ms(&self) -> u64 {
        self.written / SAMPLES_PER_MS as u64
    }

    /// What has happened since it was last asked.
    pub fn poll_event(&mut self) -> Option<RecorderEvent> {
        self.events.pop_front()
    }

    /// Takes the vector of a chunk back for another one.
    pub fn recycle(&mut self, mut chunk: Vec<i16>) {
        if self.spare.len() < SPARE_CHUNKS {
            chunk.clear();
            self.spare.push(chunk);
        }
    }

    fn take_frame(&mut self, near: &Frame, far: Option<&Frame>) {
        let mut mixed = *near;
        if let Some(far) = far {
            add(&mut mixed, far);
        }
        let voiced = self.paused.is_none() && self.voice.hear(&mixed).voice;
        self.elapsed_ms += u64::from(FRAME_MS);
        self.quiet_ms = if voiced {
            0
        } else {
            self.quiet_ms + u64::from(FRAME_MS)
        };
        let mut both = [0; FRAME_SAMPLES * 2];
        let width = channels(self.terms) * FRAME_SAMPLES;
        if self.terms.dual {
            let far = far.unwrap_or(&SILENT_FRAME);
            for (pair, (&left, &right)) in both.chunks_exact_mut(2).zip(near.iter().zip(far)) {
                pair.copy_from_slice(&[left, right]);
            }
        } else {
            both[..FRAME_SAMPLES].copy_from_slice(&mixed);
        }
        if voiced && !self.heard {
            self.heard = true;
            self.write_margin(width);
        }
        if self.terms.trim && !self.heard {
            self.margin[self.margin_frames % MARGIN_FRAMES] = both;
            self.margin_frames += 1;
            return;
        }
        self.write(&both[..width]);
        if voiced {
            self.written_to_sound = self.written;
        }
    }

    fn write_margin(&mut self, width: usize) {
        let oldest = self.margin_frames.saturating_sub(MARGIN_FRAMES);
        for at in oldest..self.margin_frames {
            let frame = self.margin[at % MARGIN_FRAMES];
            self.write(&frame[..width]);
        }
    }

    fn write(&mut self, samples: &[i16]) {
        self.chunk.extend_from_slice(samples);
        self.written += (samples.len() / channels(self.terms)) as u64;
        if self.chunk.len() == self.room() {
            self.give_chunk();
        }
    }

    fn give_chunk(&mut self) {
        let next = self
            .spare
            .pop()
            .unwrap_or_else(|| Vec::with_capacity(self.room()));
        let full = std::mem::replace(&mut self.chunk, next);
        self.events.push_back(RecorderEvent::Chunk(full));
    }

    fn check_end(&mut self) {
        if self.elapsed_ms >= self.terms.max_length_ms {
            self.end(RecordingEnd::MaxLength);
        } else if self.paused.is_none()
            && self
                .terms
                .silence_timeout_ms
                .is_some_and(|limit| self.quiet_ms >= limit)
        {
            self.end(RecordingEnd::Silence);
        }
    }

    fn end(&mut self, why: RecordingEnd) {
        if self.ended {
            return;
        }
        self.ended = true;
        if !self.chunk.is_empty() {
            self.give_chunk();
        }
        let margin = u64::from(TRIM_MARGIN_MS) * SAMPLES_PER_MS as u64;
        let keep_samples = if self.terms.trim {
            self.written
                .min(self.written_to_sound + if self.heard { margin } else { 0 })
        } else {
            self.written
        };
        self.events.push_back(RecorderEvent::Ended {
            why,
            keep_samples,
            heard: self.heard,
        });
    }

    fn room(&self) -> usize {
        CHUNK_MS as usize * SAMPLES_PER_MS * channels(self.terms)
    }
}

fn channels(terms: RecorderTerms) -> usize {
    if terms.dual { 2 } else { 1 }
}

#[cfg(test)]
mod tests;
