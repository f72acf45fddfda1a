//! Gathers the facts: opens ports for a moment, asks applications, reads files. Judges nothing.

use super::judge::{
    Address, Certificate, Clock, Facts, Folder, Hook, Port, PortState, Ports, Speech,
};
use crate::config::{Config, HttpConfig, MediaPorts};
use crate::metrics::Metrics;
use crate::mp3::Mp3;
use crate::speech::{Engine, Espeak, Flite, Speakers};
use crate::webhook::{Gate, Trust, Url, WebClient};
use media::engine::Feed;
use model::media::{Prosody, SpeechPart};
use model::{Account, VoiceWish, limit};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use socket2::{Domain, Protocol, Socket, Type};
use std::fs;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs, UdpSocket};
use std::ops::RangeInclusive;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::process::Command;
use x509_parser::extensions::GeneralName;

/// What is looked at: `dev` as it starts by itself, or what a file leads to.
pub struct Subject {
    http: HttpConfig,
    sip_udp: Vec<SocketAddr>,
    sip_tcp: Vec<SocketAddr>,
    public_address: Option<IpAddr>,
    media: MediaPorts,
    data: PathBuf,
    file: Option<PathBuf>,
    calls: usize,
    trunks: Vec<(String, String)>,
    phones: bool,
    hooks: Vec<(String, String)>,
    gate: Gate,
    account: Account,
}

impl Subject {
    /// What a configuration file leads to.
    pub fn of_file(config: &Config, file: &Path, account: Account) -> Subject {
        let hook = |number: &crate::config::NumberConfig| {
            let url = number.voice_url.clone()?;
            Some((number.number.clone(), url))
        };
        Subject {
            http: config.http.clone(),
            sip_udp: config.sip.udp.clone(),
            sip_tcp: config.sip.tcp.clone(),
            public_address: config.sip.public_address,
            media: config.media,
            data: config.data.clone(),
            file: Some(file.to_owned()),
            calls: config.limits.calls,
            trunks: config
                .trunks
                .iter()
                .map(|trunk| (trunk.name.clone(), trunk.host.clone()))
                .collect(),
            phones: !config.phones.is_empty(),
            hooks: config.numbers.iter().filter_map(hook).collect(),
            gate: config.webhooks.gate(),
            account,
        }
    }

    /// `ringback dev` with these flags alone.
    pub fn of_dev(data: &Path, ports: &RangeInclusive<u16>, account: Account) -> Subject {
        let sip = crate::config::SipConfig::default();
        Subject {
            http: HttpConfig::default(),
            sip_udp: sip.udp,
            sip_tcp: sip.tcp,
            public_address: None,
            media: MediaPorts {
                port_first: *ports.start(),
                port_last: *ports.end(),
                threads: None,
            },
            data: data.to_owned(),
            file: None,
            calls: usize::from(ports.end() - ports.start()) / 2,
            trunks: Vec::new(),
            phones: false,
            hooks: Vec::new(),
            gate: Gate::open(),
            account,
        }
    }

    fn bind(&self) -> IpAddr {
        let mut sip = self.sip_udp.iter().chain(&self.sip_tcp);
        sip.next().map_or([127, 0, 0, 1].into(), SocketAddr::ip)
    }
}

/// Looks at everything.
pub async fn look(subject: &Subject) -> Facts {
    let tcp = |at: &SocketAddr| state(TcpListener::bind(at));
    let udp = |at: &SocketAddr| state(UdpSocket::bind(at));
    let port = |what, at: &SocketAddr, state| Port {
        what,
        at: *at,
        state,
    };
    let mut ports = vec![port(
        "HTTP",
        &subject.http.listen,
        tcp(&subject.http.listen),
    )];
    ports.extend(
        subject
            .sip_udp
            .iter()
            .map(|at| port("SIP over UDP", at, udp(at))),
    );
    ports.extend(
        subject
            .sip_tcp
            .iter()
            .map(|at| port("SIP over TCP", at, tcp(at))),
    );
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Facts {
        running: store::is_open(&subject.data),
        ports,
        sound: sound(subject),
        address: address(subject),
        clock: Clock {
            now: now.unwrap_or_default().as_secs(),
            kept: is_clock_kept().await,
        },
        certificate: certificate(&subject.http),
        hooks: hooks(subject).await,
        files_max: crate::descriptors::most(),
        calls: subject.calls,
        folder: folder(&subject.data),
        open_secrets: open_secrets(subject),
        speech: speech().await,
        mp3: Mp3::find().is_there(),
        udp_buffer: udp_buffer(),
    }
}

fn state<T>(bound: io::Result<T>) -> PortState {
    match bound {
        Ok(_) => PortState::Free,
        Err(error) => match error.kind() {
            ErrorKind::AddrInUse => PortState::Taken,
            ErrorKind::PermissionDenied => PortState::Forbidden,
            ErrorKind::AddrNotAvailable => PortState::Foreign,
            _ => PortState::Failed(error.to_string()),
        },
    }
}

fn sound(subject: &Subject) -> Ports {
    let (first, last) = (subject.media.port_first, subject.media.port_last);
    let at = subject.bind();
    let taken = |port: &u16| {
        let bound = UdpSocket::bind((at, *port));
        state(bound) == PortState::Taken
    };
    Ports {
        first,
        last,
        taken: (first..=last).filter(taken).count(),
    }
}

fn address(subject: &Subject) -> Address {
    let places = |host: &str| -> Vec<IpAddr> {
        // With or without a port.
        let found = host
            .to_socket_addrs()
            .or_else(|_| (host, 5_060).to_socket_addrs());
        found
            .map(|all| all.map(|at| at.ip()).collect())
            .unwrap_or_default()
    };
    Address {
        told: subject.public_address.unwrap_or_else(|| subject.bind()),
        is_set: subject.public_address.is_some(),
        trunks: subject
            .trunks
            .iter()
            .map(|(name, host)| (name.clone(), places(host)))
            .collect(),
        phones: subject.phones,
    }
}

/// What systemd knows of the kernel's own word, whoever keeps the clock.
async fn is_clock_kept() -> Option<bool> {
    let mut ask = Command::new("timedatectl");
    ask.args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let answer = tokio::time::timeout(Duration::from_secs(3), ask.output());
    match answer.await.ok()?.ok()?.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}

fn certificate(http: &HttpConfig) -> Option<Certificate> {
    let (path, key) = (http.certificate.as_ref()?, http.key.as_ref()?);
    let mut found = Certificate {
        path: path.display().to_string(),
        fault: crate::certificate::Certificate::load(path, key)
            .err()
            .map(|error| error.to_string()),
        begins: 0,
        ends: 0,
        names: Vec::new(),
        wanted: http
            .public_url
            .as_deref()
            .and_then(|url| Url::parse(url).ok())
            .map(|url| url.host),
        in_order: true,
        has_chain: false,
    };
    let chain: Vec<CertificateDer<'_>> = CertificateDer::pem_file_iter(path)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .collect();
    let read: Vec<_> = chain
        .iter()
        .filter_map(|der| x509_parser::parse_x509_certificate(der).ok())
        .map(|(_, read)| read)
        .collect();
    let Some(first) = read.first() else {
        found
            .fault
            .get_or_insert(format!("{} holds no certificate", found.path));
        return Some(found);
    };
    let seconds = |time: i64| u64::try_from(time).unwrap_or(0);
    found.begins = seconds(first.validity().not_before.timestamp());
    found.ends = seconds(first.validity().not_after.timestamp());
    let names = first.subject_alternative_name().ok().flatten();
    let names = names.map(|found| found.value.general_names.as_slice());
    found.names = names
        .unwrap_or_default()
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => ip_of(bytes).map(|address| address.to_string()),
            _ => None,
        })
        .collect();
    found.in_order = read
        .windows(2)
        .all(|pair| pair[0].issuer().as_raw() == pair[1].subject().as_raw());
    found.has_chain = read.len() > 1 || first.issuer().as_raw() == first.subject().as_raw();
    Some(found)
}

fn ip_of(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    four.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
}

/// Each application is asked as for a sound file: one signed GET without a call's parameters,
/// through the gate.
async fn hooks(subject: &Subject) -> Vec<Hook> {
    let client = WebClient::new(Trust::Machine, subject.gate.clone());
    let mut hooks = Vec::new();
    for (of, url) in &subject.hooks {
        let begun = Instant::now();
        let answer = client.probe(&subject.account, url).await;
        hooks.push(Hook {
            of: of.clone(),
            url: shown(url),
            answer: answer.map_err(|fault| fault.text()),
            took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        });
    }
    hooks
}

/// Without what may be secret in it: user, password, query.
fn shown(url: &str) -> String {
    let whole = url.split(['?', '#']).next().unwrap_or_default();
    match whole.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.find('/').unwrap_or(rest.len());
            let at = rest[..host].rfind('@').map_or(0, |at| at + 1);
            format!("{scheme}://{}", &rest[at..])
        }
        None => whole.to_owned(),
    }
}

fn folder(path: &Path) -> Folder {
    // What isn't there yet is made beside what is.
    let there = path.ancestors().find(|path| path.is_dir());
    let there = there.unwrap_or(Path::new("."));
    let trial = there.join(format!(".ringback-doctor-{}", std::process::id()));
    let written = fs::write(&trial, b"x").and_then(|()| fs::remove_file(&trial));
    let mode = fs::metadata(path).map(|found| found.permissions().mode());
    let space = nix::sys::statvfs::statvfs(there).ok();
    let space = space.as_ref();
    Folder {
        path: path.display().to_string(),
        fault: written.err().map(|error| error.to_string()),
        is_open: mode.is_ok_and(|mode| mode & 0o022 != 0),
        free_bytes: space.map_or(0, |all| all.blocks_available() * all.fragment_size()),
        // btrfs counts no files: all of them are 0.
        free_files: space
            .filter(|all| all.files() > 0)
            .map(|all| all.files_available()),
    }
}

fn open_secrets(subject: &Subject) -> Vec<(String, u32)> {
    let data = &subject.data;
    let mut paths = vec![data.join("secret.key"), data.join("intercept/ca.key")];
    paths.extend(subject.file.clone());
    paths.extend(subject.http.key.clone());
    let open = paths.into_iter().filter_map(|path| {
        let mode = fs::metadata(&path).ok()?.permissions().mode() & 0o7777;
        (mode & 0o044 != 0).then(|| (path.display().to_string(), mode))
    });
    open.collect()
}

async fn speech() -> Vec<Speech> {
    let flite = Flite::find()
        .await
        .map(|it| Box::new(it) as Box<dyn Engine>);
    let espeak = Espeak::find()
        .await
        .map(|it| Box::new(it) as Box<dyn Engine>);
    let mut tried = Vec::new();
    for (name, engine) in [("flite", flite), ("espeak-ng", espeak)] {
        let samples = match engine {
            Some(engine) => Some(spoken_by(engine).await),
            None => None,
        };
        tried.push(Speech { name, samples });
    }
    tried
}

async fn spoken_by(engine: Box<dyn Engine>) -> usize {
    let speakers = Speakers::with(vec![engine], Metrics::new());
    let speech = model::media::Speech {
        voice: VoiceWish::default(),
        language: "en-US".to_owned(),
        parts: vec![SpeechPart::Text {
            text: "The doctor is in.".to_owned(),
            language: None,
            prosody: Prosody::default(),
        }],
    };
    let mut samples = 0;
    speakers
        .speak(&speech, |feed| {
            if let Feed::Samples(some) | Feed::Chunk(some) = feed {
                samples += some.len();
            }
            true
        })
        .await;
    samples
}

fn udp_buffer() -> usize {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP));
    let Ok(socket) = socket else { return 0 };
    let _ = socket.set_recv_buffer_size(limit::SIP_SOCKET_BUFFER_BYTES);
    let got = socket.recv_buffer_size().unwrap_or(0);
    // Linux tells twice what it holds, its own book-keeping included (socket(7)).
    if cfg!(target_os = "linux") {
        got / 2
    } else {
        got
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_address_has_no_secret() {
        for (url, expected) in [
            (
                "https://u:p@example.com/a?token=x#y",
                "https://example.com/a",
            ),
            ("http://example.com", "http://example.com"),
            ("http://example.com/a@b", "http://example.com/a@b"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn ports_are_told_apart() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let again = TcpListener::bind(taken.local_addr().unwrap());
        assert_eq!(state(again), PortState::Taken);
        assert_eq!(state(TcpListener::bind("127.0.0.1:0")), PortState::Free);
        assert_eq!(state(UdpSocket::bind("192.0.2.77:0")), PortState::Foreign);
    }

    #[test]
    fn open_files_are_found_and_a_folder_is_tried() {
        let home = tempfile::tempdir().unwrap();
        let account = Account::new(model::AccountSid(1), "t", "a", model::Time::default());
        let subject = Subject::of_dev(home.path(), &(30_000..=30_003), account);
        let key = home.path().join("secret.key");
        fs::write(&key, "x").unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(open_secrets(&subject), []);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(open_secrets(&subject), [(key.display().to_string(), 0o644)]);
        let found = folder(&home.path().join("new/deep"));
        assert!(found.fault.is_none() && !found.is_open && found.free_bytes > 0);
        assert!(folder(Path::new("/proc/none")).fault.is_some());
        // Nothing is left of the trial.
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
