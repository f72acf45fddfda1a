//! What each fuzz target does with bytes: reads them, and where something was read, writes it and
//! reads it again. A panic is a find; the fuzzer and the replaying tests both call these.

use media::amd::{Detector, Settings};
use media::codec::Codec;
use media::file::Decoder;
use media::rtp::{packet, report};
use media::sdp;
use rest::date;
use rest::form::Form;
use rest::path::{Format, Kind, Path};
use rest::token;
use sip::message::{self, HeaderName, Message};
use sip::stream::{Frame, Framer};
use std::net::{IpAddr, Ipv4Addr};
use store::Start;

/// One SIP message, as a datagram brings it.
pub fn sip_message(bytes: &[u8]) {
    if let Ok(message) = message::parse(bytes) {
        read_on_demand(&message);
        let written = message.to_bytes();
        let again = message::parse(&written).expect("what was written can be read");
        assert_eq!(again.to_bytes(), written, "writing is idempotent");
    }
}

/// A stream of SIP messages, in pieces whose sizes the first byte chooses.
pub fn sip_stream(bytes: &[u8]) {
    let Some((&first, stream)) = bytes.split_first() else {
        return;
    };
    let whole = frames(stream, stream.len().max(1));
    let pieces = frames(stream, usize::from(first) + 1);
    assert_eq!(whole, pieces, "how a stream is cut makes no difference");
}

fn frames(stream: &[u8], piece: usize) -> (Vec<Frame>, bool) {
    let mut framer = Framer::new();
    let mut found = Vec::new();
    for piece in stream.chunks(piece) {
        framer.feed(piece);
        loop {
            match framer.poll() {
                Ok(Some(frame)) => found.push(frame),
                Ok(None) => break,
                Err(_) => return (found, true),
            }
        }
    }
    (found, false)
}

/// Everything of a message that is read only when somebody asks for it.
fn read_on_demand(message: &Message) {
    let headers = message.headers();
    let names = [
        HeaderName::Authorization,
        HeaderName::ProxyAuthorization,
        HeaderName::WwwAuthenticate,
        HeaderName::ProxyAuthenticate,
    ];
    let asked = [
        headers.vias().is_ok(),
        headers.from_().is_ok(),
        headers.to().is_ok(),
        headers.contacts().is_ok(),
        headers.routes().is_ok(),
        headers.record_routes().is_ok(),
        headers.session_expires().is_ok(),
        headers.refer_to().map(|refer| refer.replaces()).is_ok(),
        headers.rack().is_ok(),
        headers.event().is_ok(),
        headers.retry_after().is_some(),
        headers.expires_s().is_some(),
        headers.max_forwards().is_some(),
        headers.content_type().is_ok_and(|kind| {
            kind.is_some_and(|kind| !message::body::parts(&kind, message.body()).is_empty())
        }),
        names
            .iter()
            .any(|name| !headers.authentications(*name).is_empty()),
    ];
    std::hint::black_box(asked);
}

/// A session description as an offer to us, and as an answer to our offer.
pub fn sdp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(description) = sdp::parse::parse(&text) else {
        return;
    };
    let wish = sdp::offer::Wish {
        port: 20_000,
        codecs: vec![Codec::Pcmu, Codec::Pcma, Codec::G722],
        own_order: bytes.len().is_multiple_of(2),
        telephone_event: true,
        rtcp_mux: true,
    };
    std::hint::black_box(wish.accept(&description).is_ok());
    if let Ok(answer) = wish.answer(&description) {
        let origin = sdp::write::Origin {
            session: 1,
            version: 1,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        };
        let written = sdp::write::write(&origin, &answer.lines);
        let read = sdp::parse::parse(&written).expect("our own answer can be read");
        assert_eq!(
            read.media.len(),
            description.media.len(),
            "a line for a line"
        );
    }
}

/// A sound file of each kind, in pieces whose size the first byte chooses.
pub fn sound_file(bytes: &[u8]) {
    let Some((&first, file)) = bytes.split_first() else {
        return;
    };
    for kind in ["", "audio/mpeg", "audio/gsm"] {
        let whole = decoded(file, kind, file.len().max(1));
        let pieces = decoded(file, kind, usize::from(first) + 1);
        // In a damaged MP3 it depends on what can be seen where its frames begin.
        if matches!(file.first_chunk(), Some(b"RIFF" | b"FORM")) {
            assert_eq!(whole, pieces, "how a file is cut makes no difference");
        }
    }
}

fn decoded(file: &[u8], kind: &str, piece: usize) -> (Vec<i16>, bool) {
    let (mut decoder, mut samples) = (Decoder::new(kind), Vec::new());
    for piece in file.chunks(piece) {
        if decoder.push(piece, &mut samples).is_err() {
            return (samples, false);
        }
    }
    let good = decoder.finish(&mut samples).is_ok();
    (samples, good)
}

/// An RTP packet.
pub fn rtp(bytes: &[u8]) {
    if let Ok(read) = packet::Packet::parse(bytes) {
        let mut written = Vec::new();
        read.header.write(&mut written);
        written.extend_from_slice(read.payload);
        assert_eq!(
            packet::Packet::parse(&written),
            Ok(read),
            "what is written is read"
        );
        let event = media::rtp::event::EventPayload::parse(read.payload);
        if let Some(event) = event {
            let again = media::rtp::event::EventPayload::parse(&event.bytes());
            assert_eq!(again.map(|e| e.bytes()), Some(event.bytes()));
        }
    }
}

/// A compound RTCP packet.
pub fn rtcp(bytes: &[u8]) {
    let mut reports = 0;
    let is_rtcp = report::parse(bytes, |_| reports += 1);
    assert!(is_rtcp || reports == 0, "what isn't RTCP holds no report");
    assert!(
        reports * 4 <= bytes.len(),
        "more reports than the bytes can hold"
    );
}

/// A TwiML document.
pub fn twiml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok((document, _)) = twiml::parse(&text) {
        let written = twiml::write(&document);
        let (again, _) = twiml::parse(&written).expect("what was written can be read");
        assert_eq!(again, document, "writing loses nothing: {written}");
    }
}

/// A date in a filter: what was read, written as the API writes dates, is read again the same.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(moment) = date::parse(&text) else {
        return;
    };
    assert!([1, 86_400].contains(&moment.length.secs()), "{text}");
    // A zone may shift the last day of 9999 into a year of five digits, which nobody writes.
    if moment.begin.civil().0 <= 9_999 {
        let again = date::parse(&moment.begin.rfc2822()).map(|moment| moment.begin);
        assert_eq!(again, Some(moment.begin), "{text}");
    }
}

/// A token of a page: what was read is written the same.
pub fn page_token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for prefix in ["CA", ""] {
        let (direction, key) = match token::read(&text, prefix) {
            Some(Start::After(key)) => ("PA", key),
            Some(Start::Before(key)) => ("PB", key),
            Some(other) => panic!("{other:?} has no token"),
            None => continue,
        };
        let again = token::write(direction, prefix, key);
        assert!(again.eq_ignore_ascii_case(&text), "{text}");
    }
}

/// A path of a request: identifiers stand where the pattern has them.
pub fn path(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for accepts_json in [false, true] {
        let path = Path::read(&text, accepts_json);
        assert_eq!(path.whole(), text);
        for kind in [Kind::One, Kind::List, Kind::Sound] {
            if path.format(kind) == Some(Format::Csv) {
                assert!(kind == Kind::List && text.ends_with(".csv"));
            }
        }
        let mut found = 0;
        for (pattern, account) in [
            ("", false),
            ("/Accounts", false),
            ("/Accounts/AC", true),
            ("/Accounts/AC/Calls/CA", true),
            ("/Accounts/AC/Calls/CA/Recordings/RE", true),
            ("/Accounts/AC/Calls/CA/Recordings/Twilio.CURRENT", true),
        ] {
            if path.fits(pattern) {
                found += 1;
                assert!(path.is_ours());
                assert_eq!(path.account().is_some(), account, "{text}");
            }
        }
        assert!(found <= 1, "{text} is of one pattern only");
    }
}

/// A form, as the API reads it; and the bytes as one value of a form.
pub fn form(bytes: &[u8]) {
    let form = Form::parse(bytes);
    for name in ["To", "StatusCallbackEvent", ""] {
        let many = form.all(name).count();
        assert_eq!(form.value(name).is_some(), many > 0);
        assert!(form.words(name).is_none_or(|words| !words.is_empty()));
    }
    let escaped: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
    let one = Form::parse(format!("To={escaped}").as_bytes());
    let value = String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(
        one.value("To"),
        Some(value.as_str()),
        "every byte can be a value's"
    );
}

/// A detection: the first ten octets choose what is set, the rest is sound in frames of any length,
/// with gaps. It ends in time whatever it hears, and says so once.
pub fn amd(bytes: &[u8]) {
    let Some((head, sound)) = bytes.split_first_chunk::<10>() else {
        return;
    };
    let [flags, rest @ ..] = head;
    let word = |n: usize| u32::from(u16::from_le_bytes([rest[n * 2], rest[n * 2 + 1]]));
    let set = |n: usize| (flags >> n & 1 == 1).then(|| word(n));
    let settings = Settings {
        to_the_end: flags & 16 != 0,
        // Sooner than a caller may set, so that twenty thousand of them take seconds.
        timeout_ms: Some(word(0) % 4_000),
        speech_ms: set(1),
        speech_end_ms: set(2),
        silence_ms: set(3),
    };
    let samples: Vec<i16> = sound
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    let length = [160, 320, 159, 1_000][usize::from(rest[8] & 3)];
    let gap = usize::from(rest[8] >> 2);
    let frames = samples.chunks(length).enumerate();
    let frames = frames.map(|(n, frame)| (gap == 0 || n % gap != 0).then_some(frame));
    let mut detector = Detector::new(settings);
    let limit = settings.timeout_ms() / 20 + 2;
    let all = frames.chain(std::iter::repeat(None)).take(limit as usize);
    let found: Vec<_> = all.filter_map(|frame| detector.hear(frame)).collect();
    assert_eq!(found.len(), 1, "one verdict, in time");
    assert_eq!(detector.found(), found.first().copied());
    assert!(found[0].at_ms <= settings.timeout_ms().max(20).next_multiple_of(20));
}
