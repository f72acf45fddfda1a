//! How soon a call is served: from a phone's answer to the first byte of the webhook at the
//! application, and from the document's last byte to the first packet with sound in it; beside
//! each a bare client that does the same in the same minute.
//!
//! `bench-first HTTP APP BARE ACCOUNT TOKEN CALLS DOCUMENT [KIND]` lets the house at HTTP call a
//! phone of its own CALLS times, serves DOCUMENT (and a tone at `/tone.wav`) at `http://APP/voice`,
//! drives the bare client at BARE as often, and prints one line of JSON.
//!
//! `bench-first bare BARE APP` is that client: for each datagram it posts a form on a kept
//! connection, reads the document and sends one packet of sound. It runs where the house runs.

use bench::called::Called;
use bench::figures::Figures;
use bench::web::{self, Reply};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Calls before the ones that count: what is made once is made then.
const WARM: usize = 5;
/// No step of a call takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A document that the application has served.
struct Served {
    /// When the first byte of its request was there.
    asked: Instant,
    /// When its last byte had been written.
    written: Instant,
    form: String,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.first().map(String::as_str) {
        Some("bare") => bare(&words[1..]),
        _ => measure(&words).map(|line| println!("{line}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench-first: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn measure(words: &[String]) -> Result<String, String> {
    let [http, app, bare, account, token, calls, document] = words else {
        return Err("usage: bench-first HTTP APP BARE ACCOUNT TOKEN CALLS DOCUMENT".to_owned());
    };
    let calls: usize = calls.parse().map_err(|_| "CALLS is no number")?;
    let bare: SocketAddr = bare.parse().map_err(|_| "BARE is no address")?;
    let document = std::fs::read(document).map_err(|error| format!("{document}: {error}"))?;
    let listener = TcpListener::bind(app).map_err(|error| format!("{app}: {error}"))?;
    let served = serve(listener, document);
    let phone = Called::listen().map_err(|error| error.to_string())?;
    let (mut webhook, mut sound) = (Figures::default(), Figures::default());
    let (mut bare_webhook, mut bare_sound) = (Figures::default(), Figures::default());
    let mut failed = 0;
    for call in 0..WARM + calls {
        let counts = call >= WARM;
        place(http, account, token, &phone.address(), app)?;
        let Some(called) = phone.serve(PATIENCE) else {
            failed += usize::from(counts);
            continue;
        };
        let Some(document) = latest(&served) else {
            failed += usize::from(counts);
            continue;
        };
        if counts {
            webhook.count(called.answered, document.asked);
            sound.count(document.written, called.sounded);
        }
        // The bare client has the same to do: a datagram comes, a form goes, a document comes, a
        // packet goes.
        let (ear, sounded) = bench::called::ear().map_err(|error| error.to_string())?;
        let order = format!("{ear}\n{}", document.form);
        let asked = Instant::now();
        phone
            .send(order.as_bytes(), bare)
            .map_err(|error| error.to_string())?;
        let Ok(heard) = sounded.recv_timeout(PATIENCE) else {
            return Err("the bare client said nothing".to_owned());
        };
        if let Some(document) = latest(&served)
            && counts
        {
            bare_webhook.count(asked, document.asked);
            bare_sound.count(document.written, heard);
        }
    }
    Ok(format!(
        "{{\"calls\": {calls}, \"failed\": {failed}, {}, {}, {}, {}, \
         \"webhook_p99_over_bare_ms\": {:.2}, \"sound_p99_over_bare_ms\": {:.2}}}",
        webhook.fields("webhook"),
        bare_webhook.fields("bare_webhook"),
        sound.fields("sound"),
        bare_sound.fields("bare_sound"),
        webhook.at(0.99) - bare_webhook.at(0.99),
        sound.at(0.99) - bare_sound.at(0.99),
    ))
}

/// The application; tells each document it has served.
fn serve(listener: TcpListener, document: Vec<u8>) -> Receiver<Served> {
    let (tell, served) = channel();
    let tone = bench::tone();
    std::thread::spawn(move || {
        let answer = move |request: &web::Request| match request.path.as_str() {
            "/tone.wav" => Reply::Content("audio/wav", tone.clone()),
            "/voice" => Reply::Content("text/xml", document.clone()),
            _ => Reply::Nothing,
        };
        let after = move |request: &web::Request| {
            if request.path == "/voice" {
                let served = Served {
                    asked: request.at,
                    written: Instant::now(),
                    form: request.body.clone(),
                };
                // Nobody waits for it any longer once the last call is over.
                let _ = tell.send(served);
            }
        };
        web::serve(listener, answer, after);
    });
    served
}

fn latest(served: &Receiver<Served>) -> Option<Served> {
    let first = served.recv_timeout(PATIENCE).ok()?;
    Some(served.try_iter().last().unwrap_or(first))
}

/// Has the house call the phone.
fn place(http: &str, account: &str, token: &str, to: &str, app: &str) -> Result<(), String> {
    let form = format!(
        "To=sip%3Aphone%40{to}&From=%2B12025550190&Url=http%3A%2F%2F{app}%2Fvoice",
        to = to.replace(':', "%3A"),
        app = app.replace(':', "%3A"),
    );
    let login = bench::base64(format!("{account}:{token}").as_bytes());
    let request = format!(
        "POST /2010-04-01/Accounts/{account}/Calls.json HTTP/1.1\r\nHost: {http}\r\n\
         Authorization: Basic {login}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let mut answer = String::new();
    let asked = TcpStream::connect(http).and_then(|mut stream| {
        stream.write_all(request.as_bytes())?;
        stream.read_to_string(&mut answer)
    });
    asked.map_err(|error| format!("{http}: {error}"))?;
    if answer.starts_with("HTTP/1.1 201") {
        return Ok(());
    }
    Err(format!("the house refused the call: {answer}"))
}

/// The bare client.
fn bare(words: &[String]) -> Result<(), String> {
    let [own, app] = words else {
        return Err("usage: bench-first bare BARE APP".to_owned());
    };
    let orders = UdpSocket::bind(own).map_err(|error| format!("{own}: {error}"))?;
    let mut connection: Option<BufReader<TcpStream>> = None;
    let mut bytes = [0; 8_192];
    loop {
        let (length, _) = orders
            .recv_from(&mut bytes)
            .map_err(|error| error.to_string())?;
        let order = String::from_utf8_lossy(&bytes[..length]).into_owned();
        let Some((ear, form)) = order.split_once('\n') else {
            return Ok(());
        };
        let kept = connection.take();
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(app).map_err(|error| format!("{app}: {error}"))?;
                stream
                    .set_nodelay(true)
                    .map_err(|error| error.to_string())?;
                BufReader::new(stream)
            }
        };
        let document = ask(&mut stream, app, form).map_err(|error| error.to_string())?;
        // 20 ms of sound: as many octets as the house sends, not silent.
        let mut packet = vec![0x80, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        packet.resize(172, document.first().copied().unwrap_or(0) & 0x0F);
        orders
            .send_to(&packet, ear)
            .map_err(|error| error.to_string())?;
        connection = Some(stream);
    }
}

fn ask(stream: &mut BufReader<TcpStream>, app: &str, form: &str) -> std::io::Result<Vec<u8>> {
    let request = format!(
        "POST /voice HTTP/1.1\r\nHost: {app}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.get_mut().write_all(request.as_bytes())?;
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        if stream.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut document = vec![0; length];
    stream.read_exact(&mut document)?;
    Ok(document)
}
