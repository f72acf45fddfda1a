//! A call in each state of its life: every key, its type, its value or null.

use crate::contract::{check, operation};
use crate::forms::{same_in_table, same_in_xml};
use crate::world::*;
use model::*;
use serde_json::{Value, json};
use store::Write;

/// A row as call control leaves it in this state.
fn row(status: CallStatus) -> CallRow {
    let begun = completed(1, 0);
    let unanswered = CallRow {
        answer_time: None,
        duration_secs: Some(0),
        ..begun.clone()
    };
    let row = match status {
        // `Initiated` is a word of callbacks; no row has it.
        CallStatus::Queued | CallStatus::Initiated => queued(1, 0),
        CallStatus::Ringing => CallRow {
            start_time: begun.start_time,
            ..queued(1, 0)
        },
        CallStatus::InProgress => CallRow {
            start_time: begun.start_time,
            answer_time: begun.answer_time,
            ..queued(1, 0)
        },
        CallStatus::Completed => begun,
        CallStatus::Busy | CallStatus::Failed | CallStatus::NoAnswer => unanswered,
        CallStatus::Canceled => CallRow {
            start_time: None,
            ..unanswered
        },
    };
    CallRow { status, ..row }
}

const EACH: [CallStatus; 8] = [
    CallStatus::Queued,
    CallStatus::Ringing,
    CallStatus::InProgress,
    CallStatus::Completed,
    CallStatus::Busy,
    CallStatus::Failed,
    CallStatus::NoAnswer,
    CallStatus::Canceled,
];

/// What the contract's rules say of a plain call in this state.
fn expected(status: CallStatus) -> Value {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Calls/{}", CallSid(1));
    let list = |name: &str| format!("{path}/{name}.json");
    let is_final = status.is_final();
    let started = !matches!(status, CallStatus::Queued | CallStatus::Canceled);
    json!({
        "sid": CallSid(1).to_string(),
        "date_created": "Tue, 31 Aug 2010 20:36:28 +0000",
        "date_updated": "Tue, 31 Aug 2010 20:36:28 +0000",
        "parent_call_sid": null,
        "account_sid": ACCOUNT.to_string(),
        "to": "+14158675309",
        "to_formatted": "(415) 867-5309",
        "from": "+14158675308",
        "from_formatted": "(415) 867-5308",
        "phone_number_sid": null,
        "status": status.as_str(),
        "start_time": started.then_some("Tue, 31 Aug 2010 20:36:29 +0000"),
        "end_time": is_final.then_some("Tue, 31 Aug 2010 20:36:44 +0000"),
        "duration": is_final.then_some(if status == CallStatus::Completed { "15" } else { "0" }),
        "price": null,
        "price_unit": "USD",
        "direction": "outbound-api",
        "answered_by": null,
        "api_version": "2010-04-01",
        "forwarded_from": null,
        "group_sid": null,
        "caller_name": null,
        "queue_time": "0",
        "trunk_sid": null,
        "uri": format!("{path}.json"),
        "subresource_uris": {
            "notifications": list("Notifications"),
            "recordings": list("Recordings"),
            "payments": list("Payments"),
            "events": list("Events"),
            "siprec": list("Siprec"),
            "streams": list("Streams"),
            "transcriptions": list("Transcriptions"),
            "user_defined_message_subscriptions": list("UserDefinedMessageSubscriptions"),
            "user_defined_messages": list("UserDefinedMessages"),
        },
    })
}

#[tokio::test]
async fn every_key_is_right_in_every_state_and_form() {
    let schema = operation("FetchCall")["responses"]["200"].clone();
    for status in EACH {
        let world = World::new();
        world.keep(Write::Call(Box::new(row(status))));
        let path = world.path(&format!("/Calls/{}", CallSid(1)));
        let fetched = world.get(&format!("{path}.json")).await.json();
        check(&fetched, &schema, status.as_str());
        assert_eq!(fetched, expected(status), "{status:?}");
        for suffix in ["", ".xml"] {
            let xml = world.get(&format!("{path}{suffix}")).await;
            same_in_xml(&xml, &fetched, None, status.as_str());
        }
        let filter = format!("Status={}", status.as_str());
        let list = world
            .get(&world.path(&format!("/Calls.json?{filter}")))
            .await
            .json();
        assert_eq!(list["calls"], json!([expected(status)]));
        let xml = world
            .get(&world.path(&format!("/Calls.xml?{filter}")))
            .await;
        same_in_xml(&xml, &list, Some("calls"), status.as_str());
        let table = world
            .get(&world.path(&format!("/Calls.csv?{filter}")))
            .await;
        same_in_table(&table, &list, "calls", status.as_str());
        // Ending what has ended is answered with the row as it is.
        if status.is_final() {
            let form = [("Status", "completed")];
            let updated = world.post(&format!("{path}.json"), &form).await;
            assert_eq!((updated.status, updated.json()), (200, expected(status)));
        }
    }
}

#[tokio::test]
async fn every_direction_has_its_words() {
    let world = World::new();
    for (sid, direction, word) in [
        (1, Direction::Inbound, "inbound"),
        (2, Direction::OutboundApi, "outbound-api"),
        (3, Direction::OutboundDial, "outbound-dial"),
    ] {
        world.keep(Write::Call(Box::new(CallRow {
            direction,
            parent: (direction == Direction::OutboundDial).then_some(CallSid(1)),
            number: (direction == Direction::Inbound).then_some(NumberSid(1)),
            forwarded_from: (direction == Direction::Inbound).then(|| "+14158675300".into()),
            caller_name: (direction == Direction::Inbound).then(|| "ANN".into()),
            ..completed(sid, 0)
        })));
        let path = world.path(&format!("/Calls/{}.json", CallSid(sid)));
        let call = world.get(&path).await.json();
        assert_eq!(call["direction"], word);
        let inbound = direction == Direction::Inbound;
        for (key, value) in [
            ("phone_number_sid", NumberSid(1).to_string()),
            ("forwarded_from", "+14158675300".to_owned()),
            ("caller_name", "ANN".to_owned()),
        ] {
            assert_eq!(call[key], json!(inbound.then_some(value)), "{key}");
        }
        let parent = (sid == 3).then(|| CallSid(1).to_string());
        assert_eq!(call["parent_call_sid"], json!(parent));
    }
}

#[tokio::test]
async fn only_what_has_ended_is_deleted_and_is_gone_everywhere() {
    for status in EACH {
        let world = World::new();
        world.keep(Write::Call(Box::new(row(status))));
        world.keep(Write::Recording(Box::new(recording(1))));
        let call = format!("/Calls/{}", CallSid(1));
        let deleted = world.delete(&world.path(&format!("{call}.json"))).await;
        if !status.is_final() {
            let message = "Cannot delete this resource before it is complete".to_owned();
            assert_eq!(deleted.fault(), (20_009, message), "{status:?}");
            continue;
        }
        assert_eq!((deleted.status, deleted.body.len()), (204, 0), "{status:?}");
        for gone in ["", "/Events", "/Notifications", "/Recordings"] {
            let path = world.path(&format!("{call}{gone}.json"));
            assert_eq!(world.get(&path).await.status, 404, "{path}");
        }
        let again = world.delete(&world.path(&format!("{call}.json"))).await;
        assert_eq!(again.status, 404);
        for list in [
            "",
            &format!("?Status={}", status.as_str()),
            "?To=%2B14158675309",
        ] {
            let list = world.get(&world.path(&format!("/Calls.json{list}"))).await;
            assert_eq!(list.json()["calls"], json!([]));
        }
        let kept = world.path(&format!("/Recordings/{}.json", RecordingSid(1)));
        assert_eq!(world.get(&kept).await.status, 200, "recordings stay");
    }
}

#[tokio::test]
async fn a_change_that_is_wrong_in_itself_is_refused_in_every_state() {
    let long: &str = "x".repeat(4_001).leak();
    for status in EACH {
        let world = World::new();
        world.keep(Write::Call(Box::new(row(status))));
        let path = world.path(&format!("/Calls/{}.json", CallSid(1)));
        let url = ("Url", "https://app.example/x");
        for (form, code, message) in [
            (
                vec![("Url", "here")],
                21_205,
                "Url is not a valid URL: here",
            ),
            (
                vec![url, ("Method", "PUT")],
                21_209,
                "Method must be GET or POST, not PUT",
            ),
            (
                vec![url, ("FallbackUrl", "here")],
                21_205,
                "FallbackUrl is not a valid URL: here",
            ),
            (
                vec![url, ("FallbackMethod", "PUT")],
                21_209,
                "FallbackMethod must be GET or POST, not PUT",
            ),
            (
                vec![("Twiml", long)],
                32_018,
                "Twiml must be 4000 characters or less",
            ),
            (
                vec![("Status", "busy")],
                20_001,
                "Status is not valid: busy",
            ),
            (
                vec![("TimeLimit", "soon")],
                20_001,
                "TimeLimit must be a positive integer, not soon",
            ),
        ] {
            let refused = world.post(&path, &form).await;
            let fault = (code, message.to_owned());
            assert_eq!(
                (refused.status, refused.fault()),
                (400, fault),
                "{status:?}"
            );
        }
        let asked = world.asked.lock().expect("no panic with it").len();
        assert_eq!(asked, 0, "a refused change reached call control");
        if status.is_final() {
            for form in [[url], [("Twiml", "<Response/>")]] {
                let refused = world.post(&path, &form).await;
                let message = "Call is not in-progress. Cannot redirect.".to_owned();
                assert_eq!(refused.fault(), (21_220, message), "{status:?}");
            }
        }
    }
}
