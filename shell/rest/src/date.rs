//! Dates as clients write them in filters.

use crate::fault::Fault;
use crate::form::Form;
use model::{Span, Time};
use store::TimeRange;

/// The span of time that `Name`, `Name<` and `Name>` ask for together. A day alone means all of
/// it; `>` begins with it and `<` ends before it.
pub fn range(query: &Form, name: &str) -> Result<TimeRange, Fault> {
    let mut range = TimeRange::default();
    if let Some((begin, length)) = read(query, name)? {
        range = TimeRange {
            from: Some(begin),
            to: Some(begin + length),
        };
    }
    if let Some((begin, _)) = read(query, &format!("{name}>"))? {
        range.from = Some(range.from.map_or(begin, |from| from.max(begin)));
    }
    if let Some((begin, _)) = read(query, &format!("{name}<"))? {
        range.to = Some(range.to.map_or(begin, |to| to.min(begin)));
    }
    Ok(range)
}

fn read(query: &Form, name: &str) -> Result<Option<(Time, Span)>, Fault> {
    let Some(text) = query.given(name) else {
        return Ok(None);
    };
    let fault = || Fault::parameter(format!("{name} is not a valid date: {text}"));
    parse(text.trim()).map(Some).ok_or_else(fault)
}

/// A moment and how long it lasts: a day without a time lasts a day, a time a second.
fn parse(text: &str) -> Option<(Time, Span)> {
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, Some(clock.trim())),
        None => (text, None),
    };
    let days = day(date)?;
    let Some(clock) = clock else {
        return Some((at(days * 86_400)?, Span::from_secs(86_400)));
    };
    let end = clock.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let (clock, zone) = clock.split_at(end.unwrap_or(clock.len()));
    let secs = days * 86_400 + seconds(clock)? - offset(zone.trim())?;
    Some((at(secs)?, Span::from_secs(1)))
}

fn at(secs: i64) -> Option<Time> {
    u64::try_from(secs).ok().map(Time::from_secs)
}

/// Days since 1970 of `2008-01-02` or `01/02/2008`.
fn day(text: &str) -> Option<i64> {
    let (year, month, day) = if text.contains('/') {
        let mut parts = text.split('/');
        let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some((year, month, day))?
    } else {
        let mut parts = text.split('-');
        let date = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(date)?
    };
    let year = number(year, 4).filter(|year| (1970..=9999).contains(year))?;
    let month = number(month, 2).filter(|month| (1..=12).contains(month))?;
    let day = number(day, 2).filter(|day| (1..=31).contains(day))?;
    // Counted from 1 March, so that the leap day comes last.
    let year_from_march = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
    Some(year_from_march * 365 + leaps + day_of_year - 719_468)
}

/// Seconds of `22:05`, `22:05:25` or `22:05:25.000`.
fn seconds(text: &str) -> Option<i64> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = parts
        .next()
        .map_or(Some(0), |text| number(text, 2))
        .filter(|s| *s < 61)?;
    parts
        .next()
        .is_none()
        .then_some(hour * 3_600 + minute * 60 + second)
}

/// Seconds east of Greenwich of `Z`, `+02:00`, `-0700` or an American zone's name.
fn offset(zone: &str) -> Option<i64> {
    let hours = match zone {
        "" | "Z" | "z" | "UTC" | "GMT" => 0,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let digits = zone.strip_prefix(['+', '-'])?.replace(':', "");
            let (hours, minutes) = digits.split_at_checked(2)?;
            return Some(sign * (number(hours, 2)? * 3_600 + number(minutes, 2)? * 60));
        }
    };
    Some(hours * 3_600)
}

fn number(text: &str, digits_max: usize) -> Option<i64> {
    let fits = (1..=digits_max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(text: &str) -> Option<(u64, u64)> {
        parse(text).map(|(at, length)| (at.secs(), length.secs()))
    }

    #[test]
    fn every_accepted_form() {
        assert_eq!(secs("2008-01-02"), Some((1_199_232_000, 86_400)));
        assert_eq!(secs("2008-01-02T00:00:00Z"), Some((1_199_232_000, 1)));
        assert_eq!(secs("2019-06-11 22:05:25.000"), Some((1_560_290_725, 1)));
        assert_eq!(
            secs("06/11/2019 22:05:25 MST"),
            Some((1_560_290_725 + 7 * 3_600, 1))
        );
        assert_eq!(
            secs("2019-06-11T22:05:25+02:00"),
            Some((1_560_290_725 - 7_200, 1))
        );
        assert_eq!(secs("2000-02-29"), Some((951_782_400, 86_400)));
        for bad in [
            "",
            "yesterday",
            "2008-13-01",
            "2008-1",
            "2008-01-02T25:00",
            "2008-01-02 1:2 X",
        ] {
            assert_eq!(secs(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_operator_is_part_of_the_name() {
        let day = Time::from_secs(1_199_232_000);
        let ask = |query: &str| range(&Form::parse(query.as_bytes()), "StartTime");
        let all = TimeRange {
            from: Some(day),
            to: Some(day + Span::from_secs(86_400)),
        };
        assert_eq!(ask("StartTime=2008-01-02"), Ok(all));
        let from = TimeRange {
            from: Some(day),
            to: None,
        };
        assert_eq!(ask("StartTime>=2008-01-02"), Ok(from));
        assert_eq!(ask("StartTime%3E=2008-01-02"), Ok(from));
        assert_eq!(
            ask("StartTime<=2008-01-02"),
            Ok(TimeRange {
                from: None,
                to: Some(day)
            })
        );
        assert_eq!(ask("EndTime=2008-01-02"), Ok(TimeRange::default()));
        assert!(ask("StartTime=soon").is_err());
    }
}
