//! Does somebody speak in this frame? A neural network says whether a voice is in the sound;
//! the level says whether it is the voice that picked up, or one behind it.

use crate::sound::resample::Doubler;
use crate::sound::{FRAME_SAMPLES, Frame, SILENT_DBM0, level_dbm0};

/// Samples the network looks at, at 16 000 a second.
const PIECE: usize = 256;

/// From here on the network is believed that there is a voice; once there was one, from here on.
const SURE: f32 = 0.5;
const STILL: f32 = 0.35;

/// Softer than this nobody speaks to us.
const SOFTEST_DBM0: f32 = -46.0;

/// Softer than the voice by so much is somebody else, or the end of a breath.
const BEHIND_DB: f32 = 14.0;

/// By so much a voice stands out of the noise.
const MARGIN_DB: f32 = 5.0;

/// The loudest level is forgotten by this in a frame: 1 dB in a second.
const FORGOTTEN_DB: f32 = 0.02;

/// How fast the noise floor is believed to rise and to fall.
const RISE_DB: f32 = 0.10;
const FALL_SHARE: f32 = 0.25;

/// Follows the far end's sound.
pub(super) struct Activity {
    network: Box<earshot::Detector>,
    doubler: Doubler,
    piece: [i16; PIECE],
    filled: usize,
    voice: f32,
    loudest_dbm0: f32,
    floor_dbm0: f32,
    speaks: bool,
}

impl Activity {
    /// One that knows nothing of the line.
    pub(super) fn new() -> Self {
        Activity {
            network: Box::new(earshot::Detector::default()),
            doubler: Doubler::new(),
            piece: [0; PIECE],
            filled: 0,
            voice: 0.0,
            loudest_dbm0: SILENT_DBM0,
            floor_dbm0: -62.0,
            speaks: false,
        }
    }

    /// Hears one frame, and the same at 16 000 samples a second if it came so.
    pub(super) fn hear(&mut self, frame: &Frame, wide: Option<&[i16]>) -> bool {
        self.ask(frame, wide);
        let level = level_dbm0(frame);
        if level < self.floor_dbm0 {
            self.floor_dbm0 += (level.max(-75.0) - self.floor_dbm0) * FALL_SHARE;
        } else {
            self.floor_dbm0 = (self.floor_dbm0 + RISE_DB).min(level);
        }
        let believed = self.voice >= if self.speaks { STILL } else { SURE };
        if believed {
            self.loudest_dbm0 = self.loudest_dbm0.max(level);
        }
        self.loudest_dbm0 -= FORGOTTEN_DB;
        let least = SOFTEST_DBM0
            .max(self.loudest_dbm0 - BEHIND_DB)
            .max(self.floor_dbm0 + MARGIN_DB);
        self.speaks = believed && level > least;
        self.speaks
    }

    /// How sure it is that there is a voice (0 to 1).
    pub(super) fn voice(&self) -> f32 {
        self.voice
    }

    /// A frame that didn't come.
    pub(super) fn miss(&mut self) {
        self.speaks = false;
        self.voice *= 0.5;
    }

    fn ask(&mut self, frame: &Frame, wide: Option<&[i16]>) {
        let mut most: Option<f32> = None;
        for n in 0..FRAME_SAMPLES {
            let pair = match wide {
                Some(wide) => [wide[n * 2], wide[n * 2 + 1]],
                None => self.doubler.step(frame[n]),
            };
            for sample in pair {
                self.piece[self.filled] = sample;
                self.filled += 1;
                if self.filled == PIECE {
                    self.filled = 0;
                    let score = self.network.predict_i16(&self.piece);
                    most = Some(most.map_or(score, |most| most.max(score)));
                }
            }
        }
        self.voice = most.unwrap_or(self.voice);
    }
}
