//! Whose voice a name means: a table of the names applications use, which the operator can edit,
//! and what the installed engines have.

use std::collections::BTreeMap;

/// Whether a man or a woman is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gender {
    /// A man.
    Man,
    /// A woman.
    Woman,
}

/// Who shall speak, as far as it is known. An engine comes as near to it as it can.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VoiceWish {
    /// A man or a woman.
    pub gender: Gender,
    /// Which engine, if one is named.
    pub engine: Option<String>,
    /// What the engine calls the voice, if one is named.
    pub voice: Option<String>,
}

impl VoiceWish {
    /// Any man, or any woman.
    pub fn any(gender: Gender) -> VoiceWish {
        VoiceWish {
            gender,
            engine: None,
            voice: None,
        }
    }
}

impl Default for VoiceWish {
    fn default() -> Self {
        // The contract's own voice is `man`.
        VoiceWish::any(Gender::Man)
    }
}

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceLine {
    /// The name applications use.
    pub name: String,
    /// The language it speaks, whatever the verb says; `None`: that of the verb.
    pub language: Option<String>,
    /// Who is heard.
    pub wish: VoiceWish,
}

/// A voice of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// What the engine calls it.
    pub name: String,
    /// Its language, as in `pt-BR`, or `pt` where it has no country.
    pub language: String,
    /// Whose it sounds like.
    pub gender: Gender,
}

/// The table of names, and what is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voices {
    /// By the name in lower case.
    lines: BTreeMap<String, VoiceLine>,
    /// Of a family whose voices are letters: its language in lower case, and whose each is.
    families: BTreeMap<String, (String, String)>,
    /// The name of a voice where the verb has none.
    default_voice: String,
    /// The language where neither verb nor voice has one.
    default_language: String,
    /// Each engine with its voices; empty: nothing is known of them.
    installed: Vec<(String, Vec<Voice>)>,
}

/// Which names exist and what they are.
const TABLE: &str = include_str!("voice/table.txt");
/// What stands behind a name for a better kind of the same voice.
const KINDS: [&str; 3] = ["-neural", "-generative", "-long-form"];

impl Default for Voices {
    fn default() -> Self {
        let mut voices = Voices {
            lines: BTreeMap::new(),
            families: BTreeMap::new(),
            default_voice: "man".to_owned(),
            default_language: "en-US".to_owned(),
            installed: Vec::new(),
        };
        TABLE.lines().for_each(|line| voices.learn(line));
        voices
    }
}

fn gender(letter: char) -> Gender {
    match letter {
        'w' => Gender::Woman,
        _ => Gender::Man,
    }
}

impl Voices {
    fn learn(&mut self, line: &str) {
        let mut words = line.split_whitespace();
        let (Some(name), Some(language), Some(letters)) =
            (words.next(), words.next(), words.next())
        else {
            return;
        };
        if name.starts_with('#') {
            return;
        }
        if name.ends_with('.') {
            let family = (language.to_owned(), letters.to_owned());
            self.families.insert(language.to_lowercase(), family);
            return;
        }
        self.set(VoiceLine {
            name: name.to_owned(),
            language: (language != "-").then(|| language.to_owned()),
            wish: VoiceWish::any(letters.chars().next().map_or(Gender::Man, gender)),
        });
    }

    /// Adds a line, or puts it in the place of the one with its name.
    pub fn set(&mut self, line: VoiceLine) {
        self.lines.insert(line.name.to_lowercase(), line);
    }

    /// Who speaks where the verb names nobody, and in which language.
    pub fn set_default(&mut self, voice: &str, language: &str) {
        voice.clone_into(&mut self.default_voice);
        language.clone_into(&mut self.default_language);
    }

    /// The name of whoever speaks where the verb names nobody.
    pub fn default_voice(&self) -> &str {
        &self.default_voice
    }

    /// The families whose voices are letters: their languages, and a letter for each voice.
    pub fn families(&self) -> impl Iterator<Item = (&str, &str)> {
        let families = self.families.values();
        families.map(|(language, letters)| (language.as_str(), letters.as_str()))
    }

    /// Says what the engines have, in the order in which they are preferred.
    pub fn install(&mut self, installed: Vec<(String, Vec<Voice>)>) {
        self.installed = installed;
    }

    /// The lines of the table that stand for one name each, in the order of their names.
    pub fn lines(&self) -> impl Iterator<Item = &VoiceLine> {
        self.lines.values()
    }

    /// What a name leads to. Capitals don't matter.
    pub fn find(&self, name: &str) -> Option<VoiceLine> {
        let key = name.trim().to_lowercase();
        let plain = KINDS.iter().find_map(|kind| key.strip_suffix(kind));
        let line = self
            .lines
            .get(&key)
            .or_else(|| self.lines.get(plain?))
            .cloned();
        line.or_else(|| self.of_family(&key))
            .or_else(|| self.of_engine(name.trim()))
    }

    /// `google.pt-br-wavenet-b`, or `google.pt-br-chirp3-hd-kore`. Unconfirmed: a kind or letter
    /// that isn't in the table is a woman of its language, as most are.
    fn of_family(&self, key: &str) -> Option<VoiceLine> {
        let rest = key.strip_prefix("google.")?;
        let mut words = rest.split('-');
        let tag = format!("{}-{}", words.next()?, words.next()?);
        let last = words.next_back()?;
        let tag_fits = tag.len() <= 6 && tag.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let family = self.families.get(&tag);
        let person = self.lines.get(&format!("google.{last}"));
        let by_letter = || {
            let (_, letters) = family?;
            let mut letter = last.chars();
            let at = match (letter.next(), letter.next()) {
                (Some(letter @ 'a'..='z'), None) => letter as usize - 'a' as usize,
                _ => return None,
            };
            letters.chars().nth(at).map(gender)
        };
        let wish = person.map(|line| line.wish.clone());
        let wish = wish.unwrap_or_else(|| VoiceWish::any(by_letter().unwrap_or(Gender::Woman)));
        let language = match family {
            Some((language, _)) => language.clone(),
            None if tag_fits => {
                let (base, country) = tag.split_once('-')?;
                format!("{base}-{}", country.to_ascii_uppercase())
            }
            None => return None,
        };
        Some(VoiceLine {
            name: key.to_owned(),
            language: Some(language),
            wish,
        })
    }

    /// An engine's own name for a voice: `flite/slt`, `espeak-ng/de+f2`, or `slt` alone.
    fn of_engine(&self, name: &str) -> Option<VoiceLine> {
        let (engine, voice) = match name.split_once('/') {
            Some((engine, voice)) => (Some(engine), voice),
            None => (None, name),
        };
        // What stands behind a plus is a variant of the voice.
        let plain = voice.split('+').next().unwrap_or(voice);
        let mut engines = self
            .installed
            .iter()
            .filter(|(known, _)| engine.is_none_or(|engine| engine == known));
        engines.find_map(|(engine, voices)| {
            let found = voices.iter().find(|known| known.name == plain)?;
            Some(VoiceLine {
                name: name.to_owned(),
                language: Some(found.language.clone()),
                wish: VoiceWish {
                    gender: found.gender,
                    engine: Some(engine.clone()),
                    voice: Some(voice.to_owned()),
                },
            })
        })
    }

    /// Who speaks in which language, and whether the name of the voice is unknown.
    ///
    /// A voice that has a language speaks it, whatever the verb says. Unconfirmed: with the
    /// default voice, which nobody asked for, the verb's language goes before the voice's.
    pub fn choose(&self, voice: Option<&str>, language: Option<&str>) -> Chosen {
        let named = voice.map(|voice| self.find(voice));
        let unknown = matches!(named, Some(None));
        if let Some(Some(line)) = named {
            let language = line.language.as_deref().or(language);
            return Chosen {
                language: language.unwrap_or(&self.default_language).to_owned(),
                wish: line.wish,
                unknown,
            };
        }
        let line = self.find(&self.default_voice);
        let own = line.as_ref().and_then(|line| line.language.as_deref());
        let mut wish = line
            .as_ref()
            .map(|line| line.wish.clone())
            .unwrap_or_default();
        if let (Some(own), Some(language)) = (own, language)
            && base(own) != base(language)
        {
            wish = VoiceWish::any(wish.gender);
        }
        let language = language.or(own).unwrap_or(&self.default_language);
        Chosen {
            language: language.to_owned(),
            wish,
            unknown,
        }
    }

    /// Whether an engine has the language, in whatever country.
    pub fn speaks(&self, language: &str) -> bool {
        let mut voices = self.installed.iter().flat_map(|(_, voices)| voices);
        self.installed.is_empty() || voices.any(|voice| base(&voice.language) == base(language))
    }
}

/// What `Voices::choose` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Who speaks.
    pub wish: VoiceWish,
    /// In which language.
    pub language: String,
    /// A voice was named that nobody knows.
    pub unknown: bool,
}

/// A language without its country, by the name that engines have for it.
pub fn base(language: &str) -> String {
    let lower = language.to_ascii_lowercase().replace('_', "-");
    let base = lower.split('-').next().unwrap_or_default();
    match base {
        "zh" if lower.ends_with("-hk") => "yue",
        "zh" => "cmn",
        "no" => "nb",
        "arb" => "ar",
        "fil" => "tl",
        base => base,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(voice: &str, language: Option<&str>) -> (Gender, String, bool) {
        let Chosen {
            wish,
            language,
            unknown,
        } = Voices::default().choose(Some(voice), language);
        (wish.gender, language, unknown)
    }

    #[test]
    fn names_lead_to_a_language_and_a_gender() {
        use Gender::{Man, Woman};
        for (name, gender, language) in [
            ("man", Man, "en-US"),
            ("Alice", Woman, "en-US"),
            ("Polly.Joanna", Woman, "en-US"),
            ("Polly.Matthew-Neural", Man, "en-US"),
            ("Polly.Camila", Woman, "pt-BR"),
            ("Polly.Mía-Generative", Woman, "es-MX"),
            ("Google.pt-BR-Standard-B", Man, "pt-BR"),
            ("Google.en-GB-Neural2-O", Man, "en-GB"),
            ("Google.fil-ph-Neural2-A", Woman, "fil-PH"),
            ("Google.de-DE-Chirp3-HD-Puck", Man, "de-DE"),
            ("Google.xx-YY-New-Q", Woman, "xx-YY"),
        ] {
            assert_eq!(
                chosen(name, None),
                (gender, language.to_owned(), false),
                "{name}"
            );
        }
        for unknown in [
            "Polly.Nobody",
            "Google.",
            "Google.x",
            "",
            "slt",
            "Google.é-è-a-b",
        ] {
            let expected = (Man, "en-US".to_owned(), true);
            assert_eq!(chosen(unknown, None), expected, "{unknown:?}");
        }
    }

    /// The strings in the list of a name in the language's table.
    fn listed(name: &str) -> Vec<String> {
        const SCHEMA: &str = include_str!("../../../reference/twiml_schema.json");
        let start = SCHEMA
            .find(&format!("\"{name}\": ["))
            .expect("it is listed");
        let list = SCHEMA[start..].split_once('[').expect("a list").1;
        let list = list.split_once(']').expect("a list ends").0;
        let plain = list.split('"').skip(1).step_by(2);
        plain.map(unescaped).collect()
    }

    /// A string of JSON that has no escapes but those of single letters by number.
    fn unescaped(text: &str) -> String {
        let mut parts = text.split("\\u");
        let mut plain = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (digits, rest) = part.split_at(4);
            let letter = u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32);
            plain.push(letter.expect("a letter by its number"));
            plain.push_str(rest);
        }
        plain
    }

    #[test]
    fn every_published_name_has_a_line() {
        let voices = Voices::default();
        let names = listed("SayVoice");
        assert!(names.len() > 800, "{}", names.len());
        let languages = listed("SayLanguage");
        for name in names {
            let line = voices.find(&name).unwrap_or_else(|| panic!("{name}"));
            if let Some(language) = line.language
                && !name.starts_with("Google.")
            {
                assert!(languages.contains(&language), "{name}: {language}");
            }
        }
        // Families know the letters that exist.
        for name in listed("SayVoice") {
            let Some((family, letter)) = name.rsplit_once('-') else {
                continue;
            };
            let tag: Vec<&str> = family.trim_start_matches("Google.").split('-').collect();
            if letter.len() == 1 && name.starts_with("Google.") {
                let key = format!("{}-{}", tag[0], tag[1]).to_lowercase();
                let (_, letters) = voices
                    .families
                    .get(&key)
                    .unwrap_or_else(|| panic!("{name}"));
                let at = usize::from(letter.as_bytes()[0] - b'A');
                let found = letters.as_bytes().get(at).is_some_and(|sex| *sex != b'-');
                assert!(found, "{name}: {letters}");
            }
        }
    }

    #[test]
    fn a_voice_with_a_language_keeps_it() {
        assert_eq!(chosen("Polly.Ricardo", Some("en-US")).1, "pt-BR");
        assert_eq!(chosen("woman", Some("fr-FR")).1, "fr-FR");
        let nobody = Voices::default().choose(None, Some("de-DE"));
        assert_eq!((nobody.language.as_str(), nobody.unknown), ("de-DE", false));
    }

    #[test]
    fn lines_and_the_default_can_be_set() {
        let mut voices = Voices::default();
        voices.set(VoiceLine {
            name: "Polly.Camila".to_owned(),
            language: Some("pt-BR".to_owned()),
            wish: VoiceWish {
                gender: Gender::Woman,
                engine: Some("espeak-ng".to_owned()),
                voice: Some("pt-br+f4".to_owned()),
            },
        });
        let own = voices.choose(Some("polly.camila-neural"), None).wish.voice;
        assert_eq!(own.as_deref(), Some("pt-br+f4"));
        voices.set_default("Polly.Camila", "en-US");
        assert_eq!(voices.choose(None, None).language, "pt-BR");
        // What the verb says goes before a voice that nobody asked for.
        let english = voices.choose(None, Some("en-US"));
        assert_eq!(english.language, "en-US");
        assert_eq!(english.wish, VoiceWish::any(Gender::Woman));
        // A default that isn't there is the contract's own.
        voices.set_default("nobody", "fr-FR");
        let french = voices.choose(None, None);
        assert_eq!(french.wish, VoiceWish::default());
        assert_eq!((french.language.as_str(), french.unknown), ("fr-FR", false));
    }

    #[test]
    fn an_engines_own_names_and_languages_are_known() {
        let mut voices = Voices::default();
        assert!(voices.speaks("th-TH"), "nothing is known yet");
        let voice = |name: &str, language: &str| Voice {
            name: name.to_owned(),
            language: language.to_owned(),
            gender: Gender::Woman,
        };
        voices.install(vec![
            ("flite".to_owned(), vec![voice("slt", "en-US")]),
            (
                "espeak-ng".to_owned(),
                vec![voice("pt-br", "pt-BR"), voice("cmn", "cmn")],
            ),
        ]);
        for name in ["slt", "flite/slt"] {
            assert_eq!(
                voices.find(name).unwrap().wish.engine.as_deref(),
                Some("flite")
            );
        }
        let variant = voices.find("espeak-ng/pt-br+f3").unwrap();
        assert_eq!(variant.wish.voice.as_deref(), Some("pt-br+f3"));
        assert_eq!(variant.language.as_deref(), Some("pt-BR"));
        assert!(voices.find("flite/pt-br").is_none());
        assert!(voices.speaks("pt-PT") && voices.speaks("zh-CN") && !voices.speaks("th-TH"));
    }
}
