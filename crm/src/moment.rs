//! A moment in UTC, to the millisecond: what both databases and the interface keep exactly.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// This moment, by the machine's clock.
    pub fn now() -> Moment {
        SystemTime::now().into()
    }

    /// So many milliseconds after 1970.
    pub fn from_millis(millis: i64) -> Moment {
        Moment(millis)
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Reads a moment of the interface (RFC 3339).
    pub fn parse(text: &str) -> Option<Moment> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(of)
    }

    /// Reads a date of mail (RFC 2822), as `Timestamp` of a status callback is.
    pub fn parse_mail(text: &str) -> Option<Moment> {
        OffsetDateTime::parse(text, &Rfc2822).ok().map(of)
    }

    /// So much earlier.
    pub fn earlier(self, by: Duration) -> Moment {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        Moment(self.0.saturating_sub(millis))
    }

    /// So many seconds earlier.
    pub fn seconds_earlier(self, seconds: u32) -> Moment {
        Moment(self.0 - i64::from(seconds) * 1_000)
    }

    /// Whole seconds since an earlier moment; 0 where it isn't earlier.
    pub fn seconds_since(self, earlier: Moment) -> u32 {
        u32::try_from((self.0 - earlier.0).max(0) / 1_000).unwrap_or(u32::MAX)
    }
}

fn of(date: OffsetDateTime) -> Moment {
    // A date of four digits is within an `i64` by far.
    Moment((date.unix_timestamp_nanos() / 1_000_000) as i64)
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Moment {
        let millis = |length: Duration| i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Moment(millis(since)),
            Err(before) => Moment(-millis(before.duration())),
        }
    }
}

impl From<Moment> for SystemTime {
    fn from(moment: Moment) -> SystemTime {
        let length = Duration::from_millis(moment.0.unsigned_abs());
        if moment.0 < 0 {
            UNIX_EPOCH - length
        } else {
            UNIX_EPOCH + length
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(date) = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1_000)) else {
            return f.write_str("9999-12-31T23:59:59.999Z");
        };
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
            date.hour(),
            date.minute(),
            date.second(),
            self.0.rem_euclid(1_000)
        )
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        Moment::parse(&text).ok_or_else(|| serde::de::Error::custom("no moment of RFC 3339"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_and_read() {
        let moment = Moment::parse("2026-11-27T15:40:23.120Z").unwrap();
        assert_eq!(moment.to_string(), "2026-11-27T15:40:23.120Z");
        assert_eq!(Moment::parse("2026-11-27T12:40:23.12-03:00"), Some(moment));
        assert_eq!(Moment::from(SystemTime::from(moment)), moment);
        assert_eq!(Moment::parse("yesterday"), None);
        let before = Moment::from_millis(-1);
        assert_eq!(before.to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(Moment::from(SystemTime::from(before)), before);
    }

    #[test]
    fn a_date_of_mail_is_read() {
        let moment = Moment::parse_mail("Sun, 25 Mar 2018 09:53:19 +0000").unwrap();
        assert_eq!(moment.to_string(), "2018-03-25T09:53:19.000Z");
        assert_eq!(moment.seconds_since(moment.seconds_earlier(7)), 7);
        assert_eq!(moment.seconds_earlier(7).seconds_since(moment), 0);
    }
}
