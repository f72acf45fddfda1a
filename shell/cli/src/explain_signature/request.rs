//! A request as the application saw it, read from what was pasted: raw HTTP, a line for curl, or
//! a HAR.

use super::curl;
use serde_json::Value;

/// What may be pasted at most.
pub const INPUT_BYTES: usize = 1024 * 1024;

/// A request as the application saw it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The scheme, where the text tells one.
    pub scheme: Option<String>,
    /// `user:password`, where the text tells one.
    pub user: Option<String>,
    /// Host and port.
    pub host: Option<String>,
    /// Path, query and fragment as they are written.
    pub target: String,
    /// The headers in their order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Whether the body is a form: it says so, or says nothing and looks like one.
    pub fn is_form(&self) -> bool {
        match self.header("content-type") {
            Some(kind) => kind
                .to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded"),
            None => self.body.contains('=') && !self.body.trim_start().starts_with(['{', '[']),
        }
    }

    /// The decoded pairs of the form.
    pub fn form(&self) -> Vec<(String, String)> {
        if !self.is_form() {
            return Vec::new();
        }
        url::form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }

    /// Takes the address apart.
    pub(super) fn set_address(&mut self, address: &str) {
        let Some((scheme, rest)) = address
            .split_once("://")
            .filter(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()))
        else {
            self.target = address.to_owned();
            return;
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        self.scheme = Some(scheme.to_ascii_lowercase());
        self.user = user;
        self.host = Some(host.to_owned());
        self.target = target.to_owned();
    }
}

/// Reads what was pasted; `entry` picks one of several in a HAR, from 1.
pub fn read(text: &str, entry: Option<usize>) -> Result<Request, String> {
    if text.len() > INPUT_BYTES {
        return Err(format!("the request has more than {INPUT_BYTES} bytes"));
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let request = if start.is_empty() {
        Err("there is no request to read".to_owned())
    } else if start.starts_with("curl ") || start.starts_with("curl.exe ") {
        curl::read(start)
    } else if start.starts_with('{') {
        read_har(start, entry)
    } else {
        read_raw(start)
    }?;
    if request.host.is_none() && request.header("host").is_none() {
        return Ok(request);
    }
    let host = request.header("host").map(str::to_owned);
    Ok(Request {
        host: host.or(request.host),
        ..request
    })
}

/// `POST /voice HTTP/1.1`, headers, an empty line, the body.
fn read_raw(text: &str) -> Result<Request, String> {
    let text = text.replace("\r\n", "\n");
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next());
    let is_method = !method.is_empty() && method.chars().all(|c| c.is_ascii_uppercase());
    let Some(target) = target.filter(|_| is_method) else {
        return Err(format!(
            "'{}' is no first line of a request, no curl line and no HAR",
            first.chars().take(60).collect::<String>()
        ));
    };
    let mut request = Request {
        method: method.to_owned(),
        ..Request::default()
    };
    request.set_address(target);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            let line: String = line.chars().take(60).collect();
            return Err(format!("'{line}' is no header of a request"));
        };
        let pair = (name.trim().to_owned(), value.trim().to_owned());
        request.headers.push(pair);
    }
    // A pasted text ends with a line's end that the body didn't have.
    let length = request
        .header("content-length")
        .and_then(|n| n.parse().ok());
    request.body = match length {
        Some(length) if body.is_char_boundary(length) && length < body.len() => &body[..length],
        Some(_) => body,
        None => body.trim_end_matches('\n'),
    }
    .to_owned();
    Ok(request)
}

/// The request of a HAR: the only one, the first that is signed, or the one that was asked for.
fn read_har(text: &str, entry: Option<usize>) -> Result<Request, String> {
    let har: Value =
        serde_json::from_str(text).map_err(|error| format!("the HAR can't be read: {error}"))?;
    let requests: Vec<&Value> = match har.pointer("/log/entries").and_then(Value::as_array) {
        Some(entries) => entries.iter().map(|entry| &entry["request"]).collect(),
        None if har["request"].is_object() => vec![&har["request"]],
        None => vec![&har],
    };
    let count = requests.len();
    let chosen = match entry {
        Some(entry) => requests.get(entry.wrapping_sub(1)).copied(),
        None => requests
            .iter()
            .find(|request| har_request(request).is_some_and(|r| is_signed(&r)))
            .or(requests.first())
            .copied(),
    };
    chosen
        .and_then(har_request)
        .ok_or_else(|| format!("the HAR has {count} entries, and none of them is the request"))
}

fn is_signed(request: &Request) -> bool {
    request.header("x-twilio-signature").is_some()
}

fn har_request(value: &Value) -> Option<Request> {
    let mut request = Request {
        method: value["method"].as_str()?.to_owned(),
        ..Request::default()
    };
    request.set_address(value["url"].as_str()?);
    let pair = |pair: &Value| {
        let value = pair["value"].as_str().unwrap_or_default();
        Some((pair["name"].as_str()?.to_owned(), value.to_owned()))
    };
    let pairs = |value: &Value| -> Vec<(String, String)> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(pair)
            .collect()
    };
    request.headers = pairs(&value["headers"]);
    let data = &value["postData"];
    request.body = match data["text"].as_str().filter(|text| !text.is_empty()) {
        Some(text) => text.to_owned(),
        None => url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs(&data["params"]))
            .finish(),
    };
    if let (None, Some(kind)) = (request.header("content-type"), data["mimeType"].as_str()) {
        let kind = ("Content-Type".to_owned(), kind.to_owned());
        request.headers.push(kind);
    }
    Some(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_text_with_either_line_end() {
        let text = "POST /voice?a=1 HTTP/1.1\nHost: example.com\nX-Twilio-Signature: abc=\n\
                    Content-Type: application/x-www-form-urlencoded\n\nCallSid=CA1&From=%2B1\n";
        let request = read(text, None).unwrap();
        assert_eq!(request, read(&text.replace('\n', "\r\n"), None).unwrap());
        assert_eq!(request.target, "/voice?a=1");
        assert_eq!(request.host.as_deref(), Some("example.com"));
        assert_eq!(request.form()[1], ("From".to_owned(), "+1".to_owned()));
        let whole = read("GET https://u:p@x.example:81/a#f HTTP/1.1\n\n", None).unwrap();
        assert_eq!(whole.user.as_deref(), Some("u:p"));
        assert_eq!(whole.host.as_deref(), Some("x.example:81"));
        assert_eq!(whole.target, "/a#f");
        let measured = "POST /a\nHost: x\nContent-Length: 3\n\nabc\n";
        assert_eq!(read(measured, None).unwrap().body, "abc");
    }

    #[test]
    fn a_har_gives_its_signed_request() {
        let har = r#"{"log": {"entries": [
            {"request": {"method": "GET", "url": "https://x/", "headers": []}},
            {"request": {"method": "POST", "url": "https://x/v",
                "headers": [{"name": "x-twilio-signature", "value": "abc="}],
                "postData": {"mimeType": "application/x-www-form-urlencoded",
                    "params": [{"name": "From", "value": "+1"}]}}}
        ]}}"#;
        let request = read(har, None).unwrap();
        assert_eq!(
            (request.target.as_str(), request.body.as_str()),
            ("/v", "From=%2B1")
        );
        assert!(request.is_form());
        assert_eq!(read(har, Some(1)).unwrap().method, "GET");
        assert!(read(har, Some(3)).unwrap_err().contains("2 entries"));
    }

    #[test]
    fn what_is_no_request_is_said_in_a_sentence() {
        for (text, told) in [
            ("  ", "there is no request to read"),
            ("hello there", "is no first line"),
            ("POST /a\nno header", "'no header' is no header"),
            ("{\"log\": ", "the HAR can't be read"),
            ("{\"log\": {\"entries\": []}}", "0 entries"),
        ] {
            let error = read(text, None).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
        assert!(
            read(&"a".repeat(INPUT_BYTES + 1), None)
                .unwrap_err()
                .contains("more than")
        );
    }
}
