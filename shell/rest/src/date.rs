//! Dates as clients write them in filters.

use crate::fault::Fault;
use crate::form::Form;
use model::{Span, Time};
use store::TimeRange;

/// A day or a second, read from text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it begins.
    pub begin: Time,
    /// How long it lasts.
    pub length: Span,
}

const DAY: Span = Span::from_secs(86_400);
const SECOND: Span = Span::from_secs(1);

/// The names under which a filter of this name may come, which every page's address repeats.
pub(crate) fn is_filter(name: &str, key: &str) -> bool {
    key.strip_prefix(name).is_some_and(|rest| {
        rest.is_empty() || rest.starts_with(['<', '>']) || matches!(rest, "Before" | "After")
    })
}

/// The span of time that the filters of this name ask for together.
///
/// The operator is a part of the name: `StartTime>=2009-07-06` is the name `StartTime>` with a
/// value. `>` begins with what is named and `<` ends before it, of a day its first moment. The
/// documentation's own samples also write `StartTimeAfter` and `StartTimeBefore`. Who encodes the
/// second `=` or leaves it out has no value but a longer name, and is understood.
pub(crate) fn range(query: &Form, name: &str) -> Result<TimeRange, Fault> {
    let mut range = TimeRange::default();
    for (key, value) in query.pairs() {
        let Some(operator) = key.strip_prefix(name).filter(|_| is_filter(name, key)) else {
            continue;
        };
        let (operator, value) = match operator.split_at_checked(1) {
            Some((operator @ ("<" | ">"), rest)) if value.is_empty() => {
                (operator, rest.strip_prefix('=').unwrap_or(rest))
            }
            _ => (operator, value),
        };
        let value = value.trim();
        if value.is_empty() {
            continue;
        }
        let moment = parse(value).ok_or_else(|| {
            Fault::parameter(format!("{name}{operator} is not a valid date: {value}"))
        })?;
        let Moment { begin, length } = moment;
        let (from, to) = match operator {
            "" => (Some(begin), Some(begin + length)),
            "<" | "<=" | "Before" => (None, Some(begin)),
            _ => (Some(begin), None),
        };
        range.from = range.from.max(from);
        range.to = [range.to, to].into_iter().flatten().min();
    }
    Ok(range)
}

/// Reads a date. A date without a time is that day in UTC, and so is its midnight, because clients
/// in whose language a date always has a time can't say it otherwise; any other time is a second.
///
/// Understood are `2009-07-06`, `07/06/2009` and `6 Jul 2009` (RFC 2822, as the API itself writes
/// dates), with or without a time, a fraction of a second and a zone.
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    // A day of the week is for people.
    let text = match text.split_once(", ") {
        Some((_, rest)) => rest.trim_start(),
        None => text,
    };
    let (days, clock) = day_and_rest(text)?;
    let clock = clock.trim();
    if clock.is_empty() {
        return moment(days * 86_400, DAY);
    }
    let end = clock.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.');
    let (clock, zone) = clock.split_at(end.unwrap_or(clock.len()));
    let clock = seconds(clock)?;
    let secs = days * 86_400 + clock - offset(zone.trim())?;
    moment(secs, if clock == 0 { DAY } else { SECOND })
}

fn moment(secs: i64, length: Span) -> Option<Moment> {
    let begin = Time::from_secs(u64::try_from(secs).ok()?);
    Some(Moment { begin, length })
}

/// Days since 1970 of the date that the text begins with, and what follows it.
fn day_and_rest(text: &str) -> Option<(i64, &str)> {
    let mut words = text.splitn(4, ' ');
    if let (Some(day), Some(month), Some(year)) = (words.next(), words.next(), words.next())
        && let Some(month) = MONTHS.iter().position(|name| *name == month)
    {
        let days = days(number(year, 4)?, month as i64 + 1, number(day, 2)?)?;
        return Some((days, words.next().unwrap_or_default()));
    }
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, rest) = text.split_at(end);
    let mut parts = date.split(['-', '/']);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let days = match (date.contains('-'), date.contains('/')) {
        (true, false) => days(number(first, 4)?, number(second, 2)?, number(third, 2)?)?,
        (false, true) => days(number(third, 4)?, number(first, 2)?, number(second, 2)?)?,
        _ => return None,
    };
    Some((days, rest.get(1..).unwrap_or_default()))
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Days since 1970 of a date that there is.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1_970..=9_999).contains(&year) || !(1..=length).contains(&day) {
        return None;
    }
    // Counted from 1 March, so that the leap day comes last.
    let year_from_march = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = year_from_march / 4 - year_from_march / 100 + year_from_march / 400;
    Some(year_from_march * 365 + leaps + day_of_year - 719_468)
}

/// Seconds of `22:05`, `22:05:25` or `22:05:25.000`.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = parts
        .next()
        .map_or(Some(0), |text| number(text, 2))
        .filter(|s| *s < 61)?;
    let well = parts.next().is_none() && number(fraction, 9).is_some();
    well.then_some(hour * 3_600 + minute * 60 + second)
}

/// Seconds east of Greenwich of `Z`, `+02:00`, `-0700`, `+02` or an American zone's name. A `+`
/// that nobody encoded came as a space and is gone.
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
            let digits = zone.strip_prefix(['+', '-']).unwrap_or(zone);
            let (hours, minutes) = digits.split_at_checked(2)?;
            let minutes = match minutes.strip_prefix(':').unwrap_or(minutes) {
                "" => 0,
                minutes => number(minutes, 2).filter(|minutes| *minutes < 60)?,
            };
            return Some(sign * (number(hours, 2)? * 3_600 + minutes * 60));
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
        parse(text).map(|moment| (moment.begin.secs(), moment.length.secs()))
    }

    #[test]
    fn every_accepted_form() {
        let day = Some((1_199_232_000, 86_400));
        for text in [
            "2008-01-02",
            " 2008-01-02 ",
            "01/02/2008",
            "2 Jan 2008",
            "2008-01-02T00:00:00Z",
            "2008-01-02 00:00:00",
            "2008-01-02t00:00",
            "2008-01-02T02:00:00+02:00x".trim_end_matches('x'),
        ] {
            let wanted = if text.contains("+02") {
                Some((1_199_232_000, 1))
            } else {
                day
            };
            assert_eq!(secs(text), wanted, "{text}");
        }
        let evening = 1_560_290_725;
        for (text, wanted) in [
            ("2019-06-11 22:05:25.000", evening),
            ("2019-06-11T22:05:25", evening),
            ("2019-06-11T22:05:25Z", evening),
            ("2019-06-11T22:05:25.123456Z", evening),
            ("Tue, 11 Jun 2019 22:05:25 +0000", evening),
            ("11 Jun 2019 22:05:25 GMT", evening),
            ("06/11/2019 22:05:25 MST", evening + 7 * 3_600),
            ("2019-06-11T22:05:25+02:00", evening - 7_200),
            ("2019-06-11T22:05:25 02:00", evening - 7_200),
            ("2019-06-11T22:05:25-0730", evening + 27_000),
            ("2019-06-11T22:05:25+02", evening - 7_200),
        ] {
            assert_eq!(secs(text), Some((wanted, 1)), "{text}");
        }
        assert_eq!(secs("2000-02-29"), Some((951_782_400, 86_400)));
        assert_eq!(secs("1970-01-01"), Some((0, 86_400)));
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for bad in [
            "",
            "yesterday",
            "2008-13-01",
            "2008-00-01",
            "2008-1",
            "2008-01-00",
            "2007-02-29",
            "1900-02-29",
            "2008-04-31",
            "1969-12-31",
            "2008-01/02",
            "2008-01-02-03",
            "2008-01-02T25:00",
            "2008-01-02T1",
            "2008-01-02 1:2 X",
            "2008-01-02T01:02:03.x",
            "2008-01-02T01:02:03+9",
            "2008-01-02T01:02:03+02:60",
            "1970-01-01T00:00:00+01:00",
            "2 jan 2008",
            "é, é",
        ] {
            assert_eq!(secs(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_operator_is_part_of_the_name() {
        let day = Time::from_secs(1_199_232_000);
        let ask = |query: &str| range(&Form::parse(query.as_bytes()), "StartTime");
        let span = |from, to| Ok(TimeRange { from, to });
        let next = day + DAY;
        assert_eq!(ask("StartTime=2008-01-02"), span(Some(day), Some(next)));
        for from in [
            "StartTime>=2008-01-02",
            "StartTime%3E=2008-01-02",
            "StartTime%3E%3D2008-01-02",
            "StartTime>2008-01-02",
            "StartTimeAfter=2008-01-02",
            "StartTime>=2008-01-02&StartTime>=2008-01-01",
            "StartTime>=2008-01-02&StartTime<=",
        ] {
            assert_eq!(ask(from), span(Some(day), None), "{from}");
        }
        for to in [
            "StartTime<=2008-01-02",
            "StartTime%3C=2008-01-02",
            "StartTime%3C%3D2008-01-02",
            "StartTimeBefore=2008-01-02",
            "StartTime<=2008-01-02&StartTime<=2008-01-03",
        ] {
            assert_eq!(ask(to), span(None, Some(day)), "{to}");
        }
        assert_eq!(
            ask("StartTime>=2008-01-02&StartTime<=2008-01-03"),
            span(Some(day), Some(next))
        );
        for none in ["EndTime=2008-01-02", "StartTime=", "StartTimes=x", "x=1"] {
            assert_eq!(ask(none), Ok(TimeRange::default()), "{none}");
        }
        for bad in ["StartTime=soon", "StartTime>soon", "StartTimeAfter=soon"] {
            assert!(ask(bad).is_err(), "{bad}");
        }
    }
}
