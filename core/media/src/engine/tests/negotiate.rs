//! Opening, connecting, renegotiating, refusing, holding, closing.

use super::*;

#[test]
fn nothing_is_sent_before_connect_and_always_after() {
    let mut world = World::new(&[ALL, ALL]);
    world.command(0, A, MediaCommand::Open(Opening::Offer));
    world.play(0, A, 1, 500.0, 200);
    world.run(500);
    assert!(world.sent.is_empty());
    let sdp = world.sdp(0);
    world.command(1, B, MediaCommand::Open(Opening::Answer { sdp }));
    world.run(300);
    assert!(
        world.sent.is_empty(),
        "who answered waits for the caller's first packet"
    );
    let sdp = world.sdp(1);
    world.command(0, A, MediaCommand::Connect { sdp });
    world.run(300);
    assert!(world.sent_from(home(0, 1)).len() >= 14);
    assert!(world.sent_from(home(1, 2)).len() >= 13);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let mut world = World::new(&[MU]);
    let open = MediaCommand::Open(Opening::Offer);
    world.engines[0].command(world.now, A, None, open, &mut world.desks[0]);
    let answer = |media: &str| {
        let sdp = phone_sdp("192.0.2.7:9000".parse().unwrap(), media);
        MediaCommand::Open(Opening::Answer { sdp })
    };
    world.command(0, B, answer("RTP/AVP 8\r\n"));
    world.command(0, C, answer("RTP/SAVP 0\r\n"));
    let codes: Vec<u16> = world.desks[0]
        .events
        .iter()
        .map(|(_, event)| match event {
            MediaEvent::Refused { code, text } if !text.is_empty() => *code,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(codes, [503, 488, 488]);
    assert_eq!(world.engines[0].legs(), 0);
}

#[test]
fn a_new_offer_changes_the_codec_and_counts_the_version() {
    let phone: SocketAddr = "192.0.2.7:9000".parse().unwrap();
    let mut world = World::new(&[ALL]);
    let sdp = phone_sdp(phone, "RTP/AVP 0\r\n");
    world.command(
        0,
        A,
        MediaCommand::Open(Opening::Answer { sdp: sdp.clone() }),
    );
    let version = |sdp: &str| -> u64 {
        let line = sdp.lines().find(|line| line.starts_with("o=")).unwrap();
        line.split(' ').nth(2).unwrap().parse().unwrap()
    };
    let first = world.sdp(0);
    world.command(0, A, MediaCommand::Renegotiate { sdp: Some(sdp) });
    assert_eq!(version(&world.sdp(0)), version(&first), "nothing changed");
    let sdp = phone_sdp(phone, "RTP/AVP 8 0\r\n");
    world.command(0, A, MediaCommand::Renegotiate { sdp: Some(sdp) });
    assert_eq!(version(&world.sdp(0)), version(&first) + 1);
    world.play(0, A, 1, 700.0, 500);
    world.run(200);
    let sent = world.sent_from(home(0, 1));
    assert!(sent.len() >= 9 && sent.iter().all(|sent| sent.3[1] & 0x7f == 8));
    let bad = phone_sdp(phone, "RTP/AVP 18\r\n");
    world.command(0, A, MediaCommand::Renegotiate { sdp: Some(bad) });
    let last = &world.desks[0].events.last().unwrap().1;
    assert!(
        matches!(last, MediaEvent::Refused { code: 488, .. }),
        "{last:?}"
    );
    let before = world.sent_from(home(0, 1)).len();
    world.run(200);
    assert!(
        world.sent_from(home(0, 1)).len() >= before + 9,
        "the old terms stay"
    );
    world.command(0, A, MediaCommand::Renegotiate { sdp: None });
    assert!(
        world.sdp(0).contains("RTP/AVP 0 8 9 101"),
        "{}",
        world.sdp(0)
    );
    let sdp = phone_sdp(phone, "RTP/AVP 9\r\n");
    world.command(0, A, MediaCommand::Connect { sdp });
    let before = world.sent.len();
    world.run(200);
    assert!(
        world.sent[before..]
            .iter()
            .all(|sent| sent.3[1] & 0x7f == 9)
    );
}

#[test]
fn hold_silences_and_resume_brings_back() {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.run(500);
    let phone = home(0, 1);
    let held = phone_sdp(
        phone,
        "RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n",
    );
    world.command(
        1,
        B,
        MediaCommand::Renegotiate {
            sdp: Some(held.clone()),
        },
    );
    assert!(world.sdp(1).contains("a=recvonly"));
    let before = world.sent_from(home(1, 2)).len();
    world.run(1_000);
    assert_eq!(
        world.sent_from(home(1, 2)).len(),
        before,
        "held: nothing is sent"
    );
    let zero = held
        .replace("c=IN IP4 10.0.0.1", "c=IN IP4 0.0.0.0")
        .replace("sendonly", "inactive");
    world.command(1, B, MediaCommand::Renegotiate { sdp: Some(zero) });
    assert!(world.sdp(1).contains("a=inactive"));
    let resumed = held.replace("sendonly", "sendrecv");
    world.command(1, B, MediaCommand::Renegotiate { sdp: Some(resumed) });
    assert!(world.sdp(1).contains("a=sendrecv"));
    world.run(300);
    let sent = world.sent_from(home(1, 2));
    assert!(sent.len() >= before + 13);
    assert!(sent[before].3[1] & 0x80 == 0 || sent[before].3[1] & 0x7f == 0);
    assert_eq!(sent.last().unwrap().2, phone);
}

#[test]
fn a_far_end_that_is_gone_is_told_every_minute_and_a_held_one_never() {
    let lost = |world: &World| {
        let events = world.desks[0].events.iter();
        events
            .filter(|(_, event)| *event == MediaEvent::Lost)
            .count()
    };
    let phone: SocketAddr = "192.0.2.7:9000".parse().unwrap();
    let mut world = World::new(&[ALL]);
    world.phone(0, A, phone, "RTP/AVP 0\r\n");
    world.run(59_000);
    assert_eq!(lost(&world), 0);
    world.run(2_000);
    assert_eq!(lost(&world), 1);
    world.run(65_000);
    assert_eq!(lost(&world), 2);
    let mut world = World::new(&[ALL]);
    world.phone(0, A, phone, "RTP/AVP 0\r\na=inactive\r\n");
    world.run(70_000);
    assert_eq!(lost(&world), 0);
    let sdp = phone_sdp(phone, "RTP/AVP 0\r\n");
    world.command(0, A, MediaCommand::Renegotiate { sdp: Some(sdp) });
    world.run(50_000);
    assert_eq!(lost(&world), 0, "after a hold the time begins anew");
    world.run(12_000);
    assert_eq!(lost(&world), 1);
}

#[test]
fn closing_ends_recordings_and_says_farewell() {
    let mut world = World::new(&[ALL, ALL]);
    world.call((0, A), (1, B));
    world.run(300);
    world.record(0, A, 5, RecordingTrack::Both, false);
    world.play(0, A, 1, 500.0, 5_000);
    world.run(1_000);
    let events = world.desks[0].events.len();
    world.command(0, A, MediaCommand::Close);
    let after: Vec<&MediaEvent> = world.desks[0].events[events..]
        .iter()
        .map(|(_, event)| event)
        .collect();
    let end = model::media::RecordEnd::Stopped;
    assert_eq!(
        after,
        [&MediaEvent::RecordEnded {
            recording: RecordingSid(5),
            end
        }]
    );
    assert_eq!(world.desks[0].ended[0].1.length_ms, 1_000);
    assert_eq!(world.engines[0].legs(), 0);
    let (_, _, _, last) = world.sent.last().unwrap();
    let mut bye = false;
    crate::rtp::report::parse(last, |report| {
        bye |= matches!(report, crate::rtp::report::Report::Bye { .. });
    });
    assert!(bye);
    let count = world.sent_from(home(0, 1)).len();
    world.run(200);
    assert_eq!(world.sent_from(home(0, 1)).len(), count);
    world.command(0, A, MediaCommand::Part);
    world.command(0, A, MediaCommand::Open(Opening::Offer));
    assert_eq!(world.engines[0].legs(), 1, "its slot is used again");
}
