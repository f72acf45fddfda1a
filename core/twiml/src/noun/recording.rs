//! `<Recording>`: a recording that goes on beside the call.

use crate::value::{Method, RecordingEvent, RecordingTrack, Trim, words};
use crate::warning::Code;

words! {
    /// How the sides of a recording are kept.
    pub enum Channels { Mono = "mono", Dual = "dual", }
}

element! {
    /// A recording that goes on beside the call.
    pub struct Recording = "Recording";
    /// A name by which it can be stopped.
    name: Option<String> = None, "name", Code::Schema;
    /// Where it is told of; an absolute URL.
    recording_status_callback: Option<String> = None, "recordingStatusCallback", Code::Schema;
    /// How the recording status callback is requested.
    recording_status_callback_method: Method = Method::Post,
        "recordingStatusCallbackMethod", Code::Schema;
    /// The steps that are told.
    recording_status_callback_event: Vec<RecordingEvent> = vec![RecordingEvent::Completed],
        "recordingStatusCallbackEvent", Code::RecordingEvent;
    /// Whether silence at both ends is cut away.
    trim: Trim = Trim::TrimSilence, "trim", Code::Schema;
    /// Which side is recorded.
    track: RecordingTrack = RecordingTrack::Both, "track", Code::Schema;
    /// How the sides are kept.
    channels: Channels = Channels::Dual, "channels", Code::Schema;
    /// A recording configuration of the account.
    recording_configuration_id: Option<String> = None, "recordingConfigurationId", Code::Schema;
    -> content {}
}
