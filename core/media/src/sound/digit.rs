//! Hearing keys pressed as in-band tones (ITU-T Q.23, judged by the rules of Q.24).
//! Windows of 15 ms every 5 ms must agree on a key for 25 ms, so that 40 ms always suffice and
//! 23 ms never do; a window counts only if two steady tones hold nearly all its energy.

use super::goertzel::Goertzel;
use super::{FRAME_SAMPLES, Frame, RMS_AT_0_DBM0, SAMPLES_PER_MS};

const LOW_HZ: [u16; 4] = [697, 770, 852, 941];
const HIGH_HZ: [u16; 4] = [1_209, 1_336, 1_477, 1_633];

/// Keys by low tone, then by high tone.
const KEYS: [[char; 4]; 4] = [
    ['1', '2', '3', 'A'],
    ['4', '5', '6', 'B'],
    ['7', '8', '9', 'C'],
    ['*', '0', '#', 'D'],
];

/// A step from window to window, and the window: 5 and 15 ms.
const HOP: usize = 40;
const WINDOW: usize = 120;

/// Windows that must agree before a key counts, and that must miss before it is released.
const HITS: u32 = 5;
const MISSES: u32 = 6;

/// A key of a phone, as it is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitEvent {
    /// It is down, for 40 ms or so already.
    Began {
        /// `0-9 A-D # *`.
        digit: char,
    },
    /// It was released.
    Ended {
        /// `0-9 A-D # *`.
        digit: char,
        /// How long it was down, to about 10 ms.
        duration_ms: u32,
    },
}

/// The two tones of a key, low and high.
pub fn frequencies(key: char) -> Option<(u16, u16)> {
    let key = key.to_ascii_uppercase();
    for (low_hz, row) in LOW_HZ.iter().zip(KEYS) {
        if let Some(column) = row.iter().position(|&other| other == key) {
            return Some((*low_hz, HIGH_HZ[column]));
        }
    }
    None
}

/// How much the tones of a key may differ, and what else may sound with them.
struct Limits {
    /// Weakest tone, as the energy of a window.
    tone_energy: f32,
    /// High over low tone and low over high tone (Q.24: +4 and -8 dB, with a margin).
    twist: f32,
    reverse_twist: f32,
    /// Share of a window's energy both tones must have together.
    share: f32,
    /// By how much the best tone of a group must exceed the second.
    lead: f32,
    /// Second harmonic over its tone: speech has strong ones, a phone has none.
    harmonic: f32,
    /// Strongest over weakest third of a window; more means the tone only touches the window.
    steadiness: f32,
}

fn limits() -> Limits {
    let weakest = RMS_AT_0_DBM0 * RMS_AT_0_DBM0 * WINDOW as f32 * 10f32.powf(-3.5);
    Limits {
        tone_energy: weakest,
        twist: 10f32.powf(0.6),
        reverse_twist: 10f32.powf(0.95),
        share: 0.64,
        lead: 6.0,
        harmonic: 0.05,
        steadiness: 5.0,
    }
}

/// Listens for keys on one leg.
pub struct DigitDetector {
    tones: [Goertzel; 8],
    harmonics: [Goertzel; 8],
    limits: Limits,
    /// The end of the frame before, then the frame.
    recent: [f32; WINDOW - HOP + FRAME_SAMPLES],
    candidate: Option<char>,
    hits: u32,
    /// The key that is down.
    down: Option<char>,
    down_windows: u32,
    misses: u32,
}

impl DigitDetector {
    /// A detector that has heard nothing.
    pub fn new() -> Self {
        let hz = |n: usize| f32::from(if n < 4 { LOW_HZ[n] } else { HIGH_HZ[n - 4] });
        DigitDetector {
            tones: std::array::from_fn(|n| Goertzel::new(hz(n))),
            harmonics: std::array::from_fn(|n| Goertzel::new(hz(n) * 2.0)),
            limits: limits(),
            recent: [0.0; WINDOW - HOP + FRAME_SAMPLES],
            candidate: None,
            hits: 0,
            down: None,
            down_windows: 0,
            misses: 0,
        }
    }

    /// Hears one frame; a key may end and another begin in it.
    pub fn hear(&mut self, frame: &Frame) -> [Option<DigitEvent>; 2] {
        self.recent.copy_within(FRAME_SAMPLES.., 0);
        for (slot, &sample) in self.recent[WINDOW - HOP..].iter_mut().zip(frame) {
            *slot = f32::from(sample);
        }
        let mut events = [None; 2];
        let mut count = 0;
        for start in (0..FRAME_SAMPLES).step_by(HOP) {
            let found = self.judge(start);
            for event in self.follow(found).into_iter().flatten() {
                if let Some(slot) = events.get_mut(count) {
                    *slot = Some(event);
                    count += 1;
                }
            }
        }
        events
    }

    /// The key that is down now.
    pub fn down(&self) -> Option<char> {
        self.down
    }

    /// The key in one window.
    fn judge(&self, start: usize) -> Option<char> {
        let window = &self.recent[start..start + WINDOW];
        let limits = &self.limits;
        let mut thirds = [0.0f32; 3];
        for (third, piece) in thirds.iter_mut().zip(window.chunks_exact(HOP)) {
            *third = piece.iter().map(|sample| sample * sample).sum();
        }
        let total: f32 = thirds.iter().sum();
        if total < limits.tone_energy * 2.0 {
            return None;
        }
        let strongest = thirds.iter().fold(0.0f32, |a, &b| a.max(b));
        let weakest = thirds.iter().fold(f32::MAX, |a, &b| a.min(b));
        if strongest > weakest * limits.steadiness {
            return None;
        }
        let (low, low_energy) = best(&self.tones[..4], window, limits.lead)?;
        let (high, high_energy) = best(&self.tones[4..], window, limits.lead)?;
        let fits = low_energy >= limits.tone_energy
            && high_energy >= limits.tone_energy
            && high_energy <= low_energy * limits.twist
            && low_energy <= high_energy * limits.reverse_twist
            && low_energy + high_energy >= total * limits.share
            && self.harmonics[low].energy(window) <= low_energy * limits.harmonic
            && self.harmonics[4 + high].energy(window) <= high_energy * limits.harmonic;
        fits.then_some(KEYS[low][high])
    }

    /// Follows what window after window says.
    fn follow(&mut self, found: Option<char>) -> [Option<DigitEvent>; 2] {
        if found.is_some() && found == self.candidate {
            self.hits += 1;
        } else {
            self.candidate = found;
            self.hits = u32::from(found.is_some());
        }
        let mut ended = None;
        if let Some(digit) = self.down {
            self.down_windows += 1;
            self.misses = if found == self.down {
                0
            } else {
                self.misses + 1
            };
            let replaced = self.hits >= HITS && found != self.down;
            if self.misses >= MISSES || replaced {
                let heard = self.down_windows - self.misses;
                ended = Some(DigitEvent::Ended {
                    digit,
                    duration_ms: duration_ms(heard),
                });
                self.down = None;
            }
        }
        let mut began = None;
        if self.down.is_none()
            && self.hits >= HITS
            && let Some(digit) = found
        {
            self.down = found;
            self.down_windows = self.hits;
            self.misses = 0;
            began = Some(DigitEvent::Began { digit });
        }
        [ended, began]
    }
}

impl Default for DigitDetector {
    fn default() -> Self {
        DigitDetector::new()
    }
}

/// The length of a tone that was in so many windows: the first and last are about half full.
fn duration_ms(windows: u32) -> u32 {
    (windows * HOP as u32 + (WINDOW - HOP) as u32 / 2) / SAMPLES_PER_MS as u32
}

/// The strongest of four tones, if it is clearly stronger than the others.
fn best(tones: &[Goertzel], window: &[f32], lead: f32) -> Option<(usize, f32)> {
    let mut first = (0, 0.0f32);
    let mut second = 0.0f32;
    for (n, tone) in tones.iter().enumerate() {
        let energy = tone.energy(window);
        if energy > first.1 {
            second = first.1;
            first = (n, energy);
        } else if energy > second {
            second = energy;
        }
    }
    (first.1 > second * lead).then_some(first)
}

#[cfg(test)]
mod tests;
