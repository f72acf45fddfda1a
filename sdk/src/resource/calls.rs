//! `/Calls`: place, find, change and delete calls, and what belongs to one.

use super::{CallNotifications, CallRecordings};
use crate::ClientOf;
use crate::mode::Mode;
use crate::operation::{Ask, operation, resource};
use crate::path::Path;
use crate::value::{Millis, Secs, When};
use api::{
    Call, CallEnd, CallEvent, CallProgress, CallStatus, MachineDetection, Method,
    RecordingChannels, RecordingEvent, RecordingTrack, Trim,
};
use std::fmt;

resource! {
    /// Calls of the account.
    Calls {
        /// Lists calls, newest first.
        list[]() => ListCalls = "ListCall" LIST -> Call {
            /// Only calls to this party.
            to "To": String;
            /// Only calls from this party.
            from "From": String;
            /// Only calls that this one's `<Dial>` placed.
            parent_call_sid "ParentCallSid": String;
            /// Only calls that have come this far.
            status "Status": CallStatus;
            /// Only calls that began on this day.
            start_time "StartTime": When;
            /// Only calls that began before.
            start_time_before "StartTime<": When;
            /// Only calls that began then or later.
            start_time_after "StartTime>": When;
            /// Only calls that ended on this day.
            end_time "EndTime": When;
            /// Only calls that ended before.
            end_time_before "EndTime<": When;
            /// Only calls that ended then or later.
            end_time_after "EndTime>": When;
        }

        /// Fetches one.
        fetch[sid]() => FetchCall = "FetchCall" GET -> Call {}

        /// Changes a call that lasts: what it runs, or that it ends.
        update[sid]() => UpdateCall = "UpdateCall" POST -> Call {
            /// Asked for the document that goes on with it.
            url "Url": String;
            /// How `url` is asked.
            method "Method": Method;
            /// Ends it: a call that waits or rings is canceled, one that is talked on completed.
            status "Status": CallEnd;
            /// Asked when the document fails.
            fallback_url "FallbackUrl": String;
            /// How `fallback_url` is asked.
            fallback_method "FallbackMethod": Method;
            /// Told when it has ended.
            status_callback "StatusCallback": String;
            /// How `status_callback` is told.
            status_callback_method "StatusCallbackMethod": Method;
            /// The document that goes on with it. With `url`, it is passed over.
            twiml "Twiml": String;
            /// How long it may last.
            time_limit "TimeLimit": Secs;
        }

        /// Deletes a call that has ended.
        delete[sid]() => DeleteCall = "DeleteCall" DELETE -> () {}
    }
}

impl<M: Mode> Calls<M> {
    /// Places a call. Say next what it runs: [`url`](NewCall::url), [`twiml`](NewCall::twiml) or
    /// [`application_sid`](NewCall::application_sid).
    pub fn create(&self, to: impl Into<String>, from: impl Into<String>) -> NewCall<M> {
        let call = CreateCall::at(&self.client, self.path.clone());
        let ask = call.ask.put("To", to.into()).put("From", from.into());
        NewCall { ask }
    }
}

/// A call that doesn't know yet what it is to run: [`Calls::create`].
#[must_use = "a call is placed when it is sent"]
pub struct NewCall<M: Mode> {
    ask: Ask<M>,
}

impl<M: Mode> NewCall<M> {
    /// This address is asked for its document when the call is answered.
    ///
    /// Parameter `Url`.
    pub fn url(self, url: impl Into<String>) -> CreateCall<M> {
        self.run("Url", url.into())
    }

    /// This is its document.
    ///
    /// Parameter `Twiml`.
    pub fn twiml(self, document: impl Into<String>) -> CreateCall<M> {
        self.run("Twiml", document.into())
    }

    /// This application's addresses are asked and told. The method, the fallback and the status
    /// callback are the application's, whatever else is said here.
    ///
    /// Parameter `ApplicationSid`.
    pub fn application_sid(self, sid: impl Into<String>) -> CreateCall<M> {
        self.run("ApplicationSid", sid.into())
    }

    fn run(self, name: &'static str, value: String) -> CreateCall<M> {
        CreateCall {
            ask: self.ask.put(name, value),
        }
    }
}

impl<M: Mode> fmt::Debug for NewCall<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ask.fmt(f)
    }
}

operation! {
    /// `CreateCall`: [`Calls::create`].
    CreateCall = "CreateCall" POST -> Call,
    (
        to "To": String,
        from "From": String,
        url "Url": String,
        twiml "Twiml": String,
        application_sid "ApplicationSid": String
    )
    {
        /// How the address of the document is asked.
        method "Method": Method;
        /// Asked when the document fails.
        fallback_url "FallbackUrl": String;
        /// How `fallback_url` is asked.
        fallback_method "FallbackMethod": Method;
        /// Told of the call's progress.
        status_callback "StatusCallback": String;
        /// What `status_callback` is told of: the end, unless said.
        status_callback_event "StatusCallbackEvent": [CallProgress];
        /// How `status_callback` is told.
        status_callback_method "StatusCallbackMethod": Method;
        /// Keys to press once it is answered; a `w` waits for half a second.
        send_digits "SendDigits": String;
        /// How long it may ring: a minute unless said.
        timeout "Timeout": Secs;
        /// Whether it is recorded.
        record "Record": bool;
        /// Both parties in one channel of the recording, or in two.
        recording_channels "RecordingChannels": RecordingChannels;
        /// Told of the recording's progress.
        recording_status_callback "RecordingStatusCallback": String;
        /// How `recording_status_callback` is told.
        recording_status_callback_method "RecordingStatusCallbackMethod": Method;
        /// The name by which a SIP peer knows us.
        sip_auth_username "SipAuthUsername": String;
        /// The password that goes with `sip_auth_username`.
        sip_auth_password "SipAuthPassword": String;
        /// Whether and how far it is looked into who picks up.
        machine_detection "MachineDetection": MachineDetection;
        /// How long that may take.
        machine_detection_timeout "MachineDetectionTimeout": Secs;
        /// What `recording_status_callback` is told of: its completion, unless said.
        recording_status_callback_event "RecordingStatusCallbackEvent": [RecordingEvent];
        /// Whether silence at both ends of the recording is cut off.
        trim "Trim": Trim;
        /// Who is shown to be calling, if not `from`.
        caller_id "CallerId": String;
        /// Whoever speaks for longer is taken for a machine.
        machine_detection_speech_threshold "MachineDetectionSpeechThreshold": Millis;
        /// After a silence as long, speech is over.
        machine_detection_speech_end_threshold "MachineDetectionSpeechEndThreshold": Millis;
        /// After a silence as long at the beginning, nobody is known to be there.
        machine_detection_silence_timeout "MachineDetectionSilenceTimeout": Millis;
        /// Whether the document runs while it is looked into who picked up.
        async_amd "AsyncAmd": bool;
        /// Told who picked up, with `async_amd`.
        async_amd_status_callback "AsyncAmdStatusCallback": String;
        /// How `async_amd_status_callback` is told.
        async_amd_status_callback_method "AsyncAmdStatusCallbackMethod": Method;
        /// The customer's own trunk that carries it.
        byoc "Byoc": String;
        /// Why one calls, for telephones that show it.
        call_reason "CallReason": String;
        /// What came with a call that is forwarded by this one, so that its caller may be shown.
        call_token "CallToken": String;
        /// Whose sound is recorded.
        recording_track "RecordingTrack": RecordingTrack;
        /// How long it may last.
        time_limit "TimeLimit": Secs;
        /// Where an app on a telephone is woken.
        client_notification_url "ClientNotificationUrl": String;
    }
}

/// What belongs to one call: [`ClientOf::call`].
pub struct OneCall<M: Mode> {
    client: ClientOf<M>,
    path: Path,
}

impl<M: Mode> OneCall<M> {
    pub(crate) fn at(client: &ClientOf<M>, path: Path) -> Self {
        OneCall {
            client: client.clone(),
            path,
        }
    }

    /// Its recordings.
    pub fn recordings(&self) -> CallRecordings<M> {
        CallRecordings::at(&self.client, self.path.below("Recordings"))
    }

    /// What went wrong in it.
    pub fn notifications(&self) -> CallNotifications<M> {
        CallNotifications::at(&self.client, self.path.below("Notifications"))
    }

    /// What was asked of the application about it, and answered.
    pub fn events(&self) -> CallEvents<M> {
        CallEvents::at(&self.client, self.path.below("Events"))
    }
}

impl<M: Mode> fmt::Debug for OneCall<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OneCall").field(&self.path.whole).finish()
    }
}

resource! {
    /// What was asked of the application about one call, and answered.
    CallEvents {
        /// Lists it, oldest first.
        list[]() => ListCallEvents = "ListCallEvent" LIST -> CallEvent {}
    }
}
