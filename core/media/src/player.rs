//! What one leg is played: a queue of sources taken in order, frame by frame and without a gap.
//! A stream that runs dry plays silence and goes on waiting; nothing is allocated for a frame.

use std::collections::VecDeque;
use std::sync::Arc;

use model::limit::{
    PLAY_LOOPS_MAX, PLAY_MARKS_MAX, PLAY_QUEUE_MAX, PLAY_STREAM_SAMPLES_MAX, SOUND_FILE_SAMPLES_MAX,
};

use crate::sound::dial::{Dialer, DigitString};
use crate::sound::tone::{Tone, ToneGenerator};
use crate::sound::{FRAME_SAMPLES, Frame, SAMPLES_PER_MS, SILENT_FRAME, length_ms};

/// Something to play.
#[derive(Clone, Debug)]
pub enum Source {
    /// A piece of sound, shared by all who play it.
    Samples(Arc<[i16]>),
    /// Sound that arrives while it plays, by [`Player::feed`].
    Stream,
    /// A piece of sound that arrives in parts, each shared by all who play it, by
    /// [`Player::supply`]. Once it is whole it can be repeated.
    Parts,
    /// A tone of the network.
    Tone(Tone),
    /// Keys to press.
    Digits(DigitString),
    /// A pause.
    Silence {
        /// How long it lasts.
        length_ms: u32,
    },
}

/// Why a source is no longer played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayEnd {
    /// It was played to its end, as often as asked.
    Played,
    /// It was stopped, before or while it played.
    Stopped,
}

/// What a player tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerEvent {
    /// A source left the queue.
    Finished {
        /// The source.
        id: u64,
        /// Why.
        why: PlayEnd,
        /// How much of it was sent, all loops counted.
        played_ms: u64,
    },
    /// All sound fed to a stream before this mark has been played or cleared.
    MarkReached {
        /// The stream.
        id: u64,
        /// The mark.
        mark: u64,
    },
}

/// Why a source or some sound was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayError {
    /// As many sources wait as may wait.
    QueueFull,
    /// A stream holds as much unplayed sound, or as many marks, as it may.
    StreamFull,
    /// No stream with this number is in the queue, or it has been finished.
    NoSuchStream,
}

impl std::fmt::Display for PlayError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            PlayError::QueueFull => "as many sources wait as may wait",
            PlayError::StreamFull => "the stream holds as much unplayed sound as it may",
            PlayError::NoSuchStream => "no such stream is playing",
        })
    }
}

impl std::error::Error for PlayError {}

/// Sound that arrives while it plays.
struct Stream {
    waiting: VecDeque<i16>,
    taken: u64,
    /// Position in the stream and number of each mark, in order.
    marks: VecDeque<(u64, u64)>,
    finished: bool,
}

/// Sound that arrives in parts and is kept to be repeated.
#[derive(Default)]
struct Parts {
    parts: Vec<Arc<[i16]>>,
    samples: usize,
    /// The part being played, and the place in it.
    part: usize,
    at: usize,
    whole: bool,
}

/// A source being played.
enum Track {
    Samples { sound: Arc<[i16]>, at: usize },
    Stream(Stream),
    Parts(Parts),
    Tone(ToneGenerator),
    Digits(Dialer),
    Silence { length: usize, at: usize },
}

impl Track {
    fn new(source: Source) -> Track {
        match source {
            Source::Samples(sound) => Track::Samples { sound, at: 0 },
            Source::Stream => Track::Stream(Stream {
                waiting: VecDeque::new(),
                taken: 0,
                marks: VecDeque::new(),
                finished: false,
            }),
            Source::Parts => Track::Parts(Parts::default()),
            Source::Tone(tone) => Track::Tone(ToneGenerator::new(tone)),
            Source::Digits(digits) => Track::Digits(Dialer::new(digits)),
            Source::Silence { length_ms } => Track::Silence {
                length: length_ms as usize * SAMPLES_PER_MS,
                at: 0,
            },
        }
    }

    /// Writes what comes next and tells how much; less than the slice only at the end.
    fn fill(&mut self, out: &mut [i16]) -> usize {
        match self {
            Track::Samples { sound, at } => {
                let count = out.len().min(sound.len() - *at);
                out[..count].copy_from_slice(&sound[*at..*at + count]);
                *at += count;
                count
            }
            Track::Stream(stream) => stream.fill(out),
            Track::Parts(parts) => parts.fill(out),
            Track::Tone(tone) => tone.fill(out),
            Track::Digits(dialer) => dialer.fill(out),
            Track::Silence { length, at } => {
                let count = out.len().min(*length - *at);
                out[..count].fill(0);
                *at += count;
                count
            }
        }
    }

    fn is_over(&self) -> bool {
        match self {
            Track::Samples { sound, at } => *at == sound.len(),
            Track::Stream(stream) => stream.finished && stream.waiting.is_empty(),
            Track::Parts(parts) => parts.whole && parts.part == parts.parts.len(),
            Track::Tone(tone) => tone.is_over(),
            Track::Digits(dialer) => dialer.is_over(),
            Track::Silence { length, at } => at == length,
        }
    }

    /// Back to the start for another loop; a stream cannot go back.
    fn rewind(&mut self) {
        match self {
            Track::Samples { at, .. } | Track::Silence { at, .. } => *at = 0,
            Track::Stream(_) => {}
            Track::Parts(parts) => (parts.part, parts.at) = (0, 0),
            Track::Tone(tone) => tone.rewind(),
            Track::Digits(dialer) => dialer.rewind(),
        }
    }
}

impl Parts {
    /// What is here, then silence while more is to come.
    fn fill(&mut self, out: &mut [i16]) -> usize {
        let mut filled = 0;
        while let Some(part) = self.parts.get(self.part) {
            let count = (part.len() - self.at).min(out.len() - filled);
            out[filled..filled + count].copy_from_slice(&part[self.at..self.at + count]);
            filled += count;
            self.at += count;
            if self.at < part.len() {
                return filled;
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
        if self.whole {
            return filled;
        }
        out[filled..].fill(0);
        out.len()
    }
}

impl Stream {
    fn fill(&mut self, out: &mut [i16]) -> usize {
        let count = out.len().min(self.waiting.len());
        let (front, back) = self.waiting.as_slices();
        let straight = count.min(front.len());
        out[..straight].copy_from_slice(&front[..straight]);
        out[straight..count].copy_from_slice(&back[..count - straight]);
        self.waiting.drain(..count);
        self.taken += count as u64;
        if self.finished {
            return count;
        }
        out[count..].fill(0);
        out.len()
    }
}

/// One place in the queue.
struct Item {
    id: u64,
    track: Track,
    loops_left: u32,
    played_samples: u64,
}

/// Plays sources to one leg.
pub struct Player {
    queue: VecDeque<Item>,
    events: VecDeque<PlayerEvent>,
}

impl Player {
    /// A player with nothing to play.
    pub fn new() -> Self {
        Player {
            queue: VecDeque::with_capacity(PLAY_QUEUE_MAX),
            events: VecDeque::with_capacity(PLAY_QUEUE_MAX),
        }
    }

    /// Queues a source under a number of the caller's; `loops` 0 stands for a thousand times.
    pub fn play(&mut self, id: u64, source: Source, loops: u32) -> Result<(), PlayError> {
        if self.queue.len() >= PLAY_QUEUE_MAX {
            return Err(PlayError::QueueFull);
        }
        let loops_left = if loops == 0 {
            PLAY_LOOPS_MAX
        } else {
            loops.min(PLAY_LOOPS_MAX)
        };
        self.queue.push_back(Item {
            id,
            track: Track::new(source),
            loops_left,
            played_samples: 0,
        });
        Ok(())
    }

    /// Appends sound to a stream.
    pub fn feed(&mut self, id: u64, samples: &[i16]) -> Result<(), PlayError> {
        let stream = self.open_stream(id)?;
        if stream.waiting.len() + samples.len() > PLAY_STREAM_SAMPLES_MAX {
            return Err(PlayError::StreamFull);
        }
        stream.waiting.extend(samples);
        Ok(())
    }

    /// Appends a part to sound that arrives in parts.
    pub fn supply(&mut self, id: u64, part: Arc<[i16]>) -> Result<(), PlayError> {
        let (_, parts) = self.open_parts(id)?;
        if parts.samples + part.len() > SOUND_FILE_SAMPLES_MAX {
            return Err(PlayError::StreamFull);
        }
        parts.samples += part.len();
        parts.parts.push(part);
        Ok(())
    }

    /// Says that all parts are here.
    pub fn complete(&mut self, id: u64) -> Result<(), PlayError> {
        self.open_parts(id)?.1.whole = true;
        Ok(())
    }

    /// Says that no more parts will come, though some are missing: what is here is played to its
    /// end, and not repeated.
    pub fn break_off(&mut self, id: u64) -> Result<(), PlayError> {
        let (loops_left, parts) = self.open_parts(id)?;
        parts.whole = true;
        *loops_left = 1;
        Ok(())
    }

    /// Asks to be told when all sound fed so far has been played.
    pub fn mark(&mut self, id: u64, mark: u64) -> Result<(), PlayError> {
        let stream = self.open_stream(id)?;
        if stream.marks.len() >= PLAY_MARKS_MAX {
            return Err(PlayError::StreamFull);
        }
        let position = stream.taken + stream.waiting.len() as u64;
        stream.marks.push_back((position, mark));
        self.report_marks();
        Ok(())
    }

    /// Drops the sound a stream has not played yet; its marks count as reached.
    pub fn clear(&mut self, id: u64) -> Result<(), PlayError> {
        let stream = self.open_stream(id)?;
        stream.taken += stream.waiting.len() as u64;
        stream.waiting.clear();
        let marks = std::mem::take(&mut stream.marks);
        let reached = marks
            .into_iter()
            .map(|(_, mark)| PlayerEvent::MarkReached { id, mark });
        self.events.extend(reached);
        Ok(())
    }

    /// Says that a stream gets no more sound: it ends when what waits has been played.
    pub fn finish(&mut self, id: u64) -> Result<(), PlayError> {
        self.open_stream(id)?.finished = true;
        Ok(())
    }

    /// Takes a source out of the queue; false if it isn't there.
    pub fn stop(&mut self, id: u64) -> bool {
        let Some(at) = self.queue.iter().position(|item| item.id == id) else {
            return false;
        };
        if let Some(item) = self.queue.remove(at) {
            self.report(&item, PlayEnd::Stopped);
        }
        true
    }

    /// Takes everything out of the queue.
    pub fn stop_all(&mut self) {
        while let Some(item) = self.queue.pop_front() {
            self.report(&item, PlayEnd::Stopped);
        }
    }

    /// Whether nothing is playing or waiting.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// The source that is playing now.
    pub fn playing(&self) -> Option<u64> {
        self.queue.front().map(|item| item.id)
    }

    /// The key being pressed now and for how many samples already, for a leg that sends keys as
    /// events (RFC 4733) instead of tones.
    pub fn pressed_digit(&self) -> Option<(char, u32)> {
        match &self.queue.front()?.track {
            Track::Digits(dialer) => dialer.pressed(),
            _ => None,
        }
    }

    /// Writes the next frame; false, and silence, if there is nothing to play.
    pub fn next_frame(&mut self, frame: &mut Frame) -> bool {
        if self.queue.is_empty() {
            *frame = SILENT_FRAME;
            return false;
        }
        let mut filled = 0;
        while let Some(item) = self.queue.front_mut() {
            let before = filled;
            filled += item.track.fill(&mut frame[filled..]);
            item.played_samples += (filled - before) as u64;
            if item.track.is_over() {
                self.end_of_loop();
            }
            if filled == FRAME_SAMPLES {
                break;
            }
        }
        frame[filled..].fill(0);
        self.report_marks();
        true
    }

    /// What has happened since it was last asked.
    pub fn poll_event(&mut self) -> Option<PlayerEvent> {
        self.events.pop_front()
    }

    fn end_of_loop(&mut self) {
        let Some(item) = self.queue.front_mut() else {
            return;
        };
        item.loops_left -= 1;
        // An empty source would otherwise loop without ever filling a frame.
        if item.loops_left > 0 && item.played_samples > 0 && !matches!(item.track, Track::Stream(_))
        {
            item.track.rewind();
        } else if let Some(item) = self.queue.pop_front() {
            self.report(&item, PlayEnd::Played);
        }
    }

    fn open_stream(&mut self, id: u64) -> Result<&mut Stream, PlayError> {
        let item = self.queue.iter_mut().find(|item| item.id == id);
        match item.map(|item| &mut item.track) {
            Some(Track::Stream(stream)) if !stream.finished => Ok(stream),
            _ => Err(PlayError::NoSuchStream),
        }
    }

    fn open_parts(&mut self, id: u64) -> Result<(&mut u32, &mut Parts), PlayError> {
        let item = self.queue.iter_mut().find(|item| item.id == id);
        let item = item.ok_or(PlayError::NoSuchStream)?;
        match &mut item.track {
            Track::Parts(parts) if !parts.whole => Ok((&mut item.loops_left, parts)),
            _ => Err(PlayError::NoSuchStream),
        }
    }

    fn report_marks(&mut self) {
        let Some(Item {
            id,
            track: Track::Stream(stream),
            ..
        }) = self.queue.front_mut()
        else {
            return;
        };
        while let Some(&(position, mark)) = stream.marks.front() {
            if position > stream.taken {
                break;
            }
            stream.marks.pop_front();
            self.events
                .push_back(PlayerEvent::MarkReached { id: *id, mark });
        }
    }

    fn report(&mut self, item: &Item, why: PlayEnd) {
        if let Track::Stream(stream) = &item.track {
            let marks = stream.marks.iter();
            let reached = marks.map(|&(_, mark)| PlayerEvent::MarkReached { id: item.id, mark });
            self.events.extend(reached);
        }
        let played_ms = length_ms(item.played_samples as usize);
        self.events.push_back(PlayerEvent::Finished {
            id: item.id,
            why,
            played_ms,
        });
    }
}

impl Default for Player {
    fn default() -> Self {
        Player::new()
    }
}

#[cfg(test)]
mod tests;
