//! Recordings of real people that packages bring: prompts that people spoke for telephone
//! exchanges, and test data of a recogniser. They are judged and never tuned on. Nobody in them
//! answers a telephone: announcements make greetings of machines, and single short phrases stand
//! where a person's hello would.

use crate::case::{Case, Class};
use crate::chance::Chance;
use crate::line::Line;
use crate::sound::{self, Noise, add, length_ms, levelled, samples};
use crate::voices::trimmed;
use media::file::Decoder;
use media::sound::resample::Doubler;
use std::path::{Path, PathBuf};

/// A person: name for the table, language, folder, ending, licence.
pub struct Person {
    /// Who, as the package names them.
    pub name: &'static str,
    /// Their language.
    pub language: &'static str,
    /// The package.
    pub package: &'static str,
    /// Its licence.
    pub licence: &'static str,
    folder: &'static str,
    ending: &'static str,
}

const SOUNDS: &str = "/usr/share/asterisk/sounds";

/// Everybody.
pub const PEOPLE: [Person; 10] = [
    person(
        "Allison (en)",
        "en",
        "asterisk-core-sounds-en-wav",
        "CC-BY-SA-3.0",
        "en_US_f_Allison",
        "wav",
    ),
    person(
        "Allison (es)",
        "es",
        "asterisk-core-sounds-es-wav",
        "CC-BY-SA-3.0",
        "es_MX_f_Allison",
        "wav",
    ),
    person(
        "June",
        "fr",
        "asterisk-core-sounds-fr-wav",
        "CC-BY-SA-3.0",
        "fr_CA_f_June",
        "wav",
    ),
    person(
        "Carlo",
        "it",
        "asterisk-core-sounds-it-wav",
        "CC-BY-SA-3.0",
        "it_IT_m_Carlo",
        "wav",
    ),
    person(
        "IvrvoiceRU",
        "ru",
        "asterisk-core-sounds-ru-wav",
        "CC-BY-SA-3.0",
        "ru_RU_f_IvrvoiceRU",
        "wav",
    ),
    person(
        "a Colombian",
        "es",
        "asterisk-prompt-es-co",
        "GPL-2",
        "es",
        "gsm",
    ),
    person(
        "Armelle",
        "fr",
        "asterisk-prompt-fr-armelle",
        "BSD-2-Clause",
        "fr",
        "gsm",
    ),
    person(
        "Menardi",
        "it",
        "asterisk-prompt-it-menardi-wav",
        "CC-BY-SA-3.0",
        "it_IT_f_Menardi",
        "wav",
    ),
    person(
        "readers of cards",
        "en",
        "pocketsphinx-testdata",
        "BSD-2-Clause",
        "/usr/share/pocketsphinx/test/data/cards",
        "wav",
    ),
    person(
        "a tester of speakers",
        "en",
        "alsa-utils",
        "GPL-2+",
        "/usr/share/sounds/alsa",
        "wav",
    ),
];

const fn person(
    name: &'static str,
    language: &'static str,
    package: &'static str,
    licence: &'static str,
    folder: &'static str,
    ending: &'static str,
) -> Person {
    Person {
        name,
        language,
        package,
        licence,
        folder,
        ending,
    }
}

/// Announcements as exchanges put them together.
const GREETINGS: [&[&str]; 8] = [
    &[
        "vm-theperson",
        "digits/1",
        "digits/0",
        "digits/4",
        "vm-isunavail",
        "vm-intro",
    ],
    &[
        "vm-theperson",
        "digits/7",
        "digits/2",
        "vm-isonphone",
        "vm-intro",
    ],
    &["vm-intro"],
    &["vm-nobodyavail", "vm-leavemsg"],
    &["vm-nobodyavail", "vm-intro"],
    &["vm-isunavail", "vm-intro"],
    &["ss-noservice"],
    &["privacy-prompt"],
];

/// Phrases about as long as what people say when they pick up.
const PHRASES: [&str; 14] = [
    "hello",
    "hello-world",
    "goodbye",
    "vm-goodbye",
    "one-moment-please",
    "auth-thankyou",
    "privacy-thankyou",
    "vm-extension",
    "vm-no",
    "vm-sorry",
    "conf-getpin",
    "vm-login",
    "agent-loginok",
    "pbx-transfer",
];

/// Cards, and names of speakers.
const OTHERS: [&str; 13] = [
    "001",
    "002",
    "003",
    "004",
    "005",
    "Front_Center",
    "Front_Left",
    "Front_Right",
    "Rear_Center",
    "Rear_Left",
    "Rear_Right",
    "Side_Left",
    "Side_Right",
];

/// A hello is never longer than this (milliseconds).
const PHRASE_MS_MAX: u32 = 2_600;

/// Every case of real voices; each phrase and greeting comes several ways.
pub fn cases() -> Result<Vec<Case>, String> {
    let mut all = Vec::new();
    for person in &PEOPLE {
        if !Path::new(SOUNDS).join(person.folder).is_dir() {
            let package = person.package;
            return Err(format!(
                "{package} is not installed; `tools/install amd` brings it"
            ));
        }
        for way in 0..3 {
            for (n, parts) in GREETINGS.iter().enumerate() {
                all.extend(greeting(
                    person,
                    parts,
                    &format!("real {} m{n} {way}", person.name),
                )?);
            }
            for phrase in PHRASES.iter().chain(&OTHERS) {
                all.extend(hello(
                    person,
                    phrase,
                    &format!("real {} {phrase} {way}", person.name),
                )?);
            }
        }
    }
    Ok(all)
}

/// A recording, if the package has it.
fn recorded(person: &Person, name: &str) -> Result<Option<Vec<f32>>, String> {
    let file: PathBuf = Path::new(SOUNDS)
        .join(person.folder)
        .join(format!("{name}.{}", person.ending));
    let Ok(octets) = std::fs::read(&file) else {
        return Ok(None);
    };
    let kind = if person.ending == "gsm" {
        "audio/gsm"
    } else {
        ""
    };
    let wide = read(&octets, kind).map_err(|fault| format!("{}: {fault}", file.display()))?;
    Ok(Some(trimmed(&wide)))
}

/// A sound file at 16 000 samples a second.
pub fn read(octets: &[u8], kind: &str) -> Result<Vec<f32>, String> {
    let (mut decoder, mut narrow) = (Decoder::new(kind), Vec::new());
    decoder
        .push(octets, &mut narrow)
        .map_err(|fault| fault.to_string())?;
    decoder
        .finish(&mut narrow)
        .map_err(|fault| fault.to_string())?;
    let mut doubler = Doubler::new();
    Ok(narrow
        .iter()
        .flat_map(|&s| doubler.step(s).map(f32::from))
        .collect())
}

fn greeting(person: &Person, parts: &[&str], name: &str) -> Result<Option<Case>, String> {
    let mut chance = Chance::new(name);
    let mut sound = vec![0.0; samples(chance.within(100.0, 1_200.0) as u32)];
    let (speech_at, level) = (sound.len(), chance.within(-27.0, -14.0));
    for part in parts {
        let Some(spoken) = recorded(person, part)? else {
            return Ok(None);
        };
        sound.extend(levelled(&spoken, level));
        sound.resize(
            sound.len() + samples(chance.within(80.0, 350.0) as u32),
            0.0,
        );
    }
    let mut beep_end = None;
    if chance.hits(0.8) {
        sound.resize(
            sound.len() + samples(chance.within(60.0, 1_500.0) as u32),
            0.0,
        );
        sound.extend(sound::beep(&mut chance).0);
        beep_end = Some(sound.len());
    }
    sound.resize(sound.len() + samples(9_000), 0.0);
    let made = (Class::Machine, "announcement", speech_at, beep_end);
    Ok(Some(finished(person, name, made, sound, &mut chance)))
}

fn hello(person: &Person, phrase: &str, name: &str) -> Result<Option<Case>, String> {
    let mut chance = Chance::new(name);
    let mut sound = vec![0.0; samples(chance.within(100.0, 1_200.0) as u32)];
    let speech_at = sound.len();
    let Some(spoken) = recorded(person, phrase)? else {
        return Ok(None);
    };
    if length_ms(spoken.len()) > PHRASE_MS_MAX {
        return Ok(None);
    }
    sound.extend(levelled(&spoken, chance.within(-27.0, -14.0)));
    sound.resize(sound.len() + samples(7_000), 0.0);
    let made = (Class::Human, "short phrase", speech_at, None);
    Ok(Some(finished(person, name, made, sound, &mut chance)))
}

fn finished(
    person: &Person,
    name: &str,
    (class, style, speech_at, beep_end): (Class, &'static str, usize, Option<usize>),
    mut sound: Vec<f32>,
    chance: &mut Chance,
) -> Case {
    let level = *chance.of(&[-68.0, -60.0, -52.0, -45.0]);
    let kind = *chance.of(&[Noise::Room, Noise::Street]);
    let noise = sound::noise(kind, sound.len(), level, chance);
    add(&mut sound, 0, &noise);
    Case {
        name: name.to_owned(),
        language: person.language.to_owned(),
        style,
        class,
        speech_at: Some(speech_at),
        beep_end,
        line: Line::drawn(chance),
        note: format!("{} of {}", person.name, person.package),
        sound,
    }
}
