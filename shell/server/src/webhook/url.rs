//! An absolute web address: its parts, its parameters, and addresses relative to it.

use model::ErrorCode;

/// An `http` or `https` address, taken apart. The text of path and query stays as it was written,
/// but for characters no request line can carry, which are percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// True for `https`.
    pub tls: bool,
    /// `user:password` as written, decoded.
    pub user: Option<(String, String)>,
    /// The host, in lower case; an IPv6 address with its brackets.
    pub host: String,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// From `/` on, query included.
    pub path: String,
    /// What stands behind `#`.
    pub fragment: Option<String>,
}

impl Url {
    /// Reads an absolute address.
    pub fn parse(text: &str) -> Result<Url, ErrorCode> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or(ErrorCode::URL_FORMAT)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(ErrorCode::URL_FORMAT),
        };
        let (rest, fragment) = match rest.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment.to_owned())),
            None => (rest, None),
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(read_user(user)), place),
            None => (None, authority),
        };
        let (host, port) = read_place(place)?;
        let mut path = escape_line(path);
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        Ok(Url {
            tls,
            user,
            host,
            port,
            path,
            fragment,
        })
    }

    /// The port that is connected to.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }

    /// `host` or `host:port`, as the `Host` header has it.
    pub fn authority(&self) -> String {
        match self.port {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether what may be shown at `other` may be shown here: the same host and port, or the
    /// same host by TLS where the other was plain, both at their usual ports.
    pub fn is_home_of(&self, other: &Url) -> bool {
        let ports = (self.port_or_default(), other.port_or_default());
        let same = self.tls == other.tls && ports.0 == ports.1;
        let safer = self.tls && !other.tls && ports == (443, 80);
        self.host == other.host && (same || safer)
    }

    /// What is signed: without user and fragment, and with TLS without the port.
    pub fn signed(&self) -> String {
        if self.tls {
            format!("https://{}{}", self.host, self.path)
        } else {
            format!("http://{}{}", self.authority(), self.path)
        }
    }

    /// The address as one would write it again, without the fragment.
    pub fn written(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let user = self
            .user
            .as_ref()
            .map_or(String::new(), |(name, password)| {
                format!("{}:{}@", escape(name), escape(password))
            });
        format!("{scheme}://{user}{}{}", self.authority(), self.path)
    }

    /// The same address with more parameters in its query.
    pub fn with_parameters(&self, parameters: &[(String, String)]) -> Url {
        let mut url = self.clone();
        for (name, value) in parameters {
            let mark = match url.path.find('?') {
                None => "?",
                Some(at) if at + 1 == url.path.len() => "",
                Some(_) => "&",
            };
            url.path += &format!("{mark}{}={}", escape(name), escape(value));
        }
        url
    }

    /// Where a `Location` leads from here (RFC 3986 §5.2).
    pub fn join(&self, location: &str) -> Result<Url, ErrorCode> {
        let location = location.trim();
        let scheme_ends = location.find("://").is_some_and(|at| {
            location[..at]
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
        });
        if scheme_ends {
            return Url::parse(location);
        }
        let scheme = if self.tls { "https" } else { "http" };
        if let Some(rest) = location.strip_prefix("//") {
            return Url::parse(&format!("{scheme}://{rest}"));
        }
        let here = self.path.split('?').next().unwrap_or("/");
        let location = location.split('#').next().unwrap_or("");
        let path = if location.is_empty() {
            self.path.clone()
        } else if location.starts_with('?') {
            format!("{here}{}", escape_line(location))
        } else {
            let (path, query) = match location.split_once('?') {
                Some((path, query)) => (path, format!("?{query}")),
                None => (location, String::new()),
            };
            let path = if path.starts_with('/') {
                path.to_owned()
            } else {
                let folder = here.rfind('/').map_or("/", |at| &here[..=at]);
                format!("{folder}{path}")
            };
            escape_line(&format!("{}{query}", without_dots(&path)))
        };
        Ok(Url {
            path,
            fragment: None,
            ..self.clone()
        })
    }
}

/// A form body: names and values encoded, a space as `+`.
pub fn form_body(parameters: &[(String, String)]) -> String {
    let encode = |text: &str| escape(text).replace("%20", "+");
    let pairs: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.join("&")
}

/// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped += &format!("%{byte:02X}");
        }
    }
    escaped
}

/// Percent-encodes only what can't stand in a request line.
fn escape_line(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped += &format!("%{byte:02X}");
        }
    }
    escaped
}

pub(super) fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                plain.push(byte);
                at += 3;
            }
            _ => {
                plain.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

fn read_user(text: &str) -> (String, String) {
    let (name, password) = text.split_once(':').unwrap_or((text, ""));
    (unescape(name), unescape(password))
}

fn read_place(place: &str) -> Result<(String, Option<u16>), ErrorCode> {
    let (host, port) = match place.rfind(':') {
        Some(at) if !place[at..].contains(']') => (&place[..at], Some(&place[at + 1..])),
        _ => (place, None),
    };
    let port = match port {
        None | Some("") => None,
        Some(port) => Some(port.parse().map_err(|_| ErrorCode::URL_FORMAT)?),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let valid = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b) || bracketed;
    if host.is_empty() || !host.is_ascii() || !host.bytes().all(valid) {
        return Err(ErrorCode::BAD_HOST);
    }
    Ok((host.to_ascii_lowercase(), port))
}

/// Resolves `.` and `..` (RFC 3986 §5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    for (at, part) in parts.iter().enumerate() {
        let last = at + 1 == parts.len();
        match *part {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                kept.pop();
                if last {
                    kept.push("");
                }
            }
            part => kept.push(part),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_signed_address_has_no_user_no_fragment_and_with_tls_no_port() {
        let signed = |text| parse(text).signed();
        assert_eq!(
            signed("https://u:p@Host.example:8443/a?b=c%20d#rc=2"),
            "https://host.example/a?b=c%20d"
        );
        assert_eq!(
            signed("http://u:p@host:8080/a?b=c#x"),
            "http://host:8080/a?b=c"
        );
        assert_eq!(signed("http://host"), "http://host/");
        assert_eq!(signed("http://host?a=1"), "http://host/?a=1");
        assert_eq!(signed("http://[::1]:9/x"), "http://[::1]:9/x");
        assert_eq!(signed("http://h/a b/ü"), "http://h/a%20b/%C3%BC");
    }

    #[test]
    fn parts_are_told_apart() {
        let url = parse("https://us%40er:p%3Ass@h.example/x?y#ct=1");
        assert_eq!(url.user, Some(("us@er".into(), "p:ss".into())));
        assert_eq!(
            (url.port_or_default(), url.fragment.as_deref()),
            (443, Some("ct=1"))
        );
        assert_eq!(url.written(), "https://us%40er:p%3Ass@h.example/x?y");
        for (bad, code) in [
            ("ftp://h/", ErrorCode::URL_FORMAT),
            ("h/x", ErrorCode::URL_FORMAT),
            ("http://", ErrorCode::BAD_HOST),
            ("http://a b/", ErrorCode::BAD_HOST),
            ("http://h:99999/", ErrorCode::URL_FORMAT),
            ("http://h\r\nX: y/", ErrorCode::URL_FORMAT),
        ] {
            assert_eq!(Url::parse(bad), Err(code), "{bad}");
        }
    }

    #[test]
    fn parameters_are_appended_and_encoded() {
        let more = [
            ("To".to_owned(), "+1 5".to_owned()),
            ("é".to_owned(), "&=".to_owned()),
        ];
        let path = |text| parse(text).with_parameters(&more).path;
        assert_eq!(path("http://h/a"), "/a?To=%2B1%205&%C3%A9=%26%3D");
        assert_eq!(path("http://h/a?b=1"), "/a?b=1&To=%2B1%205&%C3%A9=%26%3D");
        assert_eq!(path("http://h/a?"), "/a?To=%2B1%205&%C3%A9=%26%3D");
        assert_eq!(form_body(&more), "To=%2B1+5&%C3%A9=%26%3D");
    }

    #[test]
    fn locations_lead_where_rfc_3986_says() {
        let base = parse("http://a/b/c/d?q");
        let to = |location| base.join(location).unwrap().signed();
        for (location, target) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("", "http://a/b/c/d?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("https://x/y", "https://x/y"),
            ("/login?next=http://z/", "http://a/login?next=http://z/"),
        ] {
            assert_eq!(to(location), target, "{location}");
        }
    }
}
