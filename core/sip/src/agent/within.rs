//! Requests within a dialog that do not change what is heard: INFO digits, OPTIONS, refreshing
//! UPDATEs, and everything that is answered without asking call control.

use super::{ACCEPT, ALLOW, Line};
use crate::dialog::Dialog;
use crate::message::{Code, HeaderName, Method, Request};
use crate::stack::Stack;
use model::signal::SignalEvent;

/// Answers a request in a dialog that is not answered yet.
pub(crate) fn answer_early(
    line: &mut Line,
    stack: &mut Stack,
    dialog: &mut Dialog,
    key: u64,
    request: &Request,
) {
    if !in_order(stack, dialog, key, request) {
        return;
    }
    match request.method {
        Method::Update if request.body.is_empty() => {
            dialog.refresh(&request.headers);
            let mut response = stack.response(request, Code::OK);
            let flow = dialog.flow;
            stack.present(&mut response.headers, &flow);
            stack.respond(key, &response);
        }
        // The first offer has no answer yet (RFC 3311 §5.2, RFC 3261 §14.2).
        Method::Update | Method::Invite => retry_later(stack, key, request),
        _ => answer(line, stack, key, request),
    }
}

/// Answers a request that needs nothing but itself.
pub(crate) fn answer(line: &Line, stack: &mut Stack, key: u64, request: &Request) {
    match &request.method {
        Method::Info => answer_info(line, stack, key, request),
        Method::Options => answer_options(stack, key, request),
        Method::Refer => super::transfer::answer_refer(stack, key, request),
        Method::Notify => super::transfer::answer_notify(stack, key, request),
        Method::Prack => stack.refuse(key, request, Code::CALL_DOES_NOT_EXIST),
        method => {
            let code = refusal_of(method);
            stack.refuse(key, request, code);
        }
    }
}

/// What a method we do not serve here is refused with.
pub(crate) fn refusal_of(method: &Method) -> Code {
    match method {
        Method::Other(_) => Code::NOT_IMPLEMENTED,
        _ => Code::METHOD_NOT_ALLOWED,
    }
}

/// Refuses a request that comes out of order with 500 (RFC 3261 §12.2.2).
pub(crate) fn in_order(
    stack: &mut Stack,
    dialog: &mut Dialog,
    key: u64,
    request: &Request,
) -> bool {
    let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
    let fits = dialog.accepts(number);
    if !fits {
        stack.refuse(key, request, Code::SERVER_INTERNAL_ERROR);
    }
    fits
}

/// Refuses an offer that comes while another is open: 500 with Retry-After of up to ten seconds
/// (RFC 3261 §14.2).
pub(crate) fn retry_later(stack: &mut Stack, key: u64, request: &Request) {
    let mut response = stack.response(request, Code::SERVER_INTERNAL_ERROR);
    let wait_s = stack.chance.below(10);
    response.headers.push(HeaderName::RetryAfter, wait_s);
    stack.respond(key, &response);
}

/// OPTIONS: what we can do (RFC 3261 §11.2).
pub(crate) fn answer_options(stack: &mut Stack, key: u64, request: &Request) {
    let mut response = stack.response(request, Code::OK);
    let headers = &mut response.headers;
    headers.push(HeaderName::Allow, ALLOW);
    headers.push(HeaderName::Accept, ACCEPT);
    headers.push(HeaderName::Supported, stack.supported());
    stack.respond(key, &response);
}

fn answer_info(line: &Line, stack: &mut Stack, key: u64, request: &Request) {
    if request.body.is_empty() {
        return stack.refuse(key, request, Code::OK);
    }
    let kind = request.headers.content_type().ok().flatten();
    let text = String::from_utf8_lossy(&request.body);
    let pressed = match kind {
        Some(kind) if kind.is("application/dtmf-relay") => relay(&text),
        Some(kind) if kind.is("application/dtmf") => {
            key_of(text.trim()).map(|digit| (digit, DURATION_MS))
        }
        _ => {
            let mut response = stack.response(request, Code::UNSUPPORTED_MEDIA_TYPE);
            response.headers.push(HeaderName::Accept, ACCEPT);
            return stack.respond(key, &response);
        }
    };
    stack.refuse(key, request, Code::OK);
    if let Some((digit, duration_ms)) = pressed {
        stack.tell(line.id, SignalEvent::Digit { digit, duration_ms });
    }
}

/// How long a key counts as held where nothing is said.
const DURATION_MS: u32 = 160;

/// Reads `Signal=5\r\nDuration=160`.
fn relay(text: &str) -> Option<(char, u32)> {
    let value = |name: &str| {
        text.lines().find_map(|line| {
            let (found, value) = line.split_once('=')?;
            let same = found.trim().eq_ignore_ascii_case(name);
            same.then(|| value.trim())
        })
    };
    let digit = key_of(value("Signal")?)?;
    let duration_ms = value("Duration").and_then(|text| text.parse().ok());
    Some((digit, duration_ms.unwrap_or(DURATION_MS)))
}

/// The key a text names: itself, or its number in RFC 4733 (`10` is the star, `11` the hash).
fn key_of(text: &str) -> Option<char> {
    let upper = text.to_ascii_uppercase();
    match upper.as_str() {
        "10" => Some('*'),
        "11" => Some('#'),
        _ => {
            let mut chars = upper.chars();
            let key = chars.next()?;
            let known = chars.next().is_none() && "0123456789ABCD*#".contains(key);
            known.then_some(key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{key_of, relay};

    #[test]
    fn keys_are_read_from_both_forms() {
        assert_eq!(relay("Signal=5\r\nDuration=250\r\n"), Some(('5', 250)));
        assert_eq!(relay("signal = #"), Some(('#', 160)));
        assert_eq!(relay("Duration=5"), None);
        assert_eq!(relay("Signal=!"), None);
        assert_eq!(key_of("10"), Some('*'));
        assert_eq!(key_of("d"), Some('D'));
        assert_eq!(key_of("12"), None);
        assert_eq!(key_of(""), None);
    }
}
