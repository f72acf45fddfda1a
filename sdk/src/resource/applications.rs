//! `/Applications`: named sets of addresses, for numbers and calls to share.

use crate::operation::{operation, resource};
use api::{Application, Method};

/// An operation with what a set can be told, when it is made and later.
macro_rules! settings {
    ($($operation:tt)*) => {
        operation! {
            $($operation)*
            {
                /// The version of the API that calls are handled by.
                api_version "ApiVersion": String;
                /// Asked for a document when a call reaches it.
                voice_url "VoiceUrl": String;
                /// How `voice_url` is asked.
                voice_method "VoiceMethod": Method;
                /// Asked when `voice_url` fails.
                voice_fallback_url "VoiceFallbackUrl": String;
                /// How `voice_fallback_url` is asked.
                voice_fallback_method "VoiceFallbackMethod": Method;
                /// Told when a call has ended.
                status_callback "StatusCallback": String;
                /// How `status_callback` is told.
                status_callback_method "StatusCallbackMethod": Method;
                /// Whether callers' names are looked up.
                voice_caller_id_lookup "VoiceCallerIdLookup": bool;
                /// Asked when a message comes in.
                sms_url "SmsUrl": String;
                /// How `sms_url` is asked.
                sms_method "SmsMethod": Method;
                /// Asked when `sms_url` fails.
                sms_fallback_url "SmsFallbackUrl": String;
                /// How `sms_fallback_url` is asked.
                sms_fallback_method "SmsFallbackMethod": Method;
                /// Told of a message's progress, by its older name.
                sms_status_callback "SmsStatusCallback": String;
                /// Told of a message's progress.
                message_status_callback "MessageStatusCallback": String;
                /// What it is called.
                friendly_name "FriendlyName": String;
                /// Whether other accounts may connect to it.
                public_application_connect_enabled "PublicApplicationConnectEnabled": bool;
            }
        }
    };
}

resource! {
    /// Named sets of addresses, for numbers and calls to share.
    Applications {
        /// Makes one.
        create[]() => CreateApplication = "CreateApplication" POST -> Application {} + settings

        /// Lists them, newest first.
        list[]() => ListApplications = "ListApplication" LIST -> Application {
            /// Only those that are called so.
            friendly_name "FriendlyName": String;
        }

        /// Fetches one.
        fetch[sid]() => FetchApplication = "FetchApplication" GET -> Application {}

        /// Changes one. An empty address takes one away.
        update[sid]() => UpdateApplication = "UpdateApplication" POST -> Application {} + settings

        /// Deletes one.
        delete[sid]() => DeleteApplication = "DeleteApplication" DELETE -> () {}
    }
}
