//! The client for Rust against the program itself: `ringback dev` as a process on ports of its own,
//! its virtual phones as the far end.

use loopback::{Reply, Server};
use ringback::follow::Happening;
use ringback::resource::{CURRENT, SoundForm};
use ringback::{
    AccountStatus, Call, CallDirection, CallEnd, CallStatus, Client, Config, Credentials, Method,
    RecordingChannels, RecordingSource, RecordingStatus, blocking,
};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "fedcba9876543210fedcba9876543210";
/// Owned from the start.
const OWNED: &str = "+12025550190";
/// Answers after a second, and stays.
const ANSWERS: &str = "+12025550101";
const BUSY: &str = "+12025550102";
const RINGS: &str = "+12025550103";
/// A document that keeps a call for longer than a test lasts.
const STAYS: &str = r#"<Response><Pause length="60"/></Response>"#;
/// Nothing here takes as long.
const PATIENCE: Duration = Duration::from_secs(30);

/// `ringback dev`, until it is dropped.
struct House {
    process: Child,
    url: String,
    _data: tempfile::TempDir,
}

impl House {
    fn start() -> House {
        let data = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_ringback"))
            .args([
                "dev",
                "--quiet",
                "--http",
                "127.0.0.1:0",
                "--sip",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(data.path())
            .env("TWILIO_ACCOUNT_SID", ACCOUNT)
            .env("TWILIO_AUTH_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let said = |line: std::io::Result<String>| {
            let line = line.expect("a line");
            let url = line.trim().strip_prefix("API")?.trim();
            Some(url.to_owned())
        };
        let url = lines.find_map(said).expect("it says where it listens");
        // What else it says is read, or it would wait for us.
        std::thread::spawn(move || lines.for_each(drop));
        House {
            process,
            url,
            _data: data,
        }
    }

    fn config(&self) -> Config {
        let token = Credentials::token(ACCOUNT, TOKEN);
        Config::default().credentials(token).base_url(&self.url)
    }

    fn client(&self) -> Client {
        Client::with(self.config()).expect("a client")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The customer's application: whatever it is asked, the call stays.
struct App {
    server: Server,
    asked: Receiver<String>,
}

impl App {
    fn start() -> App {
        let (tell, asked) = channel();
        let server = Server::start(move |asked, _| {
            let _ = tell.send(asked.path.clone());
            let kind = ("content-type", "text/xml".to_owned());
            Reply::Answer(200, vec![kind], STAYS.into())
        });
        App { server, asked }
    }

    fn url(&self, path: &str) -> String {
        self.server.url() + path
    }

    /// Waits until it was asked for all of these, and for nothing else.
    fn is_asked(&self, paths: &[&str]) {
        let mut left = paths.to_vec();
        while !left.is_empty() {
            let path = self.asked.recv_timeout(PATIENCE);
            let path = path.unwrap_or_else(|_| panic!("nobody asked for {left:?}"));
            let at = left.iter().position(|it| *it == path);
            left.remove(at.unwrap_or_else(|| panic!("{path} is none of {left:?}")));
        }
    }
}

/// Follows a call until it has come so far, and fetches it.
async fn until(client: &Client, sid: &str, well: impl Fn(&CallStatus) -> bool) -> Call {
    let mut events = client.follow_call(sid).open().await.expect("a stream");
    let follow = async {
        loop {
            let event = events.next().await.expect("an event");
            let event = event.expect("it comes so far before its end");
            if let Happening::Call(change) = event.what
                && change.call_sid == sid
                && well(&change.status.as_str().into())
            {
                break;
            }
        }
    };
    let followed = tokio::time::timeout(PATIENCE, follow).await;
    followed.expect("it comes so far");
    client.calls().fetch(sid).send().await.expect("a call")
}

#[tokio::test]
async fn calls_are_placed_found_changed_recorded_and_deleted() {
    let house = House::start();
    let client = house.client();
    let app = App::start();

    let busy = client
        .calls()
        .create(BUSY, OWNED)
        .twiml(STAYS)
        .send()
        .await
        .unwrap();
    assert_eq!(busy.status(), CallStatus::Queued);
    assert_eq!(busy.direction(), CallDirection::OutboundApi);
    let busy = until(&client, &busy.sid, CallStatus::is_final).await;
    assert_eq!(busy.status(), CallStatus::Busy);

    let rings = client
        .calls()
        .create(RINGS, OWNED)
        .twiml(STAYS)
        .timeout(120);
    let rings = rings.send().await.unwrap();
    until(&client, &rings.sid, |status| *status == CallStatus::Ringing).await;
    let refused = client.calls().delete(&rings.sid).send().await.unwrap_err();
    assert_eq!(refused.code(), Some(20009));
    let canceled = client.calls().update(&rings.sid).status(CallEnd::Canceled);
    canceled.send().await.unwrap();
    until(&client, &rings.sid, |status| {
        *status == CallStatus::Canceled
    })
    .await;

    let talks = client
        .calls()
        .create(ANSWERS, OWNED)
        .twiml(STAYS)
        .send()
        .await
        .unwrap();
    until(&client, &talks.sid, |status| {
        *status == CallStatus::InProgress
    })
    .await;
    let recordings = client.call(&talks.sid).recordings();
    let begun = recordings
        .create()
        .recording_channels(RecordingChannels::Dual)
        .recording_status_callback(app.url("/recorded"));
    let recording = begun.send().await.unwrap();
    assert_eq!(recording.source(), RecordingSource::StartCallRecordingApi);
    for status in [RecordingStatus::Paused, RecordingStatus::InProgress] {
        let changed = recordings
            .update(CURRENT, status.clone())
            .send()
            .await
            .unwrap();
        assert_eq!(changed.status(), status);
    }
    // A second of it, by the platform's own count.
    let heard = app.url("/heard");
    let pause = r#"<Pause length="1"/>"#;
    let document = format!("<Response>{pause}<Redirect>{heard}</Redirect></Response>");
    let changed = client.calls().update(&talks.sid).twiml(document);
    changed.send().await.unwrap();
    app.is_asked(&["/heard"]);
    recordings
        .update(&recording.sid, RecordingStatus::Stopped)
        .send()
        .await
        .unwrap();
    let ended = client.calls().update(&talks.sid).status(CallEnd::Completed);
    ended.send().await.unwrap();
    let talked = until(&client, &talks.sid, CallStatus::is_final).await;
    assert_eq!(talked.status(), CallStatus::Completed);
    assert!(talked.start_time() <= talked.end_time() && talked.duration().is_some());

    app.is_asked(&["/recorded"]);
    let sound = client.recordings().media(&recording.sid);
    let sound = sound.form(SoundForm::Wav).send().await.unwrap();
    assert_eq!(sound.content_type(), Some("audio/x-wav"));
    let length = sound.content_length();
    let sound = sound.bytes().await.unwrap();
    assert_eq!(
        (&sound[..4], Some(sound.len() as u64)),
        (b"RIFF".as_slice(), length)
    );
    let mine = client
        .recordings()
        .list()
        .call_sid(&talks.sid)
        .send()
        .await
        .unwrap();
    assert_eq!(
        (mine.len(), mine[0].sid.as_str()),
        (1, recording.sid.as_str())
    );
    client
        .recordings()
        .delete(&recording.sid)
        .send()
        .await
        .unwrap();
    assert!(client.recordings().list().send().await.unwrap().is_empty());

    // Newest first, a page for each.
    let mut calls = client.calls().list().page_size(1).stream();
    for sid in [&talks.sid, &rings.sid, &busy.sid] {
        assert_eq!(&calls.try_next().await.unwrap().unwrap().sid, sid);
    }
    assert!(calls.next().await.is_none());
    let found = client
        .calls()
        .list()
        .status(CallStatus::Busy)
        .to(BUSY)
        .start_time_after("2020-01-01");
    assert_eq!(found.send().await.unwrap().len(), 1);
    assert!(
        client
            .calls()
            .list()
            .start_time_before("2020-01-01")
            .send()
            .await
            .unwrap()
            .is_empty()
    );

    client.calls().delete(&busy.sid).send().await.unwrap();
    let gone = client.calls().fetch(&busy.sid).send().await.unwrap_err();
    assert!(gone.is_not_found() && gone.code() == Some(20404));
    // What the application was asked for in that call.
    let asked = client.call(&talks.sid).events().list();
    let asked = asked.send().await.unwrap();
    let asked: Vec<&str> = asked
        .iter()
        .map(|event| event.request.url.as_str())
        .collect();
    assert!(asked.contains(&heard.as_str()), "{asked:?}");
}

#[tokio::test]
async fn every_other_resource_goes_its_round() {
    let house = House::start();
    let client = house.client();
    assert_eq!(client.version().send().await.unwrap().name, "2010-04-01");

    let numbers = client.incoming_phone_numbers();
    let made = numbers
        .create("+12025550191")
        .voice_url("https://example.com/voice");
    let number = made.voice_method(Method::Get).send().await.unwrap();
    assert_eq!(number.voice_method(), Method::Get);
    let taken = numbers.create("+12025550191").send().await.unwrap_err();
    assert_eq!((taken.status(), taken.maybe_done()), (Some(400), false));
    let renamed = numbers
        .update(&number.sid)
        .friendly_name("Desk")
        .voice_url("");
    let renamed = renamed.send().await.unwrap();
    assert_eq!(
        (renamed.friendly_name.as_str(), renamed.voice_url),
        ("Desk", None)
    );
    let found = numbers.list().friendly_name("Desk").send().await.unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        numbers
            .create_in_area("415")
            .send()
            .await
            .unwrap()
            .phone_number
            .starts_with("+1415")
    );
    numbers.delete(&number.sid).send().await.unwrap();
    assert!(
        numbers
            .fetch(&number.sid)
            .send()
            .await
            .unwrap_err()
            .is_not_found()
    );

    let applications = client.applications();
    let application = applications
        .create()
        .friendly_name("App")
        .voice_url("https://example.com/");
    let application = application.send().await.unwrap();
    applications
        .update(&application.sid)
        .friendly_name("Other")
        .send()
        .await
        .unwrap();
    let other = applications.fetch(&application.sid).send().await.unwrap();
    assert_eq!(other.friendly_name, "Other");
    assert_eq!(applications.list().send().await.unwrap().len(), 1);
    applications.delete(&application.sid).send().await.unwrap();

    let key = client
        .keys()
        .create()
        .friendly_name("Laptop")
        .send()
        .await
        .unwrap();
    let by_key = Credentials::key(ACCOUNT, &key.sid, &key.secret);
    let by_key = Client::with(house.config().credentials(by_key)).unwrap();
    assert!(by_key.calls().list().send().await.unwrap().is_empty());
    assert_eq!(
        by_key.accounts().list().send().await.unwrap_err().code(),
        Some(20003)
    );
    client
        .signing_keys()
        .update(&key.sid)
        .friendly_name("Desktop")
        .send()
        .await
        .unwrap();
    assert_eq!(
        client.keys().list().send().await.unwrap()[0].friendly_name,
        "Desktop"
    );
    client.keys().delete(&key.sid).send().await.unwrap();
    assert_eq!(
        by_key.calls().list().send().await.unwrap_err().status(),
        Some(401)
    );

    let sub = client
        .accounts()
        .create()
        .friendly_name("Branch")
        .send()
        .await
        .unwrap();
    assert_eq!(client.accounts().list().send().await.unwrap().len(), 2);
    let branch = client.for_account(&sub.sid);
    branch
        .incoming_phone_numbers()
        .create("+12025550192")
        .send()
        .await
        .unwrap();
    assert_eq!(
        branch
            .incoming_phone_numbers()
            .list()
            .send()
            .await
            .unwrap()
            .len(),
        1
    );
    let closed = client
        .accounts()
        .update(&sub.sid)
        .status(AccountStatus::Closed);
    assert_eq!(closed.send().await.unwrap().status(), AccountStatus::Closed);

    let second = client
        .auth_tokens()
        .create_secondary()
        .send()
        .await
        .unwrap();
    let by_second = Credentials::token(ACCOUNT, second.secondary_auth_token);
    let by_second = Client::with(house.config().credentials(by_second)).unwrap();
    by_second.calls().list().send().await.unwrap();
    client
        .auth_tokens()
        .delete_secondary()
        .send()
        .await
        .unwrap();
    let refused = by_second.calls().list().send().await.unwrap_err();
    assert_eq!((refused.status(), refused.code()), (Some(401), Some(20003)));

    let asked = client
        .outgoing_caller_ids()
        .validate(RINGS)
        .friendly_name("Ann");
    assert_eq!(asked.send().await.unwrap().validation_code.len(), 6);
    assert!(
        client
            .outgoing_caller_ids()
            .list()
            .send()
            .await
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_program_without_async_does_the_same() {
    let house = House::start();
    let client = blocking::Client::with(house.config()).unwrap();
    // The document is wrong, so that there is something to be told.
    let call = client
        .calls()
        .create(ANSWERS, OWNED)
        .twiml(r#"<Response><Sing/><Pause length="1"/></Response>"#);
    let app = App::start();
    let call = call
        .record(true)
        .recording_status_callback(app.url("/recorded"))
        .status_callback(app.url("/ended"));
    let call = call.send().unwrap();
    app.is_asked(&["/recorded", "/ended"]);
    let call = client.calls().fetch(&call.sid).send().unwrap();
    assert_eq!(call.status(), CallStatus::Completed);
    let told: Vec<_> = client
        .call(&call.sid)
        .notifications()
        .list()
        .stream()
        .collect();
    let told = told[0].as_ref().unwrap();
    assert_eq!(told.error_code(), Some(12200));
    let whole = client.notifications().fetch(&told.sid).send().unwrap();
    assert_eq!(whole.row.call_sid, call.sid);

    let recording = client
        .recordings()
        .list()
        .limit(1)
        .send()
        .unwrap()
        .remove(0);
    let mut sound = client.recordings().media(&recording.sid).send().unwrap();
    let mut first = [0; 4];
    sound.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"RIFF");
}
