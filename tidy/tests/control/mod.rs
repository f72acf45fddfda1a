//! Asks call control itself which verbs and nouns it carries out.

use call::{AskId, CallControl, Command, Config, Effect, Event, Found, NewCall, Row};
use model::media::{MediaCommand, MediaEvent};
use model::signal::{SignalCommand, SignalEvent};
use model::{AccountSid, Address, Chance, ErrorCode, Time};
use std::collections::VecDeque;
use twiml::schema::shapes;

/// What call control did with a document on an answered call.
pub struct Run {
    /// Everything it wanted done.
    pub effects: Vec<Effect>,
    /// The text of the notification that says something wasn't carried out.
    pub unbuilt: Option<String>,
}

/// Places a call that is answered at once and runs this document.
pub fn run(body: &str) -> Run {
    let mut control = CallControl::new(Config::default(), Chance::new(1));
    let now = Time::from_secs(1_700_000_000);
    let mut waiting = VecDeque::from([Event::Command(Command::Create {
        ask: AskId(1),
        call: Box::new(call_with(format!("<Response>{body}</Response>"))),
        calls_per_second: 1,
    })]);
    let mut effects = Vec::new();
    for _ in 0..1_000 {
        let Some(event) = waiting.pop_front() else {
            break;
        };
        let mut out = Vec::new();
        control.handle(now, event, &mut out);
        waiting.extend(out.iter().filter_map(answer));
        effects.extend(out);
    }
    let unbuilt = effects.iter().find_map(|effect| match effect {
        Effect::Save(Row::Notification(row)) if row.code == ErrorCode::DOCUMENT_FAULT.0 => {
            Some(row.text.clone())
        }
        _ => None,
    });
    Run { effects, unbuilt }
}

fn call_with(twiml: String) -> NewCall {
    NewCall {
        account: AccountSid(1),
        number: None,
        application: None,
        to: Address::Number("+12025550101".into()),
        from: Address::Number("+12025550190".into()),
        caller_id: None,
        source: call::command::Source::Twiml(twiml),
        fallback: None,
        status_callback: None,
        send_digits: None,
        ring_secs: 60,
        time_limit_secs: 3_600,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: 0,
    }
}

/// The world's answer to an effect: legs open, everybody answers, no number is ours.
fn answer(effect: &Effect) -> Option<Event> {
    match effect {
        Effect::Media {
            leg,
            command: MediaCommand::Open(_),
        } => Some(Event::Media {
            leg: *leg,
            event: MediaEvent::Opened { sdp: "v=0".into() },
        }),
        Effect::Signal {
            leg,
            command: SignalCommand::Invite(_),
        } => Some(Event::Signal {
            leg: *leg,
            event: SignalEvent::Answered {
                sdp: Some("v=0".into()),
                headers: Vec::new(),
                sip_call_id: "id".into(),
            },
        }),
        Effect::Lookup { lookup, .. } => Some(Event::Found {
            lookup: *lookup,
            found: Found::Number(None),
        }),
        _ => None,
    }
}

/// What may stand in an element.
pub fn children(name: &str) -> Vec<&'static str> {
    let found = shapes().into_iter().find(|shape| shape.name == name);
    found.map_or(Vec::new(), |shape| shape.children)
}

/// The smallest honest use of an element.
pub fn sample(name: &str) -> String {
    let text = match name {
        "Say" => "Hello",
        "Play" => "http://app.example/a.wav",
        "Redirect" => "http://app.example/next",
        "Number" | "WhatsApp" => "+12025550101",
        "Sip" => "sip:desk@192.0.2.7",
        "Client" | "Conference" | "Queue" | "Enqueue" => "alice",
        "Sim" => "DE00000000000000000000000000000001",
        "Application" => "AP00000000000000000000000000000001",
        "Dial" => "+12025550101",
        "Sms" => "Hello",
        "Gather" => "<Say>Press a key</Say>",
        "Connect" | "Start" | "Stop" => "<Stream url=\"wss://app.example/\"/>",
        "Refer" => "<Sip>sip:desk@192.0.2.7</Sip>",
        _ => "",
    };
    format!("<{name}>{text}</{name}>")
}

/// What becomes of an element, as a cell of the table.
pub fn verdict(body: &str) -> &'static str {
    let after = "<Say>What comes next</Say>";
    let run = self::run(&format!("{body}{after}"));
    if run.unbuilt.is_some() {
        "parsed, not carried out: 12400"
    } else if run.effects == self::run(after).effects {
        "accepted, has no effect yet"
    } else {
        "yes"
    }
}
