//! `/Calls/{sid}/Recordings`: begin, pause, resume and end a recording while its call lasts.

use crate::operation::resource;
use crate::value::When;
use api::{
    CallRecording, Method, PauseBehavior, RecordingChannels, RecordingEvent, RecordingStatus,
    RecordingTrack, Trim,
};

/// Names the recording of a call that runs, wherever a recording's SID is asked for to change it.
pub const CURRENT: &str = "Twilio.CURRENT";

resource! {
    /// The recordings of one call.
    CallRecordings {
        /// Begins one; the one that runs already is answered if there is one.
        create[]() => CreateCallRecording = "CreateCallRecording" POST -> CallRecording {
            /// What `recording_status_callback` is told of: its completion, unless said.
            recording_status_callback_event "RecordingStatusCallbackEvent": [RecordingEvent];
            /// Told of its progress.
            recording_status_callback "RecordingStatusCallback": String;
            /// How `recording_status_callback` is told.
            recording_status_callback_method "RecordingStatusCallbackMethod": Method;
            /// Whether silence at both ends is cut off.
            trim "Trim": Trim;
            /// Both parties in one channel, or in two.
            recording_channels "RecordingChannels": RecordingChannels;
            /// Whose sound is recorded.
            recording_track "RecordingTrack": RecordingTrack;
        }

        /// Lists them, newest first.
        list[]() => ListCallRecordings = "ListCallRecording" LIST -> CallRecording {
            /// Only those that began on this day.
            date_created "DateCreated": When;
            /// Only those that began before.
            date_created_before "DateCreated<": When;
            /// Only those that began then or later.
            date_created_after "DateCreated>": When;
        }

        /// Fetches one.
        fetch[sid]() => FetchCallRecording = "FetchCallRecording" GET -> CallRecording {}

        /// Pauses, resumes or stops one; [`CURRENT`] names the one that runs.
        update[sid](status "Status": RecordingStatus)
            => UpdateCallRecording = "UpdateCallRecording" POST -> CallRecording
        {
            /// Whether the time of a pause is left out or kept as silence.
            pause_behavior "PauseBehavior": PauseBehavior;
        }

        /// Deletes one, and its sound.
        delete[sid]() => DeleteCallRecording = "DeleteCallRecording" DELETE -> () {}
    }
}
