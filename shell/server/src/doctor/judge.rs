//! Facts to findings: each with its remedy. Pure, so that each is tried both ways below.

use super::{Finding, Level};
use model::limit;
use std::net::{IpAddr, SocketAddr};

/// Everything that was looked at.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Whether a Ringback runs with this data folder.
    pub running: bool,
    /// Each listener.
    pub ports: Vec<Port>,
    /// The ports for sound.
    pub sound: Ports,
    /// What far ends are told.
    pub address: Address,
    /// The time.
    pub clock: Clock,
    /// The API's certificate, if it has one.
    pub certificate: Option<Certificate>,
    /// Applications.
    pub hooks: Vec<Hook>,
    /// Files that may be open at the same time, at most.
    pub files_max: u64,
    /// Live calls that are allowed.
    pub calls: usize,
    /// The data folder.
    pub folder: Folder,
    /// Files with secrets that other users may read, with their modes.
    pub open_secrets: Vec<(String, u32)>,
    /// The engines that were tried.
    pub speech: Vec<Speech>,
    /// Whether `ringback-mp3` is there.
    pub mp3: bool,
    /// What a socket's receive buffer became when `limit::SIP_SOCKET_BUFFER_BYTES` was asked for.
    pub udp_buffer: usize,
}

/// One listener.
#[derive(Debug, Clone)]
pub struct Port {
    /// `HTTP`, `SIP over UDP`.
    pub what: &'static str,
    /// Where it listens.
    pub at: SocketAddr,
    /// What came of an attempt.
    pub state: PortState,
}

/// Whether a port can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortState {
    /// It can.
    Free,
    /// Somebody has it.
    Taken,
    /// This user may not have it.
    Forbidden,
    /// The machine has no such address.
    Foreign,
    /// Something else.
    Failed(String),
}

/// The ports for sound.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The first.
    pub first: u16,
    /// The last.
    pub last: u16,
    /// How many of them others have.
    pub taken: usize,
}

/// What far ends are told.
#[derive(Debug, Clone)]
pub struct Address {
    /// What descriptions of sound carry.
    pub told: IpAddr,
    /// Whether it was set, or is the one SIP listens on.
    pub is_set: bool,
    /// Where the trunks are.
    pub trunks: Vec<(String, Vec<IpAddr>)>,
    /// Whether phones register.
    pub phones: bool,
}

/// The time.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: u64,
    /// Whether the system says that it is kept; `None` if it doesn't say.
    pub kept: Option<bool>,
}

/// The API's certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Its file.
    pub path: String,
    /// Why it can't be used with its key, if it can't.
    pub fault: Option<String>,
    /// From when on it is valid.
    pub begins: u64,
    /// Until when.
    pub ends: u64,
    /// For which names.
    pub names: Vec<String>,
    /// Which of them clients use.
    pub wanted: Option<String>,
    /// Whether each certificate of the file is signed by the next.
    pub in_order: bool,
    /// Whether clients get more than the first, or it is its own authority.
    pub has_chain: bool,
}

/// An application.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Whose.
    pub of: String,
    /// Where.
    pub url: String,
    /// The status that was answered, or why there was no answer.
    pub answer: Result<u16, String>,
    /// How long that took.
    pub took_ms: u64,
}

/// The data folder.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Where.
    pub path: String,
    /// Why nothing can be written, if nothing can.
    pub fault: Option<String>,
    /// Whether other users may write there.
    pub is_open: bool,
    /// Bytes that are free.
    pub free_bytes: u64,
    /// Files that can be made; `None` where the file system doesn't count.
    pub free_files: Option<u64>,
}

/// An engine.
#[derive(Debug, Clone)]
pub struct Speech {
    /// Its program.
    pub name: &'static str,
    /// Samples it spoke; `None` if it isn't there.
    pub samples: Option<usize>,
}

const DAY: u64 = 86_400;
const MB: u64 = 1_000_000;
/// Earlier than any build of this program.
const YEAR_2025: u64 = 1_735_689_600;
/// Connections, databases and logs beside the legs.
const FILES_BESIDE: u64 = 500;

fn ok(check: &'static str, text: impl Into<String>) -> Finding {
    finding(check, Level::Ok, text, "")
}

fn warning(check: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Finding {
    finding(check, Level::Warning, text, remedy)
}

fn fault(check: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Finding {
    finding(check, Level::Fault, text, remedy)
}

fn finding(
    check: &'static str,
    level: Level,
    text: impl Into<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        check,
        level,
        text: text.into(),
        remedy: remedy.into(),
    }
}

/// All findings, in the order in which a start would meet them.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(facts.ports.iter().map(|port| listener(port, facts.running)));
    findings.push(sound(facts.sound, facts.calls, facts.running));
    findings.extend(address(&facts.address));
    findings.push(clock(&facts.clock));
    if let Some(found) = &facts.certificate {
        findings.push(certificate(found, facts.clock.now));
    }
    findings.extend(facts.hooks.iter().map(hook));
    findings.push(files(facts.files_max, facts.calls));
    findings.extend(folder(&facts.folder));
    findings.push(secrets(&facts.open_secrets));
    findings.extend(speech(&facts.speech));
    findings.push(mp3(facts.mp3));
    findings.push(buffer(facts.udp_buffer));
    findings
}

fn listener(Port { what, at, state }: &Port, running: bool) -> Finding {
    const CHECK: &str = "port";
    match state {
        PortState::Free => ok(CHECK, format!("{what} at {at} is free")),
        PortState::Taken if running => ok(
            CHECK,
            format!("{what} at {at} is taken, and a Ringback runs with this data folder"),
        ),
        PortState::Taken => fault(
            CHECK,
            format!("{what} at {at} is taken by another program"),
            format!(
                "end that program (`ss -lntup` names it), or choose another port than {}",
                at.port()
            ),
        ),
        PortState::Forbidden => fault(
            CHECK,
            format!("{what} at {at} is not for this user"),
            "choose a port above 1023, or give the program CAP_NET_BIND_SERVICE",
        ),
        PortState::Foreign => fault(
            CHECK,
            format!("{what} can't listen on {at}: this machine has no such address"),
            "take an address that `ip address` shows; behind a translator, listen on the inner one \
             and set sip.public_address",
        ),
        PortState::Failed(error) => fault(
            CHECK,
            format!("{what} can't listen on {at}: {error}"),
            "take away what the sentence names",
        ),
    }
}

fn sound(Ports { first, last, taken }: Ports, calls: usize, running: bool) -> Finding {
    const CHECK: &str = "sound ports";
    let all = usize::from(last.saturating_sub(first)) + 1;
    let legs = all.saturating_sub(taken) / 2;
    if !running && taken * 10 > all {
        return warning(
            CHECK,
            format!("other programs have {taken} of the {all} ports {first} to {last}"),
            "move the range: by media.port_first and media.port_last in the file, by --media-ports \
             for `ringback dev`",
        );
    }
    // A call that is joined to another has two legs between them: one each.
    if legs < calls {
        return warning(
            CHECK,
            format!("{first} to {last} are ports for {legs} legs, and {calls} calls are allowed"),
            format!("widen the range in [media], or lower limits.calls to {legs}"),
        );
    }
    ok(
        CHECK,
        format!("{first} to {last} are ports for {legs} legs"),
    )
}

fn is_private(address: IpAddr) -> bool {
    // A gate that is shut admits what the internet can reach.
    !crate::webhook::Gate::public(Vec::new(), Vec::new()).admits(address)
}

fn address(facts: &Address) -> Vec<Finding> {
    const CHECK: &str = "address";
    let told = facts.told;
    let strangers = facts.phones || !facts.trunks.is_empty();
    let mut findings = Vec::new();
    for (name, places) in &facts.trunks {
        if places.is_empty() {
            findings.push(fault(
                CHECK,
                format!("the host of the trunk {name} has no address"),
                "correct trunk.host, or the machine's resolver (`getent hosts` asks it)",
            ));
        }
    }
    let set = "set sip.public_address to the address far ends reach this machine by";
    if told.is_unspecified() {
        let text = format!("descriptions of sound would say {told}: nobody can send to it");
        findings.push(fault(CHECK, text, set));
        return findings;
    }
    if told.is_loopback() && strangers {
        let text = format!("phones and trunks are told to send sound to {told}: their own machine");
        let away = |(_, places): &(String, Vec<IpAddr>)| places.iter().any(|it| !it.is_loopback());
        if facts.phones || facts.trunks.iter().any(away) {
            let remedy = format!("let SIP listen on an outer address, or {set}");
            findings.push(fault(CHECK, text, remedy));
            return findings;
        }
    }
    let public = |(name, places): &(String, Vec<IpAddr>)| {
        let outside = places.iter().any(|it| !is_private(*it));
        outside.then(|| name.clone())
    };
    if is_private(told)
        && !told.is_loopback()
        && let Some(name) = facts.trunks.iter().find_map(public)
    {
        let text = format!(
            "the trunk {name} is on the internet, and is told to send sound to the private {told}"
        );
        findings.push(warning(CHECK, text, set));
        return findings;
    }
    let how = if facts.is_set {
        "as it is set"
    } else {
        "where SIP listens"
    };
    findings.push(ok(CHECK, format!("far ends send sound to {told}, {how}")));
    findings
}

fn clock(facts: &Clock) -> Finding {
    const CHECK: &str = "clock";
    let keep = "let the system keep it: `timedatectl set-ntp true`, or install chrony";
    if facts.now < YEAR_2025 {
        return fault(CHECK, "the clock stands before this program was made", keep);
    }
    match facts.kept {
        Some(true) => ok(CHECK, "the clock is kept by the network"),
        Some(false) => warning(
            CHECK,
            "the clock is not kept: certificates, dates and signatures rely on it",
            keep,
        ),
        None => ok(
            CHECK,
            "the clock stands in a likely year; the system doesn't say who keeps it",
        ),
    }
}

fn covers(name: &str, host: &str) -> bool {
    if name.eq_ignore_ascii_case(host) {
        return true;
    }
    // RFC 6125 §6.4.3: a star stands for one label, the first.
    let (Some(domain), Some((_, rest))) = (name.strip_prefix("*."), host.split_once('.')) else {
        return false;
    };
    domain.eq_ignore_ascii_case(rest)
}

fn certificate(facts: &Certificate, now: u64) -> Finding {
    const CHECK: &str = "certificate";
    let path = &facts.path;
    let renew = "get a new one; a running server takes it up by itself";
    if let Some(why) = &facts.fault {
        let remedy = "give http.certificate and http.key files that belong together";
        return fault(CHECK, why.clone(), remedy);
    }
    if now >= facts.ends {
        let days = (now - facts.ends) / DAY;
        return fault(CHECK, format!("{path} ended {days} days ago"), renew);
    }
    if now < facts.begins {
        let text = format!("{path} is not valid yet");
        return fault(CHECK, text, "look at the clock, or wait");
    }
    if let Some(wanted) = &facts.wanted
        && !facts.names.iter().any(|name| covers(name, wanted))
    {
        return fault(
            CHECK,
            format!(
                "{path} is for {}, and clients ask for {wanted}",
                facts.names.join(", ")
            ),
            "get one for the host of http.public_url",
        );
    }
    if !facts.in_order {
        let text = format!("the certificates in {path} don't follow each other");
        return fault(
            CHECK,
            text,
            "put the server's first, and behind each the one that signed it",
        );
    }
    let days = (facts.ends - now) / DAY;
    if days < 14 {
        return warning(CHECK, format!("{path} ends in {days} days"), renew);
    }
    if !facts.has_chain {
        return warning(
            CHECK,
            format!("{path} holds one certificate, and not the one that signed it"),
            "append the intermediate certificate, unless clients trust its signer themselves",
        );
    }
    ok(CHECK, format!("{path} is valid for {days} more days"))
}

fn hook(
    Hook {
        of,
        url,
        answer,
        took_ms,
    }: &Hook,
) -> Finding {
    const CHECK: &str = "application";
    match answer {
        Err(why) => fault(
            CHECK,
            format!("{of}: {url} can't be asked: {why}"),
            "start the application, correct its address, or let its network in by webhooks.allow",
        ),
        Ok(status @ 500..) => warning(
            CHECK,
            format!("{of}: {url} answers {status}"),
            "look into the application's own log",
        ),
        Ok(404) => warning(
            CHECK,
            format!("{of}: {url} answers 404 to a GET"),
            "correct the path, unless the application takes POST alone there",
        ),
        Ok(status) if *took_ms > 5_000 => warning(
            CHECK,
            format!("{of}: {url} took {took_ms} ms to answer {status}: callers hear silence"),
            "make the application quicker; it has 15 seconds before the call goes on without it",
        ),
        Ok(status) => ok(
            CHECK,
            format!("{of}: {url} is reached and answers {status}"),
        ),
    }
}

fn files(most: u64, calls: usize) -> Finding {
    const CHECK: &str = "open files";
    // A leg takes two, see `descriptors`.
    let legs = most.saturating_sub(FILES_BESIDE) / 2;
    let remedy = "raise the hard limit: LimitNOFILE= of a unit, or `ulimit -Hn`";
    if legs < 100 {
        return fault(
            CHECK,
            format!("{most} files may be open: enough for {legs} legs"),
            remedy,
        );
    }
    if legs < calls as u64 {
        return warning(
            CHECK,
            format!(
                "{most} files may be open: enough for {legs} legs, and {calls} calls are allowed"
            ),
            remedy,
        );
    }
    ok(
        CHECK,
        format!("{most} files may be open: enough for {calls} calls"),
    )
}

fn folder(facts: &Folder) -> Vec<Finding> {
    const CHECK: &str = "disk";
    let path = &facts.path;
    if let Some(why) = &facts.fault {
        let remedy = "give the folder to the user that runs Ringback, or choose another by data";
        return vec![fault(
            CHECK,
            format!("nothing can be written to {path}: {why}"),
            remedy,
        )];
    }
    let mut findings = Vec::new();
    if facts.is_open {
        findings.push(fault(
            CHECK,
            format!("other users may write to {path}"),
            format!("chmod go-w {path}"),
        ));
    }
    let megabytes = facts.free_bytes / MB;
    let make_room = "make room, or keep calls for fewer days: account.retention_days";
    let text = format!("{path} has {megabytes} MB left");
    findings.push(match megabytes {
        0..100 => fault(CHECK, text, make_room),
        // An hour of sound of one call is 58 MB.
        100..1_000 => warning(CHECK, text, make_room),
        _ => ok(CHECK, text),
    });
    if let Some(files @ 0..10_000) = facts.free_files {
        let text = format!("{path} has room for {files} more files");
        findings.push(warning(
            CHECK,
            text,
            "take small files away, or use a file system with more",
        ));
    }
    findings
}

fn secrets(open: &[(String, u32)]) -> Finding {
    const CHECK: &str = "secrets";
    let Some((path, mode)) = open.first() else {
        return ok(CHECK, "files with secrets are for their owner alone");
    };
    let more = match open.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let paths: Vec<&str> = open.iter().map(|(path, _)| path.as_str()).collect();
    fault(
        CHECK,
        format!("other users may read {path} (mode {mode:04o}){more}"),
        format!("chmod 600 {}", paths.join(" ")),
    )
}

fn speech(engines: &[Speech]) -> Vec<Finding> {
    const CHECK: &str = "speech";
    let none = engines.iter().all(|engine| engine.samples.is_none());
    let each = engines.iter().map(|Speech { name, samples }| {
        let install = format!("install {name} (`apt install {name}` on Debian)");
        match samples {
            None if none => fault(
                CHECK,
                format!("{name} is missing, and so is any other"),
                install,
            ),
            None => warning(
                CHECK,
                format!("{name} is missing: its voices are spoken by another"),
                install,
            ),
            Some(0) => fault(CHECK, format!("{name} is there and says nothing"), install),
            Some(_) => ok(CHECK, format!("{name} speaks")),
        }
    });
    each.collect()
}

fn mp3(is_there: bool) -> Finding {
    if is_there {
        return ok("mp3", "ringback-mp3 is there");
    }
    warning(
        "mp3",
        "ringback-mp3 is missing: recordings can be had as WAV alone",
        "put it beside ringback or on the PATH",
    )
}

fn buffer(bytes: usize) -> Finding {
    const CHECK: &str = "udp buffer";
    let wanted = limit::SIP_SOCKET_BUFFER_BYTES;
    if bytes >= wanted {
        return ok(CHECK, format!("sockets hold {bytes} bytes that wait"));
    }
    warning(
        CHECK,
        format!(
            "sockets hold {bytes} bytes that wait, and {wanted} are wanted: bursts of SIP get lost"
        ),
        format!("sysctl -w net.core.rmem_max={wanted}"),
    )
}

#[cfg(test)]
mod tests;
