//! What decides where the caller set nothing: fitted to the half of the corpus that is for tuning.

/// The rules' numbers (milliseconds).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// From here on it takes talk like a person's to be one, pauses among the words.
    pub person_ms: u32,
    /// And from here on nobody is.
    pub person_most_ms: u32,
    /// What is like a person's talk, there: the natural logarithm of how many times likelier a
    /// person is than a machine.
    pub like_person: f32,
    /// What is so like a machine's talk that it is one, whatever its length.
    pub like_machine: f32,
    /// But not before this: what sounds like talk may turn out to be a tone or music;
    pub machine_ms: u32,
    /// and not before so much was said, pauses left out: a person who isn't answered says "Who is
    /// it?" behind "Hello?" as a greeting goes on behind it.
    pub machine_spoken_ms: u32,
    /// What is so like a person's talk that it is one though it goes on, so that nobody has to wait
    /// for the end of a long answer: so long after its beginning,
    pub sure_ms: u32,
    /// like this;
    pub sure_person: f32,
    /// and so much later,
    pub sure_falls_ms: u32,
    /// like this.
    pub sure_person_late: f32,
    /// What speaks for nobody.
    pub neutral: f32,
    /// The same where the end of a message is waited for: who wants that has something to leave,
    /// and is patient.
    pub neutral_to_the_end: f32,
    /// So many milliseconds the silence is shorter for each whole unit above that, or longer.
    pub hurry_ms: f32,
    /// But never shorter than this, which is a gap between words,
    pub waits_least_ms: u32,
    /// nor longer than this.
    pub waits_most_ms: u32,
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
    /// The silence that does, by how like a person's the talk is, if it is this long without.
    pub(super) fn hurried_ms(&self, waits_ms: u32, person: f32, neutral: f32) -> u32 {
        let ms = waits_ms as f32 - self.hurry_ms * (person - neutral);
        (ms as u32).clamp(self.waits_least_ms, self.waits_most_ms)
    }

    /// Whether who has begun to talk so long ago, in a way that is so like a person's, is one.
    pub(super) fn is_sure(&self, since_ms: u32, person: f32) -> bool {
        let Some(late_ms) = since_ms.checked_sub(self.sure_ms) else {
            return false;
        };
        let place = late_ms as f32 / self.sure_falls_ms.max(1) as f32;
        let fall = (self.sure_person - self.sure_person_late) * place.min(1.0);
        person > self.sure_person - fall
    }

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
            person_ms: 3_500,
            person_most_ms: 4_900,
            like_person: -0.93,
            like_machine: -3.32,
            machine_ms: 2_200,
            machine_spoken_ms: 1_400,
            sure_ms: 3_040,
            sure_person: 3.42,
            sure_falls_ms: 1_500,
            sure_person_late: 2.27,
            neutral: 2.07,
            neutral_to_the_end: 3.7,
            hurry_ms: 847.0,
            waits_least_ms: 230,
            waits_most_ms: 1_990,
            waits_short_ms: 1_950,
            waits_long_ms: 1_040,
            waits_recorded_ms: 2_200,
            parted_ms: 300,
            waits_parted_ms: 1_030,
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

    #[test]
    fn the_longer_the_talk_the_less_makes_sure() {
        let rules = Rules {
            sure_ms: 2_000,
            sure_person: 4.0,
            sure_falls_ms: 1_000,
            sure_person_late: 1.0,
            ..Rules::default()
        };
        assert!(!rules.is_sure(1_980, 9.0));
        for (since_ms, least) in [(2_000, 4.0), (2_500, 2.5), (3_000, 1.0), (9_000, 1.0)] {
            assert!(rules.is_sure(since_ms, least + 0.01), "{since_ms}");
            assert!(!rules.is_sure(since_ms, least - 0.01), "{since_ms}");
        }
    }

    #[test]
    fn the_likelier_a_person_the_shorter_the_wait() {
        let rules = Rules {
            hurry_ms: 200.0,
            waits_least_ms: 250,
            waits_most_ms: 2_000,
            ..Rules::default()
        };
        let waits = [-9.0, 0.0, 1.0, 3.0, 9.0].map(|person| rules.hurried_ms(1_200, person, 1.0));
        assert_eq!(waits, [2_000, 1_400, 1_200, 800, 250]);
    }
}
