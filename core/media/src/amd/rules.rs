//! What decides where the caller set nothing: fitted to the half of the corpus that is for tuning.

/// The rules' numbers (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// A person's words, pauses among them, are shorter than this.
    pub person_ms: u32,
    /// The silence that shows that a person waits, behind a word or two: longer, as a greeting
    /// often pauses behind its first word.
    pub waits_short_ms: u32,
    /// The same behind a sentence.
    pub waits_long_ms: u32,
    /// The least wait where noise came with the words, as a recording's does.
    pub waits_recorded_ms: u32,
    /// A pause of this length within the words parts them, as greetings are parted.
    pub parted_ms: u32,
    /// The least wait behind words that are.
    pub waits_parted_ms: u32,
    /// What a word or two last at most.
    pub short_ms: u32,
    /// From here on it is a sentence; between the two the silence goes down evenly.
    pub long_ms: u32,
    /// Behind a machine's last word its beep comes within this, or never.
    pub beep_comes_ms: u32,
}

impl Rules {
    /// The silence that shows that a person waits, behind words of this length.
    pub(super) fn waits_ms(&self, length_ms: u32) -> u32 {
        let span = self.long_ms.saturating_sub(self.short_ms).max(1);
        let place = length_ms.saturating_sub(self.short_ms).min(span);
        let (short, long) = (self.waits_short_ms, self.waits_long_ms);
        let fall = u64::from(short.saturating_sub(long)) * u64::from(place) / u64::from(span);
        short - fall as u32
    }
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            person_ms: 3_150,
            waits_short_ms: 1_400,
            waits_long_ms: 900,
            waits_recorded_ms: 1_900,
            parted_ms: 300,
            waits_parted_ms: 1_300,
            short_ms: 700,
            long_ms: 2_200,
            beep_comes_ms: 3_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_the_words_the_shorter_the_wait() {
        let rules = Rules {
            waits_short_ms: 1_400,
            waits_long_ms: 900,
            short_ms: 700,
            long_ms: 1_700,
            ..Rules::default()
        };
        let waits = [0, 700, 1_200, 1_700, 9_000].map(|ms| rules.waits_ms(ms));
        assert_eq!(waits, [1_400, 1_400, 1_150, 900, 900]);
        let odd = Rules {
            long_ms: 0,
            waits_long_ms: 9_000,
            ..rules
        };
        assert_eq!(odd.waits_ms(5_000), 1_400);
    }
}
