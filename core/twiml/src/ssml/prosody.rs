//! How fast, how high and how loud: the words and figures of `prosody` and `emphasis` as numbers.

/// How something is spoken, beside the voice's own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prosody {
    /// Speed in hundredths of the voice's own.
    pub rate_percent: u16,
    /// Pitch in hundredths of the voice's own.
    pub pitch_percent: u16,
    /// Decibels louder.
    pub gain_db: i16,
}

/// A tenth of a word is heard no more than none.
const RATE: (f64, f64) = (20.0, 300.0);
/// An octave each way.
const PITCH: (f64, f64) = (50.0, 200.0);
/// More is only noise of the line.
const GAIN: (i16, i16) = (Prosody::SILENT_DB, 12);

impl Default for Prosody {
    fn default() -> Self {
        Prosody {
            rate_percent: 100,
            pitch_percent: 100,
            gain_db: 0,
        }
    }
}

impl Prosody {
    /// The gain of what isn't heard at all.
    pub const SILENT_DB: i16 = -60;

    /// With the attributes of a `prosody` inside this. A value that can't be read changes
    /// nothing. `default` goes back to the voice's own.
    pub(super) fn marked(
        self,
        rate: Option<&str>,
        pitch: Option<&str>,
        volume: Option<&str>,
    ) -> Prosody {
        let own = Prosody::default();
        let settle = |before: u16, change: Option<Change>, (low, high): (f64, f64)| match change {
            None => before,
            Some(Change::Own) => 100,
            Some(Change::Times(by)) => (f64::from(before) * by).round().clamp(low, high) as u16,
        };
        Prosody {
            rate_percent: settle(self.rate_percent, rate.and_then(read_rate), RATE),
            pitch_percent: settle(self.pitch_percent, pitch.and_then(read_pitch), PITCH),
            gain_db: match volume.map(str::trim) {
                None => self.gain_db,
                Some("default") => own.gain_db,
                Some(volume) => self.louder(read_volume(volume).unwrap_or(0)),
            },
        }
    }

    /// With the stress of an `emphasis`.
    pub(super) fn stressed(self, level: Option<&str>) -> Prosody {
        // Stress is slower and louder, its opposite quicker and softer; how much is a matter of
        // taste, and mild: an engine without stress of its own can't shape the word further.
        let (rate, pitch, gain_db) = match level {
            Some("strong") => (0.85, 1.1, 4),
            Some("reduced") => (1.1, 1.0, -3),
            _ => (0.92, 1.05, 2),
        };
        let times = |before: u16, by: f64, (low, high): (f64, f64)| {
            (f64::from(before) * by).round().clamp(low, high) as u16
        };
        Prosody {
            rate_percent: times(self.rate_percent, rate, RATE),
            pitch_percent: times(self.pitch_percent, pitch, PITCH),
            gain_db: self.louder(gain_db),
        }
    }

    fn louder(self, by_db: i16) -> i16 {
        if self.gain_db <= Self::SILENT_DB || by_db <= Self::SILENT_DB {
            return Self::SILENT_DB;
        }
        (self.gain_db + by_db).clamp(GAIN.0, GAIN.1)
    }
}

enum Change {
    Own,
    Times(f64),
}

fn read_rate(text: &str) -> Option<Change> {
    Some(Change::Times(match text.trim() {
        "default" => return Some(Change::Own),
        "x-slow" => 0.5,
        "slow" => 0.75,
        "medium" => 1.0,
        "fast" => 1.3,
        "x-fast" => 1.7,
        text => share(text).or_else(|| number(text))?,
    }))
}

fn read_pitch(text: &str) -> Option<Change> {
    Some(Change::Times(match text.trim() {
        "default" => return Some(Change::Own),
        "x-low" => 0.7,
        "low" => 0.85,
        "medium" => 1.0,
        "high" => 1.2,
        "x-high" => 1.4,
        text => match text.strip_suffix("st") {
            Some(semitones) => (signed(semitones)? / 12.0).exp2(),
            None => share(text)?,
        },
    }))
}

/// In decibels.
fn read_volume(text: &str) -> Option<i16> {
    Some(match text {
        "silent" => Prosody::SILENT_DB,
        "x-soft" => -12,
        "soft" => -6,
        "medium" => 0,
        "loud" => 4,
        "x-loud" => 8,
        text => {
            let decibels = signed(text.strip_suffix("dB")?)?;
            decibels.clamp(f64::from(GAIN.0), f64::from(GAIN.1)).round() as i16
        }
    })
}

/// `85%` is 0.85; with a sign it is a change: `-10%` is 0.9.
fn share(text: &str) -> Option<f64> {
    let percent = text.strip_suffix('%')?;
    let value = signed(percent)? / 100.0;
    let share = if percent.trim_start().starts_with(['+', '-']) {
        1.0 + value
    } else {
        value
    };
    (share > 0.0).then_some(share)
}

/// A factor, as in `1.5`.
fn number(text: &str) -> Option<f64> {
    signed(text).filter(|factor| *factor > 0.0)
}

fn signed(text: &str) -> Option<f64> {
    let plain = text.trim();
    let figures = |c: char| c.is_ascii_digit() || "+-.".contains(c);
    let value: f64 = plain
        .chars()
        .all(figures)
        .then(|| plain.parse().ok())
        .flatten()?;
    (value.abs() <= 1_000.0).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(rate: &str, pitch: &str, volume: &str) -> (u16, u16, i16) {
        let found = Prosody::default().marked(Some(rate), Some(pitch), Some(volume));
        (found.rate_percent, found.pitch_percent, found.gain_db)
    }

    #[test]
    fn words_percents_semitones_and_decibels_are_read() {
        assert_eq!(marked("slow", "high", "loud"), (75, 120, 4));
        assert_eq!(marked("85%", "-10%", "+6dB"), (85, 90, 6));
        assert_eq!(marked("+20%", "+12st", "-3.4dB"), (120, 200, -3));
        assert_eq!(
            marked("1.5", "80%", "silent"),
            (150, 80, Prosody::SILENT_DB)
        );
        assert_eq!(marked("default", "default", "default"), (100, 100, 0));
    }

    #[test]
    fn what_cannot_be_read_changes_nothing_and_what_is_too_much_is_bounded() {
        for wrong in ["some text", "", "-200%", "nan", "1e9%", "0%", "inf", "5 %x"] {
            assert_eq!(marked(wrong, wrong, wrong), (100, 100, 0), "{wrong:?}");
        }
        assert_eq!(marked("1%", "999%", "+90dB"), (20, 200, 12));
    }

    #[test]
    fn a_mark_in_a_mark_counts_from_there() {
        let slow = Prosody::default().marked(Some("50%"), None, Some("silent"));
        assert_eq!(slow.marked(Some("200%"), None, None).rate_percent, 100);
        assert_eq!(
            slow.marked(None, None, Some("loud")).gain_db,
            Prosody::SILENT_DB
        );
        let strong = Prosody::default().stressed(Some("strong"));
        let reduced = Prosody::default().stressed(Some("reduced"));
        assert!(strong.rate_percent < 100 && strong.gain_db > 0);
        assert!(reduced.rate_percent > 100 && reduced.gain_db < 0);
    }
}
