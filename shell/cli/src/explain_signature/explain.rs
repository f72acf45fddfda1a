//! A request in, an explanation out; nothing is read or written here.

use super::address::Address;
use super::difference::Difference;
use super::request::Request;
use super::search::{Found, Search};
use ringback::signature::{
    BODY_HASH_PARAMETER, SIGNATURE_HEADER, body_hash, sign_text, signed_text,
};
use serde_json::Value;

/// What is to be explained.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The request as the application saw it.
    pub request: &'a Request,
    /// The auth tokens; the first is the one in use.
    pub tokens: &'a [String],
    /// The address as it is configured at the sender.
    pub url: Option<&'a str>,
    /// The signature that the application computed.
    pub computed: Option<&'a str>,
}

/// How it stands with a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to the request as it was seen.
    Holds,
    /// It belongs to something else, and it is known to what.
    Differs,
    /// It is known neither that it holds nor to what it belongs.
    Unexplained,
    /// There is none.
    Absent,
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// How it stands.
    pub verdict: Verdict,
    /// The text that was signed, where it was found.
    pub signed: Option<String>,
    /// The text an application makes of the request as seen.
    pub checked: String,
    /// Its signature, with the first token.
    pub checked_signature: String,
    /// The signature in the request.
    pub signature: Option<String>,
    /// In what the two texts differ.
    pub differences: Vec<Difference>,
    /// From what the application's own signature was computed, where one is given and it is found.
    pub computed: Option<Vec<Difference>>,
    /// Whether one is given.
    pub was_computed: bool,
    /// How many signatures were tried.
    pub tried: usize,
    /// What is worth a look where nothing explains it.
    pub hints: Vec<&'static str>,
}

/// Explains a signature. What can't be asked about is one sentence.
pub fn explain(question: &Question<'_>) -> Result<Explanation, String> {
    let request = question.request;
    let given = match question.url {
        Some(url) => Some(Address::parse(url).ok_or_else(|| format!("'{url}' is no address"))?),
        None => None,
    };
    let seen = Address::seen(request).or_else(|| {
        let given = given.clone()?;
        let Address { path, query, .. } = Address::of("", None, "", &request.target);
        Some(Address {
            path,
            query,
            ..given
        })
    });
    let seen = seen.ok_or("the request has no Host: give the address with --url")?;
    let first = question.tokens.first().ok_or("there is no auth token")?;
    let checked = signed_text(&seen.text(), &request.form());
    let mut search = Search::new(request, &seen, given.as_ref(), question.tokens);
    let signature = request
        .header(SIGNATURE_HEADER)
        .filter(|text| !text.is_empty());
    let found = signature.and_then(|signature| search.find(signature));
    let computed = question.computed.and_then(|text| search.find(text));
    let mut explanation = Explanation {
        verdict: match signature {
            None => Verdict::Absent,
            Some(_) => Verdict::Unexplained,
        },
        signed: None,
        checked_signature: sign_text(first, &checked),
        checked,
        signature: signature.map(str::to_owned),
        differences: Vec::new(),
        computed: computed.map(|found| found.differences),
        was_computed: question.computed.is_some(),
        tried: search.tried,
        hints: Vec::new(),
    };
    match found {
        Some(found) => explanation.take(found, request),
        None => explanation.hints = hints(question, &seen),
    }
    Ok(explanation)
}

impl Explanation {
    fn take(&mut self, found: Found, request: &Request) {
        self.differences = found.differences;
        self.differences
            .extend(changed_body(&found.address, request));
        self.verdict = if self.differences.is_empty() {
            Verdict::Holds
        } else {
            Verdict::Differs
        };
        self.signed = Some(found.text);
    }

    /// The code a program ends with: 0 where the signature holds.
    pub fn code(&self) -> u8 {
        u8::from(self.verdict != Verdict::Holds)
    }
}

/// Whether the body is another than the one whose hash is signed.
fn changed_body(address: &Address, request: &Request) -> Option<Difference> {
    let pairs = address.pairs();
    let (_, hash) = pairs.iter().find(|(name, _)| name == BODY_HASH_PARAMETER)?;
    let is = |body: &str| body_hash(body.as_bytes()).eq_ignore_ascii_case(hash);
    if is(&request.body) {
        return None;
    }
    let body = &request.body;
    let json: Option<Value> = serde_json::from_str(body).ok();
    let compact = json.as_ref().map(Value::to_string).unwrap_or_default();
    let pretty = json
        .as_ref()
        .and_then(|json| serde_json::to_string_pretty(json).ok());
    let guesses = [
        (format!("{body}\n"), "robbed of the line's end behind it"),
        (format!("{body}\r\n"), "robbed of the line's end behind it"),
        (body.replace('\n', "\r\n"), "given other ends of lines"),
        (body.trim().to_owned(), "given space around it"),
        (compact.clone(), "parsed and written anew with spaces"),
        (spaced(body), "parsed and written anew without its spaces"),
        (
            spaced(&compact),
            "parsed and written anew without its spaces",
        ),
        (
            pretty.unwrap_or_default(),
            "parsed and written anew without its layout",
        ),
        (format!("\u{feff}{body}"), "robbed of its byte order mark"),
    ];
    let how = guesses
        .iter()
        .find(|(guess, _)| is(guess))
        .map(|(_, how)| *how);
    Some(Difference::BodyChanged(how))
}

/// JSON with a space behind each comma and colon, as Python writes it.
fn spaced(compact: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for letter in compact.chars() {
        out.push(letter);
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        if !quoted && matches!(letter, ',' | ':') {
            out.push(' ');
        }
    }
    out
}

fn hints(question: &Question<'_>, seen: &Address) -> Vec<&'static str> {
    let mut hints = Vec::new();
    let local = ["localhost", "127.", "10.", "192.168.", "[::1]", "0.0.0.0"];
    let is_local = !seen.host.contains('.') || local.iter().any(|at| seen.host.starts_with(at));
    if question.url.is_none() && is_local {
        hints.push("The host is a local one: give the address you configured with --url.");
    } else if question.url.is_none() {
        hints.push("Give the address you configured with --url; it may be another altogether.");
    }
    let odd =
        |token: &String| token.len() != 32 || !token.bytes().all(|byte| byte.is_ascii_hexdigit());
    if question.tokens.iter().any(odd) {
        hints.push(
            "An auth token is 32 hexadecimal digits, and one of yours isn't: is it a SID, or the \
             secret of a key?",
        );
    }
    hints.push(
        "The token may belong to another account: a subaccount's calls are signed with the \
         subaccount's own token.",
    );
    if question.request.is_form() && question.request.body.is_empty() {
        hints.push("The request has no body: was it read before it was copied?");
    }
    hints
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
