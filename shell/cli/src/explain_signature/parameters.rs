//! The parameters as they may have been put under the signature.

use super::difference::Difference;
use super::request::Request;
use ringback::signature::signed_text;
use serde_json::Value;

/// What every request about a call has, though often empty: a parser that drops empty values
/// loses them.
const OFTEN_EMPTY: [&str; 16] = [
    "FromCity",
    "FromState",
    "FromZip",
    "FromCountry",
    "ToCity",
    "ToState",
    "ToZip",
    "ToCountry",
    "CallerCity",
    "CallerState",
    "CallerZip",
    "CallerCountry",
    "CalledCity",
    "CalledState",
    "CalledZip",
    "CalledCountry",
];

/// Parameters that frameworks add to those that came.
const ADDED: [&[&str]; 5] = [
    &["controller", "action", "format"],
    &["controller", "action"],
    &["_token"],
    &["path"],
    &["slug"],
];

/// Values that a parser may have taken a plus from.
const NUMBERS: [&str; 5] = ["From", "To", "Caller", "Called", "ForwardedFrom"];

/// Text behind the address, and what it has not in common with what the rules ask for.
pub(super) type Suffix = (String, Option<Difference>);

/// Every text that may have been put behind the address, the right one first.
pub(super) fn candidates(request: &Request, query: &[(String, String)]) -> Vec<Suffix> {
    let form = request.form();
    let mut all: Vec<Suffix> = vec![(signed_text("", &form), None)];
    let mut add = |text: String, difference: Difference| {
        if !all.iter().any(|(known, _)| *known == text) {
            all.push((text, Some(difference)));
        }
    };
    add(String::new(), Difference::FormNotSigned(form.len()));
    misread(request, &form, &mut add);
    restored(&form, &mut add);
    if !query.is_empty() {
        let both = [form.clone(), query.to_vec()].concat();
        add(signed_text("", query), Difference::QueryAsForm);
        add(signed_text("", &both), Difference::QueryWithForm);
    }
    if let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(&request.body) {
        let text = |value: &Value| value.as_str().map_or(value.to_string(), str::to_owned);
        let pairs = fields
            .iter()
            .map(|(name, value)| (name.clone(), text(value)));
        let pairs: Vec<_> = pairs.collect();
        add(signed_text("", &pairs), Difference::JsonAsForm);
    }
    all
}

/// The form as it may have been before a parser changed it.
fn restored(form: &[(String, String)], add: &mut impl FnMut(String, Difference)) {
    let with = |change: &dyn Fn(&str, &str) -> String| -> String {
        let pairs = form.iter();
        let pairs: Vec<_> = pairs
            .map(|(name, value)| (name.clone(), change(name, value)))
            .collect();
        signed_text("", &pairs)
    };
    // A plus that was taken for a space, and trimmed away.
    add(
        with(&|_, value| {
            value
                .strip_prefix(' ')
                .map_or(value.to_owned(), |rest| format!("+{rest}"))
        }),
        Difference::PlusLost,
    );
    let digits = |value: &str| !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    add(
        with(&|name, value| {
            let lost = NUMBERS.contains(&name) && digits(value.trim());
            if lost {
                format!("+{}", value.trim())
            } else {
                value.to_owned()
            }
        }),
        Difference::PlusLost,
    );
    add(
        with(&|_, value| value.replace('\n', "\r\n")),
        Difference::LineEnds,
    );
    add(
        with(&|_, value| value.replace("\r\n", "\n")),
        Difference::LineEnds,
    );
    add(with(&|_, value| mended(value)), Difference::Charset);
    for (changed, _) in form {
        for space in [" ", "  ", "\n"] {
            for front in [false, true] {
                add(
                    with(&|name, value| match (name == changed, front) {
                        (false, _) => value.to_owned(),
                        (true, false) => format!("{value}{space}"),
                        (true, true) => format!("{space}{value}"),
                    }),
                    Difference::Trimmed(changed.clone()),
                );
            }
        }
    }
    for names in ADDED {
        let rest = form
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()));
        let rest: Vec<_> = rest.cloned().collect();
        if rest.len() + names.len() == form.len() {
            add(
                signed_text("", &rest),
                Difference::ParameterAdded(names.join(", ")),
            );
        }
    }
    for at in 0..form.len() {
        let mut rest = form.to_vec();
        let (name, _) = rest.remove(at);
        add(signed_text("", &rest), Difference::ParameterAdded(name));
    }
}

/// The form with empty parameters that a parser may have dropped: every choice of those that
/// requests about a call often have.
pub(super) fn with_empty_ones(request: &Request) -> impl Iterator<Item = (String, Difference)> {
    let form = request.form();
    let absent = OFTEN_EMPTY
        .iter()
        .filter(|name| !form.iter().any(|(known, _)| known == *name));
    let absent: Vec<&str> = absent.copied().collect();
    // The larger choices first: what drops one empty value drops all.
    let choices = (1u32..1 << absent.len()).rev();
    choices.map(move |choice| {
        let chosen = absent
            .iter()
            .enumerate()
            .filter(|(at, _)| choice >> at & 1 == 1);
        let names: Vec<String> = chosen.map(|(_, name)| (*name).to_owned()).collect();
        let empty = names.iter().map(|name| (name.clone(), String::new()));
        let pairs: Vec<_> = form.iter().cloned().chain(empty).collect();
        (signed_text("", &pairs), Difference::EmptyLost(names))
    })
}

/// The form as a careless program puts it under a signature.
fn misread(request: &Request, form: &[(String, String)], add: &mut impl FnMut(String, Difference)) {
    let joined = |pairs: &[(String, String)]| -> String {
        pairs
            .iter()
            .map(|(name, value)| format!("{name}{value}"))
            .collect()
    };
    let mut sorted = form.to_vec();
    sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut by_letter = form.to_vec();
    by_letter.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    add(joined(form), Difference::Unsorted);
    add(joined(&by_letter), Difference::SortedByLetter);
    add(joined(&sorted), Difference::RepeatedAll);
    let mut first: Vec<(String, String)> = Vec::new();
    let mut together: Vec<(String, String)> = Vec::new();
    for (name, value) in form {
        match together.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) => *values = format!("{values},{value}"),
            None => {
                together.push((name.clone(), value.clone()));
                first.push((name.clone(), value.clone()));
            }
        }
    }
    let mut last: Vec<(String, String)> = Vec::new();
    for (name, value) in form.iter().rev() {
        if !last.iter().any(|(known, _)| known == name) {
            last.push((name.clone(), value.clone()));
        }
    }
    add(signed_text("", &first), Difference::RepeatedOnce);
    add(signed_text("", &last), Difference::RepeatedOnce);
    add(signed_text("", &together), Difference::RepeatedJoined);
    let change = |change: &dyn Fn(&str) -> String| -> Vec<(String, String)> {
        form.iter()
            .map(|(name, value)| (name.clone(), change(value)))
            .collect()
    };
    add(
        signed_text("", &change(&|value| value.trim().to_owned())),
        Difference::ValuesTrimmed,
    );
    let mut filled = form.to_vec();
    filled.retain(|(_, value)| !value.is_empty());
    add(signed_text("", &filled), Difference::EmptyNotSigned);
    if request.is_form() {
        let parts = request
            .body
            .split('&')
            .filter_map(|part| part.split_once('='));
        let raw: Vec<_> = parts
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        add(signed_text("", &raw), Difference::NotDecoded);
        let half = |text: &str| super::query::decoded(text, false);
        let half: Vec<_> = raw
            .iter()
            .map(|(name, value)| (half(name), half(value)))
            .collect();
        add(signed_text("", &half), Difference::PlusKept);
        add(request.body.clone(), Difference::BodyAppended);
    }
    if !request.body.is_empty() && !request.is_form() {
        add(request.body.clone(), Difference::BodyAppended);
    }
}

/// UTF-8 that was taken for Latin-1, put right.
fn mended(value: &str) -> String {
    let bytes: Option<Vec<u8>> = value
        .chars()
        .map(|c| u8::try_from(u32::from(c)).ok())
        .collect();
    bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_else(|| value.to_owned())
}
