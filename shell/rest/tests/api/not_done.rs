//! What is accepted and not, or not wholly, done: in words, for the page on compatibility.
//!
//! Every parameter that a served operation doesn't look at must stand here; a parameter that is
//! looked at may, if not all that it says is done. What stands here and isn't true any more is
//! taken out by hand.

/// Operations, parameters, what is not done.
pub const NOT_DONE: &[(&[&str], &[&str], &str)] = &[
    (
        &["CreateCall"],
        &["Byoc"],
        "Trunks are a matter of the configuration; none can be named here yet.",
    ),
    (
        &["CreateCall"],
        &["ClientNotificationUrl"],
        "Checked; there are no apps yet that could be notified.",
    ),
    (
        &["ListIncomingPhoneNumber"],
        &["Beta", "Origin"],
        "Numbers are listed whatever their origin; none is in beta.",
    ),
    (
        &["CreateIncomingPhoneNumber", "UpdateIncomingPhoneNumber"],
        &[
            "SmsApplicationSid",
            "SmsFallbackMethod",
            "SmsFallbackUrl",
            "SmsMethod",
            "SmsUrl",
        ],
        "There are no messages, only calls.",
    ),
    (
        &["CreateIncomingPhoneNumber", "UpdateIncomingPhoneNumber"],
        &[
            "AddressSid",
            "BundleSid",
            "EmergencyAddressSid",
            "EmergencyStatus",
            "IdentitySid",
        ],
        "Numbers have no papers here: no address, identity, bundle or emergency registration.",
    ),
    (
        &["CreateIncomingPhoneNumber", "UpdateIncomingPhoneNumber"],
        &["ApiVersion", "TrunkSid", "VoiceReceiveMode"],
        "A call to a number is always a voice call, of one version, and runs a document.",
    ),
    (
        &["CreateApplication", "UpdateApplication"],
        &["ApiVersion"],
        "There is one version.",
    ),
    (
        &["CreateApplication", "UpdateApplication"],
        &[
            "SmsUrl",
            "SmsMethod",
            "SmsFallbackUrl",
            "SmsFallbackMethod",
            "SmsStatusCallback",
            "MessageStatusCallback",
            "PublicApplicationConnectEnabled",
        ],
        "Kept and shown; there are no messages, and nobody else connects to an application.",
    ),
    (
        &["UpdateIncomingPhoneNumber"],
        &["AccountSid"],
        "A number stays with its account.",
    ),
];

/// The words for a parameter, if there are any.
pub fn words(operation: &str, parameter: &str) -> Option<&'static str> {
    let mut all = NOT_DONE.iter();
    all.find(|(operations, parameters, _)| {
        operations.contains(&operation) && parameters.contains(&parameter)
    })
    .map(|(_, _, words)| *words)
}
