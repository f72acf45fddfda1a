//! Hearing keys pressed as in-band tones (ITU-T Q.23, judged by the rules of Q.24).
//! Windows of 15 ms every 5 ms must agree on a key for 25 ms, so that 40 ms always suffice and
//! 23 ms never do; a window counts only if two steady tones hold nearly all its energy.

use super::goertzel::{Goertzel, GoertzelBank};
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

/// Sound kept from before the present frame, so that a whole 20 ms can be looked at again.
const KEPT: usize = 160;
const LONG_WINDOW: usize = 160;

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
    /// The same in the 20 ms that decide.
    long_share: f32,
    /// By how much the best tone of a group must exceed the second.
    lead: f32,
    /// Second harmonic over its tone (speech has strong ones, a phone has none), to which comes
    /// what leaks into it from the other tone.
    harmonic: f32,
    leak: f32,
    /// Strongest over weakest third of a window; more means the tone only touches the window.
    steadiness: f32,
}

fn limits() -> Limits {
    let weakest = RMS_AT_0_DBM0 * RMS_AT_0_DBM0 * WINDOW as f32 * 10f32.powf(-3.5);
    Limits {
        tone_energy: weakest,
        twist: 10f32.powf(0.6),
        reverse_twist: 10f32.powf(0.95),
        share: 0.76,
        long_share: 0.84,
        lead: 6.0,
        harmonic: 0.1,
        leak: 0.06,
        steadiness: 5.0,
    }
}

/// Listens for keys on one leg.
pub struct DigitDetector {
    tones: GoertzelBank<8>,
    /// Each tone a little too low and too high: phones may be off by 1.5 % (Q.24).
    neighbours: [[Goertzel; 2]; 8],
    harmonics: [Goertzel; 8],
    limits: Limits,
    /// The end of the frame before, then the frame.
    recent: [f32; KEPT + FRAME_SAMPLES],
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
            tones: GoertzelBank::new(std::array::from_fn(hz)),
            neighbours: std::array::from_fn(|n| [0.988, 1.012].map(|by| Goertzel::new(hz(n) * by))),
            harmonics: std::array::from_fn(|n| Goertzel::new(hz(n) * 2.0)),
            limits: limits(),
            recent: [0.0; KEPT + FRAME_SAMPLES],
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
        for (slot, &sample) in self.recent[KEPT..].iter_mut().zip(frame) {
            *slot = f32::from(sample);
        }
        let mut events = [None; 2];
        let mut count = 0;
        for start in (0..FRAME_SAMPLES).step_by(HOP) {
            let end = KEPT + start + HOP;
            let mut found = self.judge(&self.recent[end - WINDOW..end]);
            if found.is_some() && found == self.candidate && self.hits + 1 == HITS {
                found =
                    found.filter(|&key| self.confirm(&self.recent[end - LONG_WINDOW..end], key));
            }
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
    fn judge(&self, window: &[f32]) -> Option<char> {
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
        let energies = self.tones.energies(window);
        let (low, low_energy) = best(&energies[..4], limits.lead)?;
        let (high, high_energy) = best(&energies[4..], limits.lead)?;
        let low_energy = self.strongest_near(low, low_energy, window);
        let high_energy = self.strongest_near(4 + high, high_energy, window);
        let fits = low_energy >= limits.tone_energy
            && high_energy >= limits.tone_energy
            && high_energy <= low_energy * limits.twist
            && low_energy <= high_energy * limits.reverse_twist
            && low_energy + high_energy >= total * limits.share
            && !self.has_harmonics(window, (low, low_energy), (high, high_energy));
        fits.then_some(KEYS[low][high])
    }

    /// Whether a key that was found again and again holds nearly all energy of 20 ms too, where
    /// the harmonics of a voice are told apart better and its pitch has moved.
    fn confirm(&self, window: &[f32], key: char) -> bool {
        let Some((low_hz, high_hz)) = frequencies(key) else {
            return false;
        };
        let energies = self.tones.energies(window);
        let places = LOW_HZ.iter().chain(&HIGH_HZ).enumerate();
        let wanted = places.filter(|&(_, &hz)| hz == low_hz || hz == high_hz);
        let both: f32 = wanted
            .map(|(n, _)| self.strongest_near(n, energies[n], window))
            .sum();
        let total: f32 = window.iter().map(|sample| sample * sample).sum();
        both >= total * self.limits.long_share
    }

    /// The energy of a tone or of what is a little beside it.
    fn strongest_near(&self, n: usize, energy: f32, window: &[f32]) -> f32 {
        let beside = self.neighbours[n].iter().map(|tone| tone.energy(window));
        beside.fold(energy, f32::max)
    }

    /// Whether one of two tones has an overtone. The low tone's can't be told from the high tone
    /// itself when they are closer than the window resolves.
    fn has_harmonics(&self, window: &[f32], low: (usize, f32), high: (usize, f32)) -> bool {
        let limits = &self.limits;
        let too_close = (LOW_HZ[low.0] * 2).abs_diff(HIGH_HZ[high.0]) < 110;
        let of_low = low.1 * limits.harmonic + high.1 * limits.leak;
        let of_high = high.1 * limits.harmonic + low.1 * limits.leak;
        (!too_close && self.harmonics[low.0].energy(window) > of_low)
            || self.harmonics[4 + high.0].energy(window) > of_high
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
fn best(energies: &[f32], lead: f32) -> Option<(usize, f32)> {
    let mut first = (0, 0.0f32);
    let mut second = 0.0f32;
    for (n, &energy) in energies.iter().enumerate() {
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
