//! The parameters that every request to a customer's application carries.

use crate::config::Config;
use model::signal::{Offered, Origin};
use model::{
    AccountSid, Address, ApplicationSid, CallRow, CallStatus, Direction, RecordingSid, limit,
};

/// What SIP told of a call that came in, as its webhooks tell it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// Hops that calls placed from this one have left.
    pub max_forwards: u8,
    /// Rounds through our own numbers so far.
    pub own_hops: u8,
    /// It came from a phone that is registered here.
    pub by_phone: bool,
    /// What lets a call that is placed from this one bear its caller's number.
    pub token: Option<String>,
    /// The application that handles the call.
    pub application: Option<ApplicationSid>,
    /// The countries of the two ends, or nothing where no plan knows the number.
    countries: (String, String),
    parameters: Vec<(String, String)>,
}

impl Default for Visit {
    /// A call that nobody brought: it begins here.
    fn default() -> Self {
        Visit {
            max_forwards: limit::MAX_FORWARDS,
            own_hops: 0,
            by_phone: false,
            token: None,
            application: None,
            countries: Default::default(),
            parameters: Vec::new(),
        }
    }
}

impl Visit {
    /// A call that is dialled from another and goes on from there.
    pub fn on_the_way(max_forwards: u8, own_hops: u8) -> Visit {
        Visit {
            max_forwards,
            own_hops,
            by_phone: false,
            token: None,
            application: None,
            countries: Default::default(),
            parameters: Vec::new(),
        }
    }

    /// Learns where its two ends live: once, since every webhook tells it.
    pub fn locate(&mut self, row: &CallRow) {
        let country = |address: &Address| address.number().and_then(numbering::country);
        let of = |address| country(address).unwrap_or_default();
        self.countries = (of(&row.from), of(&row.to));
    }

    /// The country of whoever we talk to: the caller, or the one we called.
    pub fn far_country(&self, direction: Direction) -> &str {
        match direction {
            Direction::Inbound => &self.countries.0,
            Direction::OutboundApi | Direction::OutboundDial => &self.countries.1,
        }
    }

    /// Reads an offer. Between our own numbers SIP is an inner matter and stays untold.
    pub fn of(offered: &Offered) -> Visit {
        let mut parameters = Vec::new();
        let mut add = |name: &str, value: &str| {
            parameters.push((name.to_owned(), value.to_owned()));
        };
        if offered.origin != Origin::Own {
            if let Some(domain) = domain(&offered.to) {
                add("SipDomain", domain);
            }
            add("SipCallId", &offered.sip_call_id);
            add("SipSourceIp", ip(&offered.source));
            for (name, value) in &offered.headers {
                add(&format!("SipHeader_{name}"), value);
            }
        }
        let own = offered.origin == Origin::Own;
        let rounds = limit::MAX_FORWARDS.saturating_sub(offered.max_forwards);
        Visit {
            max_forwards: offered.max_forwards.saturating_sub(1),
            own_hops: if own { rounds } else { 0 },
            by_phone: matches!(offered.origin, Origin::Phone(_)),
            token: None,
            application: None,
            countries: Default::default(),
            parameters,
        }
    }
}

/// The standard parameters of a call in this state.
pub(crate) fn standard(
    row: &CallRow,
    status: CallStatus,
    visit: &Visit,
    config: &Config,
) -> Vec<(String, String)> {
    let mut all = Vec::with_capacity(32);
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    let (from, to) = (shown(&row.from), shown(&row.to));
    add("CallSid", row.sid.to_string());
    add("AccountSid", row.account.to_string());
    add("ApiVersion", config.api_version.clone());
    add("CallStatus", status.to_string());
    add("Direction", row.direction.as_str().to_owned());
    add("From", from.clone());
    add("To", to.clone());
    add("Caller", from);
    add("Called", to);
    if let Some(parent) = row.parent {
        add("ParentCallSid", parent.to_string());
    }
    if let Some(application) = visit.application {
        add("ApplicationSid", application.to_string());
    }
    if let Some(token) = &visit.token {
        add("CallToken", token.clone());
    }
    if let Some(number) = &row.forwarded_from {
        add("ForwardedFrom", number.clone());
    }
    if let Some(name) = &row.caller_name {
        add("CallerName", name.clone());
    }
    let (from, to) = &visit.countries;
    let ends = [
        (&row.from, ["From", "Caller"], from),
        (&row.to, ["To", "Called"], to),
    ];
    for (address, names, country) in ends {
        // Within its country no plan tells where a number lives: present and empty, as the
        // contract has it.
        if matches!(address, Address::Number(_)) {
            for name in names {
                for part in ["City", "State", "Zip"] {
                    add(&format!("{name}{part}"), String::new());
                }
                add(&format!("{name}Country"), country.clone());
            }
        }
    }
    all.extend(visit.parameters.iter().cloned());
    all
}

/// An address as webhooks write it: a SIP address without its header part.
fn shown(address: &Address) -> String {
    match address {
        Address::Sip(uri) => split_headers(uri).0.to_owned(),
        other => other.to_string(),
    }
}

/// A SIP address and its header part.
pub(crate) fn split_headers(uri: &str) -> (&str, &str) {
    uri.split_once('?').unwrap_or((uri, ""))
}

/// The headers in the header part of a SIP address that may be sent on.
pub(crate) fn custom_headers(part: &str) -> Vec<(String, String)> {
    let pairs = part.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter_map(|(name, value)| allowed(&decoded(name), &decoded(value)))
        .collect()
}

/// A header of the customer's, if it may be sent on.
pub(crate) fn allowed(name: &str, value: &str) -> Option<(String, String)> {
    twiml::noun::may_be_sent(name, value).then(|| (name.to_owned(), value.to_owned()))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let hex = |at: usize| char::from(*tail.get(at).unwrap_or(&b'?')).to_digit(16);
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn domain(address: &Address) -> Option<&str> {
    let Address::Sip(uri) = address else {
        return None;
    };
    let rest = split_headers(uri).0.split_once(':')?.1;
    let host = rest.split(';').next()?.rsplit('@').next()?;
    Some(if host.starts_with('[') {
        host
    } else {
        host.split(':').next()?
    })
}

fn ip(source: &str) -> &str {
    let ip = source.rsplit_once(':').map_or(source, |(ip, _)| ip);
    ip.trim_start_matches('[').trim_end_matches(']')
}

/// Where a recording is found, without a suffix.
pub(crate) fn recording_url(
    account: AccountSid,
    recording: RecordingSid,
    config: &Config,
) -> String {
    let (base, version) = (&config.api_base, &config.api_version);
    format!("{base}/{version}/Accounts/{account}/Recordings/{recording}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sip_address_gives_its_headers_away_decoded_and_only_the_allowed_ones() {
        let (uri, part) = split_headers("sip:bob@x.example?X-a=b%20c&Via=evil&User-to-User=1;e=h");
        assert_eq!(uri, "sip:bob@x.example");
        let expected =
            [("X-a", "b c"), ("User-to-User", "1;e=h")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(custom_headers(part), expected);
        assert_eq!(custom_headers("X-a=b%0d%0aVia: x"), []);
        assert_eq!(custom_headers("X-Twilio-CallSid=CA1"), []);
        assert_eq!(decoded("100%"), "100%");
    }

    #[test]
    fn domain_and_source_lose_their_ports() {
        let uri = |text: &str| Address::Sip(text.to_owned());
        assert_eq!(
            domain(&uri("sip:bob@pbx.example:5070;transport=tcp")),
            Some("pbx.example")
        );
        assert_eq!(domain(&uri("sip:pbx.example")), Some("pbx.example"));
        assert_eq!(domain(&uri("sip:bob@[::1]:5060")), Some("[::1]:5060"));
        assert_eq!(domain(&Address::Number("+12025550101".into())), None);
        assert_eq!(ip("192.0.2.1:5060"), "192.0.2.1");
        assert_eq!(ip("[::1]:5060"), "::1");
    }
}
