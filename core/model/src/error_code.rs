//! The catalogue's numbers that this platform raises, each with its HTTP status and sentence.
//!
//! The numbers are the contract's; the sentences that official clients compare are written as
//! clients expect them, the others are ours.

use std::fmt;

/// A number of the error catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub u32);

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $text:literal;)*) => {
        impl ErrorCode {
            $($(#[$doc])* #[doc = $text] pub const $name: ErrorCode = ErrorCode($number);)*

            /// Every number this platform can raise.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];

            /// The HTTP status of a REST answer with this code; 0 for codes that only
            /// notifications and fallback requests carry.
            pub fn http_status(self) -> u16 {
                match self.0 { $($number => $status,)* _ => 400 }
            }

            /// One sentence that says what is wrong.
            pub fn text(self) -> &'static str {
                match self.0 { $($number => $text,)* _ => "Unknown error" }
            }
        }
    };
}

codes! {
    // REST.
    AUTHENTICATE = 20003, 401, "Authenticate";
    METHOD_NOT_ALLOWED = 20004, 405, "Method not allowed";
    ACCOUNT_INACTIVE = 20005, 403, "Account is not active";
    ACCESS_DENIED = 20006, 403, "Access Denied";
    TEST_CREDENTIALS = 20008, 403, "Test credentials can't be used with this resource";
    INVALID_PARAMETER = 20001, 400, "Invalid parameter";
    PAGE_SIZE = 20007, 400, "Page size too large";
    CALL_NOT_COMPLETE = 20009, 409, "Cannot delete this resource before it is complete";
    NOT_FOUND = 20404, 404, "The requested resource was not found";
    TOO_MANY_REQUESTS = 20429, 429, "Too Many Requests";
    INTERNAL = 20500, 500, "An internal server error has occurred";
    UNAVAILABLE = 20503, 503, "Service unavailable";
    TO_MISSING = 21201, 400, "No 'To' number is specified";
    URL_INVALID = 21205, 400, "Url parameter is required.";
    SEND_DIGITS = 21206, 400, "SendDigits is not valid";
    IF_MACHINE = 21207, 400, "IfMachine must be Continue or Hangup";
    TIMEOUT_INVALID = 21208, 400, "Timeout must be an integer";
    METHOD_INVALID = 21209, 400, "Method is not valid";
    FROM_UNVERIFIED = 21210, 400, "The source phone number is not yet verified";
    TO_INVALID = 21211, 400, "The phone number you are attempting to call is not valid.";
    FROM_INVALID = 21212, 400, "The source phone number provided is not valid";
    FROM_MISSING = 21213, 400, "No 'From' number is specified";
    CALL_STATE = 21220, 400, "Call is not in-progress. Cannot redirect.";
    NUMBER_INVALID = 21421, 400, "PhoneNumber is invalid";
    NUMBER_TAKEN = 21422, 400, "PhoneNumber is not available";
    FALLBACK_WITHOUT_URL = 21405, 400, "FallbackUrl needs a Url";
    BODY_TOO_LARGE = 20413, 413, "Request Entity Too Large";
    APPLICATION_SID = 21218, 400, "Invalid ApplicationSid";
    SIP_USERNAME = 21221, 400, "SipAuthUsername must be fewer than 256 characters";
    SIP_PASSWORD = 21223, 400, "SipAuthPassword must be fewer than 256 characters";
    SIP_PASSWORD_MISSING = 21225, 400, "SipAuthPassword is required with SipAuthUsername";
    SIP_HEADERS = 21227, 400, "Headers portion of SIP URI must be fewer than 1024 characters";
    SIP_USERNAME_CHARS = 21222, 400, "SipAuthUsername holds characters that can't be sent";
    SIP_PASSWORD_CHARS = 21224, 400, "SipAuthPassword holds characters that can't be sent";
    SIP_HEADER_NAME = 21228, 400, "A header in the SIP URI has a name that can't be sent";
    SIP_HEADER_VALUE = 21229, 400, "A header in the SIP URI has a value that can't be sent";
    DETECTION = 21234, 400, "Invalid machine detection value";
    BYOC_SID = 21300, 400, "Invalid BYOC trunk SID";
    CALLER_ID_NUMBER = 21401, 400, "PhoneNumber is not a number that can be called";
    APPLICATION_FOREIGN = 21420, 400, "The application is not one of this account";
    CALLER_ID_OWNED = 21449, 400, "The number belongs to the account and needs no verification";
    CALLER_ID_VERIFIED = 21450, 400, "Phone number already validated on your account";
    CALL_DELAY = 21454, 400, "CallDelay must be a number from 0 to 60";
    CALLER_ID_CALLBACK = 21456, 400, "Invalid StatusCallback";
    CALL_EVENT = 21626, 400, "Invalid 'StatusCallbackEvent'";
    SUBACCOUNT_BELOW_SUBACCOUNT = 21101, 400, "Subaccounts cannot contain subaccounts";
    TO_UNREACHABLE = 21214, 400, "The 'To' number can't be reached";
    TO_NOT_PERMITTED = 21215, 400, "Calls to this country are not permitted";
    TO_BLOCKED = 21216, 400, "The 'To' number is blocked";
    TO_NOT_A_NUMBER = 21217, 400, "The 'To' number does not look like one";
    ACCOUNT_OF_NUMBER = 21470, 400, "Invalid AccountSid";
    ACCOUNT_NOT_RELATED = 21473, 400, "AccountSid is not related to the number's account";
    NOT_THE_PARENT = 21474, 400, "Only the parent account can hand numbers on";
    ACCOUNT_STATUS = 21475, 400, "Status must be active, suspended or closed";
    PARENT_STATUS = 21477, 400, "Status can be changed for subaccounts only";
    ACCOUNT_CLOSED = 21479, 400, "A closed subaccount stays closed";
    SUBACCOUNTS_FULL = 21480, 400, "Reached the maximum number of subaccounts";
    NUMBER_URL = 21402, 400, "Invalid Url";
    NUMBER_METHOD = 21403, 400, "Invalid Method";
    AREA_CODE = 21451, 400, "Invalid area code";
    AREA_CODE_EMPTY = 21452, 400, "No phone numbers found in area code";
    PAGE_TOKEN = 21481, 400, "Invalid PageToken";
    TWIML_TOO_LONG = 32018, 400, "Twiml must be 4000 characters or less";
    RECORDING_CURRENT = 16108, 400, "Twilio.CURRENT names one recording, and several run at once";
    RECORDING_CHANNELS = 16113, 400, "The recording does not have that many channels";

    // Asking the customer's application.
    URL_FORMAT = 11100, 0, "Invalid URL format";
    HTTP_FAILURE = 11200, 0, "There was a failure attempting to retrieve the contents of this URL";
    CONNECT_TIMEOUT = 11201, 0, "The connection to this URL timed out";
    CONNECT_REFUSED = 11202, 0, "The connection to this URL was refused";
    TOTAL_TIMEOUT = 11203, 0, "The answer from this URL took too long";
    CONNECTION_FAILURE = 11205, 0, "The connection to this URL failed";
    PROTOCOL_VIOLATION = 11206, 0, "The answer from this URL is not HTTP";
    BAD_HOST = 11210, 0, "The host name of this URL can't be resolved";
    REDIRECTS = 11215, 0, "Too many HTTP redirects";
    TLS_HANDSHAKE = 11220, 0, "The TLS handshake with this URL failed";
    CERTIFICATE_NAME = 11235, 0, "The certificate is not for this host";
    CERTIFICATE_EXPIRED = 11236, 0, "The certificate has expired";
    CERTIFICATE_UNTRUSTED = 11237, 0, "The certificate's chain can't be verified";
    EDGE_INVALID = 11240, 0, "The URL names an edge location that does not exist";
    EDGE_UNSUPPORTED = 11241, 0, "The URL names an edge location that requests can't leave from";
    EDGE_INTERCONNECT = 11242, 0, "The URL names a private interconnection, and there is none";
    RETRY_POLICY = 11243, 0, "The retry policy in the URL is not valid";
    DOCUMENT_TOO_LARGE = 11750, 0, "The document is larger than 64 kB";
    DOCUMENT_EMPTY = 11770, 0, "The answer is empty";
    CALLBACK_FAILED = 15003, 0, "A status callback was not accepted";
    RELATIVE_URL = 15004, 0, "A relative URL has no document to start from";

    // SIP.
    SIP_UNREACHED = 32011, 0, "A SIP address could not be reached";
    SIP_NOT_REGISTERED = 32009, 0, "No phone of this name is registered";
    NO_SOUND = 32014, 0, "No sound came from the far end";
    SESSION_DESCRIPTION = 32102, 0, "The session description can't be used";

    // Requests that are carried out all the same.
    DETECTION_CALLBACK_MISSING = 21262, 0, "AsyncAmd has no AsyncAmdStatusCallback to tell";
    STATUS_CALLBACK_URL = 21609, 0, "Invalid StatusCallback URL";
    URL_AND_TWIML = 32019, 0, "Url and Twiml were both given: Twiml is ignored";

    // Documents.
    XML = 12100, 0, "Document parse failure";
    ROOT = 12102, 0, "The root element must be Response";
    SCHEMA = 12200, 0, "Schema validation warning";
    CONTENT_TYPE = 12300, 0, "Invalid Content-Type";
    DOCUMENT_FAULT = 12400, 0, "Internal failure while running the document";

    // Verbs.
    DIAL_NESTED = 13201, 0, "A call cannot be dialled from within a Dial";
    RECORDING_CALLBACK_URL = 13256, 0, "Invalid recordingStatusCallback URL";
    GATHER_NESTED = 13320, 0, "Gather: this can't be heard here";
    GATHER_PLAY_CONTENT_TYPE = 13325, 0, "Gather->Play: this is not a sound that can be played";
    DIAL_CALLER_ID = 13214, 0, "Dial: invalid callerId value";
    DIAL_NUMBER = 13223, 0, "Dial->Number: invalid phone number format";
    SIP_URI = 13243, 0, "Dial->Sip: this address can't be called";
    DIAL_FROM = 13247, 0, "Dial: the caller has no number that a carrier could be shown";
    DIAL_CALLER_ID_LONG = 13248, 0, "Dial: the callerId is too long";
    DIAL_NOUNS = 13250, 0, "Dial: more nouns or addresses than are rung";
    SIP_UNRESOLVED = 13254, 0, "Dial->Sip: the host of this address is not found";
    BYOC_ROUTE = 32400, 0, "Dial->Number: this trunk is not there; no other is taken";
    PLAY_CONTENT_TYPE = 13420, 0, "Play: this is not a sound that can be played";
    SAY_VOICE = 13511, 0, "Say: this voice is not installed; another speaks instead";
    SAY_LANGUAGE = 13512, 0, "Say: no voice for this language is installed";
    SAY_EMPTY = 13520, 0, "Say: there is no text to speak";
    REFER_NOT_SIP = 13801, 0, "Refer: the far end of this leg is not reached by SIP";
    REFER_URL_MISSING = 13802, 0, "Dial: no referUrl says what a transfer leads to";
    RECORDING_TOO_SHORT = 16101, 0, "The recording is too short";
    RECORDING_SILENT = 16102, 0, "The recording holds no sound";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_once_and_has_a_sentence() {
        let mut seen = std::collections::BTreeSet::new();
        for code in ErrorCode::ALL {
            assert!(seen.insert(code.0), "{code} twice");
            assert!(code.text().len() > 5);
        }
        assert_eq!(ErrorCode::NOT_FOUND.http_status(), 404);
    }
}
