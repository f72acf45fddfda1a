//! English.

use super::{Words, thousands};

pub(super) const WORDS: Words = Words {
    thousands: ',',
    point: '.',
    point_name: "point",
    plus: "plus",
    minus: "minus",
    and: "and",
    telephone: &[&[3, 3, 4], &[3, 4]],
    date_order: "mdy",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    cardinal,
    ordinal: |number, _| Some(ordinal(number)),
    fraction,
    date,
    length,
    clock,
    signs: &[
        ('-', "dash"),
        ('.', "dot"),
        ('@', "at"),
        ('_', "underscore"),
        ('/', "slash"),
        ('\\', "backslash"),
        ('+', "plus"),
        ('#', "hash"),
        ('*', "star"),
        ('&', "and"),
        ('%', "percent"),
        ('$', "dollar"),
        ('=', "equals"),
        (':', "colon"),
        ('!', "exclamation mark"),
        ('?', "question mark"),
        ('\'', "apostrophe"),
    ],
    units: &[
        ("in", "inch", "inches"),
        ("inch", "inch", "inches"),
        ("\"", "inch", "inches"),
        ("ft", "foot", "feet"),
        ("foot", "foot", "feet"),
        ("'", "foot", "feet"),
        ("yd", "yard", "yards"),
        ("mi", "mile", "miles"),
        ("mph", "mile an hour", "miles an hour"),
        ("mm", "millimetre", "millimetres"),
        ("cm", "centimetre", "centimetres"),
        ("m", "metre", "metres"),
        ("km", "kilometre", "kilometres"),
        ("km/h", "kilometre an hour", "kilometres an hour"),
        ("mg", "milligram", "milligrams"),
        ("g", "gram", "grams"),
        ("kg", "kilogram", "kilograms"),
        ("t", "tonne", "tonnes"),
        ("oz", "ounce", "ounces"),
        ("lb", "pound", "pounds"),
        ("lbs", "pound", "pounds"),
        ("ml", "millilitre", "millilitres"),
        ("l", "litre", "litres"),
        ("L", "litre", "litres"),
        ("gal", "gallon", "gallons"),
        ("ms", "millisecond", "milliseconds"),
        ("s", "second", "seconds"),
        ("sec", "second", "seconds"),
        ("min", "minute", "minutes"),
        ("h", "hour", "hours"),
        ("hr", "hour", "hours"),
        ("hrs", "hour", "hours"),
        ("°C", "degree Celsius", "degrees Celsius"),
        ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
        ("°", "degree", "degrees"),
        ("%", "percent", "percent"),
        ("Hz", "hertz", "hertz"),
        ("kHz", "kilohertz", "kilohertz"),
        ("V", "volt", "volts"),
        ("W", "watt", "watts"),
        ("kW", "kilowatt", "kilowatts"),
        ("kWh", "kilowatt hour", "kilowatt hours"),
        ("KB", "kilobyte", "kilobytes"),
        ("MB", "megabyte", "megabytes"),
        ("GB", "gigabyte", "gigabytes"),
    ],
    shorts: &[
        ("st", "Street"),
        ("ave", "Avenue"),
        ("av", "Avenue"),
        ("rd", "Road"),
        ("blvd", "Boulevard"),
        ("dr", "Drive"),
        ("ln", "Lane"),
        ("ct", "Court"),
        ("pl", "Place"),
        ("sq", "Square"),
        ("hwy", "Highway"),
        ("pkwy", "Parkway"),
        ("apt", "Apartment"),
        ("ste", "Suite"),
        ("fl", "Floor"),
        ("bldg", "Building"),
        ("no", "number"),
        ("n", "North"),
        ("s", "South"),
        ("e", "East"),
        ("w", "West"),
        ("ne", "Northeast"),
        ("nw", "Northwest"),
        ("se", "Southeast"),
        ("sw", "Southwest"),
    ],
};

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
const POWERS: [&str; 5] = ["", "thousand", "million", "billion", "trillion"];

fn cardinal(number: u64) -> String {
    if number == 0 {
        return UNITS[0].to_owned();
    }
    let groups: Vec<String> = thousands(number)
        .into_iter()
        .map(|(group, power)| {
            let power = POWERS.get(power).copied().unwrap_or("");
            format!("{} {power}", hundreds(group)).trim_end().to_owned()
        })
        .collect();
    groups.join(" ")
}

fn hundreds(number: u64) -> String {
    let (hundred, rest) = (number / 100, number % 100);
    let mut words = Vec::new();
    if hundred > 0 {
        words.push(format!("{} hundred", UNITS[hundred as usize]));
    }
    let (ten, one) = (rest / 10, rest % 10);
    match rest {
        0 => {}
        1..20 => words.push(UNITS[rest as usize].to_owned()),
        _ if one == 0 => words.push(TENS[ten as usize].to_owned()),
        _ => words.push(format!("{}-{}", TENS[ten as usize], UNITS[one as usize])),
    }
    words.join(" ")
}

fn ordinal(number: u64) -> String {
    let words = cardinal(number);
    let at = words.rfind([' ', '-']).map_or(0, |at| at + 1);
    let (before, last) = words.split_at(at);
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        last => match last.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{last}th"),
        },
    };
    format!("{before}{last}")
}

fn fraction(above: u64, below: u64) -> Option<String> {
    let (one, several) = match below {
        0 | 1 => return None,
        2 => ("half".to_owned(), "halves".to_owned()),
        4 => ("quarter".to_owned(), "quarters".to_owned()),
        _ => (ordinal(below), format!("{}s", ordinal(below))),
    };
    let part = if above == 1 { one } else { several };
    Some(format!("{} {part}", cardinal(above)))
}

fn date(year: Option<u64>, month: Option<&str>, day: Option<u64>) -> Option<String> {
    let day = day.map(ordinal);
    Some(match (year, month, day) {
        (Some(year), Some(month), Some(day)) => format!("{month} {day}, {year}"),
        (None, Some(month), Some(day)) => format!("{month} {day}"),
        (Some(year), Some(month), None) => format!("{month} {year}"),
        (Some(year), None, None) => year.to_string(),
        (None, Some(month), None) => month.to_owned(),
        (None, None, Some(day)) => day,
        _ => return None,
    })
}

fn length(minutes: u64, seconds: Option<u64>) -> Option<String> {
    let of = |count: u64, name: &str| {
        let s = if count == 1 { "" } else { "s" };
        format!("{} {name}{s}", cardinal(count))
    };
    let seconds = seconds.map(|seconds| of(seconds, "second"));
    Some(match (minutes, seconds) {
        (0, Some(seconds)) => seconds,
        (minutes, Some(seconds)) => format!("{} {seconds}", of(minutes, "minute")),
        (minutes, None) => of(minutes, "minute"),
    })
}

fn clock(hour: u64, minute: u64, second: Option<u64>, half: Option<&str>) -> String {
    let mut words = vec![cardinal(hour)];
    match minute {
        0 if half.is_none() && second.is_none() => words.push("o'clock".to_owned()),
        0 => {}
        1..10 => words.push(format!("oh {}", cardinal(minute))),
        _ => words.push(cardinal(minute)),
    }
    words.extend(half.map(str::to_owned));
    if let Some(second) = second.filter(|second| *second > 0) {
        let s = if second == 1 { "" } else { "s" };
        words.push(format!("and {} second{s}", cardinal(second)));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_words() {
        for (number, words) in [
            (0, "zero"),
            (13, "thirteen"),
            (40, "forty"),
            (99, "ninety-nine"),
            (305, "three hundred five"),
            (1_000, "one thousand"),
            (2_000_019, "two million nineteen"),
            (999_000_000_000_001, "nine hundred ninety-nine trillion one"),
        ] {
            assert_eq!(cardinal(number), words);
        }
        for (number, words) in [
            (1, "first"),
            (12, "twelfth"),
            (20, "twentieth"),
            (103, "one hundred third"),
            (1_000, "one thousandth"),
        ] {
            assert_eq!(ordinal(number), words);
        }
    }
}
