//! The journal of requests to customers' applications: one row for each, bounded and without
//! secrets, so that whoever reads it later needs no care.

use crate::mask::{self, MASK, cut};
use crate::{AccountSid, CallSid, Method, Time, WebReply, limit};

/// One request to the customer's application and its answer, as `Calls/{sid}/Events` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebEventRow {
    /// Whose it is.
    pub account: AccountSid,
    /// The call it was about.
    pub call: CallSid,
    /// How it was asked.
    pub method: Method,
    /// Where it was asked.
    pub url: String,
    /// The parameters sent.
    pub parameters: Vec<(String, String)>,
    /// The HTTP status of the answer, if there was one.
    pub response_code: Option<u16>,
    /// The answer's content type.
    pub content_type: Option<String>,
    /// The answer's beginning.
    pub response_body: Option<String>,
    /// How long the answer took.
    pub duration_ms: u64,
    /// When it was asked.
    pub date: Time,
}

/// What an application answered, in whatever state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type` header as it came.
    pub content_type: Option<String>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
}

impl WebEventRow {
    /// The same with an answer.
    pub fn answered(mut self, answer: &WebAnswer) -> WebEventRow {
        self.response_code = Some(answer.status);
        self.content_type.clone_from(&answer.content_type);
        self.response_body = Some(beginning(&answer.body));
        self
    }

    /// The same with what came of a request for a document.
    pub fn replied(mut self, reply: &WebReply) -> WebEventRow {
        match reply {
            WebReply::Answered {
                status,
                content_type,
                body,
                ..
            } => {
                self.response_code = Some(*status);
                self.content_type.clone_from(content_type);
                self.response_body = Some(beginning(body));
            }
            WebReply::Failed { status, .. } => self.response_code = *status,
        }
        self
    }

    /// The row as it may be kept: nothing in it is secret, and nothing is long.
    pub fn kept(mut self) -> WebEventRow {
        self.url = without_password(&self.url);
        let mut left = limit::WEB_EVENT_PARAMETERS_BYTES_MAX;
        for (name, value) in &mut self.parameters {
            if let Some((masked, _)) = mask::value(name, value) {
                *value = masked;
            }
            cut(value, left);
            left = left.saturating_sub(name.len() + value.len());
        }
        if let Some(body) = &mut self.response_body {
            *body = mask::passwords_in_markup(body);
            cut(body, limit::WEB_EVENT_BODY_BYTES_MAX);
        }
        if let Some(content_type) = &mut self.content_type {
            cut(content_type, limit::HEADER_KEPT_BYTES_MAX);
        }
        self
    }
}

fn beginning(body: &[u8]) -> String {
    // As much again as is kept, so that a secret at the end is seen whole before it is cut.
    let kept = &body[..body.len().min(2 * limit::WEB_EVENT_BODY_BYTES_MAX)];
    String::from_utf8_lossy(kept).into_owned()
}

/// An address with its password, if it has one (`https://user:password@host/`), masked.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            let mask = if user.contains(':') { MASK } else { "" };
            let colon = if user.contains(':') { ":" } else { "" };
            format!("{scheme}://{name}{colon}{mask}@{host}{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> WebEventRow {
        WebEventRow {
            account: AccountSid(1),
            call: CallSid(2),
            method: Method::Post,
            url: "https://u:hidden@example.com/a?b=c@d".into(),
            parameters: vec![
                ("SipAuthPassword".into(), "hidden".into()),
                ("A".into(), "b".into()),
                ("Digits".into(), "4111111111111111#".into()),
            ],
            response_code: None,
            content_type: None,
            response_body: None,
            duration_ms: 0,
            date: Time(0),
        }
    }

    #[test]
    fn nothing_secret_is_kept() {
        let body = "<Sip username='u' password = \"hidden\">x</Sip><Sip PASSWORD='hidden";
        let answer = WebAnswer {
            status: 500,
            content_type: Some("text/xml".into()),
            body: body.into(),
        };
        let kept = row().answered(&answer).kept();
        assert!(!format!("{kept:?}").contains("hidden"), "{kept:?}");
        assert_eq!(kept.url, "https://u:***@example.com/a?b=c@d");
        assert_eq!(kept.parameters[1], ("A".into(), "b".into()));
        assert_eq!(kept.parameters[2].1, "***#");
        assert_eq!(
            (kept.response_code, kept.content_type.as_deref()),
            (Some(500), Some("text/xml"))
        );
        let body = kept.response_body.unwrap();
        assert_eq!(
            body,
            "<Sip username='u' password = \"***\">x</Sip><Sip PASSWORD='***"
        );
    }

    #[test]
    fn addresses_without_a_password_stay_as_they_are() {
        for url in [
            "https://example.com/a@b:c",
            "sip:a:b@c",
            "",
            "http://u@h",
            "https://é@h/?x",
        ] {
            assert_eq!(without_password(url), url);
        }
        assert_eq!(without_password("http://u:p:q@x@h"), "http://u:***@h");
    }

    #[test]
    fn nothing_long_is_kept() {
        let long = "é".repeat(100_000);
        let mut row = row();
        row.parameters = vec![("A".into(), long.clone()), ("B".into(), long.clone())];
        let answer = WebAnswer {
            status: 200,
            content_type: Some(long.clone()),
            body: long.into(),
        };
        let kept = row.answered(&answer).kept();
        let sent: usize = kept.parameters.iter().map(|(n, v)| n.len() + v.len()).sum();
        assert!(sent <= limit::WEB_EVENT_PARAMETERS_BYTES_MAX + 2);
        assert!(kept.response_body.unwrap().len() <= limit::WEB_EVENT_BODY_BYTES_MAX);
        assert!(kept.content_type.unwrap().len() <= limit::HEADER_KEPT_BYTES_MAX);
    }
}
