//! `/OutgoingCallerIds`: numbers of others that an account may show.

use crate::operation::resource;
use crate::value::Secs;
use api::{Method, OutgoingCallerId, ValidationRequest};

resource! {
    /// Numbers of others that the account may show, once whoever answers there has agreed.
    OutgoingCallerIds {
        /// Rings a number and asks there for the code in the answer. When it has been typed, the
        /// number is listed.
        validate[](phone_number "PhoneNumber": String)
            => CreateValidationRequest = "CreateValidationRequest" POST -> ValidationRequest
        {
            /// What the number will be called.
            friendly_name "FriendlyName": String;
            /// How long to wait before it rings, 60 s at most.
            call_delay "CallDelay": Secs;
            /// Keys to press once it is answered.
            extension "Extension": String;
            /// Told how it went.
            status_callback "StatusCallback": String;
            /// How `status_callback` is told.
            status_callback_method "StatusCallbackMethod": Method;
        }

        /// Lists them, newest first.
        list[]() => ListOutgoingCallerIds = "ListOutgoingCallerId" LIST -> OutgoingCallerId {
            /// Only this number.
            phone_number "PhoneNumber": String;
            /// Only those that are called so.
            friendly_name "FriendlyName": String;
        }

        /// Fetches one.
        fetch[sid]() => FetchOutgoingCallerId = "FetchOutgoingCallerId" GET -> OutgoingCallerId {}

        /// Changes one.
        update[sid]()
            => UpdateOutgoingCallerId = "UpdateOutgoingCallerId" POST -> OutgoingCallerId
        {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Takes one away: the number can no longer be shown.
        delete[sid]() => DeleteOutgoingCallerId = "DeleteOutgoingCallerId" DELETE -> () {}
    }
}
