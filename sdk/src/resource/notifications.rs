//! `/Notifications`, of the account or of one call: what went wrong.

use crate::operation::resource;
use crate::value::When;
use api::{LogLevel, Notification, NotificationInstance};

resource! {
    /// What went wrong in calls, and what the applications had been asked then.
    Notifications {
        /// Lists them, newest first.
        list[]() => ListNotifications = "ListNotification" LIST -> Notification {
            /// Only errors, or only warnings.
            log "Log": LogLevel;
            /// Only what happened on this day.
            message_date "MessageDate": When;
            /// Only what happened before.
            message_date_before "MessageDate<": When;
            /// Only what happened then or later.
            message_date_after "MessageDate>": When;
        }

        /// Fetches one, with what was asked and answered.
        fetch[sid]() => FetchNotification = "FetchNotification" GET -> NotificationInstance {}
    }
}

resource! {
    /// What went wrong in one call.
    CallNotifications {
        /// Lists them, newest first.
        list[]() => ListCallNotifications = "ListCallNotification" LIST -> Notification {
            /// Only errors, or only warnings.
            log "Log": LogLevel;
            /// Only what happened on this day.
            message_date "MessageDate": When;
            /// Only what happened before.
            message_date_before "MessageDate<": When;
            /// Only what happened then or later.
            message_date_after "MessageDate>": When;
        }

        /// Fetches one, with what was asked and answered.
        fetch[sid]()
            => FetchCallNotification = "FetchCallNotification" GET -> NotificationInstance
        {}
    }
}
