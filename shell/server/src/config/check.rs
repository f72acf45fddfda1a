//! What a configuration leads to: faults that forbid a start, warnings, and a plain account.

use super::{Config, ConfigError, Network};
use ipnet::IpNet;
use model::Address;
use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// One line of `ringback check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// How it is.
    Fact(String),
    /// Works, but perhaps not as was meant.
    Warning(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Fact(text) => f.write_str(text),
            Finding::Warning(text) => write!(f, "warning: {text}"),
        }
    }
}

/// The first fault that forbids a start.
pub(super) fn faults(config: &Config) -> Result<(), ConfigError> {
    let fault = |text: String| Err(ConfigError(text));
    let http = &config.http;
    if http.certificate.is_some() != http.key.is_some() {
        return fault("http.certificate and http.key belong together: set both".into());
    }
    if http.certificate.is_none() && !http.listen.ip().is_loopback() {
        return fault(format!(
            "http.listen {} is reachable from outside, where plain HTTP would show the token: \
             set http.certificate and http.key, or listen on 127.0.0.1",
            http.listen
        ));
    }
    if let Some(url) = &http.public_url
        && crate::webhook::Url::parse(url).is_err()
    {
        return fault(format!(
            "http.public_url {url:?} is not an http or https address"
        ));
    }
    if config.sip.udp.is_empty() && config.sip.tcp.is_empty() {
        return fault("sip.udp and sip.tcp are both empty: nothing would listen".into());
    }
    let media = config.media;
    if !crate::media_thread::is_range(&(media.port_first..=media.port_last)) {
        return fault(format!(
            "media.port_first {} and media.port_last {} leave no ports: give a range above 1023",
            media.port_first, media.port_last
        ));
    }
    if media.threads == Some(0) {
        return fault("media.threads is 0: leave it out for one per core".into());
    }
    crate::log::read_filter(&config.log.level)
        .map_err(|error| ConfigError(format!("log.level: {error}")))?;
    config.check_settings()?;
    for rate in &config.rates {
        rate.rate()?;
    }
    names(config)
}

/// Names that stand twice, and names that are none.
fn names(config: &Config) -> Result<(), ConfigError> {
    let mut seen = BTreeSet::new();
    for number in &config.numbers {
        if Address::parse(&number.number).number() != Some(number.number.as_str()) {
            return Err(ConfigError(format!(
                "number {:?} is not E.164: + and 7 to 15 digits",
                number.number
            )));
        }
        if !seen.insert(format!("number {}", number.number)) {
            return Err(ConfigError(format!(
                "number {} stands twice",
                number.number
            )));
        }
    }
    for voice in &config.voices {
        if voice.name.trim().is_empty() {
            return Err(ConfigError("a voice has an empty name".to_owned()));
        }
        if !seen.insert(format!("voice {}", voice.name.to_lowercase())) {
            return Err(ConfigError(format!("voice {} stands twice", voice.name)));
        }
    }
    for caller in &config.caller_names {
        if Address::parse(&caller.number).number() != Some(caller.number.as_str()) {
            return Err(ConfigError(format!(
                "caller_name {:?} is not E.164: + and 7 to 15 digits",
                caller.number
            )));
        }
    }
    for phone in &config.phones {
        let word = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if phone.user.is_empty() || !phone.user.chars().all(word) {
            return Err(ConfigError(format!(
                "phone user {:?}: letters, digits and -_.+ are wanted",
                phone.user
            )));
        }
        if phone.password.reveal().is_empty() {
            return Err(ConfigError(format!(
                "phone {} has an empty password",
                phone.user
            )));
        }
        if !seen.insert(format!("phone {}", phone.user)) {
            return Err(ConfigError(format!("phone {} stands twice", phone.user)));
        }
    }
    for trunk in &config.trunks {
        if trunk.host.is_empty() || trunk.host.contains(['/', '@', ' ']) {
            return Err(ConfigError(format!(
                "trunk {}: host {:?} is not a host or host:port",
                trunk.name, trunk.host
            )));
        }
        if trunk.username.is_some() != trunk.password.is_some() {
            return Err(ConfigError(format!(
                "trunk {}: username and password belong together",
                trunk.name
            )));
        }
        if trunk.register && trunk.username.is_none() {
            return Err(ConfigError(format!(
                "trunk {}: to register there it needs a username and a password",
                trunk.name
            )));
        }
        if !seen.insert(format!("trunk {}", trunk.name)) {
            return Err(ConfigError(format!("trunk {} stands twice", trunk.name)));
        }
    }
    Ok(())
}

/// What will listen where, who may call, and what looks odd.
pub fn explain(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut fact = |text: String| findings.push(Finding::Fact(text));
    let scheme = if config.http.certificate.is_some() {
        "https"
    } else {
        "http"
    };
    fact(format!(
        "The API listens on {scheme}://{}.",
        config.http.listen
    ));
    let list = |addresses: &[SocketAddr]| {
        addresses
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    if !config.sip.udp.is_empty() {
        fact(format!("SIP listens on UDP {}.", list(&config.sip.udp)));
    }
    if !config.sip.tcp.is_empty() {
        fact(format!("SIP listens on TCP {}.", list(&config.sip.tcp)));
    }
    let media = config.media;
    let legs = (usize::from(media.port_last) - usize::from(media.port_first)).div_ceil(2);
    fact(format!(
        "Sound uses the UDP ports {} to {}: {legs} legs at once.",
        media.port_first, media.port_last
    ));
    fact(format!(
        "Rows and recordings lie in {}.",
        config.data.display()
    ));
    fact(places(config));
    for number in &config.numbers {
        let runs = number
            .voice_url
            .as_deref()
            .unwrap_or("nothing until the API sets its VoiceUrl");
        fact(format!("A call to {} runs {runs}.", number.number));
    }
    for line in &config.voices {
        let who = match (&line.engine, &line.voice) {
            (Some(engine), Some(voice)) => format!("{engine}/{voice}"),
            (Some(one), None) | (None, Some(one)) => one.clone(),
            (None, None) => format!("any {:?}", line.gender).to_lowercase(),
        };
        let language = line.language.as_deref().unwrap_or("the verb's language");
        fact(format!(
            "The voice {} is {who}, in {language}; `ringback voices` tells who speaks.",
            line.name
        ));
    }
    for phone in &config.phones {
        fact(format!(
            "The phone {} may register with its password.",
            phone.user
        ));
    }
    for trunk in &config.trunks {
        let way = match (trunk.outbound, trunk.register) {
            (true, true) => "carries numbers that are called, and we register there",
            (true, false) => "carries numbers that are called",
            (false, true) => "is registered at, and brings calls only",
            (false, false) => "brings calls only",
        };
        let host = &trunk.host;
        fact(format!(
            "The trunk {} ({host}, {:?}) {way}.",
            trunk.name, trunk.transport
        ));
    }
    findings.extend(warnings(config));
    findings
}

/// Where webhooks may go.
fn places(config: &Config) -> String {
    let list = |networks: &[Network]| {
        let shown: Vec<_> = networks.iter().map(|Network(net)| shown(net)).collect();
        shown.join(", ")
    };
    let (allow, forbid) = (&config.webhooks.allow, &config.webhooks.forbid);
    let mut text = "Applications are asked at public addresses".to_owned();
    if !allow.is_empty() {
        text += &format!(" and at {}", list(allow));
    }
    if !forbid.is_empty() {
        text += &format!(", never at {}", list(forbid));
    }
    text + "."
}

fn shown(net: &IpNet) -> String {
    if net.prefix_len() == net.max_prefix_len() {
        net.addr().to_string()
    } else {
        net.to_string()
    }
}

/// Addresses of services that hand out a cloud's credentials to its machines.
const METADATA: [&str; 2] = ["169.254.169.254", "fd00:ec2::254"];

fn warnings(config: &Config) -> Vec<Finding> {
    let mut warnings = Vec::new();
    let mut warn = |text: &str| warnings.push(Finding::Warning(text.to_owned()));
    let mut sip = config.sip.udp.iter().chain(&config.sip.tcp);
    if !config.trunks.iter().any(|trunk| trunk.outbound) {
        warn("no trunk carries calls out: numbers that aren't your own can't be called");
    }
    if config.numbers.is_empty() {
        warn("no numbers are owned until the API makes one: calls from a trunk find nobody");
    }
    if sip.clone().any(|address| address.ip().is_unspecified())
        && config.sip.public_address.is_none()
    {
        warn(
            "SIP listens on every address, but sip.public_address isn't set: far ends are told \
             an address that this machine guesses",
        );
    }
    let gate = config.webhooks.gate();
    let admits = |host: &str| host.parse::<IpAddr>().map(|address| gate.admits(address));
    if METADATA.iter().any(|host| admits(host) == Ok(true)) {
        warn(
            "webhooks.allow lets customers ask a cloud's metadata service, which gives out this \
             machine's credentials: put 169.254.169.254 and fd00:ec2::254 into webhooks.forbid",
        );
    }
    for number in &config.numbers {
        let url = number.voice_url.as_deref().map(crate::webhook::Url::parse);
        let Some(Ok(url)) = url else { continue };
        if url.host == "localhost" || admits(url.host.trim_matches(['[', ']'])) == Ok(false) {
            if url.host == "localhost" && admits("127.0.0.1") == Ok(true) {
                continue;
            }
            warn(&format!(
                "the number {} asks {}, which is no public address: put it into webhooks.allow",
                number.number, url.host
            ));
        }
    }
    if !config.account.verify_certificates {
        warn("account.verify_certificates is false: applications can't be told from impostors");
    }
    let loopback_only = sip.all(|address| address.ip().is_loopback());
    if loopback_only && !(config.trunks.is_empty() && config.phones.is_empty()) {
        warn("SIP listens on this machine only: phones and trunks elsewhere can't reach it");
    }
    for phone in config
        .phones
        .iter()
        .filter(|phone| phone.password.reveal().len() < 8)
    {
        warn(&format!(
            "the password of the phone {} is short: such are guessed",
            phone.user
        ));
    }
    warnings
}
