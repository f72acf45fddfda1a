//! A line for curl, as browsers and inspectors copy it.

use super::request::Request;

/// Options that take a value and say nothing of the request.
const IGNORED: [&str; 18] = [
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--cacert",
    "-E",
    "--cert",
    "--key",
    "--resolve",
    "-w",
    "--write-out",
    "--retry",
    "-c",
    "--cookie-jar",
    "--interface",
];

/// What the options tell so far.
#[derive(Default)]
struct Line {
    method: Option<String>,
    address: Option<String>,
    headers: Vec<(String, String)>,
    data: Vec<String>,
    in_query: bool,
    json: bool,
}

/// Reads the line.
pub(super) fn read(text: &str) -> Result<Request, String> {
    let joined = text
        .replace("\\\r\n", " ")
        .replace("\\\n", " ")
        .replace("^\r\n", " ");
    let words = shlex::split(&joined).ok_or("the curl line has a quotation mark too few")?;
    let mut line = Line::default();
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        let Some((option, value)) = option(&word) else {
            if word.starts_with('-') && word.len() > 1 {
                continue;
            }
            line.address.get_or_insert(word);
            continue;
        };
        let value = match value {
            Some(value) => value,
            None => words
                .next()
                .ok_or_else(|| format!("the curl line ends after {option}"))?,
        };
        line.take(option, value)?;
    }
    // Flags without a value change nothing but these.
    line.in_query |= joined.contains(" -G ") || joined.contains(" --get ");
    line.request()
}

/// An option that takes a value, with the value where it stands in the same word.
fn option(word: &str) -> Option<(&'static str, Option<String>)> {
    const LONG: [&str; 13] = [
        "--request",
        "--header",
        "--data",
        "--data-raw",
        "--data-binary",
        "--data-ascii",
        "--data-urlencode",
        "--json",
        "--url",
        "--user",
        "--user-agent",
        "--cookie",
        "--form",
    ];
    const SHORT: [&str; 6] = ["-X", "-H", "-d", "-u", "-A", "-b"];
    let all = LONG
        .iter()
        .chain(&IGNORED)
        .chain(&SHORT)
        .chain(&["-F", "-e"]);
    if let Some(known) = all.into_iter().find(|known| **known == word) {
        return Some((known, None));
    }
    let known = SHORT.iter().find(|known| word.starts_with(**known))?;
    Some((known, Some(word[known.len()..].to_owned())))
}

impl Line {
    fn take(&mut self, option: &str, value: String) -> Result<(), String> {
        match option {
            "-X" | "--request" => self.method = Some(value.to_ascii_uppercase()),
            "-H" | "--header" => {
                let (name, value) = value.split_once(':').unwrap_or((&value, ""));
                let pair = (name.trim().to_owned(), value.trim().to_owned());
                self.headers.push(pair);
            }
            "--url" => self.address = Some(value),
            "--json" => {
                self.json = true;
                self.data.push(value);
            }
            "--data-urlencode" => {
                let (name, value) = value.split_once('=').unwrap_or(("", &value));
                let value: String =
                    url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
                self.data.push(if name.is_empty() {
                    value
                } else {
                    format!("{name}={value}")
                });
            }
            "-F" | "--form" => {
                return Err(
                    "the curl line sends a multipart form, which is never signed".to_owned(),
                );
            }
            "-d" | "--data" | "--data-ascii" | "--data-binary" if value.starts_with('@') => {
                return Err(
                    "the curl line reads its body from a file: put the body itself there"
                        .to_owned(),
                );
            }
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" => {
                self.data.push(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn request(self) -> Result<Request, String> {
        let address = self.address.ok_or("the curl line names no address")?;
        let mut request = Request {
            headers: self.headers,
            ..Request::default()
        };
        let address = if address.contains("://") {
            address
        } else {
            format!("http://{address}")
        };
        request.set_address(&address);
        let data = self.data.join("&");
        let default = if data.is_empty() || self.in_query {
            "GET"
        } else {
            "POST"
        };
        request.method = self.method.unwrap_or_else(|| default.to_owned());
        if self.in_query && !data.is_empty() {
            let mark = if request.target.contains('?') {
                '&'
            } else {
                '?'
            };
            request.target = format!("{}{mark}{data}", request.target);
        } else if !data.is_empty() {
            request.body = data;
            if request.header("content-type").is_none() {
                let kind = if self.json {
                    "application/json"
                } else {
                    "application/x-www-form-urlencoded"
                };
                request
                    .headers
                    .push(("Content-Type".to_owned(), kind.to_owned()));
            }
        }
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings() {
        let line = "curl -X POST 'https://example.com/voice?a=1' \\\n  \
                    -H 'X-Twilio-Signature: abc=' \
                    --data-raw 'CallSid=CA1&From=%2B1' -d To=2 --compressed -s -o /dev/null";
        let request = read(line).unwrap();
        assert_eq!(request.method, "POST");
        assert_eq!(request.scheme.as_deref(), Some("https"));
        assert_eq!(request.body, "CallSid=CA1&From=%2B1&To=2");
        assert!(request.is_form());
        assert_eq!(request.header("x-twilio-signature"), Some("abc="));
        let get = read("curl -G example.com/a -d b=1 --data-urlencode 'c=2 3'").unwrap();
        assert_eq!(
            (get.method.as_str(), get.target.as_str()),
            ("GET", "/a?b=1&c=2+3")
        );
        let json = read("curl --json '{\"a\":1}' -XPUT -HA:b http://x/").unwrap();
        assert_eq!((json.method.as_str(), json.header("a")), ("PUT", Some("b")));
        assert!(!json.is_form());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (line, told) in [
            ("curl 'http://x", "quotation mark"),
            ("curl -s", "names no address"),
            ("curl http://x -H", "ends after -H"),
            ("curl http://x -d @body.txt", "from a file"),
            ("curl http://x -F a=b", "multipart"),
        ] {
            let error = read(line).unwrap_err();
            assert!(error.contains(told), "{error}");
        }
    }
}
