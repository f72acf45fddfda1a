//! Session timers (RFC 4028): how long a session lives, and which side keeps it alive.

use crate::config::SessionTimers;
use crate::message::header::{Refresher, SessionExpires};
use crate::message::{HeaderName, Headers, Method};
use model::Span;

/// What both sides agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    /// The interval (seconds).
    pub(crate) interval_s: u32,
    /// Whether we refresh.
    pub(crate) ours: bool,
    /// Whether the far end takes UPDATE.
    pub(crate) by_update: bool,
}

/// The far end wants a shorter interval than our Min-SE: 422.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooSmall;

impl Session {
    /// What a request of the far end's settles on (RFC 4028 §9).
    pub(crate) fn of_request(
        headers: &Headers,
        settings: &SessionTimers,
    ) -> Result<Option<Session>, TooSmall> {
        let knows = headers.supports("timer");
        let asked = headers.session_expires().ok().flatten();
        let by_update = headers.allows(&Method::Update) == Some(true);
        if let Some(asked) = asked {
            if asked.interval_s < settings.min_s && knows {
                return Err(TooSmall);
            }
            let theirs = knows && asked.refresher != Some(Refresher::Uas);
            return Ok(Some(Session {
                interval_s: asked.interval_s.max(settings.min_s),
                ours: !theirs,
                by_update,
            }));
        }
        let floor = headers.min_se_s().unwrap_or(0);
        let own = (settings.interval_s > 0).then_some(Session {
            interval_s: settings.interval_s.max(floor),
            ours: true,
            by_update,
        });
        Ok(own)
    }

    /// What a 2xx of the far end's settles on (RFC 4028 §7.2).
    pub(crate) fn of_response(headers: &Headers) -> Option<Session> {
        let told = headers.session_expires().ok().flatten()?;
        Some(Session {
            interval_s: told.interval_s.max(1),
            ours: told.refresher != Some(Refresher::Uas),
            by_update: headers.allows(&Method::Update) == Some(true),
        })
    }

    /// Writes our offer of a session timer into a request.
    pub(crate) fn ask(headers: &mut Headers, settings: &SessionTimers, min_s: u32) {
        if settings.interval_s > 0 {
            let interval = settings.interval_s.max(min_s);
            headers.set(HeaderName::SessionExpires, interval);
            headers.set(HeaderName::MinSe, settings.min_s.max(min_s));
        }
    }

    /// Writes what is agreed into a request of ours within the dialog.
    pub(crate) fn repeat(&self, headers: &mut Headers, settings: &SessionTimers) {
        let refresher = if self.ours {
            Refresher::Uac
        } else {
            Refresher::Uas
        };
        headers.set(HeaderName::SessionExpires, self.header(refresher));
        headers.set(HeaderName::MinSe, settings.min_s);
    }

    /// Writes what is agreed into our 2xx (RFC 4028 §9).
    pub(crate) fn confirm(&self, headers: &mut Headers) {
        let refresher = if self.ours {
            Refresher::Uas
        } else {
            Refresher::Uac
        };
        headers.set(HeaderName::SessionExpires, self.header(refresher));
        if !self.ours {
            headers.push(HeaderName::Require, "timer");
        }
    }

    fn header(&self, refresher: Refresher) -> SessionExpires {
        SessionExpires {
            interval_s: self.interval_s,
            refresher: Some(refresher),
        }
    }

    /// When we refresh: at half of the interval.
    pub(crate) fn refresh_after(&self) -> Span {
        Span(u64::from(self.interval_s) * 500_000)
    }

    /// When we give the session up: a little before its end (RFC 4028 §10).
    pub(crate) fn expire_after(&self) -> Span {
        let early = (self.interval_s / 3).min(32);
        Span::from_secs(u64::from(self.interval_s - early))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(HeaderName, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in lines {
            headers.push(*name, value);
        }
        headers
    }

    const SETTINGS: SessionTimers = SessionTimers {
        interval_s: 1_800,
        min_s: 90,
    };

    #[test]
    fn a_request_settles_interval_and_refresher() {
        let cases = [
            ("1800", Some("timer"), Some((1_800, false))),
            ("1800;refresher=uac", Some("timer"), Some((1_800, false))),
            ("1800;refresher=uas", Some("timer"), Some((1_800, true))),
            ("60", Some("timer"), None),
            ("60", None, Some((90, true))),
        ];
        for (value, supported, expected) in cases {
            let mut all = headers(&[(HeaderName::SessionExpires, value)]);
            if let Some(tag) = supported {
                all.push(HeaderName::Supported, tag);
            }
            let session = Session::of_request(&all, &SETTINGS);
            let found = session.ok().flatten().map(|s| (s.interval_s, s.ours));
            assert_eq!(found, expected, "{value} {supported:?}");
        }
        let none = Session::of_request(&headers(&[(HeaderName::MinSe, "3600")]), &SETTINGS);
        assert_eq!(
            none.unwrap().map(|s| (s.interval_s, s.ours)),
            Some((3_600, true))
        );
    }

    #[test]
    fn a_response_settles_it_for_the_caller() {
        let told = headers(&[(HeaderName::SessionExpires, "300;refresher=uas")]);
        let session = Session::of_response(&told).unwrap();
        assert!(!session.ours);
        assert_eq!(session.expire_after(), Span::from_secs(268));
        assert_eq!(Session::of_response(&Headers::new()), None);
    }
}
