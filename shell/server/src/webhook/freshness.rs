//! What an answer to a GET says about keeping it: whether, until when it is fresh, and by which
//! version it is asked for again (RFC 9111). Moments come from outside.
//!
//! We are a private cache: each account's answers are its own, so `private` may be kept and
//! `s-maxage` means nothing here. Nothing stale is ever used without asking.

use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use model::{Span, Time};
use std::time::UNIX_EPOCH;

/// An answer that may be kept: for how long, and what is known of its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The header fields that decide, so that a 304 can renew them.
    fields: HeaderMap,
    /// The fields of the request that the answer depends on, as they were sent.
    varies: Vec<(HeaderName, Vec<HeaderValue>)>,
    fresh_until: Time,
}

impl Freshness {
    /// What an answer says of itself; `None` if it must not be kept, or if keeping it is no use
    /// because it is stale at once and has no version to ask for.
    ///
    /// Errors are never kept, although RFC 9111 would let us: a caller must not hear of a fault
    /// that is mended.
    pub fn of(
        request: &HeaderMap,
        status: u16,
        answer: &HeaderMap,
        asked: Time,
        answered: Time,
    ) -> Option<Freshness> {
        if !matches!(status, 200 | 203) {
            return None;
        }
        let mut fields = HeaderMap::new();
        for name in FIELDS {
            copy(answer, &mut fields, &name);
        }
        Freshness::read(request, fields, asked, answered)
    }

    /// The same answer, confirmed by a 304 (RFC 9111 §4.3.4). `None` if the 304 speaks of another
    /// version than the one that is kept, or forbids to keep it any longer.
    pub fn renewed(
        &self,
        request: &HeaderMap,
        confirmation: &HeaderMap,
        asked: Time,
        answered: Time,
    ) -> Option<Freshness> {
        let tag = |headers: &HeaderMap| {
            let tag = headers.get(header::ETAG)?.to_str().ok()?.trim();
            Some(tag.strip_prefix("W/").unwrap_or(tag).to_owned())
        };
        if let (Some(ours), Some(theirs)) = (tag(&self.fields), tag(confirmation))
            && ours != theirs
        {
            return None;
        }
        let mut fields = self.fields.clone();
        for name in FIELDS {
            // These two are of the message, not of what it speaks of.
            if confirmation.contains_key(&name) || name == header::DATE || name == header::AGE {
                fields.remove(&name);
                copy(confirmation, &mut fields, &name);
            }
        }
        Freshness::read(request, fields, asked, answered)
    }

    fn read(
        request: &HeaderMap,
        fields: HeaderMap,
        asked: Time,
        answered: Time,
    ) -> Option<Freshness> {
        if Directives::read(&fields).no_store {
            return None;
        }
        let mut varies = Vec::new();
        for name in members(&fields, &header::VARY) {
            // What nobody could ask again in the same way can't be used again (§4.1).
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            if name == "*" {
                return None;
            }
            let values = request.get_all(&name).iter().cloned().collect();
            varies.push((name, values));
        }
        let fresh_until = until(&fields, asked, answered);
        let useful = fresh_until > answered
            || fields.contains_key(header::ETAG)
            || fields.contains_key(header::LAST_MODIFIED);
        useful.then_some(Freshness {
            fields,
            varies,
            fresh_until,
        })
    }

    /// Whether the answer can be used without asking.
    pub fn is_fresh(&self, now: Time) -> bool {
        now < self.fresh_until
    }

    /// Whether a request is like the one that was answered, as far as the answer depends on it
    /// (`Vary`, §4.1).
    pub fn suits(&self, request: &HeaderMap) -> bool {
        self.varies
            .iter()
            .all(|(name, values)| request.get_all(name).iter().eq(values.iter()))
    }

    /// Lets the answer depend on one more field of the request.
    pub fn vary_on(&mut self, request: &HeaderMap, name: HeaderName) {
        let values = request.get_all(&name).iter().cloned().collect();
        self.varies.push((name, values));
    }

    /// Whether the answer says `public`: that it doesn't depend on who asks.
    pub fn is_public(&self) -> bool {
        Directives::read(&self.fields).public
    }

    /// Fresh no longer than to this moment: what led here is stale then.
    pub fn limit(&mut self, until: Time) {
        self.fresh_until = self.fresh_until.min(until);
    }

    /// Whether there is a version to ask by.
    pub fn has_version(&self) -> bool {
        self.fields.contains_key(header::ETAG) || self.fields.contains_key(header::LAST_MODIFIED)
    }

    /// Asks a request for something newer only (§4.3.1). Both forms are sent where both are
    /// known: a server that knows the first ignores the second (RFC 9110 §13.1.3).
    pub fn ask(&self, request: &mut HeaderMap) {
        for (version, condition) in [
            (header::ETAG, header::IF_NONE_MATCH),
            (header::LAST_MODIFIED, header::IF_MODIFIED_SINCE),
        ] {
            if let Some(value) = self.fields.get(version) {
                request.insert(condition, value.clone());
            }
        }
    }
}

/// Until when an answer is fresh, whatever its status: a redirect is as well (§4.2). Without a
/// word of the server's that is no time at all: guessing by age (§4.2.2) would let callers hear a
/// prompt that was replaced.
pub fn until(answer: &HeaderMap, asked: Time, answered: Time) -> Time {
    let directives = Directives::read(answer);
    let date = date_of(answer, &header::DATE);
    let lifetime = match directives.max_age {
        _ if directives.no_store || directives.no_cache => Span::ZERO,
        Some(secs) => Span::from_secs(secs),
        // The server's clock counts, against itself.
        None => date_of(answer, &header::EXPIRES).map_or(Span::ZERO, |expires| {
            expires.since(date.unwrap_or(answered))
        }),
    };
    // §4.2.3. An invalid Age is no Age (§5.1).
    let apparent = date.map_or(Span::ZERO, |date| answered.since(date));
    let told = members(answer, &header::AGE)
        .first()
        .and_then(|age| seconds(age))
        .map_or(Span::ZERO, Span::from_secs);
    let corrected = Span(told.0 + answered.since(asked).0);
    answered + Span(lifetime.0.saturating_sub(apparent.max(corrected).0))
}

/// What `Cache-Control` says, as far as it is for us.
#[derive(Debug, Default)]
struct Directives {
    no_store: bool,
    no_cache: bool,
    public: bool,
    max_age: Option<u64>,
}

impl Directives {
    fn read(headers: &HeaderMap) -> Directives {
        let mut directives = Directives::default();
        for member in members(headers, &header::CACHE_CONTROL) {
            let (name, value) = member.split_once('=').unwrap_or((&member, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "no-store" => directives.no_store = true,
                // With names of fields it forbids those alone; keeping nothing obeys that too.
                "no-cache" => directives.no_cache = true,
                "public" => directives.public = true,
                "max-age" => {
                    // What contradicts itself or can't be read is stale (§4.2.1).
                    let secs = seconds(value.trim().trim_matches('"')).unwrap_or(0);
                    let earlier = directives.max_age.unwrap_or(secs);
                    directives.max_age = Some(if earlier == secs { secs } else { 0 });
                }
                _ => {}
            }
        }
        directives
    }
}

/// The fields of an answer that decide.
const FIELDS: [HeaderName; 7] = [
    header::CACHE_CONTROL,
    header::EXPIRES,
    header::DATE,
    header::AGE,
    header::VARY,
    header::ETAG,
    header::LAST_MODIFIED,
];

fn copy(from: &HeaderMap, to: &mut HeaderMap, name: &HeaderName) {
    for value in from.get_all(name) {
        to.append(name, value.clone());
    }
}

/// The members of a list, over all lines of its field; commas in quotes don't part them.
fn members(headers: &HeaderMap, name: &HeaderName) -> Vec<String> {
    let mut members = Vec::new();
    for line in headers.get_all(name) {
        let line = String::from_utf8_lossy(line.as_bytes());
        let (mut quoted, mut escaped) = (false, false);
        let parts = line.split(|c: char| {
            let parts = c == ',' && !quoted;
            quoted ^= c == '"' && !escaped;
            escaped = c == '\\' && quoted && !escaped;
            parts
        });
        let parts = parts.map(str::trim).filter(|part| !part.is_empty());
        members.extend(parts.map(str::to_owned));
    }
    members
}

/// Seconds (§1.2.2): a number too large to be written is very long.
fn seconds(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| {
        text.parse()
            .map_or(SECONDS_MAX, |n: u64| n.min(SECONDS_MAX))
    })
}

/// As much as a cache needs to know of "very long" (§1.2.2): 68 years.
const SECONDS_MAX: u64 = 1 << 31;

/// A date in any of HTTP's three forms; two dates in one field are none.
fn date_of(headers: &HeaderMap, name: &HeaderName) -> Option<Time> {
    let mut values = headers.get_all(name).iter();
    let (value, more) = (values.next()?, values.next());
    let date = httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    more.is_none().then(|| Time::from_secs(since.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fri, 27 Nov 2026 08:00:00 GMT.
    const NOW: Time = Time::from_secs(1_795_766_400);

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn of(lines: &[&str]) -> Option<Freshness> {
        Freshness::of(&HeaderMap::new(), 200, &headers(lines), NOW, NOW)
    }

    /// For how many seconds it is fresh.
    fn secs(lines: &[&str]) -> u64 {
        until(&headers(lines), NOW, NOW).since(NOW).secs()
    }

    #[test]
    fn how_long_an_answer_is_fresh() {
        for (lines, expected) in [
            (&["Cache-Control: max-age=60"][..], 60),
            (&["cache-control: Public, MAX-AGE=\"60\""], 60),
            // s-maxage is for shared caches; max-age goes before Expires.
            (&["Cache-Control: s-maxage=9, max-age=60"], 60),
            (&["Cache-Control: s-maxage=9"], 0),
            (
                &[
                    "Cache-Control: max-age=60",
                    "Expires: Fri, 27 Nov 2026 09:00:00 GMT",
                ],
                60,
            ),
            (&["Expires: Fri, 27 Nov 2026 09:00:00 GMT"], 3_600),
            (&["Expires: Friday, 27-Nov-26 09:00:00 GMT"], 3_600),
            (&["Expires: Fri Nov 27 09:00:00 2026"], 3_600),
            (&["Expires: 0"], 0),
            // Their clock is an hour ahead: what counts is the difference of their two dates.
            (
                &[
                    "Date: Fri, 27 Nov 2026 09:00:00 GMT",
                    "Expires: Fri, 27 Nov 2026 09:00:10 GMT",
                ],
                10,
            ),
            // It has been on its way for twenty seconds.
            (
                &[
                    "Cache-Control: max-age=60",
                    "Date: Fri, 27 Nov 2026 07:59:40 GMT",
                ],
                40,
            ),
            (&["Cache-Control: max-age=60", "Age: 45"], 15),
            (&["Cache-Control: max-age=60", "Age: 61"], 0),
            (&["Cache-Control: max-age=60", "Age: soon"], 60),
            (
                &["Cache-Control: max-age=60", "Age: 18446744073709551615"],
                0,
            ),
            (
                &["Cache-Control: max-age=99999999999999999999"],
                SECONDS_MAX,
            ),
            // What contradicts itself or can't be read is stale.
            (&["Cache-Control: max-age=60, max-age=70"], 0),
            (
                &["Cache-Control: max-age=60", "Cache-Control: max-age=60"],
                60,
            ),
            (&["Cache-Control: max-age=-1"], 0),
            (&["Cache-Control: max-age"], 0),
            (&["Cache-Control: no-cache, max-age=60"], 0),
            (&["Cache-Control: no-cache=\"a, max-age=9\", max-age=60"], 0),
            (&["Cache-Control: no-store, max-age=60"], 0),
            // Nothing is guessed.
            (&["Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT"], 0),
            (&[], 0),
        ] {
            assert_eq!(secs(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn the_time_on_the_way_counts() {
        let answer = headers(&["Cache-Control: max-age=60", "Age: 10"]);
        let asked = Time(NOW.0 - Span::from_secs(5).0);
        assert_eq!(until(&answer, asked, NOW), NOW + Span::from_secs(45));
    }

    #[test]
    fn what_may_be_kept() {
        assert!(of(&["Cache-Control: max-age=60"]).is_some());
        assert!(of(&["Cache-Control: private, max-age=60"]).is_some());
        assert!(of(&["ETag: \"1\""]).is_some());
        assert!(of(&["Cache-Control: no-cache", "ETag: \"1\""]).is_some());
        assert!(of(&["Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT"]).is_some());
        assert!(of(&["Cache-Control: no-store, max-age=60", "ETag: \"1\""]).is_none());
        assert!(of(&["Cache-Control: max-age=60", "Vary: Accept, *"]).is_none());
        assert!(of(&["Cache-Control: max-age=0"]).is_none());
        assert!(of(&[]).is_none());
        let lines = headers(&["Cache-Control: max-age=60"]);
        for status in [206, 301, 404, 500] {
            let kept = Freshness::of(&HeaderMap::new(), status, &lines, NOW, NOW);
            assert!(kept.is_none(), "{status}");
        }
    }

    #[test]
    fn fresh_means_before_that_moment() {
        let mut kept = of(&["Cache-Control: max-age=60"]).unwrap();
        assert!(kept.is_fresh(NOW) && kept.is_fresh(NOW + Span::from_secs(59)));
        assert!(!kept.is_fresh(NOW + Span::from_secs(60)));
        kept.limit(NOW + Span::from_secs(10));
        assert!(!kept.is_fresh(NOW + Span::from_secs(10)));
    }

    #[test]
    fn an_answer_depends_on_the_fields_it_names() {
        let request = headers(&["Accept: */*", "Cookie: a=1"]);
        let answer = headers(&["Cache-Control: max-age=60", "Vary: accept, Accept-Language"]);
        let mut kept = Freshness::of(&request, 200, &answer, NOW, NOW).unwrap();
        assert!(kept.suits(&request));
        assert!(kept.suits(&headers(&["Accept: */*"])));
        assert!(!kept.suits(&headers(&["Accept: audio/*"])));
        assert!(!kept.suits(&headers(&["Accept: */*", "Accept-Language: pt"])));
        kept.vary_on(&request, header::COOKIE);
        assert!(kept.suits(&request));
        assert!(!kept.suits(&headers(&["Accept: */*"])));
    }

    #[test]
    fn a_version_is_asked_for_and_confirmed() {
        let kept = of(&[
            "Cache-Control: max-age=60",
            "ETag: \"1\"",
            "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT",
            "Age: 50",
        ])
        .unwrap();
        let mut request = HeaderMap::new();
        kept.ask(&mut request);
        assert_eq!(request.get("if-none-match").unwrap(), "\"1\"");
        assert_eq!(
            request.get("if-modified-since").unwrap(),
            "Thu, 01 Jan 2015 00:00:00 GMT"
        );
        let renew = |lines: &[&str]| {
            let later = NOW + Span::from_secs(100);
            let kept = kept.renewed(&HeaderMap::new(), &headers(lines), later, later)?;
            Some(kept.fresh_until.since(later).secs())
        };
        // The old lifetime counts from now on; the old age is over.
        assert_eq!(renew(&[]), Some(60));
        assert_eq!(
            renew(&["ETag: W/\"1\"", "Cache-Control: max-age=5"]),
            Some(5)
        );
        assert_eq!(renew(&["ETag: \"2\""]), None);
        assert_eq!(renew(&["Cache-Control: no-store"]), None);
    }
}
