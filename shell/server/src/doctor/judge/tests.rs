//! Every finding, both ways: what is fine is `ok`, what isn't has its level and a remedy.

use super::*;

const NOW: u64 = 1_800_000_000;

fn well() -> Facts {
    let at: SocketAddr = "127.0.0.1:8080".parse().unwrap();
    Facts {
        running: false,
        ports: vec![Port {
            what: "HTTP",
            at,
            state: PortState::Free,
        }],
        sound: Ports {
            first: 20_000,
            last: 59_999,
            taken: 3,
        },
        address: Address {
            told: "127.0.0.1".parse().unwrap(),
            is_set: false,
            trunks: Vec::new(),
            phones: false,
        },
        clock: Clock {
            now: NOW,
            kept: Some(true),
        },
        certificate: Some(Certificate {
            path: "chain.pem".to_owned(),
            fault: None,
            begins: NOW - DAY,
            ends: NOW + 60 * DAY,
            names: vec!["*.example.com".to_owned()],
            wanted: Some("voice.example.com".to_owned()),
            in_order: true,
            has_chain: true,
        }),
        hooks: vec![Hook {
            of: "+12025550190".to_owned(),
            url: "https://app.example.com/voice".to_owned(),
            answer: Ok(200),
            took_ms: 80,
        }],
        files_max: 1_048_576,
        calls: 19_000,
        folder: Folder {
            path: "ringback-data".to_owned(),
            fault: None,
            is_open: false,
            free_bytes: 50_000 * MB,
            free_files: Some(1_000_000),
        },
        open_secrets: Vec::new(),
        speech: vec![
            Speech {
                name: "flite",
                samples: Some(9_000),
            },
            Speech {
                name: "espeak-ng",
                samples: Some(9_000),
            },
        ],
        mp3: true,
        udp_buffer: limit::SIP_SOCKET_BUFFER_BYTES,
    }
}

/// What is wrong after this change, and that each of it has a remedy.
fn wrong(change: impl FnOnce(&mut Facts)) -> Vec<(Level, &'static str, String)> {
    let mut facts = well();
    change(&mut facts);
    let findings = judge(&facts);
    for finding in &findings {
        let is_well = finding.level == Level::Ok;
        assert_eq!(finding.remedy.is_empty(), is_well, "{finding:?}");
        assert!(!finding.text.ends_with('.'), "{finding:?}");
    }
    findings
        .into_iter()
        .filter(|finding| finding.level != Level::Ok)
        .map(|finding| (finding.level, finding.check, finding.text))
        .collect()
}

#[track_caller]
fn one(level: Level, check: &str, word: &str, change: impl FnOnce(&mut Facts)) {
    let found = wrong(change);
    let [(was, what, text)] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!((*was, *what), (level, check), "{text}");
    assert!(text.contains(word), "{text}");
}

fn ips(list: &[&str]) -> Vec<IpAddr> {
    list.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn a_healthy_machine_has_nothing_to_be_told() {
    assert_eq!(wrong(|_| ()), []);
    assert!(!super::super::has_fault(&judge(&well())));
}

#[test]
fn listeners() {
    let set = |state| move |facts: &mut Facts| facts.ports[0].state = state;
    one(
        Level::Fault,
        "port",
        "another program",
        set(PortState::Taken),
    );
    one(
        Level::Fault,
        "port",
        "not for this user",
        set(PortState::Forbidden),
    );
    one(
        Level::Fault,
        "port",
        "no such address",
        set(PortState::Foreign),
    );
    one(
        Level::Fault,
        "port",
        "odd",
        set(PortState::Failed("odd".into())),
    );
    // Ours.
    let running = |facts: &mut Facts| {
        facts.ports[0].state = PortState::Taken;
        facts.running = true;
    };
    assert_eq!(wrong(running), []);
}

#[test]
fn ports_for_sound() {
    one(Level::Warning, "sound ports", "other programs", |facts| {
        facts.sound.taken = 5_000
    });
    let busy = |facts: &mut Facts| {
        facts.running = true;
        facts.sound.taken = 1_990;
    };
    assert_eq!(wrong(busy), []);
    one(Level::Warning, "sound ports", "500 legs", |facts| {
        facts.sound.last = 21_002
    });
}

#[test]
fn addresses() {
    let trunk = |told: &'static str, places: &'static [&'static str]| {
        move |facts: &mut Facts| {
            facts.address.told = told.parse().unwrap();
            facts.address.trunks = vec![("carrier".to_owned(), ips(places))];
        }
    };
    one(Level::Fault, "address", "no address", trunk("9.9.9.9", &[]));
    one(
        Level::Fault,
        "address",
        "0.0.0.0",
        trunk("0.0.0.0", &["8.8.8.8"]),
    );
    one(
        Level::Fault,
        "address",
        "127.0.0.1",
        trunk("127.0.0.1", &["8.8.8.8"]),
    );
    one(Level::Fault, "address", "127.0.0.1", |facts| {
        facts.address.phones = true
    });
    one(
        Level::Warning,
        "address",
        "private",
        trunk("10.0.0.5", &["8.8.8.8"]),
    );
    one(
        Level::Warning,
        "address",
        "private",
        trunk("fd00::5", &["2606:4700::1111"]),
    );
    for (told, place) in [
        ("9.9.9.9", &["8.8.8.8"][..]),
        ("10.0.0.5", &["10.0.0.1"]),
        ("127.0.0.1", &["127.0.0.1"]),
    ] {
        assert_eq!(wrong(trunk(told, place)), [], "{told}");
    }
}

#[test]
fn clocks() {
    one(Level::Warning, "clock", "not kept", |facts| {
        facts.clock.kept = Some(false)
    });
    assert_eq!(wrong(|facts| facts.clock.kept = None), []);
    one(Level::Fault, "clock", "before", |facts| {
        facts.clock.now = 1_000;
        facts.certificate = None;
    });
}

#[test]
fn certificates() {
    let set = |change: fn(&mut Certificate)| {
        move |facts: &mut Facts| change(facts.certificate.as_mut().unwrap())
    };
    let check = "certificate";
    one(
        Level::Fault,
        check,
        "wrong key",
        set(|it| it.fault = Some("wrong key".into())),
    );
    one(
        Level::Fault,
        check,
        "ended 2 days ago",
        set(|it| it.ends = NOW - 2 * DAY),
    );
    one(
        Level::Fault,
        check,
        "not valid yet",
        set(|it| it.begins = NOW + 1),
    );
    one(
        Level::Fault,
        check,
        "clients ask for",
        set(|it| it.names = vec!["example.com".into()]),
    );
    one(Level::Fault, check, "follow", set(|it| it.in_order = false));
    one(
        Level::Warning,
        check,
        "13 days",
        set(|it| it.ends = NOW + 13 * DAY),
    );
    one(
        Level::Warning,
        check,
        "one certificate",
        set(|it| it.has_chain = false),
    );
    assert_eq!(wrong(set(|it| it.ends = NOW + 14 * DAY)), []);
    assert_eq!(wrong(set(|it| it.wanted = None)), []);
    assert_eq!(wrong(|facts| facts.certificate = None), []);
    for (name, host, covered) in [
        ("*.example.com", "a.example.com", true),
        ("*.EXAMPLE.com", "A.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "a.b.example.com", false),
        ("example.com", "example.com", true),
        ("192.0.2.1", "192.0.2.1", true),
    ] {
        assert_eq!(covers(name, host), covered, "{name} {host}");
    }
}

#[test]
fn applications() {
    let answer = |answer: Result<u16, &'static str>| {
        move |facts: &mut Facts| facts.hooks[0].answer = answer.map_err(str::to_owned)
    };
    one(
        Level::Fault,
        "application",
        "no such host",
        answer(Err("no such host")),
    );
    one(Level::Warning, "application", "503", answer(Ok(503)));
    one(Level::Warning, "application", "404", answer(Ok(404)));
    one(Level::Warning, "application", "6000 ms", |facts| {
        facts.hooks[0].took_ms = 6_000
    });
    for status in [204, 302, 401, 403, 405] {
        assert_eq!(wrong(answer(Ok(status))), [], "{status}");
    }
}

#[test]
fn open_files() {
    one(Level::Warning, "open files", "262 legs", |facts| {
        facts.files_max = 1_024;
    });
    one(Level::Fault, "open files", "6 legs", |facts| {
        facts.files_max = 512
    });
}

#[test]
fn disks() {
    let set = |change: fn(&mut Folder)| move |facts: &mut Facts| change(&mut facts.folder);
    one(
        Level::Fault,
        "disk",
        "read-only",
        set(|it| it.fault = Some("read-only".into())),
    );
    one(
        Level::Fault,
        "disk",
        "may write",
        set(|it| it.is_open = true),
    );
    one(
        Level::Fault,
        "disk",
        "99 MB",
        set(|it| it.free_bytes = 99 * MB),
    );
    one(
        Level::Warning,
        "disk",
        "999 MB",
        set(|it| it.free_bytes = 999 * MB),
    );
    one(
        Level::Warning,
        "disk",
        "more files",
        set(|it| it.free_files = Some(9)),
    );
    assert_eq!(wrong(set(|it| it.free_files = None)), []);
}

#[test]
fn secrets_that_others_may_read() {
    one(
        Level::Fault,
        "secrets",
        "a.key (mode 0644), and 1 more",
        |facts| {
            facts.open_secrets = vec![("a.key".into(), 0o644), ("b.key".into(), 0o640)];
        },
    );
}

#[test]
fn engines() {
    let check = "speech";
    one(Level::Warning, check, "espeak-ng is missing", |facts| {
        facts.speech[1].samples = None
    });
    one(Level::Fault, check, "says nothing", |facts| {
        facts.speech[0].samples = Some(0)
    });
    let none = wrong(|facts| facts.speech.iter_mut().for_each(|it| it.samples = None));
    assert_eq!(
        none.iter()
            .filter(|(level, ..)| *level == Level::Fault)
            .count(),
        2
    );
    one(Level::Warning, "mp3", "WAV alone", |facts| {
        facts.mp3 = false
    });
}

#[test]
fn buffers() {
    one(Level::Warning, "udp buffer", "212992", |facts| {
        facts.udp_buffer = 212_992
    });
}

#[test]
fn it_is_shown_to_people_and_to_programs() {
    let mut facts = well();
    facts.mp3 = false;
    facts.ports[0].state = PortState::Taken;
    facts.certificate = None;
    let findings = judge(&facts);
    let shown = format!(
        "{}\n{}",
        super::super::text(&findings),
        super::super::json(&findings)
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/doctor/shown.txt");
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") {
        std::fs::write(path, &shown).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), shown);
    assert!(super::super::has_fault(&findings));
}
