//! `<Number>`: a telephone number to ring.

use crate::value::{Answering, Method, ProgressEvent};
use crate::verb::are_digits;
use crate::warning::Code;

element! {
    /// A telephone number to ring.
    pub struct Number = "Number" of number: String;
    /// Keys sent after the answer and before the joining.
    send_digits: Option<String> = None, "sendDigits", Code::NumberSendDigits,
        if |digits| digits.as_deref().is_some_and(are_digits);
    /// The document the called side hears before it is joined.
    url: Option<String> = None, "url", Code::Schema;
    /// How that document is requested.
    method: Method = Method::Post, "method", Code::NumberMethod;
    /// Where the steps of the call are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::NumberMethod;
    /// The steps of the call that are told.
    status_callback_event: Vec<ProgressEvent> = vec![ProgressEvent::Completed],
        "statusCallbackEvent", Code::Schema;
    /// The trunk of the customer's own carrier.
    byoc: Option<String> = None, "byoc", Code::Schema;
    /// Whether it is found out who answered, a person or a machine.
    machine_detection: Option<Answering> = None, "machineDetection", Code::Schema;
    /// Seconds the detection may take.
    machine_detection_timeout: u32 = 30, "machineDetectionTimeout", Code::Schema, in 3..=60;
    /// Milliseconds of speech that make a machine.
    machine_detection_speech_threshold: u32 = 2400,
        "machineDetectionSpeechThreshold", Code::Schema, in 1000..=6000;
    /// Milliseconds of silence that end a greeting.
    machine_detection_speech_end_threshold: u32 = 1200,
        "machineDetectionSpeechEndThreshold", Code::Schema, in 500..=5000;
    /// Milliseconds of silence at the start after which nothing is known.
    machine_detection_silence_timeout: u32 = 5000,
        "machineDetectionSilenceTimeout", Code::Schema, in 2000..=10000;
    /// Where the result of the detection is told.
    amd_status_callback: Option<String> = None, "amdStatusCallback", Code::Schema;
    /// How the detection callback is requested.
    amd_status_callback_method: Method = Method::Post,
        "amdStatusCallbackMethod", Code::NumberMethod;
    -> content {
        /// The number as written.
        number: String,
    }
    settle |number, node, reader| {
        if number.number.is_empty() {
            reader.warn(Code::NumberFormat, node, None, "has no number".to_owned());
        }
    };
}
