//! The queries that may have been signed instead of the one that was seen.

use super::address::Address;
use super::difference::Difference;
use super::request::Request;
use ringback::signature::{BODY_HASH_PARAMETER, body_hash};

/// Up to so many parameters every order is tried.
const ORDERS_OF: usize = 5;

/// The queries that may have been signed, likely ones first.
pub(super) fn candidates(
    request: &Request,
    seen: &Address,
    given: Option<&Address>,
) -> Vec<Option<String>> {
    let mut all = vec![seen.query.clone()];
    let add = |all: &mut Vec<Option<String>>, one: Option<String>| {
        if !all.contains(&one) {
            all.push(one);
        }
    };
    if let Some(given) = given {
        add(&mut all, given.query.clone());
    }
    for header in [
        "x-original-uri",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-uri",
    ] {
        let original = request.header(header).and_then(|uri| uri.split_once('?'));
        if let Some((_, query)) = original {
            add(&mut all, Some(query.to_owned()));
        }
    }
    let bases: Vec<String> = all.iter().flatten().cloned().collect();
    for base in &bases {
        for other in encodings(base, true) {
            add(&mut all, Some(other));
        }
        for other in rearranged(base) {
            add(&mut all, Some(other).filter(|query| !query.is_empty()));
        }
    }
    add(&mut all, None);
    if !request.body.is_empty() {
        let hash = format!(
            "{BODY_HASH_PARAMETER}={}",
            body_hash(request.body.as_bytes())
        );
        for base in bases.iter().map(String::as_str).chain([""]) {
            let mark = if base.is_empty() { "" } else { "&" };
            add(&mut all, Some(format!("{base}{mark}{hash}")));
            // A GET carries in its query what a POST carries in its body.
            if request.is_form() {
                add(&mut all, Some(format!("{base}{mark}{}", request.body)));
            }
        }
    }
    all
}

/// The same parameters otherwise: in another order, without repetitions, without one of them.
fn rearranged(query: &str) -> Vec<String> {
    let parts: Vec<&str> = query.split('&').collect();
    let mut sorted = parts.clone();
    sorted.sort_unstable();
    let mut once: Vec<&str> = Vec::new();
    for part in &parts {
        if !once.contains(part) {
            once.push(part);
        }
    }
    let equals = |with: bool| {
        let each = parts.iter().map(|part| match part.strip_suffix('=') {
            Some(name) if !with => name.to_owned(),
            None if with && !part.contains('=') => format!("{part}="),
            _ => (*part).to_owned(),
        });
        each.collect::<Vec<_>>().join("&")
    };
    let filled = parts
        .iter()
        .filter(|part| !part.ends_with('=') && !part.is_empty());
    let mut all = vec![
        sorted.join("&"),
        parts.iter().rev().copied().collect::<Vec<_>>().join("&"),
        once.join("&"),
        equals(true),
        equals(false),
        filled.copied().collect::<Vec<_>>().join("&"),
        query.replace("&amp;", "&"),
        query.replace('&', "&amp;"),
    ];
    for at in 0..parts.len() {
        let mut others = parts.clone();
        others.remove(at);
        all.push(others.join("&"));
    }
    if parts.len() <= ORDERS_OF {
        orders(&mut parts.clone(), 0, &mut all);
    }
    all
}

fn orders(parts: &mut Vec<&str>, from: usize, all: &mut Vec<String>) {
    if from + 1 >= parts.len() {
        all.push(parts.join("&"));
        return;
    }
    for at in from..parts.len() {
        parts.swap(from, at);
        orders(parts, from + 1, all);
        parts.swap(from, at);
    }
}

/// The same text with its letters written otherwise.
pub(super) fn encodings(text: &str, is_query: bool) -> Vec<String> {
    let mut all = vec![
        text.replace("%20", "+"),
        text.replace('+', "%20"),
        text.replace('+', "%2B"),
        text.replace("%2B", "+").replace("%2b", "+"),
        hex_case(text, true),
        hex_case(text, false),
        text.replace("%27", "'"),
        text.replace('\'', "%27"),
        text.replace("%2F", "/").replace("%2f", "/"),
        text.replace("%3A", ":")
            .replace("%3a", ":")
            .replace("%40", "@"),
        text.replace('@', "%40").replace(':', "%3A"),
        text.replace("%2C", ",").replace("%2c", ","),
        text.replace(',', "%2C"),
        text.replace("%7E", "~").replace("%7e", "~"),
        decoded(text, is_query),
        decoded(text, false),
        encoded(text, is_query, is_query, "%20"),
        encoded(text, is_query, is_query, "+"),
        encoded(text, is_query, false, "%20"),
        // Encoded once more, and once too often.
        text.replace('%', "%25"),
        text.replace("%25", "%"),
    ];
    all.retain(|other| other != text);
    all.dedup();
    all
}

fn hex_case(text: &str, upper: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut hex = 0;
    for letter in text.chars() {
        out.push(match (hex > 0 && letter.is_ascii_hexdigit(), upper) {
            (true, true) => letter.to_ascii_uppercase(),
            (true, false) => letter.to_ascii_lowercase(),
            (false, _) => letter,
        });
        hex = if letter == '%' {
            2
        } else {
            i32::max(hex - 1, 0)
        };
    }
    out
}

/// Every escape undone.
pub(super) fn decoded(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = text.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
                continue;
            }
            None if *byte == b'+' && plus_is_space => out.push(b' '),
            None => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Whatever isn't unreserved (RFC 3986 §2.3) escaped, what parts the text left as it is.
fn encoded(text: &str, is_query: bool, plus_is_space: bool, space: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in decoded(text, plus_is_space).bytes() {
        let parts = if is_query { "=&" } else { "/" };
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(byte.into()),
            _ if parts.as_bytes().contains(&byte) => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// How two queries differ.
pub(super) fn between(signed: &Address, seen: &Address) -> Difference {
    let names_hash =
        |pairs: &[(String, String)]| pairs.iter().any(|(name, _)| name == BODY_HASH_PARAMETER);
    let (of_signed, of_seen) = (signed.pairs(), seen.pairs());
    let (signed, seen) = (signed.query.clone(), seen.query.clone());
    let sorted = |pairs: &[(String, String)]| {
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable();
        pairs
    };
    let (Some(signed), Some(seen)) = (signed.clone(), seen.clone()) else {
        return match signed {
            Some(_) if names_hash(&of_signed) && of_signed.len() == 1 => Difference::HashLost,
            Some(query) => Difference::QueryLost(query),
            None => Difference::QueryAdded(seen.unwrap_or_default()),
        };
    };
    if names_hash(&of_signed) && !names_hash(&of_seen) {
        return Difference::HashLost;
    }
    if signed.replace("&amp;", "&") == seen.replace("&amp;", "&") {
        return Difference::AmpersandEscaped;
    }
    if of_signed == of_seen {
        return Difference::QueryEncoding { signed, seen };
    }
    if sorted(&of_signed) == sorted(&of_seen) {
        return Difference::QueryOrder { signed, seen };
    }
    let mut once_signed = sorted(&of_signed);
    once_signed.dedup();
    let mut once_seen = sorted(&of_seen);
    once_seen.dedup();
    if once_signed == once_seen {
        return Difference::QueryRepeated { signed, seen };
    }
    let within = |inner: &[(String, String)], outer: &[(String, String)]| {
        inner.iter().all(|pair| outer.contains(pair))
    };
    let rest = |outer: &str, inner: &str| {
        let inner: Vec<&str> = inner.split('&').collect();
        let rest = outer.split('&').filter(|part| !inner.contains(part));
        rest.collect::<Vec<_>>().join("&")
    };
    if within(&of_seen, &of_signed) {
        Difference::QueryLost(rest(&signed, &seen))
    } else if within(&of_signed, &of_seen) {
        Difference::QueryAdded(rest(&seen, &signed))
    } else {
        Difference::QueryEncoding { signed, seen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_written_otherwise() {
        let all = encodings("name=O%27Neil%20J&x=a%2fb", true);
        for other in [
            "name=O%27Neil+J&x=a%2fb",
            "name=O'Neil%20J&x=a%2fb",
            "name=O%27Neil%20J&x=a%2Fb",
            "name=O'Neil J&x=a/b",
            "name=O%27Neil+J&x=a%2Fb",
        ] {
            assert!(all.iter().any(|one| one == other), "{other}: {all:#?}");
        }
        assert_eq!(decoded("%e2%82%ac%zz%", false), "€%zz%");
        assert_eq!(hex_case("a%c3%A9b%2f", true), "a%C3%A9b%2F");
    }

    #[test]
    fn orders_and_repetitions() {
        let all = rearranged("b=1&a=2&b=1&c=");
        for other in [
            "a=2&b=1&b=1&c=",
            "b=1&a=2&c=",
            "b=1&a=2&b=1",
            "b=1&a=2&b=1&c",
        ] {
            assert!(all.iter().any(|one| one == other), "{other}: {all:#?}");
        }
        assert_eq!(rearranged("a=1&b=2&c=3&d=4&e=5&f=6").len(), 8 + 6);
    }
}
