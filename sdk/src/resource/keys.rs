//! `/Keys` and `/SigningKeys`: the same API keys under two names.

use crate::operation::resource;
use api::{Key, NewKey};

resource! {
    /// API keys: credentials beside the account's token. The token or a main key is needed.
    Keys {
        /// Makes one. Its secret stands in this answer and nowhere else.
        create[]() => CreateKey = "CreateNewKey" POST -> NewKey {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Lists them, newest first.
        list[]() => ListKeys = "ListKey" LIST -> Key {}

        /// Fetches one.
        fetch[sid]() => FetchKey = "FetchKey" GET -> Key {}

        /// Changes one.
        update[sid]() => UpdateKey = "UpdateKey" POST -> Key {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Deletes one: it opens nothing from then on.
        delete[sid]() => DeleteKey = "DeleteKey" DELETE -> () {}
    }
}

resource! {
    /// API keys by their other name.
    SigningKeys {
        /// Makes one. Its secret stands in this answer and nowhere else.
        create[]() => CreateSigningKey = "CreateNewSigningKey" POST -> NewKey {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Lists them, newest first.
        list[]() => ListSigningKeys = "ListSigningKey" LIST -> Key {}

        /// Fetches one.
        fetch[sid]() => FetchSigningKey = "FetchSigningKey" GET -> Key {}

        /// Changes one.
        update[sid]() => UpdateSigningKey = "UpdateSigningKey" POST -> Key {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Deletes one: it opens nothing from then on.
        delete[sid]() => DeleteSigningKey = "DeleteSigningKey" DELETE -> () {}
    }
}
