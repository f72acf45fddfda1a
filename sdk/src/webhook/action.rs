//! What a verb brings to its action: each is asked for the document that goes on.

use super::parameters::parameters;
use super::{DialStatus, PayOutcome, QueueResult, RelayStatus, VoiceRequest};

parameters! {
    /// What a Gather heard.
    pub struct GatherResult {
        /// The call.
        call: VoiceRequest,
        /// The keys, without the one that ended them.
        digits: Option<String> = "Digits",
        /// The key that ended them.
        finished_on_key: Option<String> = "FinishedOnKey",
        /// What was said.
        speech_result: Option<String> = "SpeechResult",
        /// How sure the recogniser is, from 0 to 1.
        confidence: Option<f64> = "Confidence",
    }
}

parameters! {
    /// What a Gather hears so far.
    pub struct PartialResult {
        /// The call.
        call: VoiceRequest,
        /// What may still change.
        unstable_speech_result: Option<String> = "UnstableSpeechResult",
        /// What will hardly change.
        stable_speech_result: Option<String> = "StableSpeechResult",
        /// How unlikely a change is, from 0 to 1.
        stability: Option<f64> = "Stability",
        /// Its place in the order.
        sequence_number: Option<u32> = "SequenceNumber",
    }
}

parameters! {
    /// What a Record recorded.
    pub struct RecordResult {
        /// The call.
        call: VoiceRequest,
        /// Where the sound is, without an extension.
        recording_url: String = "RecordingUrl",
        /// The recording.
        recording_sid: Option<String> = "RecordingSid",
        /// Seconds it lasts.
        recording_duration: Option<u32> = "RecordingDuration",
        /// The key that ended it; `hangup` where the caller hung up.
        digits: Option<String> = "Digits",
    }
}

parameters! {
    /// How a Dial went.
    pub struct DialResult {
        /// The call that dialled.
        call: VoiceRequest,
        /// How it went.
        dial_call_status: DialStatus = "DialCallStatus",
        /// The dialled call; none for a conference.
        dial_call_sid: Option<String> = "DialCallSid",
        /// Seconds it lasted.
        dial_call_duration: Option<u32> = "DialCallDuration",
        /// Whether the two were joined.
        dial_bridged: Option<bool> = "DialBridged",
        /// Where the sound is, where it was recorded.
        recording_url: Option<String> = "RecordingUrl",
        /// The recording.
        recording_sid: Option<String> = "RecordingSid",
        /// Seconds it lasts.
        recording_duration: Option<u32> = "RecordingDuration",
        /// The Call-ID of a dialled SIP address.
        dial_sip_call_id: Option<String> = "DialSipCallId",
        /// The last status of SIP from there.
        dial_sip_response_code: Option<u32> = "DialSipResponseCode",
    }
}

parameters! {
    /// How an Enqueue went.
    pub struct EnqueueResult {
        /// The call.
        call: VoiceRequest,
        /// How the caller left the queue.
        queue_result: QueueResult = "QueueResult",
        /// The queue.
        queue_sid: Option<String> = "QueueSid",
        /// Seconds of waiting.
        queue_time: Option<u32> = "QueueTime",
    }
}

parameters! {
    /// The question for what is heard while waiting in a queue.
    pub struct QueueWait {
        /// The call.
        call: VoiceRequest,
        /// Its place in the queue, from 1.
        queue_position: Option<u32> = "QueuePosition",
        /// The queue.
        queue_sid: Option<String> = "QueueSid",
        /// Seconds of waiting so far.
        queue_time: Option<u32> = "QueueTime",
        /// Seconds the others wait on average.
        avg_queue_time: Option<u32> = "AvgQueueTime",
        /// How many wait.
        current_queue_size: Option<u32> = "CurrentQueueSize",
        /// How many may wait.
        max_queue_size: Option<u32> = "MaxQueueSize",
    }
}

parameters! {
    /// How a Refer went.
    pub struct ReferResult {
        /// The call.
        call: VoiceRequest,
        /// How far the referred call has come.
        refer_call_status: Option<String> = "ReferCallStatus",
        /// The answer to the REFER itself.
        refer_sip_response_code: Option<u32> = "ReferSipResponseCode",
        /// The last status told by NOTIFY.
        notify_sip_response_code: Option<u32> = "NotifySipResponseCode",
        /// Where a far end asks to be sent, for a Dial's `referUrl`.
        refer_transfer_target: Option<String> = "ReferTransferTarget",
    }
}

parameters! {
    /// How the talk with a program ended.
    pub struct RelayResult {
        /// The call.
        call: VoiceRequest,
        /// The session.
        session_id: Option<String> = "SessionId",
        /// How it ended.
        session_status: Option<RelayStatus> = "SessionStatus",
        /// Seconds it lasted.
        session_duration: Option<u32> = "SessionDuration",
        /// What the program handed over, as it sent it.
        handoff_data: Option<String> = "HandoffData",
        /// Why it failed.
        error_code: Option<u32> = "ErrorCode",
        /// The same in words.
        error_message: Option<String> = "ErrorMessage",
    }
}

parameters! {
    /// How a payment ended. Card and code are masked before they are sent.
    pub struct PayResult {
        /// The call.
        call: VoiceRequest,
        /// How it ended.
        result: PayOutcome = "Result",
        /// What later payments are made with.
        payment_token: Option<String> = "PaymentToken",
        /// The connector's confirmation of a charge.
        payment_confirmation_code: Option<String> = "PaymentConfirmationCode",
        /// With what was paid.
        payment_method: Option<String> = "PaymentMethod",
        /// The kind of card.
        payment_card_type: Option<String> = "PaymentCardType",
        /// The card's number, masked.
        payment_card_number: Option<String> = "PaymentCardNumber",
        /// When the card expires, month and year.
        expiration_date: Option<String> = "ExpirationDate",
        /// The postal code.
        payment_card_postal_code: Option<String> = "PaymentCardPostalCode",
        /// Why it failed, in words.
        payment_error: Option<String> = "PaymentError",
        /// Why it failed, as a code.
        pay_error_code: Option<u32> = "PayErrorCode",
        /// The connector's own word.
        connector_error: Option<String> = "ConnectorError",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BadParameter, CallStatus, Parameters};
    use super::*;

    const CALL: &str = "CallSid=CA1&AccountSid=AC1&ApiVersion=2010-04-01&From=%2B15550100\
        &To=client%3Abob&CallStatus=in-progress&Direction=inbound&FromCity=&FromCountry=US";

    fn read<T: crate::webhook::FromParameters>(more: &str) -> Result<T, BadParameter> {
        Parameters::parse(&format!("{CALL}&{more}")).read()
    }

    #[test]
    fn what_a_gather_brings() {
        let result: GatherResult = read("Digits=12&FinishedOnKey=").unwrap();
        assert_eq!(result.digits.as_deref(), Some("12"));
        assert_eq!(result.finished_on_key, None);
        assert_eq!(result.call.places.from.country.as_deref(), Some("US"));
        assert_eq!(result.call.places.from.city, None);
        let spoken: GatherResult = read("SpeechResult=yes+please&Confidence=0.93").unwrap();
        assert_eq!(spoken.speech_result.as_deref(), Some("yes please"));
        assert_eq!(spoken.confidence, Some(0.93));
    }

    #[test]
    fn unknown_words_survive_and_missing_ones_are_named() {
        let dial: DialResult = read("DialCallStatus=teleported&DialBridged=true").unwrap();
        assert_eq!(
            dial.dial_call_status,
            DialStatus::Other("teleported".into())
        );
        assert_eq!(dial.dial_call_status.as_str(), "teleported");
        assert_eq!(dial.dial_bridged, Some(true));
        assert_eq!(dial.call.call_status, CallStatus::InProgress);
        let missing = read::<DialResult>("").unwrap_err();
        assert_eq!(missing, BadParameter::Missing("DialCallStatus"));
        let bad = read::<RecordResult>("RecordingUrl=u&RecordingDuration=long").unwrap_err();
        assert_eq!(
            bad.to_string(),
            "the parameter RecordingDuration can't be read"
        );
    }

    #[test]
    fn the_rest() {
        let queue: EnqueueResult = read("QueueResult=queue-full&QueueTime=7").unwrap();
        assert_eq!(
            (queue.queue_result, queue.queue_time),
            (QueueResult::QueueFull, Some(7))
        );
        let wait: QueueWait = read("QueuePosition=2&MaxQueueSize=100").unwrap();
        assert_eq!(
            (wait.queue_position, wait.max_queue_size),
            (Some(2), Some(100))
        );
        let refer: ReferResult = read("ReferCallStatus=busy&NotifySipResponseCode=486").unwrap();
        assert_eq!(refer.notify_sip_response_code, Some(486));
        let record: RecordResult =
            read("RecordingUrl=u&RecordingDuration=3&Digits=hangup").unwrap();
        assert_eq!(record.recording_duration, Some(3));
        let relay: RelayResult = read("SessionStatus=ended&HandoffData=%7B%7D").unwrap();
        assert_eq!(relay.handoff_data.as_deref(), Some("{}"));
        let pay: PayResult = read("Result=caller-hung-up").unwrap();
        assert_eq!(pay.result, PayOutcome::CallerHungUp);
        let partial: PartialResult = read("UnstableSpeechResult=ye&Stability=0.9").unwrap();
        assert_eq!(partial.stability, Some(0.9));
        let debug = format!("{:?}", Parameters::parse("Digits=4111&SipHeader_X-Who=me"));
        assert_eq!(debug, r#"["Digits", "SipHeader_X-Who"]"#);
        let all = Parameters::parse("SipHeader_X-Who=me&a=1&a=2");
        assert_eq!(all.sip_headers().collect::<Vec<_>>(), [("X-Who", "me")]);
        assert_eq!(all.all("a"), ["1", "2"]);
    }
}
