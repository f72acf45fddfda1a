//! What is known of the languages in which numbers, dates and their like are put into words.

mod english;
mod portuguese;

/// A language whose words are known, or any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Portuguese,
    Other,
}

/// Puts a date into words.
type DateWords = fn(Option<u64>, Option<&str>, Option<u64>) -> Option<String>;

/// The words of a language.
pub(super) struct Words {
    /// What parts thousands.
    pub thousands: char,
    /// What parts the whole from its decimals.
    pub point: char,
    /// How that is spoken.
    pub point_name: &'static str,
    pub plus: &'static str,
    pub minus: &'static str,
    /// Joins a whole and its fraction.
    pub and: &'static str,
    /// How digits of a telephone number are grouped, by their count.
    pub telephone: &'static [&'static [usize]],
    /// The usual order of day, month and year.
    pub date_order: &'static str,
    pub months: [&'static str; 12],
    pub cardinal: fn(u64) -> String,
    /// Of a number with what stands behind its digits; `None` where it is too great.
    pub ordinal: fn(u64, &str) -> Option<String>,
    /// Above and below the stroke.
    pub fraction: fn(u64, u64) -> Option<String>,
    /// Year, month and day, as far as they are known.
    pub date: DateWords,
    /// Minutes and seconds.
    pub length: fn(u64, Option<u64>) -> Option<String>,
    /// Hour, minute, second, and the half of the day.
    pub clock: fn(u64, u64, Option<u64>, Option<&str>) -> String,
    /// Signs by name.
    pub signs: &'static [(char, &'static str)],
    /// How a unit is written, one of it, several.
    pub units: &'static [(&'static str, &'static str, &'static str)],
    /// What stands short in addresses.
    pub shorts: &'static [(&'static str, &'static str)],
}

impl Language {
    /// That of a tag such as `pt-BR`.
    pub fn of(tag: &str) -> Language {
        let base = tag.split(['-', '_']).next().unwrap_or("");
        if base.eq_ignore_ascii_case("en") {
            Language::English
        } else if base.eq_ignore_ascii_case("pt") {
            Language::Portuguese
        } else {
            Language::Other
        }
    }

    /// Its words, if they are known.
    pub fn words(self) -> Option<&'static Words> {
        match self {
            Language::English => Some(&english::WORDS),
            Language::Portuguese => Some(&portuguese::WORDS),
            Language::Other => None,
        }
    }
}

impl Words {
    /// The name of a sign.
    pub fn sign(&self, sign: char) -> Option<&'static str> {
        let found = self.signs.iter().find(|(known, _)| *known == sign);
        found.map(|(_, name)| *name)
    }

    /// One and several of a unit.
    pub fn unit(&self, written: &str) -> Option<(&'static str, &'static str)> {
        let same = |known: &str| known == written || known == written.trim_end_matches('.');
        let found = self.units.iter().find(|(known, ..)| same(known));
        found.map(|(_, one, several)| (*one, *several))
    }

    /// What a short word of an address stands for.
    pub fn short(&self, written: &str) -> Option<&'static str> {
        let found = self.shorts.iter().find(|(known, _)| *known == written);
        found.map(|(_, whole)| *whole)
    }
}

/// A number in groups of a thousand, the greatest first, with the power of each.
fn thousands(number: u64) -> Vec<(u64, usize)> {
    let mut groups = Vec::new();
    let (mut left, mut power) = (number, 0);
    while left > 0 {
        if left % 1_000 > 0 {
            groups.push((left % 1_000, power));
        }
        left /= 1_000;
        power += 1;
    }
    groups.reverse();
    groups
}
