//! Reads single parameters and says what is wrong with them.

use crate::fault::Fault;
use crate::form::Form;
use model::{ErrorCode, Method, limit};

/// Whether text is an absolute HTTP address with a host. As the contract has it, a host's name may
/// hold no underscore.
pub fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            if !port.bytes().all(|b| b.is_ascii_digit()) {
                return false;
            }
            name
        }
        _ => host,
    };
    let named = !host.is_empty() && !host.contains('_');
    web && named && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// An address that must be one, if it is given.
pub fn url(form: &Form, name: &str, code: ErrorCode) -> Result<Option<String>, Fault> {
    match form.given(name).map(str::trim) {
        None => Ok(None),
        Some(url) if is_url(url) => Ok(Some(url.to_owned())),
        Some(url) => Err(Fault::new(
            code,
            format!("{name} is not a valid URL: {url}"),
        )),
    }
}

/// `GET` or `POST`; `POST` if it isn't given.
pub fn method(form: &Form, name: &str, code: ErrorCode) -> Result<Method, Fault> {
    Ok(method_of(form, name, code)?.unwrap_or(Method::Post))
}

/// `GET` or `POST`, if it is given.
pub fn method_of(form: &Form, name: &str, code: ErrorCode) -> Result<Option<Method>, Fault> {
    let Some(text) = form.given(name) else {
        return Ok(None);
    };
    let fault = || Fault::new(code, format!("{name} must be GET or POST, not {text}"));
    Method::parse(text.trim()).map(Some).ok_or_else(fault)
}

/// `true` or `false`; `false` if it isn't given.
pub fn flag(form: &Form, name: &str) -> Result<bool, Fault> {
    match form.given(name) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) => Err(Fault::parameter(format!(
            "{name} must be true or false, not {text}"
        ))),
    }
}

/// A whole number from 1 upwards, if it is given; what is above `max` counts as `max`.
pub fn seconds(form: &Form, name: &str, max: u32, code: ErrorCode) -> Result<Option<u32>, Fault> {
    let Some(text) = form.given(name) else {
        return Ok(None);
    };
    match text.trim().parse::<u64>() {
        Ok(secs) if secs > 0 => Ok(Some(u32::try_from(secs).unwrap_or(max).min(max))),
        _ => Err(Fault::new(
            code,
            format!("{name} must be a positive integer, not {text}"),
        )),
    }
}

/// Keys that are sent after the answer, if they are given; `w` and `W` are pauses.
pub fn keys(form: &Form, name: &str) -> Result<Option<String>, Fault> {
    let Some(keys) = form.given(name).map(str::trim) else {
        return Ok(None);
    };
    let known = |c: char| matches!(c, '0'..='9' | 'A'..='D' | 'a'..='d' | '#' | '*' | 'w' | 'W');
    if keys.len() > limit::SEND_DIGITS_MAX || !keys.chars().all(known) {
        return Err(Fault::of(ErrorCode::SEND_DIGITS));
    }
    Ok(Some(keys.to_owned()))
}

/// One of a set of words, if it is given.
pub fn word<T>(
    form: &Form,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let Some(text) = form.given(name) else {
        return Ok(None);
    };
    let fault = || Fault::parameter(format!("{name} is not valid: {text}"));
    read(text.trim()).map(Some).ok_or_else(fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host() {
        for good in [
            "http://a",
            "https://user:pw@example.com:8443/x?y=z#rc=3",
            "HTTP://127.0.0.1:80",
            "http://[::1]:8080/x",
            "http://[::1]/x",
            "http://user_name:p@a/my_path",
        ] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "/x",
            "ftp://a",
            "http://",
            "http:///x",
            "http://a b",
            "http://a:x/",
            "http://my_app:3000/voice",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }
}
