//! What an application is told without being asked anything: callbacks.

use super::parameters::parameters;
use super::{
    AnsweredBy, CallStatus, ConferenceEventKind, RecordingSource, RecordingStatus, RecordingTrack,
    StreamEventKind, TranscriptionEventKind, TranscriptionStatus, VerificationStatus, VoiceRequest,
};

parameters! {
    /// A step of a call's life.
    pub struct CallStatusEvent {
        /// The call, with the status it has reached.
        call: VoiceRequest,
        /// Its place among the steps the call can take. Callbacks may arrive in another order.
        sequence_number: Option<u32> = "SequenceNumber",
        /// When it happened, as a date of mail (RFC 2822).
        timestamp: Option<String> = "Timestamp",
        /// What tells of it.
        callback_source: Option<String> = "CallbackSource",
        /// Seconds the call lasted, once it is over.
        call_duration: Option<u32> = "CallDuration",
        /// Minutes that are billed.
        duration: Option<u32> = "Duration",
        /// The last status of SIP, once it is over.
        sip_response_code: Option<u32> = "SipResponseCode",
        /// Where the sound is, where the whole call was recorded.
        recording_url: Option<String> = "RecordingUrl",
        /// The recording.
        recording_sid: Option<String> = "RecordingSid",
        /// Seconds it lasts.
        recording_duration: Option<u32> = "RecordingDuration",
        /// Why it failed, in words.
        error_message: Option<String> = "ErrorMessage",
    }
}

parameters! {
    /// Who picked up, where that was looked into while the call went on.
    pub struct AmdEvent {
        /// The call.
        call_sid: String = "CallSid",
        /// The account.
        account_sid: String = "AccountSid",
        /// Who picked up.
        answered_by: AnsweredBy = "AnsweredBy",
        /// Milliseconds that took.
        machine_detection_duration: Option<u32> = "MachineDetectionDuration",
    }
}

parameters! {
    /// A step of a recording's life.
    pub struct RecordingStatusEvent {
        /// The account.
        account_sid: String = "AccountSid",
        /// The call whose leg began it.
        call_sid: Option<String> = "CallSid",
        /// The conference that is recorded.
        conference_sid: Option<String> = "ConferenceSid",
        /// The recording.
        recording_sid: String = "RecordingSid",
        /// Where the sound is, without an extension.
        recording_url: Option<String> = "RecordingUrl",
        /// How far it has come.
        recording_status: RecordingStatus = "RecordingStatus",
        /// Seconds it lasts.
        recording_duration: Option<u32> = "RecordingDuration",
        /// How many channels it has.
        recording_channels: Option<u32> = "RecordingChannels",
        /// When it began, as a date of mail (RFC 2822).
        recording_start_time: Option<String> = "RecordingStartTime",
        /// What began it.
        recording_source: Option<RecordingSource> = "RecordingSource",
        /// Whose sound it has.
        recording_track: Option<RecordingTrack> = "RecordingTrack",
        /// Why there is none; 0 where all is well.
        error_code: Option<u32> = "ErrorCode",
    }
}

parameters! {
    /// What happened in a conference.
    pub struct ConferenceEvent {
        /// The account.
        account_sid: String = "AccountSid",
        /// The conference.
        conference_sid: String = "ConferenceSid",
        /// Its name.
        friendly_name: Option<String> = "FriendlyName",
        /// What happened.
        status_callback_event: ConferenceEventKind = "StatusCallbackEvent",
        /// Its place in the order.
        sequence_number: Option<u32> = "SequenceNumber",
        /// When it happened, as a date of mail (RFC 2822).
        timestamp: Option<String> = "Timestamp",
        /// The participant.
        call_sid: Option<String> = "CallSid",
        /// The participant's label.
        participant_label: Option<String> = "ParticipantLabel",
        /// Whether the participant is muted.
        muted: Option<bool> = "Muted",
        /// Whether the participant is on hold.
        hold: Option<bool> = "Hold",
        /// Whether the participant coaches another.
        coaching: Option<bool> = "Coaching",
        /// Whether the conference starts with the participant.
        start_conference_on_enter: Option<bool> = "StartConferenceOnEnter",
        /// Whether the conference ends with the participant.
        end_conference_on_exit: Option<bool> = "EndConferenceOnExit",
        /// How the participant's call is.
        participant_call_status: Option<CallStatus> = "ParticipantCallStatus",
        /// Why the participant left.
        reason_participant_left: Option<String> = "ReasonParticipantLeft",
        /// Who ended the conference.
        call_sid_ending_conference: Option<String> = "CallSidEndingConference",
        /// Why it ended.
        reason_conference_ended: Option<String> = "ReasonConferenceEnded",
        /// The same in words.
        reason: Option<String> = "Reason",
        /// Why an announcement failed.
        reason_announcement_failed: Option<String> = "ReasonAnnouncementFailed",
    }
}

parameters! {
    /// What a recording says in words.
    pub struct TranscriptionResult {
        /// The account.
        account_sid: String = "AccountSid",
        /// The call.
        call_sid: Option<String> = "CallSid",
        /// The text's own SID.
        transcription_sid: String = "TranscriptionSid",
        /// How it went.
        transcription_status: TranscriptionStatus = "TranscriptionStatus",
        /// The words.
        transcription_text: Option<String> = "TranscriptionText",
        /// Where the text is.
        transcription_url: Option<String> = "TranscriptionUrl",
        /// The recording.
        recording_sid: Option<String> = "RecordingSid",
        /// Where its sound is.
        recording_url: Option<String> = "RecordingUrl",
    }
}

parameters! {
    /// A step of a live transcription.
    pub struct TranscriptionEvent {
        /// The account.
        account_sid: String = "AccountSid",
        /// The call.
        call_sid: String = "CallSid",
        /// The transcription.
        transcription_sid: String = "TranscriptionSid",
        /// What happened.
        transcription_event: TranscriptionEventKind = "TranscriptionEvent",
        /// Its place in the order.
        sequence_id: Option<u32> = "SequenceId",
        /// When it happened (ISO 8601).
        timestamp: Option<String> = "Timestamp",
        /// Whose words.
        track: Option<String> = "Track",
        /// The language.
        language_code: Option<String> = "LanguageCode",
        /// The words and how sure they are, as JSON.
        transcription_data: Option<String> = "TranscriptionData",
        /// Whether they will not change.
        is_final: Option<bool> = "Final",
        /// How unlikely a change is.
        stability: Option<f64> = "Stability",
        /// Why it failed, as a code.
        transcription_error_code: Option<u32> = "TranscriptionErrorCode",
        /// Why it failed, in words.
        transcription_error: Option<String> = "TranscriptionError",
    }
}

parameters! {
    /// A step of a stream.
    pub struct StreamEvent {
        /// The account.
        account_sid: String = "AccountSid",
        /// The call.
        call_sid: String = "CallSid",
        /// The stream.
        stream_sid: String = "StreamSid",
        /// Its name.
        stream_name: Option<String> = "StreamName",
        /// What happened.
        stream_event: StreamEventKind = "StreamEvent",
        /// Why it failed.
        stream_error: Option<String> = "StreamError",
        /// When it happened (ISO 8601).
        timestamp: Option<String> = "Timestamp",
    }
}

parameters! {
    /// Whether a caller's number was proved to be theirs.
    pub struct VerificationEvent {
        /// The call that asked.
        call: VoiceRequest,
        /// How it went.
        verification_status: VerificationStatus = "VerificationStatus",
        /// The caller ID that was made.
        outgoing_caller_id_sid: Option<String> = "OutgoingCallerIdSid",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Parameters;

    #[test]
    fn the_end_of_a_call() {
        let event: CallStatusEvent = Parameters::parse(
            "CallSid=CA1&AccountSid=AC1&From=%2B15550100&To=%2B15550101&CallStatus=busy\
             &Direction=outbound-api&SequenceNumber=2&SipResponseCode=486&CallDuration=0\
             &Timestamp=Sun%2C+25+Mar+2018+09%3A53%3A19+%2B0000&AnsweredBy=human",
        )
        .read()
        .unwrap();
        assert_eq!(event.call.call_status, CallStatus::Busy);
        assert_eq!(event.sip_response_code, Some(486));
        assert_eq!(
            event.timestamp.as_deref(),
            Some("Sun, 25 Mar 2018 09:53:19 +0000")
        );
        assert_eq!(event.call.answered_by, Some(AnsweredBy::Human));
    }

    #[test]
    fn a_recording_is_ready() {
        let event: RecordingStatusEvent = Parameters::parse(
            "AccountSid=AC1&CallSid=CA1&RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fx%2FRE1\
             &RecordingStatus=completed&RecordingDuration=4&RecordingChannels=2&ErrorCode=0\
             &RecordingSource=StartCallRecordingAPI&RecordingTrack=both",
        )
        .read()
        .unwrap();
        assert_eq!(event.recording_status, RecordingStatus::Completed);
        assert_eq!(
            event.recording_source,
            Some(RecordingSource::StartCallRecordingApi)
        );
        assert_eq!(
            (event.recording_duration, event.recording_channels),
            (Some(4), Some(2))
        );
    }

    #[test]
    fn the_rest() {
        let about = "AccountSid=AC1&CallSid=CA1&";
        let read = |more: &str| Parameters::parse(&format!("{about}{more}"));
        let amd: AmdEvent = read("AnsweredBy=machine_end_beep").read().unwrap();
        assert_eq!(amd.answered_by, AnsweredBy::MachineEndBeep);
        let conference: ConferenceEvent =
            read("ConferenceSid=CF1&StatusCallbackEvent=participant-join&Muted=false&Hold=true")
                .read()
                .unwrap();
        assert_eq!(
            (conference.muted, conference.hold),
            (Some(false), Some(true))
        );
        let text: TranscriptionResult =
            read("TranscriptionSid=TR1&TranscriptionStatus=completed&TranscriptionText=hi")
                .read()
                .unwrap();
        assert_eq!(text.transcription_text.as_deref(), Some("hi"));
        let live: TranscriptionEvent =
            read("TranscriptionSid=GT1&TranscriptionEvent=transcription-content&Final=true")
                .read()
                .unwrap();
        assert_eq!(live.is_final, Some(true));
        let stream: StreamEvent = read("StreamSid=MZ1&StreamEvent=stream-error")
            .read()
            .unwrap();
        assert_eq!(stream.stream_event, StreamEventKind::Error);
        let call = "From=a&To=b&CallStatus=completed&Direction=outbound-api";
        let proved: VerificationEvent = read(&format!("{call}&VerificationStatus=success"))
            .read()
            .unwrap();
        assert_eq!(proved.verification_status, VerificationStatus::Success);
    }
}
