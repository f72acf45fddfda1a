//! `say-as`: what is read out in a special way, turned into words.
//!
//! Engines read `1000` as a number by themselves; what they don't know is that it is a code, a
//! date or an order. English and Portuguese are put into words here; in other languages spelling
//! and telephone numbers are, and the rest stays as it is written.

use super::language::{Language, Words};

/// How a text is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format<'a> {
    /// The value of `interpret-as`.
    pub kind: &'a str,
    /// The order of a date's parts, where it is said.
    pub date: Option<&'a str>,
}

/// Numbers up to here are put into words; longer ones are spelled.
const NUMBER_MAX: u64 = 999_999_999_999_999;

/// The words of a text that is read so.
pub(super) fn read(format: Format<'_>, text: &str, language: &str) -> String {
    let words = Language::of(language).words();
    let found = match (format.kind, words) {
        ("characters" | "spell-out", _) => Some(characters(text, words)),
        ("digits", _) => Some(digits(text, ", ")),
        ("telephone", _) => Some(telephone(text, words)),
        ("cardinal" | "number", Some(words)) => cardinal(text, words),
        ("ordinal", Some(words)) => ordinal(text, words),
        ("fraction", Some(words)) => fraction(text, words),
        ("unit", Some(words)) => unit(text, words),
        ("date", Some(words)) => date(text, format.date, words),
        ("time", Some(words)) => time(text, words),
        ("address", Some(words)) => Some(address(text, words)),
        // A date's strokes would be read out as such.
        ("date", None) => Some(text.replace(['/', '-', '.'], " ")),
        _ => None,
    };
    // What isn't of the form is better read as it stands than not at all.
    found.unwrap_or_else(|| text.to_owned())
}

/// Letter by letter, signs by their names. Commas part the letters: without them an A is taken
/// for the article.
fn characters(text: &str, words: Option<&Words>) -> String {
    let mut spelled: Vec<String> = Vec::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            spelled.push(capital(letter));
        } else if let Some(name) = words.and_then(|words| words.sign(letter)) {
            spelled.push(name.to_owned());
        }
    }
    spelled.join(", ")
}

fn capital(letter: char) -> String {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => upper.to_string(),
        // A letter whose capital is two, as ß.
        _ => letter.to_string(),
    }
}

/// One by one; signs between them are only layout. A recogniser understands a code whose digits
/// are parted by commas, and loses some where they run together.
fn digits(text: &str, between: &str) -> String {
    let each: Vec<String> = text
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .map(capital)
        .collect();
    each.join(between)
}

/// Digit by digit in the groups it is written in, or in groups of three and four.
fn telephone(text: &str, words: Option<&Words>) -> String {
    let mut groups: Vec<String> = Vec::new();
    let text = text.trim();
    let (abroad, rest) = match text.strip_prefix('+') {
        Some(number) => (true, number),
        None => (false, text),
    };
    let runs: Vec<&str> = rest
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|run| !run.is_empty())
        .collect();
    // +1 and ten digits in one: the country, then the number.
    let (country, runs) = match runs[..] {
        [run] if abroad && run.len() == 11 && run.starts_with('1') => (Some("1"), vec![&run[1..]]),
        _ => (None, runs),
    };
    groups.extend(country.map(str::to_owned));
    for run in runs {
        if run.bytes().all(|byte| byte.is_ascii_digit()) {
            let mut left = run;
            for length in grouping(run.len(), words) {
                let (group, after) = left.split_at(length);
                groups.push(digits(group, " "));
                left = after;
            }
        } else {
            groups.push(run.to_owned());
        }
    }
    let plus = words.filter(|_| abroad).map(|words| words.plus);
    let groups = groups.join(", ");
    plus.map_or(groups.clone(), |plus| format!("{plus} {groups}"))
}

/// How a run of digits is grouped by a speaker.
fn grouping(length: usize, words: Option<&Words>) -> Vec<usize> {
    let known = words.and_then(|words| {
        let found = words.telephone.iter();
        found
            .copied()
            .find(|groups| groups.iter().sum::<usize>() == length)
    });
    if let Some(groups) = known {
        return groups.to_vec();
    }
    let mut groups = Vec::new();
    let mut left = length;
    while left > 4 && left != 8 {
        groups.push(3);
        left -= 3;
    }
    if left == 8 {
        groups.push(4);
        left = 4;
    }
    groups.extend((left > 0).then_some(left));
    groups
}

/// The digits of a number without the marks of its thousands.
fn plain(text: &str, words: &Words) -> Option<u64> {
    let digits: String = text
        .chars()
        .filter(|letter| *letter != words.thousands)
        .collect();
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = all.then(|| digits.parse().ok()).flatten()?;
    (value <= NUMBER_MAX).then_some(value)
}

fn cardinal(text: &str, words: &Words) -> Option<String> {
    let (minus, number) = match text.strip_prefix(['-', '−']) {
        Some(number) => (true, number),
        None => (false, text),
    };
    let (whole, part) = match number.split_once(words.point) {
        Some((whole, part)) => (whole, Some(part)),
        None => (number, None),
    };
    let mut spoken = (words.cardinal)(plain(whole, words)?);
    if let Some(part) = part {
        let figures = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let part: Vec<String> = figures
            .then(|| part.bytes())?
            .map(|byte| (words.cardinal)(u64::from(byte - b'0')))
            .collect();
        spoken = format!("{spoken} {} {}", words.point_name, part.join(" "));
    }
    Some(if minus {
        format!("{} {spoken}", words.minus)
    } else {
        spoken
    })
}

fn ordinal(text: &str, words: &Words) -> Option<String> {
    let end = text
        .find(|letter: char| !(letter.is_ascii_digit() || letter == words.thousands))
        .unwrap_or(text.len());
    let (number, ending) = text.split_at(end);
    (words.ordinal)(plain(number, words)?, ending)
}

/// `3/4`, `2 1/2`, `2+1/2`.
fn fraction(text: &str, words: &Words) -> Option<String> {
    let text = text.replace('+', " ");
    let (whole, part) = match text.trim().rsplit_once(' ') {
        Some((whole, part)) => (Some(plain(whole.trim(), words)?), part),
        None => (None, text.trim()),
    };
    let (above, below) = part.split_once('/')?;
    let part = (words.fraction)(plain(above, words)?, plain(below, words)?)?;
    Some(match whole {
        Some(whole) => format!("{} {} {part}", (words.cardinal)(whole), words.and),
        None => part,
    })
}

/// Every number with its unit: `5kg`, `6'2"`, `1/2 in`.
fn unit(text: &str, words: &Words) -> Option<String> {
    let mut spoken: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let figure = |letter: char| letter.is_ascii_digit() || ".,/".contains(letter);
        let end = rest.find(|c| !figure(c)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let after = after.trim_start();
        let end = after
            .find(|c: char| c.is_whitespace() || c.is_ascii_digit())
            .unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        if number.is_empty() {
            return None;
        }
        let one = matches!(number, "1") || number.contains('/');
        let name = match words.unit(name) {
            Some((single, _)) if one => single,
            Some((_, several)) => several,
            None => name,
        };
        let number = fraction(number, words).unwrap_or_else(|| number.to_owned());
        spoken.push(format!("{number} {name}").trim_end().to_owned());
        rest = after.trim_start();
    }
    Some(spoken.join(" "))
}

fn date(text: &str, order: Option<&str>, words: &Words) -> Option<String> {
    let text = text.trim();
    let (mut year, mut month, mut day) = (None, None, None);
    let compact = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit() || b == b'?');
    if compact {
        // Question marks stand for what isn't known.
        (year, month, day) = (Some(&text[..4]), Some(&text[4..6]), Some(&text[6..]));
    } else {
        let parts: Vec<&str> = text
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .collect();
        let by_year = parts.first().is_some_and(|part| part.len() == 4);
        // Unconfirmed: the order without a format; it is the language's own.
        let order = match order {
            Some(order) if order != "yyyymmdd" => order,
            _ if by_year => "ymd",
            _ => words.date_order,
        };
        let letters = text.chars().any(char::is_alphabetic);
        if letters || parts.len() != order.len() {
            return None;
        }
        for (part, letter) in parts.into_iter().zip(order.chars()) {
            match letter {
                'y' => year = Some(part),
                'm' => month = Some(part),
                _ => day = Some(part),
            }
        }
    }
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok());
    let month = match number(month) {
        Some(month) => Some(
            *words
                .months
                .get(usize::try_from(month).ok()?.checked_sub(1)?)?,
        ),
        None => None,
    };
    let day = number(day);
    if day.is_some_and(|day| day == 0 || day > 31) {
        return None;
    }
    (words.date)(number(year), month, day)
}

/// A time of day, `2:30pm`, or a length, `1'21"`.
fn time(text: &str, words: &Words) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let number = |text: &str| text.trim().parse::<u64>().ok();
    if let Some((minutes, seconds)) = text.split_once('\'') {
        let seconds = seconds.trim_end_matches('"');
        let seconds = (!seconds.trim().is_empty()).then_some(seconds);
        let seconds = seconds.map(number);
        return (words.length)(
            number(minutes)?,
            match seconds {
                Some(seconds) => Some(seconds?),
                None => None,
            },
        );
    }
    let end = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (clock, half) = text.split_at(end);
    let half = match half.replace('.', "").trim() {
        "" => None,
        "am" | "a" => Some("A M"),
        "pm" | "p" => Some("P M"),
        "h" => None,
        _ => return None,
    };
    let mut parts = clock.split(':').map(number);
    let hour = parts.next()??;
    let minute = parts.next().unwrap_or(Some(0))?;
    let second = match parts.next() {
        Some(second) => Some(second?),
        None => None,
    };
    let fits = hour < 25 && minute < 60 && second.unwrap_or(0) < 60 && parts.next().is_none();
    fits.then(|| (words.clock)(hour, minute, second, half))
}

/// Short words written out.
fn address(text: &str, words: &Words) -> String {
    let whole: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            let bare = word.trim_end_matches(',');
            let comma = &word[bare.len()..];
            let short = bare.trim_end_matches('.').to_lowercase();
            match words.short(&short) {
                Some(long) => format!("{long}{comma}"),
                None => word.to_owned(),
            }
        })
        .collect();
    whole.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: &str, text: &str) -> String {
        read(Format { kind, date: None }, text, "en-US")
    }

    fn dita(kind: &str, text: &str) -> String {
        read(Format { kind, date: None }, text, "pt-BR")
    }

    fn dated(format: &str, text: &str) -> String {
        let format = Format {
            kind: "date",
            date: Some(format),
        };
        read(format, text, "en-GB")
    }

    #[test]
    fn spelling() {
        assert_eq!(said("characters", "a1-b"), "A, 1, dash, B");
        assert_eq!(said("spell-out", "me@x.io"), "M, E, at, X, dot, I, O");
        assert_eq!(dita("characters", "a@b"), "A, arroba, B");
        assert_eq!(said("digits", "47-11 a"), "4, 7, 1, 1, A");
        let german = read(
            Format {
                kind: "characters",
                date: None,
            },
            "ß@ä",
            "de-DE",
        );
        assert_eq!(german, "ß, Ä");
        assert_eq!(said("characters", ""), "");
    }

    #[test]
    fn telephone_numbers_are_grouped() {
        assert_eq!(
            said("telephone", "+12025550190"),
            "plus 1, 2 0 2, 5 5 5, 0 1 9 0"
        );
        assert_eq!(said("telephone", "(202) 555-0190"), "2 0 2, 5 5 5, 0 1 9 0");
        assert_eq!(
            said("telephone", "5550190 ext 12"),
            "5 5 5, 0 1 9 0, ext, 1 2"
        );
        assert_eq!(dita("telephone", "11987654321"), "1 1, 9 8 7 6 5, 4 3 2 1");
        assert_eq!(
            dita("telephone", "+55 11 4004-1234"),
            "mais 5 5, 1 1, 4 0 0 4, 1 2 3 4"
        );
        assert_eq!(said("telephone", "é"), "é");
        let german = read(
            Format {
                kind: "telephone",
                date: None,
            },
            "+49 30 12345678",
            "de",
        );
        assert_eq!(german, "4 9, 3 0, 1 2 3 4, 5 6 7 8");
    }

    #[test]
    fn numbers() {
        assert_eq!(
            said("cardinal", "1,234"),
            "one thousand two hundred thirty-four"
        );
        assert_eq!(said("number", "-3.05"), "minus three point zero five");
        assert_eq!(dita("cardinal", "1.234"), "mil duzentos e trinta e quatro");
        assert_eq!(dita("number", "2,5"), "dois vírgula cinco");
        assert_eq!(said("ordinal", "121st"), "one hundred twenty-first");
        assert_eq!(dita("ordinal", "121ª"), "centésima vigésima primeira");
        assert_eq!(said("cardinal", "9999999999999999"), "9999999999999999");
        assert_eq!(said("cardinal", "many"), "many");
        let german = read(
            Format {
                kind: "cardinal",
                date: None,
            },
            "1234",
            "de",
        );
        assert_eq!(german, "1234");
    }

    #[test]
    fn fractions_and_units() {
        assert_eq!(said("fraction", "3/4"), "three quarters");
        assert_eq!(said("fraction", "2 1/2"), "two and one half");
        assert_eq!(said("fraction", "3/20"), "three twentieths");
        assert_eq!(dita("fraction", "3/4"), "três quartos");
        assert_eq!(dita("fraction", "1+1/2"), "um e meio");
        assert_eq!(dita("fraction", "5/12"), "cinco doze avos");
        assert_eq!(said("fraction", "1/0"), "1/0");
        assert_eq!(said("unit", "5kg"), "5 kilograms");
        assert_eq!(said("unit", "6'2\""), "6 feet 2 inches");
        assert_eq!(said("unit", "1/2inch"), "one half inch");
        assert_eq!(dita("unit", "1 km"), "1 quilômetro");
        assert_eq!(said("unit", "5 xyz"), "5 xyz");
    }

    #[test]
    fn dates_and_times() {
        assert_eq!(said("date", "09/14/2026"), "September fourteenth, 2026");
        assert_eq!(dated("dmy", "14.9.2026"), "September fourteenth, 2026");
        assert_eq!(dated("ymd", "2026-09-14"), "September fourteenth, 2026");
        assert_eq!(dated("yyyymmdd", "20260914"), "September fourteenth, 2026");
        assert_eq!(dated("yyyymmdd", "????0914"), "September fourteenth");
        assert_eq!(dated("my", "9/2026"), "September 2026");
        assert_eq!(dated("d", "3"), "third");
        assert_eq!(dated("dmy", "14.13.2026"), "14.13.2026");
        assert_eq!(said("date", "Sep 14"), "Sep 14");
        assert_eq!(dita("date", "01/09/2026"), "primeiro de setembro de 2026");
        let german = read(
            Format {
                kind: "date",
                date: Some("dmy"),
            },
            "14.9.2026",
            "de-DE",
        );
        assert_eq!(german, "14 9 2026");
        assert_eq!(said("time", "1'21\""), "one minute twenty-one seconds");
        assert_eq!(said("time", "2:30pm"), "two thirty P M");
        assert_eq!(said("time", "14:05"), "fourteen oh five");
        assert_eq!(said("time", "3:00"), "three o'clock");
        assert_eq!(dita("time", "14:30"), "quatorze horas e trinta minutos");
        assert_eq!(dita("time", "1:01"), "uma hora e um minuto");
        assert_eq!(said("time", "25:99"), "25:99");
    }

    #[test]
    fn addresses_are_written_out() {
        assert_eq!(
            said("address", "150th CT NE, Redmond, Apt. 4"),
            "150th Court Northeast, Redmond, Apartment 4"
        );
        assert_eq!(
            dita("address", "Av. Paulista, nº 10"),
            "Avenida Paulista, número 10"
        );
    }

    #[test]
    fn hostile_text_is_only_read() {
        for kind in [
            "characters",
            "digits",
            "telephone",
            "cardinal",
            "ordinal",
            "fraction",
            "unit",
            "date",
            "time",
            "address",
            "unknown",
        ] {
            for text in [
                "",
                "é'é/é:é",
                "+",
                "/",
                "'",
                "1'",
                "99999999999999999999/3",
                "½",
                "٣",
                "1:é",
            ] {
                for language in ["en-US", "pt-BR", "de-DE", ""] {
                    let _ = read(
                        Format {
                            kind,
                            date: Some("mdy"),
                        },
                        text,
                        language,
                    );
                }
            }
        }
    }
}
