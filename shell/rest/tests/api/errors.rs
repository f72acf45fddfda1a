//! Every refusal: status, number, sentence, in the order in which clients meet them.

use crate::world::*;
use hyper::Method;
use model::*;
use store::Write;

const TO: (&str, &str) = ("To", "+14158675309");
const FROM: (&str, &str) = ("From", "+14158675308");
const TWIML: (&str, &str) = ("Twiml", "<Response/>");

type Case = (u16, u32, &'static str, Vec<(&'static str, &'static str)>);

fn case(
    status: u16,
    code: u32,
    message: &'static str,
    form: &[(&'static str, &'static str)],
) -> Case {
    (status, code, message, form.to_vec())
}

async fn check(world: &World, path: &str, cases: Vec<Case>) {
    for (status, code, message, form) in cases {
        let answer = world.post(path, &form).await;
        let body = answer.json();
        let have = (
            answer.status,
            body["code"].as_u64(),
            body["message"].as_str(),
        );
        assert_eq!(have, (status, Some(code.into()), Some(message)), "{form:?}");
        assert_eq!(body["status"], status);
        assert_eq!(
            body["more_info"],
            format!("https://www.twilio.com/docs/errors/{code}")
        );
        assert_eq!(body.as_object().map(|object| object.len()), Some(4));
    }
    let count = world.asked.lock().expect("no panic").len();
    assert_eq!(count, 0, "a refused request reached call control");
}

#[tokio::test]
async fn a_call_that_cannot_be_placed() {
    let world = World::new();
    let long = "x".repeat(4_001).leak();
    let sip = format!("sip:bob@example.com?X-a={}", "y".repeat(1_100)).leak();
    let name = "n".repeat(256).leak();
    let cases = vec![
        case(400, 21201, "No 'To' number is specified", &[]),
        case(
            400,
            21201,
            "No 'To' number is specified",
            &[("To", " "), FROM, TWIML],
        ),
        case(400, 21213, "No 'From' number is specified", &[TO]),
        case(400, 21205, "Url parameter is required.", &[TO, FROM]),
        case(
            400,
            21205,
            "Url is not a valid URL: here",
            &[TO, FROM, ("Url", "here")],
        ),
        case(
            400,
            21205,
            "Url is not a valid URL: here",
            &[("To", "x"), FROM, ("Url", "here")],
        ),
        case(
            400,
            21218,
            "Invalid ApplicationSid",
            &[
                TO,
                FROM,
                ("ApplicationSid", "AP00000000000000000000000000000000"),
            ],
        ),
        case(
            400,
            32018,
            "Twiml must be 4000 characters or less",
            &[TO, FROM, ("Twiml", long)],
        ),
        case(
            400,
            21211,
            "The phone number you are attempting to call, 12, is not valid.",
            &[("To", "12"), FROM, TWIML],
        ),
        case(
            400,
            21211,
            "The phone number you are attempting to call, client:, is not valid.",
            &[("To", "client:"), FROM, TWIML],
        ),
        case(
            400,
            21227,
            "Headers portion of SIP URI must be fewer than 1024 characters",
            &[("To", sip), FROM, TWIML],
        ),
        case(
            400,
            21212,
            "The source phone number provided, ACME, is not a valid phone number.",
            &[TO, ("From", "ACME"), TWIML],
        ),
        case(
            400,
            21209,
            "Method must be GET or POST, not PUT",
            &[TO, FROM, ("Url", "http://a"), ("Method", "PUT")],
        ),
        case(
            400,
            21208,
            "Timeout must be a positive integer, not soon",
            &[TO, FROM, TWIML, ("Timeout", "soon")],
        ),
        case(
            400,
            21208,
            "Timeout must be a positive integer, not 0",
            &[TO, FROM, TWIML, ("Timeout", "0")],
        ),
        case(
            400,
            21206,
            "SendDigits is not valid",
            &[TO, FROM, TWIML, ("SendDigits", "1;2")],
        ),
        case(
            400,
            21626,
            "Invalid 'StatusCallbackEvent'",
            &[TO, FROM, TWIML, ("StatusCallbackEvent", "done")],
        ),
        case(
            400,
            20001,
            "Record must be true or false, not maybe",
            &[TO, FROM, TWIML, ("Record", "maybe")],
        ),
        case(
            400,
            20001,
            "RecordingChannels is not valid: three",
            &[TO, FROM, TWIML, ("RecordingChannels", "three")],
        ),
        case(
            400,
            20001,
            "RecordingStatusCallbackEvent is not valid: done",
            &[
                TO,
                FROM,
                TWIML,
                ("RecordingStatusCallbackEvent", "completed done"),
            ],
        ),
        case(
            400,
            21225,
            "SipAuthPassword is required with SipAuthUsername",
            &[TO, FROM, TWIML, ("SipAuthUsername", "u")],
        ),
        case(
            400,
            21221,
            "SipAuthUsername must be fewer than 256 characters",
            &[
                TO,
                FROM,
                TWIML,
                ("SipAuthUsername", name),
                ("SipAuthPassword", "p"),
            ],
        ),
    ];
    check(&world, &world.path("/Calls.json"), cases).await;
}

#[tokio::test]
async fn strict_calls_need_an_owned_number() {
    let world = World::with(Terms {
        strict: true,
        ..Terms::default()
    });
    let path = world.path("/Calls.json");
    let message = "The source phone number provided, +14158675308, is not yet verified for your \
                   account. You may only make calls from phone numbers that you've verified or \
                   purchased from Twilio.";
    check(
        &world,
        &path,
        vec![case(400, 21210, message, &[TO, FROM, TWIML])],
    )
    .await;
    let number = [("PhoneNumber", "+14158675308")];
    let number = world
        .post(&world.path("/IncomingPhoneNumbers.json"), &number)
        .await;
    let placed = world.post(&path, &[TO, FROM, TWIML]).await;
    assert_eq!(placed.status, 201);
    assert_eq!(placed.json()["phone_number_sid"], number.json()["sid"]);
    // A number is called by a number; an app may be called by another.
    let alice = ("From", "client:alice");
    let phone = world.post(&path, &[TO, alice, TWIML]).await;
    assert_eq!((phone.status, &phone.json()["code"]), (400, &21212.into()));
    let bob = ("To", "client:bob");
    assert_eq!(world.post(&path, &[bob, alice, TWIML]).await.status, 201);
}

#[tokio::test]
async fn a_number_that_cannot_be_had() {
    let world = World::new();
    let path = world.path("/IncomingPhoneNumbers.json");
    assert_eq!(
        world
            .post(&path, &[("PhoneNumber", "+12025550190")])
            .await
            .status,
        201
    );
    let long = "n".repeat(65).leak();
    let number = ("PhoneNumber", "+12025550191");
    let cases = vec![
        case(400, 20001, "PhoneNumber or AreaCode is required", &[]),
        case(
            400,
            21421,
            "PhoneNumber is invalid",
            &[("PhoneNumber", "2025550190")],
        ),
        case(
            400,
            21422,
            "PhoneNumber is not available",
            &[("PhoneNumber", "+12025550190")],
        ),
        case(400, 21451, "Invalid area code", &[("AreaCode", "12")]),
        case(
            400,
            21402,
            "VoiceUrl is not a valid URL: x",
            &[number, ("VoiceUrl", "x")],
        ),
        case(
            400,
            21403,
            "VoiceMethod must be GET or POST, not PUT",
            &[number, ("VoiceMethod", "PUT")],
        ),
        case(
            400,
            21405,
            "Cannot set VoiceFallbackUrl without setting Url",
            &[number, ("VoiceFallbackUrl", "http://a")],
        ),
        case(
            400,
            20001,
            "FriendlyName must be 64 characters or less",
            &[number, ("FriendlyName", long)],
        ),
    ];
    check(&world, &path, cases).await;
}

#[tokio::test]
async fn lists_that_cannot_be_read() {
    let world = World::new();
    for (query, status, code, message) in [
        ("PageSize=1001", 400, 20007, "Page size too large"),
        (
            "PageSize=0",
            400,
            20001,
            "PageSize must be a number from 1 to 1000",
        ),
        (
            "PageSize=x",
            400,
            20001,
            "PageSize must be a number from 1 to 1000",
        ),
        (
            "Page=-1",
            400,
            20001,
            "Page must be a number from 0 upwards",
        ),
        ("PageToken=PAx", 400, 21481, "Invalid PageToken"),
        ("PageToken=PARE", 400, 21481, "Invalid PageToken"),
        (
            "PageToken=%C3%A9%C3%A9%C3%A9",
            400,
            21481,
            "Invalid PageToken",
        ),
        (
            "StartTime=soon",
            400,
            20001,
            "StartTime is not a valid date: soon",
        ),
        (
            "StartTime%3E=soon",
            400,
            20001,
            "StartTime> is not a valid date: soon",
        ),
        ("Status=alive", 400, 20001, "Status is not valid: alive"),
        (
            "Status=initiated",
            400,
            20001,
            "Status is not valid: initiated",
        ),
        (
            "Status=Completed",
            400,
            20001,
            "Status is not valid: Completed",
        ),
        (
            "ParentCallSid=CA1",
            400,
            20001,
            "ParentCallSid is not valid: CA1",
        ),
        (
            "EndTimeAfter=2010-02-30",
            400,
            20001,
            "EndTimeAfter is not a valid date: 2010-02-30",
        ),
        ("To=%00", 400, 20001, "To has a NUL in it"),
        (
            "Page=4294967296",
            400,
            20001,
            "Page must be a number from 0 upwards",
        ),
    ] {
        let answer = world
            .get(&world.path(&format!("/Calls.json?{query}")))
            .await;
        let body = answer.json();
        assert_eq!(
            (
                answer.status,
                body["code"].as_u64(),
                body["message"].as_str()
            ),
            (status, Some(code), Some(message)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_as_it_was_asked_for() {
    let world = World::new();
    recorded(&world, 1, 1, 1);
    let zeros = "0".repeat(32);
    let paths = [
        "/Calls.wav".to_owned(),
        "/Calls.txt".to_owned(),
        "/Nothing.json".to_owned(),
        format!("/Calls/CA{zeros}.json"),
        format!("/Calls/CA{zeros}/Recordings.json"),
        format!("/Calls/CA{zeros}/Events.json"),
        format!("/Calls/CA{zeros}/Recordings/{}.json", RecordingSid(1)),
        format!("/Recordings/RE{zeros}.json"),
        format!("/Recordings/RE{zeros}.wav"),
        format!("/IncomingPhoneNumbers/PN{zeros}.json"),
        format!("/Notifications/NO{zeros}.json"),
        "/Calls/CAnonsense.json".to_owned(),
    ];
    for below in paths {
        let path = world.path(&below);
        let answer = world.get(&format!("{path}?x=1")).await;
        let message = format!("The requested resource {path} was not found");
        assert_eq!((answer.status, answer.fault()), (404, (20_404, message)));
    }
    let other = format!("/2010-04-01/Accounts/AC{zeros}/Calls.json");
    assert_eq!(world.get(&other).await.status, 404);
}

#[tokio::test]
async fn methods_that_a_resource_does_not_have() {
    let world = World::new();
    world.keep(Write::Call(Box::new(completed(1, 0))));
    for (method, below, allow) in [
        (
            Method::PUT,
            "/Calls.json".to_owned(),
            "GET, HEAD, POST, OPTIONS",
        ),
        (
            Method::DELETE,
            "/Calls.json".to_owned(),
            "GET, HEAD, POST, OPTIONS",
        ),
        (
            Method::PATCH,
            format!("/Calls/{}.json", CallSid(1)),
            "GET, HEAD, POST, DELETE, OPTIONS",
        ),
        (
            Method::POST,
            "/Recordings.json".to_owned(),
            "GET, HEAD, OPTIONS",
        ),
        (
            Method::DELETE,
            format!("/Calls/{}/Events.json", CallSid(1)),
            "GET, HEAD, OPTIONS",
        ),
    ] {
        let answer = world.ask(method.clone(), &world.path(&below), &[]).await;
        let body = answer.json();
        assert_eq!(
            (answer.status, body["code"].as_u64()),
            (405, Some(20004)),
            "{method} {below}"
        );
        assert_eq!(body["message"], "Method not allowed");
        assert_eq!(answer.header("allow"), allow, "{method} {below}");
    }
}

#[tokio::test]
async fn call_controls_refusals_are_told_and_its_silence_is_unavailable() {
    let world = World::new();
    let refusal = ::call::Refusal {
        code: ErrorCode::TOO_MANY_REQUESTS,
        text: "Slow down".into(),
    };
    *world.refusal.lock().expect("no panic") = Some(refusal);
    let answer = world
        .post(&world.path("/Calls.json"), &[TO, FROM, TWIML])
        .await;
    assert_eq!(
        (answer.status, answer.json()["message"].as_str()),
        (429, Some("Slow down"))
    );
    let mute = World::with(Terms {
        mute: true,
        ..Terms::default()
    });
    let answer = mute
        .post(&mute.path("/Calls.json"), &[TO, FROM, TWIML])
        .await;
    assert_eq!(
        (answer.status, answer.json()["code"].as_u64()),
        (503, Some(20503))
    );
}
