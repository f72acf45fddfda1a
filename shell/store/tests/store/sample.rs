//! More rows to keep.

pub use crate::live::*;
pub use crate::waiting::waiting;

use model::call::NotificationLevel;
use model::callback::CallEvents;
use model::new_call::RecordingCallback;
use model::recording::{RecordingSource, RecordingStatus, RecordingTrack};
use model::*;

pub fn account() -> Account {
    Account {
        secondary_token: Some("22222222222222222222222222222222".into()),
        test: Some(TestCredentials {
            sid: AccountSid(77),
            token: "33333333333333333333333333333333".into(),
        }),
        calls_per_second: 30,
        requests_at_once: 7,
        retention_days: 90,
        public_media: true,
        verify_certificates: false,
        date_updated: Time::from_secs(11),
        ..Account::new(
            ACCOUNT,
            "0123456789abcdef0123456789abcdef",
            "Mine",
            Time::from_secs(10),
        )
    }
}

/// One that `account` has made, and put aside.
pub fn subaccount() -> Account {
    Account {
        owner: Some(ACCOUNT),
        status: AccountStatus::Suspended,
        kind: AccountKind::Trial,
        ..Account::new(
            AccountSid(0xab),
            "44444444444444444444444444444444",
            "Theirs",
            Time::from_secs(20),
        )
    }
}

pub fn api_key(sid: u128) -> ApiKey {
    ApiKey {
        sid: KeySid(sid),
        account: ACCOUNT,
        friendly_name: format!("key {sid}"),
        secret_hash: [sid as u8; 32],
        main: sid.is_multiple_of(2),
        date_created: Time::from_secs(30 + sid as u64),
        date_updated: Time::from_secs(30 + sid as u64),
    }
}

pub fn number(sid: u128, phone_number: &str) -> Number {
    Number {
        sid: NumberSid(sid),
        account: ACCOUNT,
        phone_number: phone_number.into(),
        friendly_name: format!("number {sid}"),
        application: Some(ApplicationSid(7)),
        caller_id_lookup: true,
        voice_url: Some("https://example.com/voice?a=1&b=2".into()),
        voice_method: Method::Get,
        voice_fallback_url: None,
        voice_fallback_method: Method::Post,
        status_callback: None,
        status_callback_method: Method::Post,
        date_created: Time::from_secs(100),
        date_updated: Time::from_secs(100),
    }
}

pub fn application(sid: u128, at_secs: u64) -> Application {
    let url = |name: &str| Some(format!("https://example.com/{name}"));
    Application {
        sid: ApplicationSid(sid),
        account: ACCOUNT,
        friendly_name: format!("application {sid}"),
        voice_url: url("voice"),
        voice_method: Method::Get,
        voice_fallback_url: url("fallback"),
        voice_fallback_method: Method::Get,
        status_callback: url("status"),
        status_callback_method: Method::Get,
        caller_id_lookup: true,
        messages: MessageHooks {
            url: url("sms"),
            method: Method::Get,
            fallback_url: url("sms-fallback"),
            fallback_method: Method::Get,
            sms_status_callback: url("sms-status"),
            status_callback: url("message-status"),
            public_connect: true,
        },
        date_created: Time::from_secs(at_secs),
        date_updated: Time::from_secs(at_secs + 1),
    }
}

pub fn caller_id(sid: u128, phone_number: &str, at_secs: u64) -> OutgoingCallerId {
    OutgoingCallerId {
        sid: NumberSid(sid),
        account: ACCOUNT,
        phone_number: phone_number.into(),
        friendly_name: format!("caller {sid}"),
        date_created: Time::from_secs(at_secs),
        date_updated: Time::from_secs(at_secs + 1),
    }
}

/// A call with every field filled.
pub fn ended_call(sid: u128, at_secs: u64) -> CallRow {
    CallRow {
        parent: Some(CallSid(99)),
        number: Some(NumberSid(5)),
        to: Address::Sip("sip:bob@example.com?X-a=1".into()),
        from: Address::Client("alice b".into()),
        status: CallStatus::Completed,
        direction: Direction::OutboundDial,
        date_updated: Time(at_secs * 1_000_000 + 1),
        start_time: Some(Time::from_secs(at_secs + 1)),
        answer_time: Some(Time::from_secs(at_secs + 2)),
        end_time: Some(Time::from_secs(at_secs + 9)),
        duration_secs: Some(7),
        forwarded_from: Some("+13055550000".into()),
        caller_name: Some("Ação".into()),
        sip_response_code: Some(200),
        sip_call_id: Some("x@y".into()),
        status_callback: Some(StatusCallback {
            url: "https://example.com/status".into(),
            method: Method::Get,
            events: CallEvents {
                initiated: true,
                ..CallEvents::COMPLETED
            },
        }),
        queue_time_ms: 1_500,
        answered_by: Some(AnsweredBy::MachineEndBeep),
        price: Some(Price {
            amount: -3_000,
            currency: Currency::USD,
        }),
        ..call(sid, at_secs)
    }
}

pub fn recording(sid: u128, call: u128, at_secs: u64) -> RecordingRow {
    RecordingRow {
        sid: RecordingSid(sid),
        account: ACCOUNT,
        call: CallSid(call),
        source: RecordingSource::DialVerb,
        status: RecordingStatus::InProgress,
        channels: 2,
        track: RecordingTrack::Both,
        start_time: Time::from_secs(at_secs),
        duration_secs: None,
        error_code: Some(16_101),
        callback: Some(RecordingCallback {
            url: "http://app/told".into(),
            method: Method::Get,
            in_progress: true,
            completed: false,
            absent: true,
        }),
        date_created: Time::from_secs(at_secs),
        date_updated: Time::from_secs(at_secs),
    }
}

pub fn notification(sid: u128, call: u128, at_secs: u64) -> NotificationRow {
    NotificationRow {
        sid: NotificationSid(sid),
        account: ACCOUNT,
        call: CallSid(call),
        level: NotificationLevel::Warning,
        code: 12_200,
        text: "Schema validation warning".into(),
        request_method: Some(Method::Post),
        request_url: Some("https://example.com/".into()),
        date: Time::from_secs(at_secs),
    }
}

pub fn web_event(call: u128, at_secs: u64) -> WebEventRow {
    WebEventRow {
        account: ACCOUNT,
        call: CallSid(call),
        method: Method::Post,
        url: "https://example.com/".into(),
        parameters: vec![("A".into(), "x & y=ü+".into()), ("A".into(), String::new())],
        response_code: Some(200),
        content_type: Some("text/xml".into()),
        response_body: Some("<Response/>".into()),
        duration_ms: 12,
        date: Time::from_secs(at_secs),
    }
}

pub fn webhook(sid: u64, call: u128, at_secs: u64) -> WebhookRow {
    let date = Time::from_secs(at_secs);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    WebhookRow {
        sid: WebhookSid::at(date, sid),
        account: ACCOUNT,
        call: CallSid(call),
        kind: WebhookKind::Action,
        date,
        token: "5f3c".into(),
        attempt: 2,
        redirects: 1,
        replay_of: Some(WebhookSid(77)),
        kept: false,
        method: Method::Post,
        url: "https://app.example.com/gather?x=%20".into(),
        headers: vec![pair("x-twilio-signature", "a+/="), pair("accept", "*/*")],
        body: "Digits=1&Empty=".into(),
        cut: true,
        signed: Some(Signed {
            text: "https://app.example.com/gather?x=%20Digits1Empty".into(),
            hash: Some([7; 32]),
        }),
        answer: Some(WebhookAnswer {
            status: 503,
            headers: vec![pair("content-type", "text/xml")],
            body: "<Response/>\nü".into(),
            cut: true,
        }),
        timing: WebhookTiming {
            queued: Some(Span(5)),
            waited: Some(Span(0)),
            lookup: Some(Span(1_000)),
            connect: None,
            tls: Some(Span(70)),
            first_byte: Some(Span(8)),
            whole: Span(15_000_000),
        },
        error: Some(11_200),
        error_text: Some("HTTP 503".into()),
        original: Original::Shown,
    }
}
