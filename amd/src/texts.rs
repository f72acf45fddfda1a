//! The texts, by language, half and style.

use crate::chance::Chance;
use std::collections::BTreeSet;

/// Cases for tuning and cases for judging share neither text, noise nor voice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// What the detector may be fitted to.
    Tune,
    /// What the table is of.
    Judge,
    /// What the detector's network is grown from; the half for tuning then shows how far it can
    /// be believed.
    Grow,
}

impl Half {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Half::Tune => "tune",
            Half::Judge => "judge",
            Half::Grow => "grow",
        }
    }
}

/// Languages with texts.
pub const LANGUAGES: [(&str, &str); 6] = [
    ("en", include_str!("../texts/en.txt")),
    ("pt-BR", include_str!("../texts/pt.txt")),
    ("es", include_str!("../texts/es.txt")),
    ("fr", include_str!("../texts/fr.txt")),
    ("de", include_str!("../texts/de.txt")),
    ("it", include_str!("../texts/it.txt")),
];

/// Texts to grow from: of `[a/b]` one is said, and of `slot NAME: a/b` one where `{NAME}` stands.
const GROWN: [&str; 6] = [
    include_str!("../texts/grow/en.txt"),
    include_str!("../texts/grow/pt.txt"),
    include_str!("../texts/grow/es.txt"),
    include_str!("../texts/grow/fr.txt"),
    include_str!("../texts/grow/de.txt"),
    include_str!("../texts/grow/it.txt"),
];

/// More of them, without alternatives: what is usually said, as often as it is.
const PLAIN: [&str; 6] = [
    include_str!("../texts/grow/plain/en.txt"),
    include_str!("../texts/grow/plain/pt.txt"),
    include_str!("../texts/grow/plain/es.txt"),
    include_str!("../texts/grow/plain/fr.txt"),
    include_str!("../texts/grow/plain/de.txt"),
    include_str!("../texts/grow/plain/it.txt"),
];

/// How many of the texts are plain: the others dwell on what is hard to tell apart, so that by them
/// alone a machine would be likelier behind a person's first words than it is.
const PLAIN_SHARE: f32 = 0.7;

/// How many of the plain ones are the beginning of one and the end of another: what people say, as
/// what machines say, is put together of phrases, and a network that knows a text by heart knows it
/// by its beginning.
const SPLICED_SHARE: f32 = 0.5;

/// Any text of a style, in its parts.
pub fn any(language: &str, half: Half, style: &str, chance: &mut Chance) -> Vec<String> {
    if half != Half::Grow {
        let all = texts(language, half, style);
        return chance.of(&all).iter().map(ToString::to_string).collect();
    }
    let place = LANGUAGES.iter().position(|(name, _)| *name == language);
    let place = place.unwrap_or(0);
    let head = format!("{style}: ");
    let of = |file: &'static str| -> Vec<&str> {
        let lines = file.lines();
        lines.filter_map(|line| line.strip_prefix(&head)).collect()
    };
    let (many, plain) = (of(GROWN[place]), of(PLAIN[place]));
    let judged = judged(language);
    loop {
        let is_plain = !plain.is_empty() && chance.hits(PLAIN_SHARE);
        let (file, lines) = if is_plain {
            (PLAIN[place], &plain)
        } else {
            (GROWN[place], &many)
        };
        let line = *chance.of(lines);
        let parts = if is_plain && chance.hits(SPLICED_SHARE) {
            let other = *chance.of(lines);
            parts(&spliced(line, other, chance))
        } else {
            parts(&expanded(file, line, chance))
        };
        let whole = words(&parts.join(" "));
        if !judged.contains(&whole) && !parts.iter().any(|part| judged.contains(&words(part))) {
            return parts;
        }
    }
}

/// What is judged in a language is never learned: the words of its texts and of their parts.
fn judged(language: &str) -> BTreeSet<String> {
    let file = LANGUAGES.iter().find(|(name, _)| *name == language);
    let lines = file.map_or("", |(_, text)| text).lines();
    let lines = lines.filter_map(|line| line.strip_prefix("judge "));
    let texts = lines.filter_map(|line| line.split_once(": ").map(|(_, text)| text));
    texts
        .flat_map(|text| text.split('|').chain([text]))
        .map(words)
        .collect()
}

/// The beginning of one text and the end of another, each up to or from where something is put
/// between its words; the one whole, if nothing is.
fn spliced(one: &str, other: &str, chance: &mut Chance) -> String {
    let seams = |text: &str| -> Vec<usize> {
        let all = text.match_indices([',', '.', '?', '!', ';', ':', '|']);
        let ends = all.map(|(at, mark)| at + mark.len());
        ends.filter(|&end| text[end..].starts_with(' ')).collect()
    };
    let (begins, ends) = (seams(one), seams(other));
    if begins.is_empty() || ends.is_empty() {
        return one.to_owned();
    }
    let (begin, end) = (*chance.of(&begins), *chance.of(&ends));
    format!("{}{}", &one[..begin], &other[end..])
}

/// A text's words, without what is only written.
fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let plain: String = lower
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ')
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text's parts, between its bars.
fn parts(text: &str) -> Vec<String> {
    text.split('|')
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect()
}

/// A text with one of each of its alternatives.
fn expanded(file: &str, text: &str, chance: &mut Chance) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', '{']) {
        out += &rest[..at];
        let close = if rest[at..].starts_with('[') {
            ']'
        } else {
            '}'
        };
        let end = rest[at..].find(close).map_or(rest.len(), |end| at + end);
        let inner = &rest[at + 1..end];
        let words = if close == ']' {
            {
                let all: Vec<&str> = inner.split('/').collect();
                let one = *chance.of(&all);
                expanded(file, one, chance)
            }
        } else {
            let head = format!("slot {inner}: ");
            let slot = file.lines().find_map(|line| line.strip_prefix(&head));
            let all: Vec<&str> = slot.unwrap_or("").split('/').map(str::trim).collect();
            let one = *chance.of(&all);
            expanded(file, one, chance)
        };
        out += &words;
        rest = rest.get(end + 1..).unwrap_or("");
    }
    out + rest
}

/// The texts of a style, each in its parts.
pub fn texts(language: &str, half: Half, style: &str) -> Vec<Vec<&'static str>> {
    let file = LANGUAGES.iter().find(|(name, _)| *name == language);
    let head = format!("{} {style}: ", half.name());
    let lines = file.map_or("", |(_, text)| text).lines();
    lines
        .filter_map(|line| line.strip_prefix(&head))
        .map(|text| text.split('|').map(str::trim).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_to_grow_from_is_whole_and_none_that_is_judged() {
        let mut chance = Chance::new("texts");
        for (language, _) in LANGUAGES {
            let judged = judged(language);
            assert!(judged.len() > 20, "{language}");
            for style in STYLES {
                let mut seen = BTreeSet::new();
                for _ in 0..200 {
                    let parts = any(language, Half::Grow, style, &mut chance);
                    assert!(!parts.is_empty());
                    for part in &parts {
                        let odd = part.contains(['[', ']', '{', '}', '/', '|', '"']);
                        assert!(!odd, "{language} {style}: {part}");
                        assert!(!judged.contains(&words(part)), "{language} {style}: {part}");
                    }
                    seen.insert(parts);
                }
                assert!(seen.len() > 30, "{language} {style}: only {}", seen.len());
            }
        }
    }

    #[test]
    fn texts_are_spliced_where_they_have_seams() {
        let mut chance = Chance::new("seams");
        let mut splice = |one, other| -> BTreeSet<String> {
            let all = (0..40).map(|_| spliced(one, other, &mut chance));
            all.collect()
        };
        let both = splice("Firm A, hello, speak.", "Hello? | B here.");
        let wanted = [
            "Firm A, | B here.",
            "Firm A, B here.",
            "Firm A, hello, | B here.",
            "Firm A, hello, B here.",
        ];
        assert_eq!(both, wanted.map(str::to_owned).into());
        assert_eq!(
            splice("No seam.", "Has, one."),
            ["No seam.".to_owned()].into()
        );
        assert_eq!(
            splice("Has, one.", "No seam."),
            ["Has, one.".to_owned()].into()
        );
    }

    const STYLES: [&str; 9] = [
        "short", "long", "company", "personal", "business", "carrier", "multi", "tiny", "filler",
    ];

    #[test]
    fn every_language_has_every_style_and_the_halves_share_nothing() {
        for (language, _) in LANGUAGES {
            for style in STYLES {
                let tune = texts(language, Half::Tune, style);
                let judge = texts(language, Half::Judge, style);
                assert!(!tune.is_empty() && !judge.is_empty(), "{language} {style}");
                for text in &tune {
                    assert!(!judge.contains(text), "{language}: {text:?}");
                }
            }
        }
    }
}
