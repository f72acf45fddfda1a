//! Which requests there are, and which parameters the reference lists for each.

pub(crate) const REQUEST: &str = "every request";
pub(crate) const FALLBACK: &str = "the fallback's request";
pub(crate) const GATHER: &str = "Gather's action";
pub(crate) const RECORD: &str = "Record's action";
pub(crate) const DIAL: &str = "Dial's action";
pub(crate) const REFER_URL: &str = "Dial's referUrl";
pub(crate) const REFER: &str = "Refer's action";
pub(crate) const STATUS: &str = "a call's status callback";
pub(crate) const RECORDING: &str = "a recording's status callback";
pub(crate) const DETECTION: &str = "the detection's callback";

/// What the reference lists for each kind of request.
pub(crate) const REFERENCE: &[(&str, &[&str])] = &[
    (
        REQUEST,
        &[
            "CallSid",
            "AccountSid",
            "ApiVersion",
            "From",
            "To",
            "Caller",
            "Called",
            "Direction",
            "CallStatus",
            "ForwardedFrom",
            "CallerName",
            "ParentCallSid",
            "CallToken",
            "FromCity",
            "FromState",
            "FromZip",
            "FromCountry",
            "ToCity",
            "ToState",
            "ToZip",
            "ToCountry",
            "CallerCity",
            "CallerState",
            "CallerZip",
            "CallerCountry",
            "CalledCity",
            "CalledState",
            "CalledZip",
            "CalledCountry",
            "StirVerstat",
            "StirPassportToken",
            "StirStatus",
            "ApplicationSid",
            "AnsweredBy",
            "MachineDetectionDuration",
            "SipDomain",
            "SipDomainSid",
            "SipCallId",
            "SipSourceIp",
            "SipHeader_*",
        ],
    ),
    (FALLBACK, &["ErrorCode", "ErrorUrl"]),
    (
        GATHER,
        &[
            "Digits",
            "FinishedOnKey",
            "SpeechResult",
            "Confidence",
            "Language",
        ],
    ),
    (
        RECORD,
        &[
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "Digits",
        ],
    ),
    (
        DIAL,
        &[
            "DialCallStatus",
            "DialCallSid",
            "DialCallDuration",
            "DialBridged",
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "DialSipCallId",
            "DialSipResponseCode",
            "DialSipHeader_*",
        ],
    ),
    (REFER_URL, &["ReferTransferTarget"]),
    (
        REFER,
        &[
            "ReferCallStatus",
            "ReferSipResponseCode",
            "NotifySipResponseCode",
        ],
    ),
    (
        STATUS,
        &[
            "Timestamp",
            "CallbackSource",
            "SequenceNumber",
            "Duration",
            "CallDuration",
            "SipResponseCode",
            "RecordingUrl",
            "RecordingSid",
            "RecordingDuration",
            "AnsweredBy",
            "ErrorCode",
            "ErrorMessage",
        ],
    ),
    (
        RECORDING,
        &[
            "AccountSid",
            "CallSid",
            "RecordingSid",
            "RecordingUrl",
            "RecordingStatus",
            "RecordingDuration",
            "RecordingChannels",
            "RecordingStartTime",
            "RecordingSource",
            "RecordingTrack",
            "ErrorCode",
            "EncryptionDetails",
        ],
    ),
    (DETECTION, &["AnsweredBy", "MachineDetectionDuration"]),
];
