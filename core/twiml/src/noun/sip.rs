//! `<Sip>` with its `<Uri>` and `<Headers>`: a SIP address to ring.

use crate::limit;
use crate::value::{Answering, Method, ProgressEvent};
use crate::warning::Code;

element! {
    /// One address of several for the same SIP side.
    pub struct SipUri = "Uri" of uri: String;
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
        headers: Vec<Header> => header(Header),
    }
}

element! {
    /// A SIP address to ring.
    pub struct Sip = "Sip" of uri: String;
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
        uris: Vec<SipUri> => uri(SipUri),
        /// Headers beside those in the address.
        headers: Option<Headers> => headers(Headers),
    }
    settle |sip, node, reader| {
        // An address that can't be rung is told by whoever would ring it.
        for (code, message) in sip.faults() {
            reader.warn(code, node, None, message);
        }
    };
}

impl Sip {
    /// The address without its header part, and the header part without its question mark.
    #[must_use]
    pub fn address_and_headers(&self) -> (&str, &str) {
        parts(&self.uri)
    }

    /// The header elements that have both a name and a value.
    pub fn header_elements(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.headers.iter().flat_map(|headers| &headers.headers);
        all.filter_map(|header| Some((header.name.as_deref()?, header.value.as_deref()?)))
    }

    /// What is wrong with what stands around the address.
    fn faults(&self) -> Vec<(Code, String)> {
        let mut faults = Vec::new();
        if self.uris.len() > limit::SIP_URIS {
            let message = format!(
                "has more than {} addresses; those are tried",
                limit::SIP_URIS
            );
            faults.push((Code::TooManyNouns, message));
        }
        let of_uris = self.uris.iter();
        let credentials = of_uris.flat_map(|uri| [&uri.username, &uri.password]);
        let mut credentials = credentials
            .chain([&self.username, &self.password])
            .flatten();
        if credentials.any(|text| !is_credential(text)) {
            let message = "has a user name or a password that can't be sent".to_owned();
            faults.push((Code::SipCredentials, message));
        }
        let elements: Vec<_> = self.header_elements().collect();
        let of_elements = elements
            .iter()
            .map(|(name, value)| name.len() + value.len() + 2);
        let length = of_elements.sum::<usize>() + self.address_and_headers().1.len();
        if length > limit::SIP_HEADER_BYTES {
            faults.push((Code::SipHeadersTooLong, "has too long headers".to_owned()));
        }
        if elements.len() > limit::SIP_HEADERS {
            faults.push((Code::TooManyHeaders, "has too many headers".to_owned()));
        }
        let of_uris = self.uris.iter().take(limit::SIP_URIS);
        let of_uris = of_uris.map(|uri| uri.address_and_headers().1);
        let parts = [self.address_and_headers().1].into_iter().chain(of_uris);
        let in_address = parts.flat_map(|part| part.split('&'));
        let in_address = in_address.filter(|pair| !pair.is_empty());
        let in_address = in_address.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        for (name, _) in in_address
            .chain(elements)
            .filter(|(name, value)| !may_be_sent(name, value))
        {
            let name = crate::parse::brief(name);
            let message = format!("has a header '{name}' that may not be sent; it is left out");
            faults.push((Code::SipHeaderName, message));
        }
        faults
    }
}

impl SipUri {
    /// The address without its header part, and the header part without its question mark.
    #[must_use]
    pub fn address_and_headers(&self) -> (&str, &str) {
        parts(&self.uri)
    }
}

fn parts(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

/// Whether this is a SIP address of allowed length, whatever headers stand behind it.
#[must_use]
pub fn is_address(uri: &str) -> bool {
    let address = parts(uri).0;
    let scheme = address.get(..5).unwrap_or(address).to_ascii_lowercase();
    let named = scheme.starts_with("sip:") || scheme.starts_with("sips:");
    named && address.len() <= limit::SIP_URI_BYTES
}

/// Whether this can be a user name or a password where a far side asks for one.
#[must_use]
pub fn is_credential(text: &str) -> bool {
    text.chars().count() <= limit::SIP_CREDENTIAL_CHARACTERS
        && !text.contains(['\r', '\n', '\0', '"'])
}

/// Whether a document may set this header: `X-…` and a few by name. Those of the platform's own
/// can't be forged, and a header may not smuggle in another one.
#[must_use]
pub fn may_be_sent(name: &str, value: &str) -> bool {
    const KNOWN: [&str; 4] = [
        "user-to-user",
        "remote-party-id",
        "p-preferred-identity",
        "p-called-party-id",
    ];
    let lower = name.to_ascii_lowercase();
    let token = |c: char| c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c);
    let fits = name.chars().all(token) && !value.contains(['\r', '\n', '\0']);
    let custom = lower.starts_with("x-") && !lower.starts_with("x-twilio-");
    fits && (custom || KNOWN.contains(&lower.as_str()))
}
