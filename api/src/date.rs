//! Dates as the API writes them, read.

use std::time::{Duration, SystemTime};

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads `Tue, 31 Aug 2010 20:36:28 +0000` (RFC 2822 §3.3, and the `GMT` of RFC 9110 §5.6.7) and
/// `2010-08-31T20:36:28Z` (RFC 3339). `None` for anything else, and for what lies before 1970.
pub fn read_date(text: &str) -> Option<SystemTime> {
    let secs = rfc2822(text).or_else(|| rfc3339(text))?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(secs).ok()?))
}

/// Writes a date as `2010-08-31T20:36:28Z`; one before 1970 as 1970's first second.
pub fn write_date(date: SystemTime) -> String {
    let since = date.duration_since(SystemTime::UNIX_EPOCH);
    let secs = since.unwrap_or_default().as_secs();
    let (days, clock) = (secs / 86_400, secs % 86_400);
    // From 1 March of the year 0, so that the leap day comes last (days from civil, inverted).
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (clock / 3_600, clock / 60 % 60, clock % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn rfc2822(text: &str) -> Option<i64> {
    let text = text.split_once(", ").map_or(text, |(_, rest)| rest);
    let mut words = text.split_ascii_whitespace();
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let month = MONTHS.iter().position(|name| *name == month)?;
    let days = days(number(year)?, month as i64 + 1, number(day)?)?;
    let clock = clock(words.next()?)?;
    let zone = match words.next()? {
        "GMT" | "UTC" => 0,
        zone => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let digits = number(zone.strip_prefix(['+', '-'])?)?;
            sign * (digits / 100 * 3_600 + digits % 100 * 60)
        }
    };
    Some(days * 86_400 + clock - zone)
}

fn rfc3339(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let time = time.split_once('.').map_or(time, |(whole, _)| whole);
    Some(days(number(year)?, number(month)?, number(day)?)? * 86_400 + clock(time)?)
}

fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let clock = (number(hour)?, number(minute)?, number(second)?);
    let well = clock.0 < 24 && clock.1 < 60 && clock.2 < 61 && parts.next().is_none();
    well.then_some(clock.0 * 3_600 + clock.1 * 60 + clock.2)
}

fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let well = (1_970..=9_999).contains(&year) && (1..=12).contains(&month);
    if !well || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719_468)
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(text: &str) -> Option<u64> {
        let date = read_date(text)?;
        Some(
            date.duration_since(SystemTime::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        )
    }

    #[test]
    fn dates_of_the_api_are_read() {
        let evening = Some(1_283_286_988);
        for text in [
            "Tue, 31 Aug 2010 20:36:28 +0000",
            "Tue, 31 Aug 2010 22:36:28 +0200",
            "31 Aug 2010 20:36:28 GMT",
            "2010-08-31T20:36:28Z",
            "2010-08-31T20:36:28.250Z",
        ] {
            assert_eq!(secs(text), evening, "{text}");
        }
        for text in [
            "",
            "soon",
            "31 Abc 2010 20:36:28 GMT",
            "2010-08-31",
            "1 Jan 2010 25:00:00 GMT",
        ] {
            assert_eq!(secs(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for day in 0..40_000 {
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400 + day % 86_400);
            assert_eq!(
                read_date(&write_date(date)),
                Some(date),
                "{}",
                write_date(date)
            );
        }
    }
}
