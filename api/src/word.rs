//! The contract's fixed words, as types that survive words of a later version.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! word {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`.")]
                $variant,
            )+
            /// A word that this version doesn't know, as it came.
            Other(String),
        }

        impl $name {
            /// The words this version knows.
            pub const KNOWN: &'static [&'static str] = &[$($text),+];

            /// As it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(text) => text,
                }
            }

            /// Whether this version knows it.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                match text.as_str() {
                    $($text => Self::$variant,)+
                    _ => Self::Other(text),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.as_str() == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.as_str() == *text
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

word! {
    /// How far a call has come.
    CallStatus {
        Queued = "queued",
        Initiated = "initiated",
        Ringing = "ringing",
        InProgress = "in-progress",
        Completed = "completed",
        Busy = "busy",
        Failed = "failed",
        NoAnswer = "no-answer",
        Canceled = "canceled",
    }
}

impl CallStatus {
    /// Whether nothing comes after it. A word this version doesn't know is taken for a passing one.
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            CallStatus::Completed
                | CallStatus::Busy
                | CallStatus::Failed
                | CallStatus::NoAnswer
                | CallStatus::Canceled
        )
    }
}

word! {
    /// How a call can be made to end.
    CallEnd {
        Canceled = "canceled",
        Completed = "completed",
    }
}

word! {
    /// Who called whom.
    CallDirection {
        Inbound = "inbound",
        OutboundApi = "outbound-api",
        OutboundDial = "outbound-dial",
        TrunkingOriginating = "trunking-originating",
        TrunkingTerminating = "trunking-terminating",
    }
}

word! {
    /// Who or what picked up.
    AnsweredBy {
        Human = "human",
        MachineStart = "machine_start",
        MachineEndBeep = "machine_end_beep",
        MachineEndSilence = "machine_end_silence",
        MachineEndOther = "machine_end_other",
        Fax = "fax",
        Unknown = "unknown",
    }
}

word! {
    /// A point in a call's life that a status callback may be told of.
    CallProgress {
        Initiated = "initiated",
        Ringing = "ringing",
        Answered = "answered",
        Completed = "completed",
    }
}

word! {
    /// How an address of the customer's is asked.
    Method {
        Get = "GET",
        Post = "POST",
    }
}

word! {
    /// Whether and how far it is looked into who picked up.
    MachineDetection {
        Enable = "Enable",
        DetectMessageEnd = "DetectMessageEnd",
    }
}

word! {
    /// How far a recording has come. `failed` is told to the callback of a `<Record>` alone.
    RecordingStatus {
        InProgress = "in-progress",
        Paused = "paused",
        Stopped = "stopped",
        Processing = "processing",
        Completed = "completed",
        Absent = "absent",
        Failed = "failed",
        Deleted = "deleted",
    }
}

word! {
    /// What started a recording.
    RecordingSource {
        DialVerb = "DialVerb",
        Conference = "Conference",
        OutboundApi = "OutboundAPI",
        Trunking = "Trunking",
        RecordVerb = "RecordVerb",
        StartCallRecordingApi = "StartCallRecordingAPI",
        StartConferenceRecordingApi = "StartConferenceRecordingAPI",
    }
}

word! {
    /// How many channels a recording has.
    RecordingChannels {
        Mono = "mono",
        Dual = "dual",
    }
}

word! {
    /// Whose sound is recorded.
    RecordingTrack {
        Inbound = "inbound",
        Outbound = "outbound",
        Both = "both",
    }
}

word! {
    /// A point in a recording's life that its callback may be told of.
    RecordingEvent {
        InProgress = "in-progress",
        Completed = "completed",
        Absent = "absent",
    }
}

word! {
    /// Whether silence at both ends of a recording is cut off.
    Trim {
        TrimSilence = "trim-silence",
        DoNotTrim = "do-not-trim",
    }
}

word! {
    /// What is kept of the time while a recording is paused.
    PauseBehavior {
        Skip = "skip",
        Silence = "silence",
    }
}

word! {
    /// Whether an account is open.
    AccountStatus {
        Active = "active",
        Suspended = "suspended",
        Closed = "closed",
    }
}

word! {
    /// Whether an account is on trial.
    AccountType {
        Trial = "Trial",
        Full = "Full",
    }
}

word! {
    /// How bad a notification is.
    LogLevel {
        Error = "0",
        Warning = "1",
    }
}

word! {
    /// What calls to a number are.
    ReceiveMode {
        Voice = "voice",
        Fax = "fax",
    }
}

word! {
    /// Whether emergency calls are enabled for a number.
    EmergencyStatus {
        Active = "Active",
        Inactive = "Inactive",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_survives_whether_known_or_not() {
        for text in CallStatus::KNOWN.iter().copied().chain(["parked", ""]) {
            let json = format!("\"{text}\"");
            let word: CallStatus = serde_json::from_str(&json).unwrap();
            assert_eq!(word.is_known(), CallStatus::KNOWN.contains(&text));
            assert_eq!(serde_json::to_string(&word).unwrap(), json);
            assert_eq!(word, text);
        }
        assert!(CallStatus::from("busy").is_final() && !CallStatus::from("parked").is_final());
    }
}
