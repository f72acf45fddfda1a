//! `<Conference>`: a room in which several calls hear each other.

use crate::limit;
use crate::value::{Jitter, Method, RecordingEvent, Trim, words};
use crate::warning::Code;

words! {
    /// When a beep is heard in the room.
    pub enum Beep {
        Always = "true", Never = "false", OnEnter = "onEnter", OnExit = "onExit",
    }
}
words! {
    /// What of the room is recorded.
    pub enum ConferenceRecord {
        DoNotRecord = "do-not-record" | "false",
        FromStart = "record-from-start" | "true",
    }
}
words! {
    /// Where the room is mixed.
    pub enum Region {
        Us1 = "us1", Us2 = "us2", Ie1 = "ie1", Sg1 = "sg1", Br1 = "br1", Au1 = "au1", Jp1 = "jp1",
        De1 = "de1",
    }
}
words! {
    /// What of the room is told.
    pub enum ConferenceEvent {
        Start = "start", End = "end", Join = "join", Leave = "leave", Mute = "mute",
        Hold = "hold", Modify = "modify", Speaker = "speaker", Announcement = "announcement",
    }
}

element! {
    /// A room in which several calls hear each other.
    pub struct Conference = "Conference" of name: String;
    /// Whether this participant is only heard after being unmuted.
    muted: bool = false, "muted", Code::ConferenceMuted;
    /// When a beep is heard.
    beep: Beep = Beep::Always, "beep", Code::ConferenceBeep;
    /// Whether the room starts when this participant enters.
    start_conference_on_enter: bool = true,
        "startConferenceOnEnter", Code::ConferenceStartOnEnter;
    /// Whether the room ends when this participant leaves.
    end_conference_on_exit: bool = false, "endConferenceOnExit", Code::ConferenceEndOnExit;
    /// A name for this participant.
    participant_label: Option<String> = None, "participantLabel", Code::ParticipantLabel,
        if |label| label.as_deref().is_some_and(is_label);
    /// How much jitter is evened out.
    jitter_buffer_size: Jitter = Jitter::Large, "jitterBufferSize", Code::Schema;
    /// What is heard before the room starts; absent means music, empty means silence.
    wait_url: Option<String> = None, "waitUrl", Code::Schema;
    /// How the wait URL is requested; absent means POST where a wait URL is given, else GET.
    wait_method: Option<Method> = None, "waitMethod", Code::ConferenceWaitMethod;
    /// How many may be in the room.
    max_participants: u32 = 250, "maxParticipants", Code::Schema, in 2..=250;
    /// What is recorded.
    record: ConferenceRecord = ConferenceRecord::DoNotRecord, "record", Code::Schema;
    /// Where the recording is told of when it is ready.
    recording_status_callback: Option<String> = None, "recordingStatusCallback", Code::Schema;
    /// How the recording status callback is requested.
    recording_status_callback_method: Method = Method::Post,
        "recordingStatusCallbackMethod", Code::Schema;
    /// The steps of the recording that are told.
    recording_status_callback_event: Vec<RecordingEvent> = vec![RecordingEvent::Completed],
        "recordingStatusCallbackEvent", Code::RecordingEvent;
    /// A recording configuration of the account.
    recording_configuration_id: Option<String> = None, "recordingConfigurationId", Code::Schema;
    /// Whether silence at both ends of the recording is cut away.
    trim: Trim = Trim::TrimSilence, "trim", Code::ConferenceTrim;
    /// Where the room is mixed; absent means that the first participant decides.
    region: Option<Region> = None, "region", Code::Schema;
    /// The call that alone hears this participant.
    coach: Option<String> = None, "coach", Code::Schema;
    /// Where the events of the room are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    /// The events that are told; none unless given.
    status_callback_event: Vec<ConferenceEvent> = Vec::new(), "statusCallbackEvent", Code::Schema;
    /// Where the end of the recording is told, the older way.
    event_callback_url: Option<String> = None, "eventCallbackUrl", Code::Schema;
    -> content {
        /// The room's name.
        name: String,
    }
    settle |conference, node, reader| {
        if conference.name.is_empty() {
            reader.warn(Code::ConferenceName, node, None, "has no name".to_owned());
        }
    };
}

/// Whether a participant may be called so: not like a call, and without a slash.
fn is_label(label: &str) -> bool {
    let hex = |rest: &str| rest.len() == 32 && rest.chars().all(|c| c.is_ascii_hexdigit());
    let like_call = label.strip_prefix("CA").is_some_and(hex);
    !like_call && !label.contains('/') && label.chars().count() <= limit::LABEL_CHARACTERS
}
