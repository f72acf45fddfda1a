//! What chance makes of phones, pages, calls and deeds.

use super::{Deed, LAST_ACT, OWNED, PAGES, PHONES, document};
use crate::character::{Act, Answer, Character, Referral};
use crate::customer::{self, Page};
use crate::network::Wire;
use crate::order::url;
use call::command::{EndAs, RecordCall, RecordingCallback, RecordingChange, Source};
use call::{NewCall, Update};
use model::callback::CallEvents;
use model::detection::{Detection, Told};
use model::recording::{PauseBehavior, RecordingTrack};
use model::{Address, Chance, ErrorCode, Method, Span, StatusCallback};

pub(super) fn pick<'a>(chance: &mut Chance, items: &[&'a str]) -> &'a str {
    chance.pick(items).copied().unwrap_or_default()
}

pub(super) fn wire(chance: &mut Chance) -> Wire {
    let lossy = chance.percent(40);
    Wire {
        delay: Span::from_millis(1 + chance.below(80)),
        jitter: Span::from_millis(if lossy { chance.below(120) } else { 0 }),
        loss_percent: if lossy { chance.below(30) } else { 0 },
        twice_percent: if lossy { chance.below(15) } else { 0 },
    }
}

/// A phone does some things and hangs up, if nobody does it before.
pub(super) fn character(chance: &mut Chance) -> Character {
    let acts = (0..chance.below(4)).map(|_| act(chance)).collect();
    let mut who = Character::answering("somebody", chance.below(8_000), acts);
    who.ring_after_ms = chance.below(400);
    who.acts.push(Act::Wait(chance.below(90_000)));
    who.acts.push(Act::HangUp);
    who.referral = match chance.below(8) {
        0 => Referral::Refuse(400 + chance.below(300) as u16),
        1 => Referral::Forget,
        2 => Referral::Leave,
        3 => Referral::Ignore,
        4 => Referral::Accept(486, chance.below(9_000)),
        _ => Referral::Accept(200, chance.below(9_000)),
    };
    match chance.below(12) {
        0 => who.answer = Answer::Refuse(486, 0),
        1 => who.answer = Answer::Refuse(603, chance.below(4_000)),
        2 => who.answer = Answer::Refuse(300 + chance.below(400) as u16, chance.below(2) * 900),
        3 => who.answer = Answer::Never,
        4 => who.answer = Answer::Deaf,
        5 => who.answer = Answer::After(0),
        6 => who.unheard_ms = chance.below(60_000),
        _ => {}
    }
    who
}

fn act(chance: &mut Chance) -> Act {
    match chance.below(11) {
        0 => Act::Say("I should like to speak to somebody.".to_owned()),
        10 => Act::Say("Hello?".to_owned()),
        1 => Act::Wait(chance.below(6_000)),
        2 => Act::UntilSilence,
        3 => Act::Press(keys(chance)),
        4 => Act::Beep,
        5 => Act::Hold,
        6 => Act::Resume,
        7 => Act::Fax,
        8 => Act::Refer(target(chance)),
        _ => Act::Wait(chance.below(400)),
    }
}

/// Where somebody wants somebody else to be sent.
fn target(chance: &mut Chance) -> String {
    let targets = [
        "sip:carol@x.example",
        "sip:carol@x.example?X-Order=17",
        "sip:carol@x.example?Replaces=1%3Bto-tag%3Da%3Bfrom-tag%3Db",
        "sip:nobody",
        "nowhere",
    ];
    pick(chance, &targets).to_owned()
}

pub(super) fn keys(chance: &mut Chance) -> String {
    let key = ["1", "2", "9", "0", "*", "#", "w"];
    (0..=chance.below(4)).map(|_| pick(chance, &key)).collect()
}

pub(super) fn page(chance: &mut Chance) -> Page {
    let after = match chance.below(10) {
        0 => Span::from_secs(chance.below(22)),
        1 => Span::ZERO,
        _ => Span::from_millis(chance.below(300)),
    };
    let answer = match chance.below(14) {
        0 => customer::Answer::Lost,
        1 => customer::Answer::Fails(ErrorCode(11_200), Some(500)),
        2 => customer::Answer::Fails(ErrorCode(11_205), None),
        _ => {
            let (content_type, body) = document::random(chance);
            customer::Answer::Body {
                content_type,
                body: body.into_bytes(),
            }
        }
    };
    Page { after, answer }
}

pub(super) fn deed(chance: &mut Chance) -> (Span, Deed) {
    let at = Span(chance.below(LAST_ACT.0));
    // Some things happen at the very moments at which others are due.
    let at = if chance.percent(30) {
        Span::from_millis(at.millis() / 1_000 * 1_000)
    } else {
        at
    };
    let n = chance.next_u64();
    let deed = match chance.below(27) {
        0..5 => Deed::Create(Box::new(new_call(chance))),
        5..9 => {
            let to = if chance.percent(92) {
                pick(chance, &OWNED)
            } else {
                "+12025559999"
            };
            let from = pick(chance, &PHONES).to_owned();
            let mut who = character(chance);
            who.answer = Answer::Never;
            return (Span(at.0 / 2), Deed::Call(from, to.to_owned(), who));
        }
        9..12 => Deed::Update(n, update(chance)),
        12 => Deed::Forget(n),
        13 => Deed::Press(n, keys(chance)),
        14 => Deed::Say(n, "Yes, please.".to_owned()),
        15 | 16 => Deed::HangUp(n),
        17 => Deed::Hold(n, chance.percent(60)),
        18 if chance.percent(50) => Deed::Vanish(n),
        18 => Deed::Lose(1 + chance.below(4) as u32),
        19 | 20 => Deed::Record(n, record(chance)),
        21 | 22 => Deed::ChangeRecording(n, chance.percent(70), change(chance)),
        23..26 => Deed::Refer(n, target(chance)),
        _ if chance.percent(15) => Deed::RunOut,
        _ => Deed::Press(n, "*".to_owned()),
    };
    (at, deed)
}

fn events(chance: &mut Chance) -> CallEvents {
    CallEvents {
        initiated: chance.percent(60),
        ringing: chance.percent(60),
        answered: chance.percent(60),
        completed: chance.percent(80),
    }
}

fn new_call(chance: &mut Chance) -> NewCall {
    let to = match chance.below(12) {
        0 => pick(chance, &OWNED),
        1 => "+12025559998",
        2 => "sip:desk@localhost",
        3 => "client:jenny",
        _ => pick(chance, &PHONES),
    };
    let events = events(chance);
    let status = chance.percent(80).then(|| StatusCallback {
        url: url("/status"),
        method: Method::Post,
        events,
    });
    NewCall {
        account: model::AccountSid(1),
        number: None,
        application: None,
        to: Address::parse(to),
        from: Address::parse(OWNED[0]),
        caller_id: None,
        source: source(chance),
        fallback: chance
            .percent(40)
            .then(|| (url(pick(chance, &PAGES)), Method::Get)),
        status_callback: status,
        send_digits: chance.percent(15).then(|| keys(chance)),
        ring_secs: 1 + chance.below(20) as u32,
        time_limit_secs: 1 + chance.below(90) as u32,
        record: chance.percent(20).then(|| record(chance)),
        credentials: None,
        reason: None,
        detection: chance.percent(25).then(|| detection(chance)),
        delay_secs: 0,
    }
}

/// Most give up early: a detector that listens for long is heard in few worlds, and dear in many.
fn detection(chance: &mut Chance) -> Detection {
    let told = match chance.below(5) {
        0 | 1 => Told::Document,
        2 => Told::Callback(None),
        _ => Told::Callback(Some((url("/detected"), Method::Post))),
    };
    Detection {
        to_the_end: chance.percent(50),
        timeout_secs: 3 + chance.below(12) as u32,
        speech_ms: pick_ms(chance, &[1_000, 2_400, 6_000]),
        speech_end_ms: pick_ms(chance, &[500, 1_200, 5_000]),
        silence_ms: pick_ms(chance, &[2_000, 5_000, 10_000]),
        hang_up_on_machine: told == Told::Document && chance.percent(30),
        told,
    }
}

fn pick_ms(chance: &mut Chance, items: &[u32]) -> u32 {
    chance.pick(items).copied().unwrap_or_default()
}

fn source(chance: &mut Chance) -> Source {
    if chance.percent(70) {
        let method = if chance.percent(50) {
            Method::Get
        } else {
            Method::Post
        };
        Source::Url {
            url: url(pick(chance, &PAGES)),
            method,
        }
    } else {
        Source::Twiml(document::random(chance).1)
    }
}

fn record(chance: &mut Chance) -> RecordCall {
    RecordCall {
        dual: chance.percent(50),
        track: RecordingTrack::Both,
        trim: chance.percent(30),
        callback: Some(RecordingCallback {
            url: url("/recorded"),
            method: Method::Post,
            in_progress: true,
            completed: true,
            absent: true,
        }),
    }
}

fn change(chance: &mut Chance) -> RecordingChange {
    match chance.below(5) {
        0 => RecordingChange::Pause(PauseBehavior::Skip),
        1 => RecordingChange::Pause(PauseBehavior::Silence),
        2 | 3 => RecordingChange::Resume,
        _ => RecordingChange::Stop,
    }
}

fn update(chance: &mut Chance) -> Update {
    let status = match chance.below(4) {
        0 => Some(EndAs::Completed),
        1 => Some(EndAs::Canceled),
        _ => None,
    };
    let moves = status.is_none() || chance.percent(10);
    Update {
        source: moves.then(|| source(chance)),
        fallback: chance
            .percent(20)
            .then(|| (url(pick(chance, &PAGES)), Method::Post)),
        status_callback: chance.percent(20).then(|| StatusCallback {
            url: url("/told"),
            method: Method::Post,
            events: CallEvents::COMPLETED,
        }),
        status,
        time_limit_secs: chance.percent(10).then(|| 1 + chance.below(60) as u32),
    }
}
