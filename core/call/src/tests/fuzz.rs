//! Random events in a random order: nothing panics, and every call comes to exactly one end.

use super::world::*;
use crate::command::{EndAs, RecordCall, RecordingChange};
use crate::{AskId, Command, Event, NewCall};
use model::detection::Told;
use model::media::{MediaEvent, PlayEnd, PlayId, RecordEnd};
use model::recording::{PauseBehavior, RecordingTrack};
use model::signal::{Origin, SignalEvent};
use model::*;

const PAGES: [&str; 15] = [
    "<Say>a</Say><Play>b.wav</Play>",
    "<Gather numDigits=\"2\" timeout=\"2\"><Say>a</Say></Gather><Say>b</Say>",
    "<Record timeout=\"2\" maxLength=\"5\" action=\"/4\"/><Say>b</Say>",
    "<Dial action=\"/0\" referUrl=\"/8\" timeout=\"5\" hangupOnStar=\"true\">\
     +12025550102</Dial>",
    "<Dial answerOnBridge=\"true\" referUrl=\"/2\" record=\"record-from-ringing-dual\" \
     action=\"/1\"><Number url=\"/0\">+12025550102</Number><Sip>sip:x@y</Sip></Dial>",
    "<Dial sequential=\"true\" record=\"true\" timeLimit=\"3\"><Number>+12025550190</Number>\
     <Number sendDigits=\"1\">+12025550103</Number></Dial><Say>z</Say>",
    "<Reject/>",
    "<Refer action=\"/2\"><Sip>sip:c@x</Sip></Refer><Redirect>/3</Redirect>",
    "",
    "slow",
    "<Hangup/>",
    "<Enqueue>q</Enqueue><Dial callerId=\"x\"><Client>c</Client></Dial>",
    "<Dial ringTone=\"de\"><Sip url=\"/7\" statusCallback=\"/s\">sip:x@y</Sip></Dial>",
    "<Dial><Number machineDetection=\"Enable\" amdStatusCallback=\"/amd\">+12025550102</Number>\
     </Dial>",
    "<Broken",
];

fn random_event(chance: &mut Chance) -> SignalEvent {
    let sdp = chance.percent(60).then(|| "sdp".to_owned());
    let (headers, sip_call_id) = (Vec::new(), "id".to_owned());
    match chance.below(13) {
        0 => SignalEvent::Progress {
            code: 180,
            sdp: None,
        },
        1 => SignalEvent::Progress { code: 183, sdp },
        2..4 => SignalEvent::Answered {
            sdp: Some("sdp".into()),
            headers,
            sip_call_id,
        },
        4 => SignalEvent::Answered {
            sdp,
            headers,
            sip_call_id,
        },
        5 => {
            let code = *chance.pick(&[404, 408, 480, 486, 487, 500, 603]).unwrap();
            SignalEvent::Failed {
                code,
                reason: String::new(),
                headers,
                sip_call_id,
                error: None,
            }
        }
        6 => SignalEvent::Acknowledged { sdp },
        7 => SignalEvent::Reoffered { sdp },
        8 => SignalEvent::ReferAnswered {
            code: *chance.pick(&[202, 405]).unwrap(),
        },
        9 => SignalEvent::ReferReported {
            code: chance.pick(&[None, Some(100), Some(200)]).copied().unwrap(),
            last: chance.percent(50),
        },
        10 | 11 => SignalEvent::Referred {
            to: "sip:carol@x".into(),
            replaces: chance.percent(20),
        },
        _ => SignalEvent::Released {
            canceled: chance.percent(50),
        },
    }
}

fn random_sound(world: &World, chance: &mut Chance) -> MediaEvent {
    let recordings: Vec<_> = world.recordings.keys().copied().collect();
    let recording = chance.pick(&recordings).copied().unwrap_or(RecordingSid(0));
    let end = *chance
        .pick(&[RecordEnd::Stopped, RecordEnd::Silence, RecordEnd::Failed])
        .unwrap();
    match chance.below(10) {
        9 => MediaEvent::Detected {
            answered_by: *chance.pick(&AnsweredBy::ALL).unwrap(),
        },
        0 => MediaEvent::Opened { sdp: "sdp".into() },
        1 => MediaEvent::Refused {
            code: 488,
            text: String::new(),
        },
        2..5 => {
            let digit = *chance.pick(&['1', '#', '*', 'A']).unwrap();
            MediaEvent::Digit {
                digit,
                duration_ms: 80,
            }
        }
        5 => {
            let play = PlayId(chance.below(60));
            MediaEvent::Played {
                play,
                end: PlayEnd::Finished,
            }
        }
        6 => MediaEvent::RecordEnded { recording, end },
        7 => MediaEvent::Recorded {
            recording,
            length_ms: 900,
            heard: true,
            end,
        },
        _ => MediaEvent::Lost,
    }
}

fn random_leg(chance: &mut Chance) -> LegId {
    let n = chance.below(6);
    if chance.percent(30) {
        LegId(LegId::FIRST_OFFERED.0 + n)
    } else {
        LegId(n + 1)
    }
}

fn random_step(world: &mut World, chance: &mut Chance) {
    let calls: Vec<_> = world.rows.keys().copied().collect();
    match chance.below(16) {
        0 => {
            let to = *chance
                .pick(&["+12025550101", "sip:a@b", "client:c", "+12025550190"])
                .unwrap();
            let detection = Detection {
                told: match chance.percent(50) {
                    true => Told::Document,
                    false => Told::Callback(Some(("http://app/amd".into(), Method::Post))),
                },
                hang_up_on_machine: chance.percent(30),
                ..Detection::default()
            };
            world.create(NewCall {
                detection: chance.percent(40).then_some(detection),
                ..new_call(to)
            });
        }
        1 => {
            let from_phone = chance.percent(30);
            let origin = if from_phone {
                Origin::Phone("p".into())
            } else {
                Origin::Own
            };
            world.offer(offer("+12025550190", "+12025550107", origin));
        }
        2 => {
            world.offer(offer("sip:a@b", "sip:p@here", Origin::Phone("p".into())));
        }
        3 => {
            if let Some(&call) = chance.pick(&calls) {
                let source = chance.percent(50).then_some("http://app/5");
                let how = chance.percent(30).then_some(EndAs::Completed);
                world.update(call, source, how);
            }
        }
        4..9 => {
            let (leg, event) = (random_leg(chance), random_event(chance));
            world.signal(leg, event);
        }
        9..13 => {
            let event = random_sound(world, chance);
            world.media(random_leg(chance), event);
        }
        13 => {
            if let Some(&call) = chance.pick(&calls) {
                record(world, call, chance);
            }
        }
        _ => world.pass(chance.below(4_000)),
    }
    world.opens = chance.percent(85);
    world.plays = chance.percent(60);
    world.records = chance.percent(80).then_some(chance.below(3_000) as u32);
}

/// The API begins a recording, or changes one that was begun.
fn record(world: &mut World, call: CallSid, chance: &mut Chance) {
    let (ask, account) = (AskId(9), ACCOUNT);
    let recordings: Vec<_> = world.recordings.values().collect();
    let change = *chance
        .pick(&[
            RecordingChange::Pause(PauseBehavior::Skip),
            RecordingChange::Pause(PauseBehavior::Silence),
            RecordingChange::Resume,
            RecordingChange::Stop,
        ])
        .unwrap();
    let command = match chance.pick(&recordings).filter(|_| chance.percent(60)) {
        Some(row) => Command::ChangeRecording {
            ask,
            account,
            call: row.call,
            recording: chance.percent(70).then_some(row.sid),
            change,
        },
        None => Command::Record {
            ask,
            account,
            call,
            record: RecordCall {
                dual: chance.percent(50),
                track: RecordingTrack::Both,
                trim: chance.percent(50),
                callback: None,
            },
        },
    };
    world.happen(Event::Command(command));
}

/// Lets all timers play out, and hangs up on whoever would go on for hours.
fn play_out(world: &mut World) {
    for _ in 0..200 {
        let legs: Vec<_> = world.control.live().map(|(_, leg, _)| leg).collect();
        for leg in legs {
            world.hang_up(leg);
        }
        if world.control.is_empty() {
            break;
        }
        world.pass(30_000);
    }
}

fn story(seed: u64) -> Vec<String> {
    let mut chance = Chance::new(seed);
    let mut world = World::new();
    for (n, page) in PAGES.iter().enumerate() {
        world = world.page(&format!("http://app/{n}"), page);
    }
    let page = chance.below(PAGES.len() as u64) as usize;
    world = world.page("http://app/voice", PAGES[page]);
    world = world.number(
        "+12025550190",
        Some(&format!("http://app/{}", chance.below(15))),
    );
    for _ in 0..60 {
        random_step(&mut world, &mut chance);
        for (sid, _, status) in world.control.live() {
            assert!(
                world
                    .rows
                    .get(&sid)
                    .is_none_or(|row| !row.status.is_final() || { row.status == status })
            );
        }
    }
    play_out(&mut world);
    world.assert_over();
    let told = |sid: CallSid| world.told(sid);
    for (sid, row) in &world.rows {
        let told = told(*sid);
        let finals = told
            .iter()
            .filter(|line| line.starts_with(row.status.as_str()))
            .count();
        if row.status_callback.is_some() && row.status != CallStatus::Canceled {
            assert_eq!(finals, 1, "{told:?}");
        }
        let numbers: Vec<&str> = told
            .iter()
            .filter_map(|line| line.split(' ').nth(1))
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
        assert!(row.end_time.is_some() && row.duration_secs.is_some());
        let verdicts: Vec<_> = world
            .callbacks
            .iter()
            .filter(|it| it.call == *sid && it.url == "http://app/amd")
            .map(|it| value(it, "AnsweredBy"))
            .collect();
        let known = row.answered_by.map(|it| it.to_string());
        assert!(verdicts.len() <= 1 && verdicts.iter().all(|it| *it == known));
    }
    assert!(world.recordings.values().all(|row| {
        use model::recording::RecordingStatus::*;
        matches!(row.status, Completed | Absent | Failed)
    }));
    world.ladder
}

#[test]
fn two_thousand_random_worlds_come_to_an_end() {
    for seed in 0..2_000 {
        let told = std::panic::catch_unwind(|| story(seed));
        assert!(told.is_ok(), "seed {seed}");
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in 0..50 {
        assert_eq!(story(seed), story(seed));
    }
}
