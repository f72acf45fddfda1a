//! The texts, by language, half and style.

/// Cases for tuning and cases for judging share neither text, noise nor voice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Half {
    /// What the detector may be fitted to.
    Tune,
    /// What the table is of.
    Judge,
}

impl Half {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Half::Tune => "tune",
            Half::Judge => "judge",
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
    fn every_language_has_every_style_and_the_halves_share_nothing() {
        let styles = [
            "short", "long", "company", "personal", "business", "carrier", "multi", "tiny",
            "filler",
        ];
        for (language, _) in LANGUAGES {
            for style in styles {
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
