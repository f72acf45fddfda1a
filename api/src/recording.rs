//! A recording, as the account shows it and as its call shows it.

use crate::{RecordingSource, RecordingStatus, RecordingTrack, read_date};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

/// `/Recordings/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "fields that only exist so that clients find them"
)]
pub struct Recording {
    /// Whose it is.
    pub account_sid: String,
    /// `2010-04-01`.
    pub api_version: String,
    /// The call whose leg was recorded.
    pub call_sid: String,
    pub conference_sid: Option<String>,
    /// RFC 2822.
    pub date_created: String,
    /// RFC 2822.
    pub date_updated: String,
    /// RFC 2822.
    pub start_time: String,
    /// Seconds, as text; null while it is not complete.
    pub duration: Option<String>,
    /// `RE…`.
    pub sid: String,
    pub price: Option<String>,
    pub price_unit: String,
    /// `in-progress`, `processing`, `completed`, `absent`, `deleted`.
    pub status: String,
    /// 1 or 2.
    pub channels: u8,
    /// What started it.
    pub source: String,
    /// Why it is absent.
    pub error_code: Option<u32>,
    /// Its own path.
    pub uri: String,
    pub encryption_details: Option<serde_json::Value>,
    /// What belongs to it.
    pub subresource_uris: RecordingUris,
    /// Where the sound is, without a suffix.
    pub media_url: String,
}

/// Where to find what belongs to a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "each field is named after the list its path leads to"
)]
pub struct RecordingUris {
    pub add_on_results: String,
    pub transcriptions: String,
}

/// `/Calls/{sid}/Recordings/{sid}.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the fields of `Recording`, in another order")]
pub struct CallRecording {
    pub account_sid: String,
    pub api_version: String,
    pub call_sid: String,
    pub conference_sid: Option<String>,
    pub date_created: String,
    pub date_updated: String,
    pub start_time: String,
    pub duration: Option<String>,
    pub sid: String,
    pub price: Option<String>,
    pub uri: String,
    pub encryption_details: Option<serde_json::Value>,
    pub price_unit: String,
    pub status: String,
    pub channels: u8,
    pub source: String,
    pub error_code: Option<u32>,
    /// `inbound`, `outbound`, `both`.
    pub track: String,
}

/// What both shapes of a recording say, as types; what is no such thing is `None`.
macro_rules! typed {
    ($recording:ident) => {
        /// The same as types; what is no such thing is `None`.
        impl $recording {
            /// How far it has come.
            pub fn status(&self) -> RecordingStatus {
                self.status.as_str().into()
            }

            /// What started it.
            pub fn source(&self) -> RecordingSource {
                self.source.as_str().into()
            }

            /// When it began.
            pub fn start_time(&self) -> Option<SystemTime> {
                read_date(&self.start_time)
            }

            /// How long it is.
            pub fn duration(&self) -> Option<Duration> {
                let secs = self.duration.as_deref()?.parse().ok()?;
                Some(Duration::from_secs(secs))
            }

            /// When it was made.
            pub fn date_created(&self) -> Option<SystemTime> {
                read_date(&self.date_created)
            }

            /// When it last changed.
            pub fn date_updated(&self) -> Option<SystemTime> {
                read_date(&self.date_updated)
            }
        }
    };
}
typed! { Recording }
typed! { CallRecording }

impl CallRecording {
    /// Whose sound it holds.
    pub fn track(&self) -> RecordingTrack {
        self.track.as_str().into()
    }
}
