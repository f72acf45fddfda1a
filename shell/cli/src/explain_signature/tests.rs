//! A table of mistakes as people make them: what was signed, what the application saw, and what
//! must be said of it.

use super::super::request::read;
use super::*;
use ringback::signature::sign;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const FORM: &str = "CallSid=CA1&From=%2B12025550101&To=%2B12025550102&SpeechResult=yes+please";

/// A request as it was signed, and as it was seen.
struct Case {
    /// The address that was signed.
    signed: &'static str,
    /// The form that was signed.
    form: &'static str,
    /// What the application saw.
    seen: String,
    /// The address as configured, where it is told.
    url: Option<&'static str>,
    /// The tokens given.
    tokens: Vec<String>,
}

fn pairs(form: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

/// Raw HTTP with this first line, host, further headers and body.
fn raw(line: &str, host: &str, headers: &[&str], body: &str) -> String {
    let mut text = format!("{line} HTTP/1.1\nHost: {host}\nX-Twilio-Signature: SIGNATURE\n");
    if !body.is_empty()
        && !headers
            .iter()
            .any(|header| header.starts_with("Content-Type"))
    {
        text += "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\n";
    }
    for header in headers {
        text += &format!("{header}\n");
    }
    format!("{text}\n{body}")
}

fn case(signed: &'static str, form: &'static str, seen: String) -> Case {
    Case {
        signed,
        form,
        seen,
        url: None,
        tokens: vec![TOKEN.to_owned()],
    }
}

impl Case {
    fn url(mut self, url: &'static str) -> Case {
        self.url = Some(url);
        self
    }

    fn explain_text(&self, text: &str, computed: Option<&str>) -> Explanation {
        let request = read(text, None).expect("the case can be read");
        explain(&Question {
            request: &request,
            tokens: &self.tokens,
            url: self.url,
            computed,
        })
        .expect("the case can be explained")
    }

    fn explain(&self) -> Explanation {
        let signature = sign(TOKEN, self.signed, &pairs(self.form));
        self.explain_text(&self.seen.replace("SIGNATURE", &signature), None)
    }
}

/// Each mistake: its name, the case, and words of the sentences that must be said, one each.
fn mistakes() -> Vec<(&'static str, Case, Vec<&'static str>)> {
    let https = "https://example.com/voice";
    let post = |host: &str, headers: &[&str]| raw("POST /voice", host, headers, FORM);
    let with = |body: &str| raw("POST https://example.com/voice", "example.com", &[], body);
    let get = |line: &str| raw(line, "example.com", &[], "");
    let json = ["Content-Type: application/json"];
    let empty = "CallSid=CA1&From=%2B12025550101&FromCity=&FromState=&FromZip=&ToCity=&Called=%2B1";
    vec![
        (
            "tls ends at the proxy",
            case(https, FORM, post("example.com", &[])),
            vec!["scheme: https was signed, your application saw http"],
        ),
        (
            "the proxy's own host",
            case(
                https,
                FORM,
                post(
                    "app:3000",
                    &["X-Forwarded-Proto: https", "X-Forwarded-Host: example.com"],
                ),
            ),
            vec![
                "scheme:",
                "host: example.com was signed, your application saw app",
                "port:",
            ],
        ),
        (
            "the host is known from Forwarded",
            case(
                https,
                FORM,
                post(
                    "app",
                    &["Forwarded: for=192.0.2.1;host=example.com;proto=https"],
                ),
            ),
            vec!["scheme:", "host: example.com"],
        ),
        (
            "a local host and the address configured",
            case(https, FORM, post("localhost:3000", &[])).url("https://example.com/voice"),
            vec!["scheme:", "host: example.com", "port: none"],
        ),
        (
            "the port of the listener",
            case(
                https,
                FORM,
                raw(
                    "POST https://example.com:8443/voice",
                    "example.com:8443",
                    &[],
                    FORM,
                ),
            ),
            vec!["port: none was signed, your application saw 8443"],
        ),
        (
            "the port is lost",
            case(
                "http://example.com:8080/voice",
                FORM,
                post("example.com", &[]),
            )
            .url("http://example.com:8080/voice"),
            vec!["port: 8080 was signed, your application saw none"],
        ),
        (
            "the proxy takes a prefix away",
            case("https://example.com/twilio/voice", FORM, with(FORM))
                .url("https://example.com/twilio/voice"),
            vec!["a proxy took /twilio away"],
        ),
        (
            "the prefix is told by the proxy",
            case(
                "https://example.com/ivr/voice",
                FORM,
                raw(
                    "POST https://example.com/voice",
                    "example.com",
                    &["X-Forwarded-Prefix: /ivr"],
                    FORM,
                ),
            ),
            vec!["a proxy took /ivr away"],
        ),
        (
            "a gateway's stage",
            case("https://example.com/prod/voice", FORM, with(FORM)),
            vec!["a proxy took /prod away"],
        ),
        (
            "the proxy adds a prefix",
            case(
                https,
                FORM,
                raw(
                    "POST https://example.com/backend/voice",
                    "example.com",
                    &[],
                    FORM,
                ),
            ),
            vec!["/backend was put before it"],
        ),
        (
            "a slash is redirected away",
            case("https://example.com/voice/", FORM, with(FORM)),
            vec!["the signed path ends with one, yours doesn't"],
        ),
        (
            "a slash is added",
            case(
                https,
                FORM,
                raw("POST https://example.com/voice/", "example.com", &[], FORM),
            ),
            vec!["your path ends with one, the signed one doesn't"],
        ),
        (
            "the query is in order of the alphabet",
            case(
                "https://example.com/voice?b=2&a=1",
                "",
                get("GET https://example.com/voice?a=1&b=2"),
            ),
            vec!["order of the query: b=2&a=1"],
        ),
        (
            "%20 became +",
            case(
                "https://example.com/voice?name=Ann%20Lee",
                "",
                get("GET https://example.com/voice?name=Ann+Lee"),
            ),
            vec!["encoding of the query: name=Ann%20Lee was signed"],
        ),
        (
            "hexadecimal letters changed their case",
            case(
                "https://example.com/v?x=%c3%a9",
                "",
                get("GET https://example.com/v?x=%C3%A9"),
            ),
            vec!["encoding of the query: x=%c3%a9"],
        ),
        (
            "the apostrophe is encoded",
            case(
                "https://example.com/v?name=O'Neil",
                "",
                get("GET https://example.com/v?name=O%27Neil"),
            ),
            vec!["name=O'Neil was signed"],
        ),
        (
            "the query was decoded",
            case(
                "https://example.com/v?to=%2B1202&x=a%2Fb",
                "",
                get("GET https://example.com/v?to=+1202&x=a/b"),
            ),
            vec!["encoding of the query:"],
        ),
        (
            "the path was decoded",
            case(
                "https://example.com/caf%C3%A9",
                "",
                get("GET https://example.com/café"),
            ),
            vec!["encoding of the path: /caf%C3%A9 was signed"],
        ),
        (
            "the query is lost",
            case("https://example.com/voice?lang=pt", FORM, with(FORM))
                .url("https://example.com/voice?lang=pt"),
            vec!["query: lang=pt was signed"],
        ),
        (
            "the framework adds to the query",
            case(
                "https://example.com/voice?a=1",
                FORM,
                raw(
                    "POST https://example.com/voice?a=1&slug=voice",
                    "example.com",
                    &[],
                    FORM,
                ),
            ),
            vec!["query: slug=voice wasn't signed"],
        ),
        (
            "a repetition in the query is lost",
            case(
                "https://example.com/v?a=1&b=2&a=1",
                "",
                get("GET https://example.com/v?a=1&b=2"),
            )
            .url("https://example.com/v?a=1&b=2&a=1"),
            vec!["repeated parameter of the query"],
        ),
        (
            "the address was copied from XML",
            case(
                "https://example.com/v?a=1&b=2",
                "",
                get("GET https://example.com/v?a=1&amp;b=2"),
            ),
            vec!["& and &amp; were mixed up"],
        ),
        (
            "bodySHA256 is lost",
            case(
                "https://example.com/e?bodySHA256=\
            44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
                "",
                raw("POST https://example.com/e", "example.com", &json, "{}"),
            ),
            vec!["bodySHA256: it was"],
        ),
        (
            "JSON was written anew",
            case(
                "https://example.com/e?bodySHA256=\
            0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
                "",
                raw(
                    "POST https://example.com/e?bodySHA256=\
            0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
                    "example.com",
                    &json,
                    r#"{"property":"value","boolean":true}"#,
                ),
            ),
            vec!["body: it was parsed and written anew without its spaces"],
        ),
        (
            "another body",
            case(
                "https://example.com/e?bodySHA256=00",
                "",
                raw(
                    "POST https://example.com/e?bodySHA256=00",
                    "example.com",
                    &json,
                    "{}",
                ),
            ),
            vec!["body: it isn't the one whose bodySHA256"],
        ),
        (
            "values were trimmed",
            case(
                https,
                "CallSid=CA1&SpeechResult=yes+",
                with("CallSid=CA1&SpeechResult=yes"),
            ),
            vec!["value of SpeechResult: spaces"],
        ),
        (
            "empty parameters were dropped",
            case(
                https,
                empty,
                with("CallSid=CA1&From=%2B12025550101&Called=%2B1"),
            ),
            vec!["dropped: FromCity, FromState, FromZip, ToCity"],
        ),
        (
            "plus became a space",
            case(
                https,
                FORM,
                with("CallSid=CA1&From=+12025550101&To=+12025550102&SpeechResult=yes+please"),
            ),
            vec!["+ in a number was taken for a space"],
        ),
        (
            "the framework adds parameters",
            case(
                https,
                FORM,
                with(&format!("{FORM}&controller=voice&action=create")),
            ),
            vec!["controller, action: it wasn't signed"],
        ),
        (
            "UTF-8 as Latin-1",
            case(
                https,
                "CallSid=CA1&FromCity=Malm%C3%B6",
                with("CallSid=CA1&FromCity=Malm%C3%83%C2%B6"),
            ),
            vec!["UTF-8 was read as Latin-1"],
        ),
        (
            "CRLF became LF",
            case(https, "Body=a%0D%0Ab", with("Body=a%0Ab")),
            vec!["CRLF and LF were exchanged"],
        ),
        (
            "a GET became a POST",
            case(
                "https://example.com/voice?CallSid=CA1&From=%2B1",
                "",
                with("CallSid=CA1&From=%2B1"),
            ),
            vec!["query: CallSid=CA1&From=%2B1", "parameters:"],
        ),
        (
            "the sender signed the address alone",
            case(https, "", with(FORM)),
            vec!["the 4 parameters of the form weren't"],
        ),
        (
            "a socket behind a proxy",
            case(
                "wss://example.com/media",
                "",
                raw("GET /media", "example.com", &["Upgrade: websocket"], ""),
            ),
            vec!["scheme: wss was signed, your application saw ws"],
        ),
        (
            "a socket checked as https",
            case(
                "wss://example.com/media",
                "",
                get("GET https://example.com/media"),
            ),
            vec!["scheme: wss was signed, your application saw https"],
        ),
        (
            "user and password were kept",
            case(
                https,
                FORM,
                raw(
                    "POST https://me:secret@example.com/voice",
                    "example.com",
                    &[],
                    FORM,
                ),
            ),
            vec!["they stand in your address and are never signed"],
        ),
        (
            "the fragment was kept",
            case(
                https,
                FORM,
                raw(
                    "POST https://example.com/voice#rc=2",
                    "example.com",
                    &[],
                    FORM,
                ),
            ),
            vec!["what stands behind #"],
        ),
    ]
}

#[test]
fn every_mistake_is_named_and_no_other() {
    let mistakes = mistakes();
    assert!(mistakes.len() >= 20, "{}", mistakes.len());
    for (name, case, told) in mistakes {
        let explanation = case.explain();
        let said: Vec<String> = explanation
            .differences
            .iter()
            .map(Difference::sentence)
            .collect();
        assert_eq!(
            explanation.verdict,
            Verdict::Differs,
            "{name}: {explanation}"
        );
        assert_eq!(said.len(), told.len(), "{name}: {said:#?}");
        for (said, told) in said.iter().zip(told) {
            assert!(said.contains(told), "{name}: {said} lacks {told}");
        }
        assert_eq!(explanation.code(), 1, "{name}");
        let shown = explanation.to_string();
        assert!(shown.contains("What to do:"), "{name}: {shown}");
        assert!(
            !shown.contains(TOKEN) && !shown.contains("secret"),
            "{name}: {shown}"
        );
    }
}

#[test]
fn what_holds_is_said_to_hold() {
    let holds = case(
        "https://example.com/voice",
        FORM,
        raw("POST https://example.com/voice", "example.com", &[], FORM),
    );
    let explanation = holds.explain();
    assert_eq!(
        (explanation.verdict, explanation.code()),
        (Verdict::Holds, 0)
    );
    // A plain request, and one whose form repeats a name.
    let body = "a=2&a=1&a=2&b=";
    let plain = case(
        "http://example.com/v?x=1",
        "a=2&a=1&a=2&b=",
        raw("POST /v?x=1", "example.com", &[], body),
    );
    assert_eq!(plain.explain().verdict, Verdict::Holds);
}

#[test]
fn another_token_is_told_from_a_wrong_one() {
    let mut case = case(
        "https://example.com/voice",
        FORM,
        raw("POST https://example.com/voice", "example.com", &[], FORM),
    );
    let new = "f".repeat(32);
    case.tokens = vec![new.clone(), TOKEN.to_owned()];
    assert_eq!(case.explain().differences, [Difference::OtherToken(1)]);
    case.tokens = vec![format!("\"{TOKEN}\"\n")];
    assert_eq!(case.explain().differences, [Difference::TokenDressed]);
    case.tokens = vec![new];
    let explanation = case.explain();
    assert_eq!(
        (explanation.verdict, explanation.code()),
        (Verdict::Unexplained, 1)
    );
    let shown = explanation.to_string();
    assert!(shown.contains("Nothing explains the signature"), "{shown}");
    assert!(shown.contains("the subaccount's own token"), "{shown}");
    case.tokens = vec!["SK123".to_owned()];
    let shown = case.explain().to_string();
    assert!(shown.contains("32 hexadecimal digits"), "{shown}");
}

#[test]
fn a_damaged_header_is_mended() {
    // A signature with both + and / in it.
    let (url, signature) = (0..)
        .map(|n| format!("https://example.com/v?n={n}"))
        .map(|url| (url.clone(), sign(TOKEN, &url, &[])))
        .find(|(_, signature)| signature.contains('+') && signature.contains('/'))
        .expect("one of them");
    let hex = "L/OH5YylLD5NRKLltdqwSvS0BnU=";
    let damaged = [
        (signature.replace('+', " "), "+ became a space"),
        (
            signature.trim_end_matches('=').to_owned(),
            "the = at its end is missing",
        ),
        (
            signature.replace('+', "-").replace('/', "_"),
            "alphabet for addresses",
        ),
        (
            signature.replace('+', "%2B").replace('=', "%3D"),
            "percent-encoded",
        ),
        (format!("\"{signature}\""), "quotation marks"),
        (format!("{signature}, {signature}"), "more than once"),
    ];
    for (header, told) in damaged {
        let text = raw(&format!("GET {url}"), "example.com", &[], "").replace("SIGNATURE", &header);
        let case = case("", "", text.clone());
        let said: Vec<_> = case
            .explain_text(&text, None)
            .differences
            .iter()
            .map(Difference::sentence)
            .collect();
        assert!(
            said.len() == 1 && said[0].contains(told),
            "{told}: {said:?}"
        );
    }
    let case = Case {
        tokens: vec!["12345".to_owned()],
        ..case("", "", String::new())
    };
    let text = "curl 'https://example.com/myapp.php?foo=1&bar=2' \
        -H 'X-Twilio-Signature: 2ff387e58ca52c3e4d44a2e5b5dab04af4b40675' \
        -d 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310' \
        -d 'To=%2B18005551212'";
    let explanation = case.explain_text(text, None);
    let said = explanation.differences[0].sentence();
    assert!(said.contains("hexadecimal, not base64"), "{said}");
    let right = text.replace("2ff387e58ca52c3e4d44a2e5b5dab04af4b40675", hex);
    assert_eq!(case.explain_text(&right, None).verdict, Verdict::Holds);
}

#[test]
fn what_the_application_computed_is_traced_back() {
    let url = "https://example.com/voice?b=1";
    let line = "POST https://example.com/voice?b=1";
    let body = "b=2&a=+x&B=1&b=3&empty=&From=%2B1";
    let text =
        raw(line, "example.com", &[], body).replace("SIGNATURE", &sign(TOKEN, url, &pairs(body)));
    let signed = |text: &str| ringback::signature::sign(TOKEN, text, &[]);
    let table = [
        (
            format!("{url}b2a xB1b3emptyFrom+1"),
            "in the order they came",
        ),
        (
            format!("{url}a xb2B1b3emptyFrom+1"),
            "without regard to case",
        ),
        (
            format!("{url}B1From+1a xb2b3"),
            "empty parameters were left out",
        ),
        (format!("{url}B1From+1a xb2empty"), "only one of its values"),
        (format!("{url}B1From+1a xb2,3empty"), "joined by commas"),
        (
            format!("{url}B1From+1axb2b3empty"),
            "trimmed before signing",
        ),
        (format!("{url}B1From%2B1a+xb2b3empty"), "still encoded"),
        (format!("{url}B1From+1a+xb2b3empty"), "means a space"),
        (format!("{url}{body}"), "put behind the address as it is"),
        (
            format!("{url}B1From+1a xb1b2b3empty"),
            "together with those of the form",
        ),
        (
            format!("{url}b1"),
            "once more, as if they had come in a form",
        ),
        (url.to_owned(), "the address alone was signed"),
        (
            "http://example.com/voice?b=1B1From+1a xb2b3empty".to_owned(),
            "scheme: http was",
        ),
    ];
    let case = case("", "", String::new());
    for (wrong, told) in table {
        let explanation = case.explain_text(&text, Some(&signed(&wrong)));
        assert_eq!(explanation.verdict, Verdict::Holds);
        let found = explanation.computed.clone().unwrap_or_default();
        let said: Vec<_> = found.iter().map(Difference::sentence).collect();
        assert!(
            said.len() == 1 && said[0].contains(told),
            "{told}: {said:?}"
        );
        assert!(explanation.to_string().contains("What to do:"));
    }
    let json = raw(
        "POST https://example.com/e?bodySHA256=00",
        "example.com",
        &["Content-Type: application/json"],
        r#"{"b": 2, "a": "x"}"#,
    );
    let wrong = signed("https://example.com/e?bodySHA256=00axb2");
    let found = case
        .explain_text(&json, Some(&wrong))
        .computed
        .unwrap_or_default();
    assert_eq!(found, [Difference::JsonAsForm]);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let request = read("POST /voice\nX-Twilio-Signature: a=\n\na=b", None).expect("it is read");
    let tokens = [TOKEN.to_owned()];
    let ask = |url: Option<&str>, tokens: &[String]| {
        explain(&Question {
            request: &request,
            tokens,
            url,
            computed: None,
        })
    };
    assert!(ask(None, &tokens).unwrap_err().contains("no Host"));
    assert!(
        ask(Some("example"), &tokens)
            .unwrap_err()
            .contains("'example' is no address")
    );
    assert!(
        ask(Some("http://x/voice"), &[])
            .unwrap_err()
            .contains("no auth token")
    );
    assert_eq!(
        ask(Some("http://x/voice"), &tokens).unwrap().verdict,
        Verdict::Unexplained
    );
    let unsigned = read("POST /voice\nHost: x\n\na=b", None).expect("it is read");
    let question = Question {
        request: &unsigned,
        tokens: &tokens,
        url: None,
        computed: None,
    };
    let explanation = explain(&question).unwrap();
    assert_eq!(
        (explanation.verdict, explanation.code()),
        (Verdict::Absent, 1)
    );
    assert!(
        explanation
            .to_string()
            .contains("has no X-Twilio-Signature")
    );
}
