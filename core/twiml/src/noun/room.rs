//! `<Room>`, `<Conversation>` and `<Autopilot>`: places to which a Connect can hand a call.

use crate::value::{Method, RecordingEvent, Trim, words};
use crate::verb::DialRecord;
use crate::warning::Code;

words! {
    /// What of a conversation's call is told.
    pub enum ConversationEvent {
        Initiated = "call-initiated",
        Ringing = "call-ringing",
        Answered = "call-answered",
        Completed = "call-completed",
    }
}

element! {
    /// A video room.
    pub struct Room = "Room" of name: String;
    /// Who the caller is in the room.
    participant_identity: Option<String> = None, "participantIdentity", Code::Schema;
    -> content {
        /// The room's name.
        name: String,
    }
}

element! {
    /// An Autopilot assistant, retired.
    pub struct Autopilot = "Autopilot" of name: String;
    -> content {
        /// The assistant's name.
        name: String,
    }
}

element! {
    /// A conversation of a contact centre.
    pub struct Conversation = "Conversation";
    /// The service it belongs to.
    service_instance_sid: Option<String> = None, "serviceInstanceSid", Code::Schema;
    /// Whether it is made where there is none yet.
    inbound_autocreation: bool = true, "inboundAutocreation", Code::Schema;
    /// Seconds an incoming call waits.
    inbound_timeout: Option<u32> = None, "inboundTimeout", Code::Schema;
    /// Seconds until somebody is assigned.
    routing_assignment_timeout: Option<u32> = None, "routingAssignmentTimeout", Code::Schema;
    /// The document the agent hears before being joined.
    url: Option<String> = None, "url", Code::Schema;
    /// How that document is requested.
    method: Method = Method::Post, "method", Code::Schema;
    /// What is recorded.
    record: DialRecord = DialRecord::DoNotRecord, "record", Code::Schema;
    /// Whether silence at both ends is cut away.
    trim: Trim = Trim::TrimSilence, "trim", Code::Schema;
    /// Where the recording is told of.
    recording_status_callback: Option<String> = None, "recordingStatusCallback", Code::Schema;
    /// How the recording status callback is requested.
    recording_status_callback_method: Method = Method::Post,
        "recordingStatusCallbackMethod", Code::Schema;
    /// The steps of the recording that are told.
    recording_status_callback_event: Vec<RecordingEvent> = vec![RecordingEvent::Completed],
        "recordingStatusCallbackEvent", Code::RecordingEvent;
    /// Where the steps of the call are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    /// The steps that are told; none unless given.
    status_callback_event: Vec<ConversationEvent> = Vec::new(),
        "statusCallbackEvent", Code::Schema;
    -> content {}
}
