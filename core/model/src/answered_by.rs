//! Who picked up, when that was looked into.

use std::fmt;

/// The verdict of answering machine detection, in the API's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnsweredBy {
    /// A person.
    Human,
    /// A machine, told while its greeting began.
    MachineStart,
    /// A machine whose greeting ended with a tone.
    MachineEndBeep,
    /// A machine whose greeting ended in silence.
    MachineEndSilence,
    /// A machine whose greeting ended otherwise.
    MachineEndOther,
    /// A fax machine.
    Fax,
    /// It could not be told.
    Unknown,
}

impl AnsweredBy {
    /// Every verdict.
    pub const ALL: [AnsweredBy; 7] = [
        AnsweredBy::Human,
        AnsweredBy::MachineStart,
        AnsweredBy::MachineEndBeep,
        AnsweredBy::MachineEndSilence,
        AnsweredBy::MachineEndOther,
        AnsweredBy::Fax,
        AnsweredBy::Unknown,
    ];

    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            AnsweredBy::Human => "human",
            AnsweredBy::MachineStart => "machine_start",
            AnsweredBy::MachineEndBeep => "machine_end_beep",
            AnsweredBy::MachineEndSilence => "machine_end_silence",
            AnsweredBy::MachineEndOther => "machine_end_other",
            AnsweredBy::Fax => "fax",
            AnsweredBy::Unknown => "unknown",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<AnsweredBy> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.as_str() == text)
    }
}

impl fmt::Display for AnsweredBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for verdict in AnsweredBy::ALL {
            assert_eq!(AnsweredBy::parse(verdict.as_str()), Some(verdict));
        }
        assert_eq!(AnsweredBy::parse("machine"), None);
    }
}
