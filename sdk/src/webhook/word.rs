//! The words in webhooks. Each survives a word that this version doesn't know. Those that resources
//! have too are the resources' own.

pub use api::{
    AnsweredBy, CallDirection, CallStatus, RecordingSource, RecordingStatus, RecordingTrack,
};

macro_rules! shared {
    ($($name:ident)*) => {$(
        impl crate::webhook::FromParameter for $name {
            fn from_parameter(text: Option<&str>) -> Option<Self> {
                text.map(Self::from)
            }
        }
    )*};
}

shared! { AnsweredBy CallDirection CallStatus RecordingSource RecordingStatus RecordingTrack }

macro_rules! word {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $variant,)+
            /// A word that this version doesn't know, as it came.
            Other(String),
        }
        impl $name {
            /// As it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $text,)+
                    $name::Other(text) => text,
                }
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => $name::$variant,)+
                    other => $name::Other(other.to_owned()),
                }
            }
        }
        impl crate::webhook::FromParameter for $name {
            fn from_parameter(text: Option<&str>) -> Option<Self> {
                text.map(Self::from)
            }
        }
    )+};
}

word! {
    /// How the dialled call of a Dial ended.
    DialStatus {
        Completed = "completed",
        Answered = "answered",
        Busy = "busy",
        NoAnswer = "no-answer",
        Failed = "failed",
        Canceled = "canceled",
    }
    /// How a caller left a queue.
    QueueResult {
        Bridged = "bridged",
        BridgingInProcess = "bridging-in-process",
        Error = "error",
        Hangup = "hangup",
        Leave = "leave",
        Redirected = "redirected",
        RedirectedFromBridged = "redirected-from-bridged",
        QueueFull = "queue-full",
        SystemError = "system-error",
    }
    /// How a payment ended.
    PayOutcome {
        Success = "success",
        TooManyFailedAttempts = "too-many-failed-attempts",
        PaymentConnectorError = "payment-connector-error",
        CallerInterruptedWithStar = "caller-interrupted-with-star",
        CallerHungUp = "caller-hung-up",
        ValidationError = "validation-error",
        InternalError = "internal-error",
    }
    /// How the talk with a program ended.
    RelayStatus {
        Completed = "completed",
        Ended = "ended",
        Failed = "failed",
    }
    /// What happened in a conference.
    ConferenceEventKind {
        ConferenceStart = "conference-start",
        ConferenceEnd = "conference-end",
        ParticipantJoin = "participant-join",
        ParticipantLeave = "participant-leave",
        ParticipantMute = "participant-mute",
        ParticipantUnmute = "participant-unmute",
        ParticipantHold = "participant-hold",
        ParticipantUnhold = "participant-unhold",
        ParticipantModify = "participant-modify",
        ParticipantSpeechStart = "participant-speech-start",
        ParticipantSpeechStop = "participant-speech-stop",
        AnnouncementEnd = "announcement-end",
        AnnouncementFail = "announcement-fail",
    }
    /// How the writing down of a recording ended.
    TranscriptionStatus {
        Completed = "completed",
        Failed = "failed",
    }
    /// What happened to a live transcription.
    TranscriptionEventKind {
        Started = "transcription-started",
        Content = "transcription-content",
        Stopped = "transcription-stopped",
        Error = "transcription-error",
    }
    /// What happened to a stream.
    StreamEventKind {
        Started = "stream-started",
        Stopped = "stream-stopped",
        Error = "stream-error",
    }
    /// Whether a number was proved to be theirs.
    VerificationStatus {
        Success = "success",
        Failed = "failed",
    }
}
