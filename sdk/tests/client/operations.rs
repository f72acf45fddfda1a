//! What is sent, and what an answer becomes.

use crate::{client, config};
use loopback::{ACCOUNT, Api, CALL, Reply, Server};
use ringback::resource::{CURRENT, SoundForm};
use ringback::{
    CallEnd, CallProgress, CallStatus, Client, Config, Credentials, Error, MachineDetection,
    Method, RecordingStatus,
};
use std::collections::BTreeMap;
use std::time::Duration;

fn form(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

#[tokio::test]
async fn a_call_is_placed_with_what_was_said_of_it() {
    let server = Server::script(vec![Reply::json(201, r#"{"sid":"CA1","status":"queued"}"#)]);
    let call = client(&server)
        .calls()
        .create("+14155550100", "+14155550123")
        .url("https://example.com/voice?a=b&c=d")
        .method(Method::Get)
        .status_callback("https://example.com/status")
        .status_callback_event([CallProgress::Initiated, CallProgress::Completed])
        .timeout(Duration::from_secs(20))
        .time_limit(3_600)
        .record(true)
        .machine_detection(MachineDetection::DetectMessageEnd)
        .machine_detection_silence_timeout(Duration::from_secs(3))
        .sip_auth_password("& é")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (call.sid.as_str(), call.status()),
        ("CA1", CallStatus::Queued)
    );

    let asked = &server.asked()[0];
    assert_eq!(asked.method, "POST");
    assert_eq!(
        asked.path,
        format!("/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    );
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let wanted = [
        pair("To", "+14155550100"),
        pair("From", "+14155550123"),
        pair("Url", "https://example.com/voice?a=b&c=d"),
        pair("Method", "GET"),
        pair("StatusCallback", "https://example.com/status"),
        pair("StatusCallbackEvent", "initiated"),
        pair("StatusCallbackEvent", "completed"),
        pair("Timeout", "20"),
        pair("TimeLimit", "3600"),
        pair("Record", "true"),
        pair("MachineDetection", "DetectMessageEnd"),
        pair("MachineDetectionSilenceTimeout", "3000"),
        pair("SipAuthPassword", "& é"),
    ];
    assert_eq!(form(&asked.body), wanted);
    // `AC…:hush`, base64.
    let basic = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTpodXNo";
    assert_eq!(asked.header("authorization"), Some(basic));
    assert_eq!(asked.header("accept"), Some("application/json"));
    let agent = asked.header("user-agent").unwrap();
    assert!(
        agent.starts_with("ringback/") && agent.contains(std::env::consts::OS),
        "{agent}"
    );
}

#[tokio::test]
async fn every_resource_is_asked_at_its_path() {
    let server = Server::start(|asked, _| {
        let gone = asked.method == "DELETE";
        if gone {
            return Reply::Answer(204, Vec::new(), Vec::new());
        }
        let all = r#"{"sid":"X","secret":"s","request":{},"validation_code":"1","name":"n",
            "auth_token":"t","secondary_auth_token":"t"}"#;
        Reply::json(200, all)
    });
    let client = client(&server);
    let sid = "XX1";
    client.version().send().await.unwrap();
    client
        .accounts()
        .create()
        .friendly_name("n")
        .send()
        .await
        .unwrap();
    client.accounts().fetch(sid).send().await.unwrap();
    client.accounts().update(sid).send().await.unwrap();
    client.applications().create().send().await.unwrap();
    client.applications().delete(sid).send().await.unwrap();
    client
        .auth_tokens()
        .create_secondary()
        .send()
        .await
        .unwrap();
    client
        .auth_tokens()
        .delete_secondary()
        .send()
        .await
        .unwrap();
    client.auth_tokens().promote().send().await.unwrap();
    client.calls().fetch(CALL).send().await.unwrap();
    client
        .calls()
        .update(CALL)
        .status(CallEnd::Completed)
        .send()
        .await
        .unwrap();
    client.calls().delete(CALL).send().await.unwrap();
    let recordings = client.call(CALL).recordings();
    recordings.create().send().await.unwrap();
    recordings
        .update(CURRENT, RecordingStatus::Paused)
        .send()
        .await
        .unwrap();
    client
        .call(CALL)
        .notifications()
        .fetch(sid)
        .send()
        .await
        .unwrap();
    client
        .incoming_phone_numbers()
        .create("+14155550190")
        .send()
        .await
        .unwrap();
    client
        .incoming_phone_numbers()
        .create_in_area("415")
        .send()
        .await
        .unwrap();
    client.keys().create().send().await.unwrap();
    client.signing_keys().fetch(sid).send().await.unwrap();
    client.notifications().fetch(sid).send().await.unwrap();
    client
        .outgoing_caller_ids()
        .validate("+14155550191")
        .send()
        .await
        .unwrap();
    client
        .recordings()
        .fetch(sid)
        .include_soft_deleted(true)
        .send()
        .await
        .unwrap();
    let sub = client.for_account("AC2");
    sub.calls()
        .create("a", "b")
        .application_sid("AP1")
        .send()
        .await
        .unwrap();

    let asked = server.asked();
    let seen: Vec<String> = asked
        .iter()
        .map(|it| {
            let path = it
                .path
                .replace(&format!("/2010-04-01/Accounts/{ACCOUNT}"), "~");
            format!("{} {path} {}", it.method, it.body)
        })
        .collect();
    let wanted = [
        "GET /2010-04-01.json ",
        "POST /2010-04-01/Accounts.json FriendlyName=n",
        "GET /2010-04-01/Accounts/XX1.json ",
        "POST /2010-04-01/Accounts/XX1.json ",
        "POST ~/Applications.json ",
        "DELETE ~/Applications/XX1.json ",
        "POST /v1/AuthTokens/Secondary ",
        "DELETE /v1/AuthTokens/Secondary ",
        "POST /v1/AuthTokens/Promote ",
        "GET ~/Calls/CA00000000000000000000000000000002.json ",
        "POST ~/Calls/CA00000000000000000000000000000002.json Status=completed",
        "DELETE ~/Calls/CA00000000000000000000000000000002.json ",
        "POST ~/Calls/CA00000000000000000000000000000002/Recordings.json ",
        "POST ~/Calls/CA00000000000000000000000000000002/Recordings/Twilio.CURRENT.json \
         Status=paused",
        "GET ~/Calls/CA00000000000000000000000000000002/Notifications/XX1.json ",
        "POST ~/IncomingPhoneNumbers.json PhoneNumber=%2B14155550190",
        "POST ~/IncomingPhoneNumbers.json AreaCode=415",
        "POST ~/Keys.json ",
        "GET ~/SigningKeys/XX1.json ",
        "GET ~/Notifications/XX1.json ",
        "POST ~/OutgoingCallerIds.json PhoneNumber=%2B14155550191",
        "GET ~/Recordings/XX1.json?IncludeSoftDeleted=true ",
        "POST /2010-04-01/Accounts/AC2/Calls.json To=a&From=b&ApplicationSid=AP1",
    ];
    assert_eq!(seen, wanted);
    // All of it over one connection.
    assert!(asked.iter().all(|it| it.connection == 0));
}

#[tokio::test]
async fn a_refusal_tells_code_and_more() {
    let refusal = Reply::error(400, 21211, "No.").with("Twilio-Request-Id", "RQ1");
    let server = Server::script(vec![refusal]);
    let sent = client(&server)
        .calls()
        .create("x", "y")
        .twiml("<Response/>")
        .send()
        .await;
    let error = sent.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(400), Some(21211)));
    assert_eq!(
        error.more_info(),
        Some("https://www.twilio.com/docs/errors/21211")
    );
    assert_eq!(error.to_string(), "No. (error 21211, HTTP 400)");
    assert!(!error.maybe_done());
    let Error::Api(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.request_id.as_deref(), Some("RQ1"));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn other_forms_of_a_refusal_are_told_as_well() {
    for (body, code, message) in [
        ("<html>Bad Gateway</html>", None, "Not Found"),
        ("", None, "Not Found"),
        (r#"{"code":null,"message":"Gone."}"#, None, "Gone."),
        (
            r#"{"title":"Away","code":20404,"detail":""}"#,
            Some(20404),
            "Away",
        ),
        (r#"{"code":"many","message":7}"#, None, "Not Found"),
        // What asks for sound is refused so.
        (
            "<?xml version=\"1.0\"?><TwilioResponse><RestException><Code>20503</Code>\
             <Message>No ringback-mp3 &amp; no MP3</Message><MoreInfo/><Status>503</Status>\
             </RestException></TwilioResponse>",
            Some(20503),
            "No ringback-mp3 & no MP3",
        ),
        ("<Code>20503</Code>", None, "Not Found"),
    ] {
        let server = Server::script(vec![Reply::json(404, body)]);
        let error = client(&server)
            .calls()
            .fetch("CA1")
            .send()
            .await
            .unwrap_err();
        let Error::Api(error) = error else {
            panic!("{body}")
        };
        assert_eq!(
            (error.code, error.message.as_str()),
            (code, message),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_success_that_is_none_is_an_error_of_its_own() {
    for body in ["<html>Log in to the hotel</html>", "{}", r#"{"ok":true}"#] {
        let server = Server::script(vec![Reply::json(200, body)]);
        let client = client(&server);
        let error = client.calls().fetch("CA1").send().await.unwrap_err();
        assert!(
            matches!(error, Error::Answer(_)) && !error.maybe_done(),
            "{error}"
        );
        let error = client.calls().list().send().await.unwrap_err();
        assert!(matches!(error, Error::Answer(_)), "{error}");
        let placed = client
            .calls()
            .create("a", "b")
            .twiml("<Response/>")
            .send()
            .await;
        assert!(placed.unwrap_err().maybe_done(), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_identifier_is_never_sent() {
    let server = Api::start();
    let client = Client::with(config(server.url())).unwrap();
    for bad in [
        "",
        "..",
        "../../Accounts",
        "CA1/Recordings",
        "CA1?x=1",
        "CA 1",
    ] {
        let error = client.calls().fetch(bad).send().await.unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{bad}");
        let listed = client.call(bad).events().list().stream().next().await;
        assert!(matches!(listed, Some(Err(Error::Input(_)))), "{bad}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_secret() {
    let config = Config::default().credentials(Credentials::key("AC1", "SK1", "hush"));
    let printed = format!("{config:?}");
    let client = Client::with(config).unwrap();
    let call = client
        .calls()
        .create("+1", "+2")
        .url("https://u:hush@example.com");
    let call = call.sip_auth_password("hush");
    for printed in [printed, format!("{client:?}"), format!("{call:?}")] {
        assert!(!printed.contains("hush"), "{printed}");
    }
    let made: ringback::NewKey = serde_json::from_str(r#"{"sid":"SK1","secret":"hush"}"#).unwrap();
    assert!(!format!("{made:?}").contains("hush"));
}

#[tokio::test]
async fn sound_arrives_in_pieces_and_elsewhere_without_the_secret() {
    let store = Server::script(vec![Reply::Answer(200, Vec::new(), vec![7; 300_000])]);
    let away = format!("{}/sound?signed=1", store.url());
    let server = Server::start(move |asked, _| {
        if asked.path.contains("RE1.mp3?RequestedChannels=1") {
            Reply::Answer(307, vec![("location", away.clone())], Vec::new())
        } else {
            let kind = ("content-type", "audio/x-wav".to_owned());
            Reply::Answer(200, vec![kind], b"RIFF".to_vec())
        }
    });
    let client = client(&server);
    let media = client.recordings().media("RE2").send().await.unwrap();
    assert_eq!(media.content_type(), Some("audio/x-wav"));
    assert_eq!(
        (media.content_length(), media.bytes().await.unwrap()),
        (Some(4), b"RIFF".to_vec())
    );

    let media = client
        .recordings()
        .media("RE1")
        .form(SoundForm::Mp3)
        .requested_channels(1);
    assert_eq!(
        media.send().await.unwrap().bytes().await.unwrap().len(),
        300_000
    );
    assert!(
        server
            .asked()
            .iter()
            .all(|it| it.header("authorization").is_some())
    );
    assert!(store.asked()[0].header("authorization").is_none());
    assert_eq!(store.asked()[0].path, "/sound?signed=1");
}

#[test]
fn a_client_that_makes_no_sense_is_not_built() {
    let good = Config::default().credentials(Credentials::token("AC1", "t"));
    assert!(Client::with(good.clone()).is_ok());
    for bad in [
        Config::default(),
        good.clone().base_url("localhost:8080"),
        good.clone().account("../AC2"),
        good.clone().region("ie1/../"),
        good.clone().user_agent("a\nb"),
        good.clone().root_certificate(b"no certificate".to_vec()),
        good.credentials(Credentials::token("AC1", "")),
    ] {
        assert!(matches!(Client::with(bad), Err(Error::Input(_))));
    }
}

#[test]
fn a_set_parameter_is_replaced_and_not_said_twice() {
    let client = Client::new("AC1", "t").unwrap();
    let list = client
        .calls()
        .list()
        .to("+1")
        .to("+2")
        .page_size(5)
        .page_size(7);
    let printed = format!("{list:?}");
    let counts: BTreeMap<&str, usize> = ["\"To\"", "\"PageSize\""]
        .map(|name| (name, printed.matches(name).count()))
        .into();
    assert!(counts.values().all(|count| *count == 1), "{printed}");
}

#[tokio::test]
async fn a_part_of_a_sound_comes_as_a_part() {
    let kind = ("content-type", "audio/mpeg".to_owned());
    let part = ("content-range", "bytes 2-3/9".to_owned());
    let server = Server::script(vec![
        Reply::Answer(206, vec![kind, part], b"un".to_vec()),
        Reply::Answer(200, vec![], b"the sound".to_vec()),
    ]);
    let client = client(&server);
    let media = client
        .recordings()
        .media("RE1")
        .form(SoundForm::Mp3)
        .range("bytes=2-3");
    let media = media.send().await.unwrap();
    assert_eq!(media.content_range(), Some("bytes 2-3/9"));
    assert_eq!(media.content_length(), Some(2));
    assert_eq!(server.asked()[0].header("range"), Some("bytes=2-3"));

    let media = client.recordings().media("RE1").send().await.unwrap();
    assert_eq!(media.content_range(), None);
    assert_eq!(server.asked()[1].header("range"), None);
}
