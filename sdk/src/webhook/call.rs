//! What every request about a call tells: the question for a document, and the base of the rest.

use super::parameters::parameters;
use super::{AnsweredBy, BadParameter, CallDirection, CallStatus, FromParameters, Parameters};

parameters! {
    /// The question for a document, and what every later one tells of the call.
    pub struct VoiceRequest {
        /// The call.
        call_sid: String = "CallSid",
        /// The account that owns it.
        account_sid: String = "AccountSid",
        /// The version of the API.
        api_version: Option<String> = "ApiVersion",
        /// Who calls: a number, `client:…` or `sip:…`.
        from: String = "From",
        /// Who is called.
        to: String = "To",
        /// How far the call has come.
        call_status: CallStatus = "CallStatus",
        /// Who called whom.
        direction: CallDirection = "Direction",
        /// Who forwarded the call here.
        forwarded_from: Option<String> = "ForwardedFrom",
        /// The caller's name, where it is looked up.
        caller_name: Option<String> = "CallerName",
        /// The call that dialled this one.
        parent_call_sid: Option<String> = "ParentCallSid",
        /// What lets a new call bear this one's caller.
        call_token: Option<String> = "CallToken",
        /// The attestation of the caller's number.
        stir_verstat: Option<String> = "StirVerstat",
        /// The signed caller identity that came in.
        stir_passport_token: Option<String> = "StirPassportToken",
        /// The application that handles the call.
        application_sid: Option<String> = "ApplicationSid",
        /// Who picked up, where that was looked into before the document was asked for.
        answered_by: Option<AnsweredBy> = "AnsweredBy",
        /// Milliseconds that took.
        machine_detection_duration: Option<u32> = "MachineDetectionDuration",
        /// The SIP domain the call came in by.
        sip_domain: Option<String> = "SipDomain",
        /// The Call-ID of SIP.
        sip_call_id: Option<String> = "SipCallId",
        /// The address the SIP call came from.
        sip_source_ip: Option<String> = "SipSourceIp",
        /// Why the fallback is asked.
        error_code: Option<u32> = "ErrorCode",
        /// The address that failed.
        error_url: Option<String> = "ErrorUrl",
        /// Where the two ends live, as far as the numbers tell.
        places: Places,
    }
}

/// Where the two ends of a call live.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Places {
    /// The calling end.
    pub from: Geography,
    /// The called end.
    pub to: Geography,
}

/// Where one end lives. What isn't known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Geography {
    /// The city.
    pub city: Option<String>,
    /// The state or province.
    pub state: Option<String>,
    /// The postal code.
    pub zip: Option<String>,
    /// The country, in two letters.
    pub country: Option<String>,
}

impl FromParameters for Places {
    fn from_parameters(parameters: &Parameters) -> Result<Self, BadParameter> {
        let end = |end: &str| {
            let part = |part: &str| {
                let value = parameters.first(&format!("{end}{part}"))?;
                (!value.is_empty()).then(|| value.to_owned())
            };
            Geography {
                city: part("City"),
                state: part("State"),
                zip: part("Zip"),
                country: part("Country"),
            }
        };
        Ok(Places {
            from: end("From"),
            to: end("To"),
        })
    }
}
