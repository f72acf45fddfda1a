//! Descriptions of phones and carriers, read, answered and written.

use super::offer::{EVENT, Wish};
use super::parse::parse;
use super::write::{Line, Origin, write};
use super::*;
use model::Chance;

fn wish() -> Wish {
    Wish {
        port: 4_000,
        codecs: Codec::ALL.to_vec(),
        own_order: false,
        telephone_event: true,
        rtcp_mux: true,
    }
}

fn origin() -> Origin {
    Origin {
        session: 7,
        version: 8,
        address: "192.0.2.1".parse().unwrap(),
    }
}

fn offer(media: &str) -> Description {
    let text =
        format!("v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{media}");
    parse(&text).unwrap()
}

#[test]
fn our_offer_reads_as_it_should() {
    let text = write(&origin(), &[wish().offer(Flow::SendRecv)]);
    assert_eq!(
        text,
        "v=0\r\no=- 7 8 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 4000 RTP/AVP 0 8 9 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:9 G722/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
         a=ptime:20\r\na=sendrecv\r\na=rtcp-mux\r\n"
    );
    let read = parse(&text).unwrap();
    let codecs: Vec<Codec> = read.media[0].codecs().iter().map(|f| f.codec).collect();
    assert_eq!(codecs, Codec::ALL);
    assert_eq!(read.media[0].event(), Some(EVENT));
    assert!(read.media[0].rtcp_mux);
}

#[test]
fn static_types_need_no_map_and_the_far_ends_first_wins() {
    let answer = wish()
        .answer(&offer("m=audio 5000 RTP/AVP 18 8 0\r\n"))
        .unwrap();
    assert_eq!(
        answer.terms.send,
        Format {
            payload_type: 8,
            codec: Codec::Pcma
        }
    );
    assert_eq!(answer.terms.remote, "192.0.2.9:5000".parse().unwrap());
    assert_eq!(answer.terms.remote_rtcp, "192.0.2.9:5001".parse().unwrap());
    assert_eq!(answer.terms.send_event, None);
    let ours = Wish {
        own_order: true,
        ..wish()
    };
    let answer = ours
        .answer(&offer("m=audio 5000 RTP/AVP 18 8 0\r\n"))
        .unwrap();
    assert_eq!(answer.terms.send.codec, Codec::Pcmu);
}

#[test]
fn dynamic_types_of_the_far_end_are_honoured() {
    let answer = wish()
        .answer(&offer(
            "m=audio 5000 RTP/AVP 111 97 96\r\na=rtpmap:111 opus/48000/2\r\n\
             a=rtpmap:97 pcmu/8000/1\r\na=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\n",
        ))
        .unwrap();
    assert_eq!(
        answer.terms.send,
        Format {
            payload_type: 97,
            codec: Codec::Pcmu
        }
    );
    assert_eq!(answer.terms.send_event, Some(96));
    assert_eq!(answer.terms.ptime_ms, 30);
    let text = write(&origin(), &answer.lines);
    assert!(text.contains("m=audio 4000 RTP/AVP 97 96\r\n"), "{text}");
    assert!(text.contains("a=rtpmap:97 PCMU/8000\r\n") && !text.contains("rtcp-mux"));
}

#[test]
fn a_static_type_mapped_to_something_else_is_that() {
    let none = offer("m=audio 5000 RTP/AVP 0\r\na=rtpmap:0 PCMU/16000\r\n");
    assert_eq!(wish().answer(&none), Err(SdpError::NoCodec));
    let stereo = offer("m=audio 5000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000/2\r\n");
    assert_eq!(wish().answer(&stereo), Err(SdpError::NoCodec));
}

#[test]
fn other_media_are_refused_in_their_place() {
    let answer = wish()
        .answer(&offer(
            "m=video 6000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n\
             m=audio 5000 RTP/SAVP 0\r\nm=audio 5002 RTP/AVP 0\r\nm=image 7000 udptl t38\r\n",
        ))
        .unwrap();
    let text = write(&origin(), &answer.lines);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        lines,
        [
            "m=video 0 RTP/AVP 99",
            "m=audio 0 RTP/SAVP 0",
            "m=audio 4000 RTP/AVP 0",
            "m=image 0 udptl t38"
        ]
    );
    assert_eq!(answer.terms.remote.port(), 5_002);
}

#[test]
fn every_form_of_hold_is_understood() {
    let held = |media: &str| wish().answer(&offer(media)).unwrap().terms.flow;
    assert_eq!(
        held("m=audio 5000 RTP/AVP 0\r\na=sendonly\r\n"),
        Flow::RecvOnly
    );
    assert_eq!(
        held("m=audio 5000 RTP/AVP 0\r\na=recvonly\r\n"),
        Flow::SendOnly
    );
    assert_eq!(
        held("m=audio 5000 RTP/AVP 0\r\na=inactive\r\n"),
        Flow::Inactive
    );
    assert_eq!(
        held("a=sendonly\r\nm=audio 5000 RTP/AVP 0\r\n"),
        Flow::RecvOnly
    );
    assert_eq!(
        held("m=audio 5000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"),
        Flow::RecvOnly
    );
    assert_eq!(held("m=audio 5000 RTP/AVP 0\r\n"), Flow::SendRecv);
}

#[test]
fn what_has_no_sound_for_us_is_refused() {
    let refused = |media: &str| wish().answer(&offer(media)).unwrap_err();
    assert_eq!(refused("m=audio 0 RTP/AVP 0\r\n"), SdpError::NoSound);
    assert_eq!(
        refused("m=audio 5000 UDP/TLS/RTP/SAVPF 0\r\n"),
        SdpError::NoSound
    );
    assert_eq!(refused("m=audio 5000 RTP/AVP 18 3\r\n"), SdpError::NoCodec);
    assert_eq!(refused(""), SdpError::NoSound);
    let homeless = parse("v=0\nm=audio 5000 RTP/AVP 0\n").unwrap();
    assert_eq!(wish().answer(&homeless), Err(SdpError::NoAddress));
    assert_eq!(parse("").unwrap_err(), SdpError::Unreadable);
    assert_eq!(
        parse(&"a=x\n".repeat(501)).unwrap_err(),
        SdpError::Unreadable
    );
    assert_eq!(
        parse(&"x".repeat(20_000)).unwrap_err(),
        SdpError::Unreadable
    );
}

#[test]
fn an_answer_to_our_offer_is_read_from_our_side() {
    let text = "m=audio 5000 RTP/AVP 8 96\r\na=rtpmap:8 PCMA/8000\r\n\
                a=rtpmap:96 telephone-event/8000\r\na=sendonly\r\na=rtcp-mux\r\na=maxptime:40\r\n";
    let terms = wish().accept(&offer(text)).unwrap();
    assert_eq!(terms.send.codec, Codec::Pcma);
    assert_eq!(terms.flow, Flow::RecvOnly);
    assert_eq!(terms.send_event, Some(96));
    assert_eq!(
        terms.receive_event,
        [96, EVENT],
        "theirs, and the one we offered"
    );
    assert!(terms.rtcp_mux);
    assert_eq!(terms.remote_rtcp, terms.remote);
    assert_eq!((terms.ptime_ms, terms.maxptime_ms), (20, 40));
    let two = wish()
        .accept(&offer("m=audio 5000 RTP/AVP 9 0\r\na=rtcp:6001\r\n"))
        .unwrap();
    let types: Vec<u8> = two
        .receive
        .iter()
        .map(|format| format.payload_type)
        .collect();
    assert_eq!((two.send.codec, types), (Codec::G722, vec![9, 0]));
    assert_eq!(two.remote_rtcp, "192.0.2.9:6001".parse().unwrap());
}

#[test]
fn what_is_written_is_read() {
    let mut chance = Chance::new(2);
    for _ in 0..500 {
        let codecs: Vec<Codec> = Codec::ALL
            .into_iter()
            .filter(|_| chance.percent(60))
            .collect();
        let formats: Vec<Format> = codecs
            .iter()
            .map(|&codec| Format {
                payload_type: codec.payload_type(),
                codec,
            })
            .collect();
        let event = chance.percent(50).then(|| 96 + chance.below(32) as u8);
        let flow = Flow::of(chance.percent(50), chance.percent(50));
        let (ptime_ms, rtcp_mux) = (10 + chance.below(100) as u32, chance.percent(50));
        let port = 1 + chance.below(65_535) as u16;
        let protocol = "RTP/AVP".to_owned();
        let line = Line::Sound {
            port,
            protocol,
            formats: formats.clone(),
            event,
            ptime_ms,
            flow,
            rtcp_mux,
        };
        let read = parse(&write(&origin(), &[line])).unwrap();
        let media = &read.media[0];
        assert_eq!(
            (media.port, media.codecs(), media.event()),
            (port, formats, event)
        );
        assert_eq!(
            (media.ptime_ms, media.direction),
            (Some(ptime_ms), Some(flow))
        );
        assert_eq!(
            (media.rtcp_mux, read.address),
            (rtcp_mux, Some(origin().address))
        );
    }
}

#[test]
fn nothing_it_reads_makes_it_panic() {
    let seed = write(&origin(), &[wish().offer(Flow::SendOnly)])
        + "a=rtcp:53020 IN IP4 1.2.3.4\r\na=maxptime:20.5\r\nm=video 1/2 RTP/AVP 9 é\r\n\
           c=IN IP6 ::1\r\n";
    let mut chance = Chance::new(9);
    let (mut read, mut answered) = (0, 0);
    for _ in 0..20_000 {
        let mut bytes = seed.clone().into_bytes();
        for _ in 0..chance.below(8) {
            let at = chance.below(bytes.len() as u64) as usize;
            match chance.below(4) {
                0 => bytes[at] = chance.next_u64() as u8,
                1 => bytes[at] = b"=: /\r\n09am"[chance.below(10) as usize],
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        if let Ok(description) = parse(&String::from_utf8_lossy(&bytes)) {
            read += 1;
            answered += usize::from(wish().answer(&description).is_ok());
            let _ = wish().accept(&description);
        }
    }
    assert!(read > 10_000 && answered > 1_000, "{read} {answered}");
}
