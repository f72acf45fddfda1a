//! A few calls that listen closely: how long after the document's arrival the first sound came,
//! and how many packets were late or lost.
//!
//! `bench-probe HOUSE APP NUMBER CALLS DOCUMENT` serves DOCUMENT (and a tone at `/tone.wav`) at
//! `http://APP/voice`, places CALLS calls one after another to NUMBER at the SIP address HOUSE,
//! and prints one line of JSON.

use bench::phone::{self, Packet};
use bench::web::{self, Reply};
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A packet is late if it comes so much after its place in its own stream.
const LATE: Duration = Duration::from_millis(10);
/// Samples of a millisecond.
const SAMPLES_PER_MS: u32 = 8;

type Written = Arc<Mutex<BTreeMap<String, Instant>>>;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("bench-probe: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<String, String> {
    let [house, app, number, calls, document] = words else {
        return Err("usage: bench-probe HOUSE APP NUMBER CALLS DOCUMENT".to_owned());
    };
    let house: SocketAddr = house.parse().map_err(|_| "HOUSE is no address")?;
    let calls: u32 = calls.parse().map_err(|_| "CALLS is no number")?;
    let document = std::fs::read(document).map_err(|error| format!("{document}: {error}"))?;
    let listener = TcpListener::bind(app).map_err(|error| format!("{app}: {error}"))?;
    let written = Written::default();
    let noted = written.clone();
    std::thread::spawn(move || {
        let tone = bench::tone();
        let answer = move |request: &web::Request| match request.path.as_str() {
            "/tone.wav" => Reply::Content("audio/wav", tone.clone()),
            path if path.starts_with("/voice") => Reply::Content("text/xml", document.clone()),
            _ => Reply::Nothing,
        };
        let after = move |request: &web::Request| {
            if request.path.starts_with("/voice")
                && let Some(from) = parameter(&request.body, "From")
                && let Ok(mut noted) = noted.lock()
            {
                noted.insert(from.to_owned(), Instant::now());
            }
        };
        web::serve(listener, answer, after);
    });
    let mut figures = Figures::default();
    for call in 0..calls {
        let from = format!("1202556{call:04}");
        match phone::call(house, &format!("+{from}"), number) {
            Ok(packets) => {
                let asked = written
                    .lock()
                    .ok()
                    .and_then(|w| w.get(&format!("%2B{from}")).copied());
                figures.count(&packets, asked);
            }
            Err(_) => figures.failed += 1,
        }
    }
    Ok(figures.line())
}

fn parameter<'a>(form: &'a str, name: &str) -> Option<&'a str> {
    form.split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

#[derive(Default)]
struct Figures {
    first_sound_ms: Vec<f64>,
    packets: usize,
    late: usize,
    lost: usize,
    worst_late_ms: f64,
    failed: usize,
}

impl Figures {
    fn count(&mut self, packets: &[Packet], asked: Option<Instant>) {
        let Some(first) = packets.first() else {
            self.failed += 1;
            return;
        };
        let loud = packets.iter().find(|packet| packet.loud);
        if let (Some(asked), Some(loud)) = (asked, loud) {
            let waited = loud.at.saturating_duration_since(asked);
            self.first_sound_ms.push(waited.as_secs_f64() * 1_000.0);
        }
        // Behind its place: arrival less timestamp, compared with the most punctual packet.
        let behind = |packet: &Packet| {
            let place_ms = f64::from(packet.timestamp.wrapping_sub(first.timestamp) as i32)
                / f64::from(SAMPLES_PER_MS);
            packet.at.duration_since(first.at).as_secs_f64() * 1_000.0 - place_ms
        };
        let best = packets.iter().map(behind).fold(f64::INFINITY, f64::min);
        for packet in packets {
            let late_ms = behind(packet) - best;
            self.worst_late_ms = self.worst_late_ms.max(late_ms);
            self.late += usize::from(late_ms > LATE.as_secs_f64() * 1_000.0);
        }
        let mut numbers: Vec<u16> = packets
            .iter()
            .map(|p| p.sequence.wrapping_sub(first.sequence))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        let span = numbers.last().map_or(0, |&last| usize::from(last) + 1);
        self.lost += span.saturating_sub(numbers.len());
        self.packets += packets.len();
    }

    fn line(mut self) -> String {
        self.first_sound_ms.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = self.first_sound_ms.len().saturating_sub(1);
            let place = (last as f64 * share).ceil() as usize;
            self.first_sound_ms.get(place).copied().unwrap_or(f64::NAN)
        };
        format!(
            "{{\"calls\": {}, \"failed\": {}, \"first_sound_p50_ms\": {:.1}, \
             \"first_sound_p95_ms\": {:.1}, \"packets\": {}, \"late\": {}, \"lost\": {}, \
             \"worst_late_ms\": {:.1}}}",
            self.first_sound_ms.len(),
            self.failed,
            at(0.5),
            at(0.95),
            self.packets,
            self.late,
            self.lost,
            self.worst_late_ms
        )
    }
}
