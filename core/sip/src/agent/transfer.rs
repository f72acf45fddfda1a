//! REFER and NOTIFY: transfers asked for by a far end are declined, and reports nobody asked for
//! are refused (RFC 3515, RFC 6665 §4.1.3).

use crate::message::{Code, Request};
use crate::stack::Stack;

/// A far end wants a call transferred. Calls are moved by documents here, not by phones.
pub(crate) fn answer_refer(stack: &mut Stack, key: u64, request: &Request) {
    let code = match request.headers.refer_to() {
        Ok(_) => Code::DECLINE,
        Err(_) => Code::BAD_REQUEST,
    };
    stack.refuse(key, request, code);
}

/// A far end reports on a subscription that does not exist.
pub(crate) fn answer_notify(stack: &mut Stack, key: u64, request: &Request) {
    let code = match request.headers.event() {
        Ok(Some(_)) => Code::CALL_DOES_NOT_EXIST,
        _ => Code::BAD_EVENT,
    };
    stack.refuse(key, request, code);
}
