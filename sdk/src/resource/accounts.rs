//! `/Accounts`: the one that asks, and those it has made.

use crate::operation::resource;
use api::{Account, AccountStatus};

resource! {
    /// The account that asks, and those it has made. Its own token or a main key is needed.
    Accounts {
        /// Makes a subaccount.
        create[]() => CreateAccount = "CreateAccount" POST -> Account {
            /// What it is called.
            friendly_name "FriendlyName": String;
        }

        /// Lists the account and those it has made, newest first.
        list[]() => ListAccounts = "ListAccount" LIST -> Account {
            /// Only those that are called so.
            friendly_name "FriendlyName": String;
            /// Only those that are open, suspended or closed.
            status "Status": AccountStatus;
        }

        /// Fetches one.
        fetch[sid]() => FetchAccount = "FetchAccount" GET -> Account {}

        /// Changes one.
        update[sid]() => UpdateAccount = "UpdateAccount" POST -> Account {
            /// What it is called.
            friendly_name "FriendlyName": String;
            /// Suspends, closes or opens a subaccount. A closed one stays closed.
            status "Status": AccountStatus;
        }
    }
}
