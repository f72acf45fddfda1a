//! What can be wrong with a document: codes, warnings that let it run, errors that do not.

use std::fmt;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $number:literal,)*) => {
        /// The number under which a fault is told to the customer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$meta])* $name = $number,)*
        }
        impl Code {
            /// Every code this crate can tell.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];
        }
    };
}

codes! {
    /// The body is larger than a document may be.
    BodyTooLarge = 11750,
    /// The body has nothing in it.
    EmptyBody = 11770,
    /// The text is not well-formed XML.
    Malformed = 12100,
    /// The text is of a version of XML that documents cannot have.
    XmlVersion = 12101,
    /// The root element is not Response.
    WrongRoot = 12102,
    /// An element or attribute the language does not know, or not in this place.
    Schema = 12200,
    /// The body has a content type that cannot be a document.
    ContentType = 12300,
    /// A Conference stands beside other nouns.
    ConferenceMixed = 13000,
    /// Dial method.
    DialMethod = 13210,
    /// Dial timeout.
    DialTimeout = 13212,
    /// Dial hangupOnStar.
    DialHangupOnStar = 13213,
    /// Dial callerId.
    DialCallerId = 13214,
    /// An element that may not stand in a Dial, or not beside the others there.
    DialNesting = 13215,
    /// Dial timeLimit.
    DialTimeLimit = 13216,
    /// Dial record.
    DialRecord = 13217,
    /// Dial sequential.
    DialSequential = 13218,
    /// Dial answerOnBridge.
    DialAnswerOnBridge = 13219,
    /// Dial ringTone.
    DialRingTone = 13220,
    /// Number method.
    NumberMethod = 13221,
    /// Number sendDigits.
    NumberSendDigits = 13222,
    /// A Number without a telephone number.
    NumberFormat = 13223,
    /// Conference muted.
    ConferenceMuted = 13230,
    /// Conference endConferenceOnExit.
    ConferenceEndOnExit = 13231,
    /// Conference startConferenceOnEnter.
    ConferenceStartOnEnter = 13232,
    /// Conference waitMethod.
    ConferenceWaitMethod = 13234,
    /// Conference beep.
    ConferenceBeep = 13235,
    /// Conference without a name.
    ConferenceName = 13237,
    /// Conference trim.
    ConferenceTrim = 13239,
    /// Sip method.
    SipMethod = 13241,
    /// Sip username or password.
    SipCredentials = 13249,
    /// More nouns or addresses than one Dial may ring.
    TooManyNouns = 13250,
    /// More headers than one Sip may have.
    TooManyHeaders = 13251,
    /// A header of a Sip noun has a name that may not be sent.
    SipHeaderName = 13252,
    /// The headers of a Sip noun are too long.
    SipHeadersTooLong = 13253,
    /// Gather finishOnKey.
    GatherFinishOnKey = 13310,
    /// Gather method.
    GatherMethod = 13312,
    /// Gather timeout.
    GatherTimeout = 13313,
    /// Gather numDigits.
    GatherNumDigits = 13314,
    /// An element that may not stand in a Gather.
    GatherNesting = 13320,
    /// The voice of a Say in a Gather.
    GatherSayVoice = 13321,
    /// The loop of a Say in a Gather.
    GatherSayLoop = 13322,
    /// Gather input.
    GatherInput = 13326,
    /// Gather speechTimeout.
    GatherSpeechTimeout = 13327,
    /// Gather maxSpeechTime.
    GatherMaxSpeechTime = 13328,
    /// Gather partialResultCallbackMethod.
    GatherPartialMethod = 13329,
    /// Gather hints.
    GatherHints = 13330,
    /// Gather language.
    GatherLanguage = 13331,
    /// Gather bargeIn.
    GatherBargeIn = 13332,
    /// Gather profanityFilter.
    GatherProfanityFilter = 13333,
    /// Gather speechModel.
    GatherSpeechModel = 13334,
    /// Gather speechTimeout is auto though a speech model is chosen.
    GatherAutoWithModel = 13335,
    /// Gather actionOnEmptyResult.
    GatherActionOnEmpty = 13338,
    /// Play loop.
    PlayLoop = 13410,
    /// Play digits.
    PlayDigits = 13430,
    /// Say loop.
    SayLoop = 13510,
    /// Say voice.
    SayVoice = 13511,
    /// Say language.
    SayLanguage = 13512,
    /// Say has nothing to say.
    SayText = 13520,
    /// Say has more to say than one Say may.
    SayTooLong = 13521,
    /// Record method.
    RecordMethod = 13610,
    /// Record timeout.
    RecordTimeout = 13611,
    /// Record maxLength.
    RecordMaxLength = 13612,
    /// Record finishOnKey.
    RecordFinishOnKey = 13613,
    /// Record transcribe.
    RecordTranscribe = 13614,
    /// Record maxLength is more than can be transcribed.
    RecordTooLongToTranscribe = 13615,
    /// Record playBeep.
    RecordPlayBeep = 13616,
    /// A recordingStatusCallbackEvent is unknown.
    RecordingEvent = 13621,
    /// Record trim.
    RecordTrim = 13699,
    /// Redirect method.
    RedirectMethod = 13710,
    /// Reject reason.
    RejectReason = 13810,
    /// Pause length.
    PauseLength = 13910,
    /// Sms method.
    SmsMethod = 14104,
    /// Enqueue method.
    EnqueueMethod = 14201,
    /// Enqueue without a queue name.
    EnqueueNameTooShort = 14204,
    /// Enqueue with too long a queue name.
    EnqueueNameTooLong = 14205,
    /// Enqueue waitUrlMethod.
    EnqueueWaitMethod = 14206,
    /// Queue method.
    QueueMethod = 14210,
    /// Queue without a name.
    QueueNameTooShort = 14212,
    /// Queue with too long a name.
    QueueNameTooLong = 14213,
    /// An element that may not stand in a Start.
    StartNesting = 14300,
    /// Participant label.
    ParticipantLabel = 16023,
    /// Stream track.
    StreamTrack = 31941,
}

impl Code {
    /// The number as it is told to the customer.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// Something in a document that was passed over; the document runs all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The number of the fault.
    pub code: Code,
    /// The line it is on, from 1.
    pub line: u32,
    /// The column it begins at, from 1.
    pub column: u32,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The element it is about.
    pub element: String,
    /// The attribute it is about, if it is about one.
    pub attribute: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}:{}: {}",
            self.code, self.line, self.column, self.message
        )
    }
}

/// Why a text is no document at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The number of the fault.
    pub code: Code,
    /// The line it was found on, from 1.
    pub line: u32,
    /// The column it was found at, from 1.
    pub column: u32,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl ParseError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> ParseError {
        ParseError {
            code,
            line: 1,
            column: 1,
            message: message.into(),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at {}:{}: {}",
            self.code, self.line, self.column, self.message
        )
    }
}

impl std::error::Error for ParseError {}
