//! What one leg says: packets put in order, decoded, gaps filled, keys heard; a frame per tick.

use model::Time;

use crate::codec::{Codec, Decoder};
use crate::rtp::event::EventReceiver;
use crate::rtp::jitter::{Fit, Jitter, Next};
use crate::rtp::session::Incoming;
use crate::sound::comfort::Concealer;
use crate::sound::digit::{DigitDetector, DigitEvent};
use crate::sound::{FRAME_SAMPLES, Frame, SILENT_FRAME};

/// Frames without sound after which nothing more is made up: 200 ms.
const MADE_UP_MAX: u32 = 10;

/// Quieter than this (as a sum of magnitudes, -42 dBm0 or so) a frame can be left out unheard.
const QUIET: u32 = 100 * FRAME_SAMPLES as u32;

/// The listening half of a session.
pub struct Ear {
    /// Continuity and counters of the far end's stream.
    pub incoming: Incoming,
    /// Packets waiting for their time.
    pub jitter: Jitter,
    /// Keys as events.
    pub events: EventReceiver,
    /// What was said in the latest tick.
    pub frame: Frame,
    /// Whether the frame holds sound from the far end, not silence.
    pub is_heard: bool,
    decoder: Option<Decoder>,
    concealer: Box<Concealer>,
    /// Present while keys come as tones only.
    detector: Option<Box<DigitDetector>>,
    made_up: u32,
    concealed: u64,
}

impl Ear {
    /// An ear that heard nothing.
    pub fn new() -> Self {
        Ear {
            incoming: Incoming::new(),
            jitter: Jitter::new(),
            events: EventReceiver::new(),
            frame: SILENT_FRAME,
            is_heard: false,
            decoder: None,
            concealer: Box::new(Concealer::new()),
            detector: None,
            made_up: MADE_UP_MAX,
            concealed: 0,
        }
    }

    /// Listens for keys as tones, or doesn't.
    pub fn detect_tones(&mut self, wanted: bool) {
        match (wanted, &self.detector) {
            (true, None) => self.detector = Some(Box::new(DigitDetector::new())),
            (false, Some(_)) => self.detector = None,
            _ => {}
        }
    }

    /// Whether it listens for keys as tones.
    pub fn detects_tones(&self) -> bool {
        self.detector.is_some()
    }

    /// Forgets the sound that waits, after a time in which nobody listened.
    pub fn restart(&mut self) {
        self.jitter.reset();
        // What was said back then must not fill a gap now.
        *self.concealer = Concealer::new();
        self.made_up = MADE_UP_MAX;
        if let Some(decoder) = &mut self.decoder {
            decoder.clear();
        }
    }

    /// Says nothing in this tick.
    pub fn rest(&mut self) {
        self.frame = SILENT_FRAME;
        self.is_heard = false;
    }

    /// Hears the next 20 ms; tells a key that was released in them.
    pub fn listen(&mut self, now: Time) -> Option<(char, u32)> {
        let fit = self.jitter.fit(now);
        let mut heard = fit != Fit::Short && self.pull();
        let spare = match fit {
            Fit::TooLong => true,
            Fit::Long => heard && is_quiet(&self.frame),
            Fit::Right | Fit::Short => false,
        };
        if spare {
            heard |= self.pull();
        }
        if heard {
            self.concealer.good(&mut self.frame);
            self.made_up = 0;
        } else if self.made_up < MADE_UP_MAX {
            self.concealer.lost(&mut self.frame);
            self.concealed += 1;
            self.made_up += 1;
        } else {
            self.frame = SILENT_FRAME;
        }
        self.is_heard = self.made_up < MADE_UP_MAX;
        self.detector.as_mut().and_then(|detector| {
            let events = detector.hear(&self.frame);
            events.into_iter().flatten().find_map(|event| match event {
                DigitEvent::Ended { digit, duration_ms } => Some((digit, duration_ms)),
                DigitEvent::Began { .. } => None,
            })
        })
    }

    /// Fills the frame from packets; false if they don't suffice.
    fn pull(&mut self) -> bool {
        loop {
            if let Some(decoder) = &mut self.decoder
                && decoder.pop(&mut self.frame)
            {
                return true;
            }
            match self.jitter.take() {
                Next::Packet(codec, payload) => {
                    decoder_for(&mut self.decoder, codec).push(payload);
                }
                Next::Lost | Next::Nothing => return false,
            }
        }
    }

    /// Whether the frame was made up in place of a lost one.
    pub fn is_made_up(&self) -> bool {
        self.is_heard && self.made_up > 0
    }

    /// Frames that were made up.
    pub fn concealed(&self) -> u64 {
        self.concealed
    }
}

impl Default for Ear {
    fn default() -> Self {
        Ear::new()
    }
}

fn decoder_for(decoder: &mut Option<Decoder>, codec: Codec) -> &mut Decoder {
    if decoder
        .as_ref()
        .is_some_and(|decoder| decoder.codec() != codec)
    {
        *decoder = None;
    }
    decoder.get_or_insert_with(|| Decoder::new(codec))
}

fn is_quiet(frame: &Frame) -> bool {
    let sum: u32 = frame
        .iter()
        .map(|&sample| u32::from(sample.unsigned_abs()))
        .sum();
    sum < QUIET
}
