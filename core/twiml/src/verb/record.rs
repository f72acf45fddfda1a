//! `<Record>`: records the caller.

use crate::limit;
use crate::value::{Keys, Method, RecordingEvent, Trim};
use crate::warning::Code;

element! {
    /// Records the caller until silence, a key, or the greatest length.
    pub struct Record = "Record";
    /// What is requested afterwards; absent means the current document.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::RecordMethod;
    /// Seconds of silence that end the recording; 0 means that silence does not.
    timeout: u32 = 5, "timeout", Code::RecordTimeout, in 0..=86400;
    /// The keys that end the recording; none where this is empty.
    finish_on_key: Keys = every_key(), "finishOnKey", Code::RecordFinishOnKey;
    /// Seconds the recording may last.
    max_length: u32 = 3600, "maxLength", Code::RecordMaxLength, in 1..=86400;
    /// Whether a beep is heard first.
    play_beep: bool = true, "playBeep", Code::RecordPlayBeep;
    /// Whether silence at both ends is cut away.
    trim: Trim = Trim::TrimSilence, "trim", Code::RecordTrim;
    /// Where the recording is told of when it is ready.
    recording_status_callback: Option<String> = None, "recordingStatusCallback", Code::Schema;
    /// How the recording status callback is requested.
    recording_status_callback_method: Method = Method::Post,
        "recordingStatusCallbackMethod", Code::RecordMethod;
    /// The steps of the recording of which the customer is told.
    recording_status_callback_event: Vec<RecordingEvent> = vec![RecordingEvent::Completed],
        "recordingStatusCallbackEvent", Code::RecordingEvent;
    /// A recording configuration of the account.
    recording_configuration_id: Option<String> = None, "recordingConfigurationId", Code::Schema;
    /// Whether the recording is written down.
    transcribe: bool = false, "transcribe", Code::RecordTranscribe;
    /// Where the written text is sent; implies `transcribe`.
    transcribe_callback: Option<String> = None, "transcribeCallback", Code::Schema;
    -> content {}
    settle |record, node, reader| {
        let long = record.max_length > limit::TRANSCRIBED_SECONDS;
        if record.transcribes() && long && node.has_attribute("maxLength") {
            let message = "has a maxLength above what can be transcribed".to_owned();
            reader.warn(Code::RecordTooLongToTranscribe, node, None, message);
        }
    };
}

impl Record {
    /// Whether the recording is to be written down.
    #[must_use]
    pub fn transcribes(&self) -> bool {
        self.transcribe || self.transcribe_callback.is_some()
    }
}

fn every_key() -> Keys {
    Keys::new("1234567890*#").expect("these are keys")
}
