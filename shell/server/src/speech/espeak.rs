//! espeak-ng: a hundred languages, GPL-3, and therefore only ever a program of its own.

use super::engine::{Engine, Spoken, Voice, run};
use crate::mp3::on_path;
use std::path::PathBuf;

/// The program `espeak-ng`.
#[derive(Debug)]
pub struct Espeak {
    program: PathBuf,
    /// In lower case, as it writes them: `pt-br`, `de`.
    languages: Vec<String>,
}

/// Words a minute: a little under its usual 175, for a telephone.
const SPEED: &str = "155";

impl Espeak {
    /// Looks for it on the PATH.
    pub async fn find() -> Option<Espeak> {
        let program = on_path("espeak-ng")?;
        let list = run(&program, &["--voices"], "").await.ok()?;
        let languages = read_list(&String::from_utf8_lossy(&list));
        (!languages.is_empty()).then_some(Espeak { program, languages })
    }
}

/// The second column of `--voices`, without its heading.
fn read_list(list: &str) -> Vec<String> {
    let rows = list.lines().skip(1);
    rows.filter_map(|row| row.split_whitespace().nth(1))
        .map(str::to_ascii_lowercase)
        .collect()
}

impl Engine for Espeak {
    fn name(&self) -> &'static str {
        "espeak-ng"
    }

    fn voices(&self) -> Vec<Voice> {
        self.languages
            .iter()
            .map(|name| Voice {
                name: name.clone(),
                language: canonical(name),
            })
            .collect()
    }

    fn choose(&self, language: &str, _voice: Option<&str>) -> Option<Voice> {
        let wanted = language.to_ascii_lowercase().replace('_', "-");
        let base = wanted.split('-').next().unwrap_or_default();
        // The contract says zh and no where the engine says cmn and nb.
        let base = match base {
            "zh" if wanted.ends_with("-hk") => "yue",
            "zh" => "cmn",
            "no" => "nb",
            "en" if wanted == "en-us" || wanted == "en" => "en-us",
            base => base,
        };
        let has = |name: &&str| self.languages.iter().any(|language| language == name);
        let name = [wanted.as_str(), base]
            .into_iter()
            .find(has)
            .map(str::to_owned);
        // Of a language that it knows only by countries, any.
        let name = name.or_else(|| {
            let country = |language: &&String| {
                language
                    .strip_prefix(base)
                    .is_some_and(|rest| rest.starts_with('-'))
            };
            self.languages.iter().find(country).cloned()
        })?;
        Some(Voice {
            language: canonical(&name),
            name,
        })
    }

    fn speak<'a>(&'a self, voice: &'a Voice, text: &'a str) -> Spoken<'a> {
        Box::pin(async move {
            let arguments = [
                "-v",
                &voice.name,
                "-s",
                SPEED,
                "-b",
                "1",
                "--stdin",
                "--stdout",
            ];
            run(&self.program, &arguments, text).await
        })
    }
}

/// `pt-br` as the contract writes it: `pt-BR`.
fn canonical(name: &str) -> String {
    match name.split_once('-') {
        Some((base, country)) if country.len() == 2 => {
            format!("{base}-{}", country.to_ascii_uppercase())
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn espeak() -> Espeak {
        let list = "Pty Language  Age/Gender VoiceName File Other\n 5  pt-br --/M P roa/pt\n \
                    5  en-us --/M E gmw/en\n 5  es --/M S roa/es\n 5  cmn --/M C sit/cmn\n \
                    5  fr-fr --/M F roa/fr\n";
        Espeak {
            program: PathBuf::new(),
            languages: read_list(list),
        }
    }

    #[test]
    fn languages_find_the_nearest_voice() {
        let espeak = espeak();
        let name = |language| espeak.choose(language, None).map(|voice| voice.name);
        assert_eq!(name("pt-BR").as_deref(), Some("pt-br"));
        assert_eq!(name("es-MX").as_deref(), Some("es"));
        assert_eq!(name("zh-CN").as_deref(), Some("cmn"));
        assert_eq!(name("fr-CA").as_deref(), Some("fr-fr"));
        assert_eq!(name("en").as_deref(), Some("en-us"));
        assert_eq!(name("xx-YY"), None);
        assert_eq!(espeak.voices()[0].language, "pt-BR");
    }
}
