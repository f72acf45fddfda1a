//! A recording as the API shows it.

use crate::new_call::RecordingCallback;
use crate::{AccountSid, CallSid, RecordingSid, Time};

/// What started a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingSource {
    /// `<Record>`.
    RecordVerb,
    /// `<Dial record>`.
    DialVerb,
    /// `Record=true` when the call was created.
    OutboundApi,
    /// `POST …/Calls/{sid}/Recordings` while the call lasted.
    StartCallRecordingApi,
}

impl RecordingSource {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordingSource::RecordVerb => "RecordVerb",
            RecordingSource::DialVerb => "DialVerb",
            RecordingSource::OutboundApi => "OutboundAPI",
            RecordingSource::StartCallRecordingApi => "StartCallRecordingAPI",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::RecordVerb,
            Self::DialVerb,
            Self::OutboundApi,
            Self::StartCallRecordingApi,
        ]
        .into_iter()
        .find(|source| source.as_str() == text)
    }
}

/// How far a recording has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordingStatus {
    /// Sound is being kept.
    InProgress,
    /// The API has told it to wait.
    Paused,
    /// The API has ended it; no more sound is taken.
    Stopped,
    /// The file is being finished.
    Processing,
    /// The file can be played.
    Completed,
    /// Nothing worth keeping was heard.
    Absent,
    /// The sound could not be kept.
    Failed,
    /// The customer took it away: the row is remembered for a while, the sound is gone.
    Deleted,
}

impl RecordingStatus {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordingStatus::InProgress => "in-progress",
            RecordingStatus::Paused => "paused",
            RecordingStatus::Stopped => "stopped",
            RecordingStatus::Processing => "processing",
            RecordingStatus::Completed => "completed",
            RecordingStatus::Absent => "absent",
            RecordingStatus::Failed => "failed",
            RecordingStatus::Deleted => "deleted",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<Self> {
        use RecordingStatus::*;
        [
            InProgress, Paused, Stopped, Processing, Completed, Absent, Failed, Deleted,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// True until its file is finished, or it is known that there is none.
    pub fn is_unfinished(self) -> bool {
        use RecordingStatus::*;
        matches!(self, InProgress | Paused | Stopped | Processing)
    }
}

/// What becomes of the time in which a recording pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PauseBehavior {
    /// It is left out.
    Skip,
    /// It is kept, as silence.
    #[default]
    Silence,
}

impl PauseBehavior {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            PauseBehavior::Skip => "skip",
            PauseBehavior::Silence => "silence",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Skip, Self::Silence]
            .into_iter()
            .find(|behavior| behavior.as_str() == text)
    }
}

/// Which sound of a leg is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RecordingTrack {
    /// What the far end says.
    Inbound,
    /// What the far end hears.
    Outbound,
    /// Both.
    #[default]
    Both,
}

impl RecordingTrack {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            RecordingTrack::Inbound => "inbound",
            RecordingTrack::Outbound => "outbound",
            RecordingTrack::Both => "both",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound, Self::Both]
            .into_iter()
            .find(|track| track.as_str() == text)
    }
}

/// A recording, as its row and as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRow {
    /// Its identifier.
    pub sid: RecordingSid,
    /// Whose it is.
    pub account: AccountSid,
    /// The call whose leg was recorded.
    pub call: CallSid,
    /// What started it.
    pub source: RecordingSource,
    /// How far it has come.
    pub status: RecordingStatus,
    /// 1 (mono) or 2 (dual: what the leg says, what it hears).
    pub channels: u8,
    /// Which sound was kept.
    pub track: RecordingTrack,
    /// When the first sound was kept.
    pub start_time: Time,
    /// Whole seconds, once it is known.
    pub duration_secs: Option<u32>,
    /// Why it failed or is absent.
    pub error_code: Option<u32>,
    /// Who is told of it: kept so that they are told even if its call is cut by a crash.
    pub callback: Option<RecordingCallback>,
    /// When it was asked for.
    pub date_created: Time,
    /// When it was last changed.
    pub date_updated: Time,
}
