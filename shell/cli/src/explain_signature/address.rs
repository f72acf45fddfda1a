//! An address in its parts, the addresses that may have been signed instead of it, and what two
//! of them have not in common.

use super::difference::Difference;
use super::request::Request;

/// An address in its parts, as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Address {
    pub scheme: String,
    pub user: Option<String>,
    pub host: String,
    pub port: Option<String>,
    pub path: String,
    /// Without its question mark; absent where there is none.
    pub query: Option<String>,
    pub fragment: Option<String>,
}

impl Address {
    pub fn parse(text: &str) -> Option<Address> {
        let mut request = Request::default();
        request.set_address(text.trim());
        let host = request.host.filter(|host| !host.is_empty())?;
        Some(Address::of(
            &request.scheme?,
            request.user,
            &host,
            &request.target,
        ))
    }

    pub fn of(scheme: &str, user: Option<String>, host: &str, target: &str) -> Address {
        let (target, fragment) = cut(target, '#');
        let (path, query) = cut(target, '?');
        let (host, port) = split_port(host);
        Address {
            scheme: scheme.to_owned(),
            user,
            host: host.to_owned(),
            port: port.map(str::to_owned),
            path: path.to_owned(),
            query: query.map(str::to_owned),
            fragment: fragment.map(str::to_owned),
        }
    }

    /// As the application saw the request. What came by no TLS of its own was `http` to it.
    pub fn seen(request: &Request) -> Option<Address> {
        let host = request.host.as_deref().filter(|host| !host.is_empty())?;
        let scheme = request.scheme.as_deref().unwrap_or("http");
        let scheme = match (scheme, is_handshake(request)) {
            ("http", true) => "ws",
            ("https", true) => "wss",
            (scheme, _) => scheme,
        };
        Some(Address::of(
            scheme,
            request.user.clone(),
            host,
            &request.target,
        ))
    }

    pub fn text(&self) -> String {
        let user = self
            .user
            .as_ref()
            .map_or(String::new(), |user| format!("{user}@"));
        let port = self
            .port
            .as_ref()
            .map_or(String::new(), |port| format!(":{port}"));
        let query = self
            .query
            .as_ref()
            .map_or(String::new(), |query| format!("?{query}"));
        let fragment = self
            .fragment
            .as_ref()
            .map_or(String::new(), |f| format!("#{f}"));
        format!(
            "{}://{user}{}{port}{}{query}{fragment}",
            self.scheme, self.host, self.path
        )
    }

    /// The pairs of the query, decoded.
    pub fn pairs(&self) -> Vec<(String, String)> {
        let query = self.query.as_deref().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect()
    }
}

fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    match text.split_once(mark) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => (name, Some(port)),
        _ => (host, None),
    }
}

pub(super) fn is_handshake(request: &Request) -> bool {
    request
        .header("upgrade")
        .is_some_and(|to| to.eq_ignore_ascii_case("websocket"))
}

/// Adds what isn't there yet.
fn add<T: PartialEq>(all: &mut Vec<T>, one: T) {
    if !all.contains(&one) {
        all.push(one);
    }
}

/// The addresses that may have been signed, likely ones first.
pub(super) fn candidates(
    request: &Request,
    seen: &Address,
    given: Option<&Address>,
) -> Vec<Address> {
    let mut schemes = vec![seen.scheme.clone()];
    schemes.extend(given.map(|given| given.scheme.clone()));
    for scheme in ["https", "http", "wss", "ws"] {
        add(&mut schemes, scheme.to_owned());
    }
    let places = places(request, seen, given);
    let paths = paths(request, seen, given);
    let queries = super::query::candidates(request, seen, given);
    let fragments = [None, seen.fragment.clone()];
    let mut all = Vec::new();
    all.extend(given.map(|given| Address {
        user: None,
        fragment: None,
        ..given.clone()
    }));
    for scheme in &schemes {
        for (host, port) in &places {
            for path in &paths {
                for query in &queries {
                    all.push(Address {
                        scheme: scheme.clone(),
                        user: None,
                        host: host.clone(),
                        port: port.clone(),
                        path: path.clone(),
                        query: query.clone(),
                        fragment: None,
                    });
                }
            }
        }
    }
    // A sender that signs by mistake what is never signed.
    for user in [None, seen.user.clone()] {
        for fragment in &fragments {
            if user.is_some() || fragment.is_some() {
                let user = user.clone();
                all.push(Address {
                    user,
                    fragment: fragment.clone(),
                    ..seen.clone()
                });
            }
        }
    }
    all
}

/// Host and port: as seen, as configured, as proxies tell.
fn places(
    request: &Request,
    seen: &Address,
    given: Option<&Address>,
) -> Vec<(String, Option<String>)> {
    let mut places = vec![(seen.host.clone(), seen.port.clone())];
    if let Some(given) = given {
        add(&mut places, (given.host.clone(), given.port.clone()));
    }
    let first = |name: &str| Some(request.header(name)?.split(',').next()?.trim().to_owned());
    let forwarded = first("forwarded").and_then(|element| {
        let mut parts = element.split(';').filter_map(|part| part.split_once('='));
        let (_, host) = parts.find(|(name, _)| name.trim().eq_ignore_ascii_case("host"))?;
        Some(host.trim_matches('"').to_owned())
    });
    let told = [
        "x-forwarded-host",
        "x-original-host",
        "x-forwarded-server",
        "x-host",
    ];
    for host in told.iter().filter_map(|name| first(name)).chain(forwarded) {
        let (host, port) = split_port(&host);
        add(&mut places, (host.to_owned(), port.map(str::to_owned)));
    }
    for (host, _) in places.clone() {
        add(&mut places, (host.to_ascii_lowercase(), None));
        add(&mut places, (host.clone(), None));
        for port in ["443".to_owned(), "80".to_owned()]
            .into_iter()
            .chain(first("x-forwarded-port"))
        {
            add(&mut places, (host.clone(), Some(port)));
        }
    }
    places
}

/// Stages that gateways in front of functions put before a path and take away again.
const STAGES: [&str; 7] = [
    "/prod", "/dev", "/default", "/staging", "/api", "/app", "/v1",
];

fn paths(request: &Request, seen: &Address, given: Option<&Address>) -> Vec<String> {
    let mut paths = vec![seen.path.clone()];
    if let Some(given) = given {
        add(&mut paths, given.path.clone());
    }
    let told = [
        "x-original-uri",
        "x-original-url",
        "x-rewrite-url",
        "x-envoy-original-path",
        "x-forwarded-uri",
        "x-forwarded-path",
    ];
    for original in told.iter().filter_map(|name| request.header(name)) {
        let (path, _) = cut(original, '?');
        let path = Address::parse(path).map_or(path.to_owned(), |address| address.path);
        add(&mut paths, path);
    }
    for prefix in ["x-forwarded-prefix", "x-script-name"] {
        if let Some(prefix) = request.header(prefix) {
            add(
                &mut paths,
                format!("{}{}", prefix.trim_end_matches('/'), seen.path),
            );
        }
    }
    for path in paths.clone() {
        add(
            &mut paths,
            match path.strip_suffix('/') {
                Some(without) => without.to_owned(),
                None => format!("{path}/"),
            },
        );
        for other in super::query::encodings(&path, false) {
            add(&mut paths, other);
        }
        add(&mut paths, format!("/{path}"));
        add(&mut paths, path.replace("//", "/"));
        add(&mut paths, path.to_ascii_lowercase());
    }
    for stage in STAGES {
        add(&mut paths, format!("{stage}{}", seen.path));
    }
    if let Some(at) = seen.path.get(1..).and_then(|rest| rest.find('/')) {
        add(&mut paths, seen.path[at + 1..].to_owned());
    }
    paths
}

/// What was signed in the address and the application saw otherwise.
pub(super) fn between(signed: &Address, seen: &Address) -> Vec<Difference> {
    let mut found = Vec::new();
    if signed.scheme != seen.scheme {
        let (signed, seen) = (signed.scheme.clone(), seen.scheme.clone());
        found.push(Difference::Scheme { signed, seen });
    }
    if let (Some(_), None) = (&seen.user, &signed.user) {
        found.push(Difference::UserInfo);
    }
    if signed.host != seen.host {
        let (signed, seen) = (signed.host.clone(), seen.host.clone());
        found.push(Difference::Host { signed, seen });
    }
    if signed.port != seen.port {
        let (signed, seen) = (signed.port.clone(), seen.port.clone());
        found.push(Difference::Port { signed, seen });
    }
    if signed.path != seen.path {
        found.push(path_between(&signed.path, &seen.path));
    }
    if signed.query != seen.query {
        found.push(super::query::between(signed, seen));
    }
    if let (Some(_), None) = (&seen.fragment, &signed.fragment) {
        found.push(Difference::Fragment);
    }
    found
}

fn path_between(signed: &str, seen: &str) -> Difference {
    let decoded = |text: &str| super::query::decoded(text, false);
    let pair = (signed.to_owned(), seen.to_owned());
    if signed.strip_suffix('/') == Some(seen) {
        Difference::SlashLost
    } else if seen.strip_suffix('/') == Some(signed) {
        Difference::SlashAdded
    } else if decoded(signed) == decoded(seen) {
        Difference::PathEncoding {
            signed: pair.0,
            seen: pair.1,
        }
    } else if let Some(prefix) = signed.strip_suffix(seen) {
        Difference::PrefixLost(prefix.to_owned())
    } else if let Some(prefix) = seen.strip_suffix(signed) {
        Difference::PrefixAdded(prefix.to_owned())
    } else {
        Difference::Path {
            signed: pair.0,
            seen: pair.1,
        }
    }
}
