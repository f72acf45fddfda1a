//! `<Sip>` with its `<Uri>` and `<Headers>`: a SIP address to ring.

use crate::limit;
use crate::value::{Answering, Method, ProgressEvent};
use crate::warning::Code;

element! {
    /// One address of several for the same SIP side.
    pub struct SipUri = "Uri";
    /// Its place in the order; the lowest is tried first.
    priority: Option<u32> = None, "priority", Code::Schema;
    /// Its share among those of the same priority.
    weight: Option<u32> = None, "weight", Code::Schema;
    /// The user name where the far side asks for one.
    username: Option<String> = None, "username", Code::Schema;
    /// The password where the far side asks for one.
    password: Option<String> = None, "password", Code::Schema;
    -> content {
        /// The address.
        uri: String,
    }
}

element! {
    /// A header sent along.
    pub struct Header = "Header";
    /// Its name.
    name: Option<String> = None, "name", Code::Schema;
    /// Its value.
    value: Option<String> = None, "value", Code::Schema;
    -> content {}
}

element! {
    /// The headers sent along.
    pub struct Headers = "Headers";
    -> content {
        /// Each of them.
        headers: Vec<Header>,
    }
}

element! {
    /// A SIP address to ring.
    pub struct Sip = "Sip";
    /// The user name where the far side asks for one.
    username: Option<String> = None, "username", Code::Schema;
    /// The password where the far side asks for one.
    password: Option<String> = None, "password", Code::Schema;
    /// The document the called side hears before it is joined.
    url: Option<String> = None, "url", Code::Schema;
    /// How that document is requested.
    method: Method = Method::Post, "method", Code::SipMethod;
    /// Where the steps of the call are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::SipMethod;
    /// The steps of the call that are told.
    status_callback_event: Vec<ProgressEvent> = vec![ProgressEvent::Completed],
        "statusCallbackEvent", Code::Schema;
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
    amd_status_callback_method: Method = Method::Post, "amdStatusCallbackMethod", Code::SipMethod;
    -> content {
        /// The address as written, headers after a question mark included.
        uri: String,
        /// Several addresses instead of one.
        uris: Vec<SipUri>,
        /// Headers beside those in the address.
        headers: Option<Headers>,
    }
    settle |sip, node, reader| {
        let (address, headers) = sip.address_and_headers();
        let scheme = address.to_ascii_lowercase();
        let named = scheme.starts_with("sip:") || scheme.starts_with("sips:");
        if sip.uris.is_empty() && (!named || address.len() > limit::SIP_URI_BYTES) {
            let message = "has no SIP address of allowed length".to_owned();
            reader.warn(Code::SipUri, node, None, message);
        }
        if headers.len() > limit::SIP_HEADER_BYTES {
            reader.warn(Code::SipHeadersTooLong, node, None, "has too long headers".to_owned());
        }
        let pairs = headers.split('&').filter(|pair| !pair.is_empty());
        let in_address = pairs.map(|pair| pair.split('=').next().unwrap_or(pair));
        let beside = sip.headers.iter().flat_map(|all| &all.headers);
        let names = in_address.chain(beside.filter_map(|header| header.name.as_deref()));
        let refused: Vec<String> = names
            .filter(|name| !may_be_sent(name))
            .map(crate::parse::brief)
            .collect();
        for name in refused {
            let message = format!("has a header '{name}' that may not be sent; it is left out");
            reader.warn(Code::SipHeaderName, node, None, message);
        }
    };
}

/// Whether a customer's header of this name goes out: their own, which begin with `X-`, and a few
/// that the reference names. Those of the platform cannot be forged.
fn may_be_sent(name: &str) -> bool {
    const KNOWN: [&str; 4] = [
        "user-to-user",
        "remote-party-id",
        "p-preferred-identity",
        "p-called-party-id",
    ];
    let name = name.to_ascii_lowercase();
    let token = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c));
    let own = name.starts_with("x-") && !name.starts_with("x-twilio-");
    token && (own || KNOWN.contains(&name.as_str()))
}

impl Sip {
    /// The address without its header part, and the header part without its question mark.
    #[must_use]
    pub fn address_and_headers(&self) -> (&str, &str) {
        self.uri.split_once('?').unwrap_or((&self.uri, ""))
    }
}
