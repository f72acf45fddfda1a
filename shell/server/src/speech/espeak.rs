//! espeak-ng: a hundred languages, GPL-3, and therefore only ever a program of its own.

use super::engine::{Engine, Spoken, Utterance, Voice, Wish, run};
use crate::mp3::on_path;
use model::Gender;
use model::voice::base;
use std::path::PathBuf;

/// The program `espeak-ng`.
#[derive(Debug)]
pub struct Espeak {
    program: PathBuf,
    /// In lower case, as it writes them: `pt-br`, `de`.
    languages: Vec<String>,
}

/// Words a minute: a little under its usual 175, for a telephone.
const SPEED: u32 = 155;
/// It speaks no slower and no faster.
const SPEEDS: (u32, u32) = (80, 450);
/// The variant of every voice that is a woman's. The voices themselves are men's.
const WOMAN: &str = "f2";

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
        let men = self.languages.iter().map(|name| Voice {
            name: name.clone(),
            language: canonical(name),
            gender: Gender::Man,
        });
        men.collect()
    }

    fn choose(&self, wish: &Wish<'_>) -> Option<Voice> {
        let of = |name: &str, variant: Option<&str>, gender| Voice {
            language: canonical(name),
            name: match variant {
                Some(variant) => format!("{name}+{variant}"),
                None => name.to_owned(),
            },
            gender,
        };
        if let Some(voice) = wish.voice {
            let (name, variant) = match voice.split_once('+') {
                Some((name, variant)) => (name, Some(variant)),
                None => (voice, None),
            };
            // A variant is a file's name in the end: letters and digits, nothing else.
            let fits = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
            if self.languages.iter().any(|known| known == name) && variant.is_none_or(fits) {
                return Some(of(name, variant, wish.gender));
            }
        }
        let variant = (wish.gender == Gender::Woman).then_some(WOMAN);
        let name = self.nearest(wish.language)?;
        Some(of(&name, variant, wish.gender))
    }

    fn speak<'a>(&'a self, voice: &'a Voice, utterance: &'a Utterance) -> Spoken<'a> {
        Box::pin(async move {
            let speed = SPEED * u32::from(utterance.prosody.rate_percent) / 100;
            let speed = speed.clamp(SPEEDS.0, SPEEDS.1).to_string();
            let pitch = pitch(utterance.prosody.pitch_percent).to_string();
            let arguments = [
                "-v",
                &voice.name,
                "-s",
                &speed,
                "-p",
                &pitch,
                "-b",
                "1",
                "--stdin",
                "--stdout",
            ];
            run(&self.program, &arguments, &utterance.text).await
        })
    }
}

impl Espeak {
    /// The voice of a language, or of its nearest relative.
    fn nearest(&self, language: &str) -> Option<String> {
        let wanted = language.to_ascii_lowercase().replace('_', "-");
        let has = |name: &str| self.languages.iter().any(|language| language == name);
        let base = base(&wanted);
        // The contract's English without a country is American.
        let base = match (base.as_str(), wanted.as_str()) {
            ("en", "en-us" | "en") => "en-us",
            (base, _) => base,
        };
        // French is known by its countries alone, and Canada is none of them: France then.
        let homeland = format!("{base}-{base}");
        let names = [wanted.as_str(), base, &homeland];
        if let Some(name) = names.into_iter().find(|name| has(name)) {
            return Some(name.to_owned());
        }
        // Of a language that it knows only by countries, any.
        let country = |language: &&String| {
            language
                .strip_prefix(base)
                .is_some_and(|rest| rest.starts_with('-'))
        };
        self.languages.iter().find(country).cloned()
    }
}

/// Its scale from 0 to 99 for a pitch in hundredths of the voice's own, which is 50: measured, an
/// octave down is out of reach, and an octave up.
fn pitch(percent: u16) -> u32 {
    let steps = f64::from(percent.max(1)) / 100.0;
    let step = if percent < 100 { 0.0080 } else { 0.0098 };
    (50.0 + steps.ln() / step).clamp(0.0, 99.0).round() as u32
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

    fn choose(
        espeak: &Espeak,
        language: &str,
        gender: Gender,
        voice: Option<&str>,
    ) -> Option<String> {
        let wish = Wish {
            language,
            gender,
            voice,
        };
        espeak.choose(&wish).map(|voice| voice.name)
    }

    #[test]
    fn a_woman_is_a_variant_and_an_own_name_is_taken() {
        let espeak = espeak();
        let name = |voice| choose(&espeak, "pt-BR", Gender::Woman, voice);
        assert_eq!(name(None).as_deref(), Some("pt-br+f2"));
        assert_eq!(name(Some("es+m3")).as_deref(), Some("es+m3"));
        assert_eq!(name(Some("es+../x")).as_deref(), Some("pt-br+f2"));
        assert_eq!(name(Some("slt")).as_deref(), Some("pt-br+f2"));
    }

    #[test]
    fn pitch_is_on_its_scale() {
        let scale: Vec<u32> = [50, 80, 100, 127, 200].map(pitch).to_vec();
        assert_eq!(scale, [0, 22, 50, 74, 99]);
    }

    #[test]
    fn languages_find_the_nearest_voice() {
        let espeak = espeak();
        let name = |language| choose(&espeak, language, Gender::Man, None);
        assert_eq!(name("pt-BR").as_deref(), Some("pt-br"));
        assert_eq!(name("es-MX").as_deref(), Some("es"));
        assert_eq!(name("zh-CN").as_deref(), Some("cmn"));
        assert_eq!(name("fr-CA").as_deref(), Some("fr-fr"));
        assert_eq!(name("en").as_deref(), Some("en-us"));
        assert_eq!(name("xx-YY"), None);
        assert_eq!(espeak.voices()[0].language, "pt-BR");
    }
}
