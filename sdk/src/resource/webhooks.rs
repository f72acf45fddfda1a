//! `/ringback/v1/…/Webhooks`: what went over the wire to an application. A Ringback has it, the
//! original doesn't.

use crate::mode::Mode;
use crate::operation::{operation, resource};
use api::{Webhook, WebhookInstance};

resource! {
    /// Requests to the customer's application as they went over the wire: only a Ringback has them.
    Webhooks {
        /// Lists them, newest first.
        list[]() => ListWebhooks = "ListWebhook" LIST -> Webhook {
            /// About this call.
            call_sid "CallSid": String;
            /// With this text in the address, whatever the case.
            url "Url": String;
            /// For this: `document`, `action`, `status-callback` and so on.
            kind "Kind": String;
            /// Answered with this status, or with one of a class: `404`, `5xx`.
            status "Status": String;
            /// Only those that failed.
            failed "Failed": bool;
            /// Begun then or later: a date, or one with a time.
            since "Since": String;
            /// Begun before.
            until "Until": String;
            /// Of one question: its retries and redirects.
            idempotency_token "IdempotencyToken": String;
        }

        /// Fetches one, with all that was sent and that came back.
        fetch[sid]() => FetchWebhook = "FetchWebhook" GET -> WebhookInstance {}
    }
}

operation! {
    /// `ReplayWebhook`: [`Webhooks::replay`].
    ReplayWebhook = "ReplayWebhook" POST -> WebhookInstance, () {}
}

impl<M: Mode> Webhooks<M> {
    /// Has one sent again, signed afresh and marked as a replay; the answer is what came of it.
    pub fn replay(&self, sid: impl AsRef<str>) -> ReplayWebhook<M> {
        let path = self.path.below(sid.as_ref()).below("Replay");
        ReplayWebhook::at(&self.client, path)
    }
}
