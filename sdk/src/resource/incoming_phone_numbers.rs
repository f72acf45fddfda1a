//! `/IncomingPhoneNumbers`: the numbers an account owns, and what a call to them runs.

use crate::mode::Mode;
use crate::operation::{operation, resource};
use api::{EmergencyStatus, IncomingPhoneNumber, Method, ReceiveMode};

/// An operation with what a number can be told, when it is taken and later.
macro_rules! settings {
    ($($operation:tt)*) => {
        operation! {
            $($operation)*
            {
                /// The version of the API that calls are handled by.
                api_version "ApiVersion": String;
                /// What it is called.
                friendly_name "FriendlyName": String;
                /// The application that messages are left to.
                sms_application_sid "SmsApplicationSid": String;
                /// How `sms_fallback_url` is asked.
                sms_fallback_method "SmsFallbackMethod": Method;
                /// Asked when `sms_url` fails.
                sms_fallback_url "SmsFallbackUrl": String;
                /// How `sms_url` is asked.
                sms_method "SmsMethod": Method;
                /// Asked when a message comes in.
                sms_url "SmsUrl": String;
                /// Told when a call has ended.
                status_callback "StatusCallback": String;
                /// How `status_callback` is told.
                status_callback_method "StatusCallbackMethod": Method;
                /// The application that calls are left to: it goes before `voice_url`.
                voice_application_sid "VoiceApplicationSid": String;
                /// Whether callers' names are looked up.
                voice_caller_id_lookup "VoiceCallerIdLookup": bool;
                /// How `voice_fallback_url` is asked.
                voice_fallback_method "VoiceFallbackMethod": Method;
                /// Asked when `voice_url` fails.
                voice_fallback_url "VoiceFallbackUrl": String;
                /// How `voice_url` is asked.
                voice_method "VoiceMethod": Method;
                /// Asked for a document when somebody calls.
                voice_url "VoiceUrl": String;
                /// Whether emergency calls are enabled.
                emergency_status "EmergencyStatus": EmergencyStatus;
                /// Where help is sent to.
                emergency_address_sid "EmergencyAddressSid": String;
                /// The trunk that calls are handed to: it goes before everything else.
                trunk_sid "TrunkSid": String;
                /// Whether calls are voice or fax.
                voice_receive_mode "VoiceReceiveMode": ReceiveMode;
                /// The identity that some countries ask for.
                identity_sid "IdentitySid": String;
                /// The address that some countries ask for.
                address_sid "AddressSid": String;
                /// The papers that some countries ask for.
                bundle_sid "BundleSid": String;
            }
        }
    };
}

resource! {
    /// The numbers the account owns.
    IncomingPhoneNumbers {
        /// Lists them, newest first.
        list[]()
            => ListIncomingPhoneNumbers = "ListIncomingPhoneNumber" LIST -> IncomingPhoneNumber
        {
            /// Only those that are new to the platform, or only the others.
            beta "Beta": bool;
            /// Only those that are called so.
            friendly_name "FriendlyName": String;
            /// Only those that fit, with `*` for any digit.
            phone_number "PhoneNumber": String;
            /// Only those that came to the platform like this: `twilio` or `hosted`.
            origin "Origin": String;
        }

        /// Fetches one.
        fetch[sid]()
            => FetchIncomingPhoneNumber = "FetchIncomingPhoneNumber" GET -> IncomingPhoneNumber
        {}

        /// Changes one. An empty address takes one away.
        update[sid]()
            => UpdateIncomingPhoneNumber = "UpdateIncomingPhoneNumber" POST -> IncomingPhoneNumber
        {
            /// Hands it on to another account of the family.
            account_sid "AccountSid": String;
        } + settings

        /// Gives one up.
        delete[sid]() => DeleteIncomingPhoneNumber = "DeleteIncomingPhoneNumber" DELETE -> () {}
    }
}

operation! {
    /// `CreateIncomingPhoneNumber`: [`IncomingPhoneNumbers::create`] and
    /// [`IncomingPhoneNumbers::create_in_area`].
    CreateIncomingPhoneNumber = "CreateIncomingPhoneNumber" POST -> IncomingPhoneNumber,
    (phone_number "PhoneNumber": String, area_code "AreaCode": String)
    {} + settings
}

impl<M: Mode> IncomingPhoneNumbers<M> {
    /// Takes this number, in E.164.
    pub fn create(&self, phone_number: impl Into<String>) -> CreateIncomingPhoneNumber<M> {
        self.take("PhoneNumber", phone_number.into())
    }

    /// Takes any number of this area.
    pub fn create_in_area(&self, area_code: impl Into<String>) -> CreateIncomingPhoneNumber<M> {
        self.take("AreaCode", area_code.into())
    }

    fn take(&self, name: &'static str, value: String) -> CreateIncomingPhoneNumber<M> {
        let number = CreateIncomingPhoneNumber::at(&self.client, self.path.clone());
        CreateIncomingPhoneNumber {
            ask: number.ask.put(name, value),
        }
    }
}
