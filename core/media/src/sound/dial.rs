//! Pressing keys: a string of digits and pauses as in-band tones (ITU-T Q.23).

use model::limit::PLAY_DIGITS_MAX;

use super::SAMPLES_PER_MS;
use super::digit::frequencies;
use super::saturate;
use super::sine::Sine;

/// Keys to press and pauses between them: `0-9 A-D # *`, `w` half a second, `W` a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigitString(Vec<Press>);

/// One key or pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Press {
    Key(char),
    Pause { length_ms: u32 },
}

/// Why a string is not one of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigitStringError {
    /// No phone has this key.
    NoSuchKey {
        /// The character.
        key: char,
        /// Its place, counted from 0.
        at: usize,
    },
    /// Longer than `PLAY_DIGITS_MAX`.
    TooLong,
}

impl std::fmt::Display for DigitStringError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            DigitStringError::NoSuchKey { key, at } => write!(f, "no key {key:?} (place {at})"),
            DigitStringError::TooLong => write!(f, "more than {PLAY_DIGITS_MAX} keys"),
        }
    }
}

impl std::error::Error for DigitStringError {}

impl DigitString {
    /// Reads a string; small letters a to d are keys too.
    pub fn parse(text: &str) -> Result<DigitString, DigitStringError> {
        let mut presses = Vec::new();
        for (at, key) in text.chars().enumerate() {
            if at >= PLAY_DIGITS_MAX {
                return Err(DigitStringError::TooLong);
            }
            presses.push(match key {
                'w' => Press::Pause { length_ms: 500 },
                'W' => Press::Pause { length_ms: 1_000 },
                _ if frequencies(key).is_some() => Press::Key(key.to_ascii_uppercase()),
                _ => return Err(DigitStringError::NoSuchKey { key, at }),
            });
        }
        Ok(DigitString(presses))
    }

    /// How long it takes to press all of it with this rhythm.
    pub fn length_ms(&self, rhythm: Rhythm) -> u64 {
        let length = |press: &Press| match press {
            Press::Key(_) => u64::from(rhythm.on_ms) + u64::from(rhythm.off_ms),
            Press::Pause { length_ms } => u64::from(*length_ms),
        };
        self.0.iter().map(length).sum()
    }
}

/// How keys are pressed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rhythm {
    /// How long a key sounds.
    pub on_ms: u32,
    /// The pause after it.
    pub off_ms: u32,
    /// Level of the lower tone; the higher one is 2 dB louder, as lines attenuate it more.
    pub level_dbm0: f32,
}

impl Default for Rhythm {
    fn default() -> Self {
        Rhythm {
            on_ms: 100,
            off_ms: 100,
            level_dbm0: -9.0,
        }
    }
}

/// Presses the keys of one string.
#[derive(Clone, Debug)]
pub struct Dialer {
    digits: DigitString,
    rhythm: Rhythm,
    place: usize,
    /// Samples into the present key or pause.
    at: usize,
    tones: Option<[Sine; 2]>,
}

impl Dialer {
    /// With the usual rhythm.
    pub fn new(digits: DigitString) -> Self {
        Dialer::with_rhythm(digits, Rhythm::default())
    }

    /// With a rhythm of its own.
    pub fn with_rhythm(digits: DigitString, rhythm: Rhythm) -> Self {
        Dialer {
            digits,
            rhythm,
            place: 0,
            at: 0,
            tones: None,
        }
    }

    /// Writes what comes next and tells how much; less than the slice only at the end.
    pub fn fill(&mut self, out: &mut [i16]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            let Some(&press) = self.digits.0.get(self.place) else {
                break;
            };
            let count = (self.length(press) - self.at).min(out.len() - filled);
            match press {
                Press::Key(key) => self.sound(key, &mut out[filled..filled + count]),
                Press::Pause { .. } => out[filled..filled + count].fill(0),
            }
            filled += count;
            self.at += count;
            if self.at == self.length(press) {
                self.place += 1;
                self.at = 0;
                self.tones = None;
            }
        }
        filled
    }

    /// Whether all keys were pressed.
    pub fn is_over(&self) -> bool {
        self.place == self.digits.0.len()
    }

    /// Back to the first key.
    pub fn rewind(&mut self) {
        (self.place, self.at, self.tones) = (0, 0, None);
    }

    /// The key that is down, and for how many samples.
    pub fn pressed(&self) -> Option<(char, u32)> {
        match self.digits.0.get(self.place)? {
            Press::Key(key) if self.at < self.on() => Some((*key, self.at as u32)),
            _ => None,
        }
    }

    fn on(&self) -> usize {
        self.rhythm.on_ms as usize * SAMPLES_PER_MS
    }

    fn length(&self, press: Press) -> usize {
        match press {
            Press::Key(_) => self.on() + self.rhythm.off_ms as usize * SAMPLES_PER_MS,
            Press::Pause { length_ms } => length_ms as usize * SAMPLES_PER_MS,
        }
    }

    fn sound(&mut self, key: char, out: &mut [i16]) {
        let level = self.rhythm.level_dbm0;
        let (low, high) = frequencies(key).unwrap_or_default();
        let tones = self.tones.get_or_insert_with(|| {
            [
                Sine::new(f32::from(low), level),
                Sine::new(f32::from(high), level + 2.0),
            ]
        });
        let sounding = (self.rhythm.on_ms as usize * SAMPLES_PER_MS)
            .saturating_sub(self.at)
            .min(out.len());
        for sample in &mut out[..sounding] {
            *sample = saturate(tones[0].step() + tones[1].step());
        }
        out[sounding..].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::level_dbm0;

    #[test]
    fn only_keys_and_pauses_are_taken() {
        assert!(DigitString::parse("0123456789ABCDabcd*#wW").is_ok());
        let wrong = DigitString::parse("12x4");
        assert_eq!(wrong, Err(DigitStringError::NoSuchKey { key: 'x', at: 2 }));
        let long = "1".repeat(PLAY_DIGITS_MAX + 1);
        assert_eq!(DigitString::parse(&long), Err(DigitStringError::TooLong));
    }

    #[test]
    fn lengths_are_exact() {
        let digits = DigitString::parse("1w2W").expect("four good characters");
        assert_eq!(digits.length_ms(Rhythm::default()), 200 + 500 + 200 + 1000);
        let mut dialer = Dialer::new(digits);
        let mut all = Vec::new();
        let mut piece = [0i16; 123];
        loop {
            let count = dialer.fill(&mut piece);
            all.extend_from_slice(&piece[..count]);
            if count < piece.len() {
                break;
            }
        }
        assert!(dialer.is_over());
        assert_eq!(all.len(), 1900 * SAMPLES_PER_MS);
        assert!((level_dbm0(&all[..800]) + 4.9).abs() < 0.5);
        assert!(all[800..1600].iter().all(|&sample| sample == 0));
    }

    #[test]
    fn it_tells_which_key_is_down() {
        let mut dialer = Dialer::new(DigitString::parse("5w").expect("a digit and a pause"));
        assert_eq!(dialer.pressed(), Some(('5', 0)));
        let mut frame = [0i16; 160];
        dialer.fill(&mut frame);
        assert_eq!(dialer.pressed(), Some(('5', 160)));
        (0..4).for_each(|_| assert_eq!(dialer.fill(&mut frame), 160));
        assert_eq!(dialer.pressed(), None);
    }
}
