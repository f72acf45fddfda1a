//! How a message finds its transaction: our branch on responses, a keyed hash of branch, sent-by
//! and method on requests, with the older rules for peers without the magic cookie.

use std::hash::{DefaultHasher, Hasher};

use crate::message::header::Via;
use crate::message::scan::list;
use crate::message::{HeaderName, Method, Request, Response};

/// Our branches are the magic cookie, the transaction's number and a nonce.
const COOKIE: &str = "z9hG4bK";

/// The branch of one of our transactions.
pub(super) fn branch(number: u64, nonce: u32) -> String {
    format!("{COOKIE}{number:x}.{nonce:08x}")
}

/// The transaction of ours that a response's topmost Via names: number and nonce.
pub(super) fn of_response(response: &Response) -> Option<(u64, u32)> {
    let via = list(response.headers.value(HeaderName::Via)?).next()?;
    let from = via.find(COOKIE)? + COOKIE.len();
    let text = &via[from..];
    let text = &text[..text.find([';', ' ', '\t']).unwrap_or(text.len())];
    let (number, nonce) = text.split_once('.')?;
    let number = u64::from_str_radix(number, 16).ok()?;
    Some((number, u32::from_str_radix(nonce, 16).ok()?))
}

/// The key of a request's server transaction. CANCEL and ACK find their INVITE under
/// `Method::Invite`.
pub(super) fn of_request(secret: u64, request: &Request, via: &Via, method: &Method) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(secret);
    let method = if *method == Method::Ack {
        &Method::Invite
    } else {
        method
    };
    field(&mut hasher, method.as_str());
    if via.has_magic_cookie() {
        // RFC 3261 §17.2.3: branch, sent-by, method.
        field(&mut hasher, via.branch().unwrap_or_default());
        field(&mut hasher, &via.host.to_string().to_ascii_lowercase());
        hasher.write_u16(via.port_or_default());
    } else {
        // RFC 2543: Request-URI, From tag, Call-ID, CSeq number, topmost Via. The To tag is left
        // out, since an ACK has one that its INVITE had not.
        field(&mut hasher, &request.uri.to_string());
        identity(&mut hasher, request);
        field(&mut hasher, &via.to_string());
    }
    hasher.finish()
}

/// The key of one request whichever way it comes: From tag, Call-ID, CSeq (RFC 3261 §8.2.2.2).
pub(super) fn of_merge(secret: u64, request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(!secret);
    identity(&mut hasher, request);
    hasher.finish()
}

fn identity(hasher: &mut DefaultHasher, request: &Request) {
    let from = request.headers.from_().ok();
    let tag = from.as_ref().and_then(|from| from.tag());
    field(hasher, tag.unwrap_or_default());
    field(hasher, request.headers.call_id().unwrap_or_default());
    let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
    hasher.write_u32(number);
}

fn field(hasher: &mut DefaultHasher, text: &str) {
    hasher.write(text.as_bytes());
    hasher.write_u8(0xff);
}
