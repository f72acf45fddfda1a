//! One case: what is heard after the answer, and what is true of it.

use crate::chance::Chance;
use crate::line::Line;
use crate::sound::{self, Noise, add, levelled, samples};
use crate::texts::{self, Half, LANGUAGES};
use crate::voices::{self, Voice, speak};
use media::sound::tone::Tone;
use std::path::Path;

/// Who really picked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A person.
    Human,
    /// A machine.
    Machine,
    /// A fax.
    Fax,
    /// Nobody: silence, music or tones of the network.
    Nobody,
}

impl Class {
    /// In the order of the table.
    pub const ALL: [Class; 4] = [Class::Human, Class::Machine, Class::Fax, Class::Nobody];

    /// As the table writes it.
    pub fn name(self) -> &'static str {
        match self {
            Class::Human => "human",
            Class::Machine => "machine",
            Class::Fax => "fax",
            Class::Nobody => "nobody",
        }
    }
}

/// A case.
pub struct Case {
    /// Its number within its half; its name is the seed of all chance in it.
    pub name: String,
    /// Its language; `-` where nobody speaks.
    pub language: String,
    /// What kind of its class.
    pub style: &'static str,
    /// Who picked up.
    pub class: Class,
    /// Where the first sound of speech is (samples).
    pub speech_at: Option<usize>,
    /// Where the beep ends (samples).
    pub beep_end: Option<usize>,
    /// How it comes here.
    pub line: Line,
    /// What is said of it where it is looked at alone.
    pub note: String,
    /// Sound of 16 000 samples a second.
    pub sound: Vec<f32>,
}

/// What cases are made of.
pub struct Stuff<'a> {
    /// Where spoken words are kept.
    pub folder: &'a Path,
    /// Recorded music of each half.
    pub music: [Vec<Vec<f32>>; 2],
}

/// Of a case to grow from no more is made, from its first speech on: nothing later is learned.
const GROWN_MS: u32 = 6_500;
/// The pauses of a person who says more behind them.
const DRAWS_BREATH_MS: (f32, f32) = (200.0, 1_000.0);

/// How many greetings of the half for tuning a studio has recorded.
const STUDIO_SHARE: f32 = 0.4;

/// A case in the making.
struct Making<'a> {
    stuff: &'a Stuff<'a>,
    half: Half,
    chance: Chance,
    language: &'static str,
    voice: Voice,
    pace: u32,
    level: f32,
    /// In the half to grow from, by how much a voice is moved in pitch, and its colour.
    bend: f32,
    colour: [f32; 2],
    sound: Vec<f32>,
    speech_at: Option<usize>,
    beep_end: Option<usize>,
    note: String,
}

/// The case of a half with this number.
pub fn case(stuff: &Stuff, half: Half, number: usize) -> Result<Case, String> {
    let name = format!("{}-{number:04}", half.name());
    let mut chance = Chance::new(&name);
    let language = LANGUAGES[number % LANGUAGES.len()].0;
    let voice = voices::any(language, half, &mut chance);
    let pace = *chance.of(&[145, 160, 175, 190]);
    let mut making = Making {
        stuff,
        half,
        language,
        voice,
        pace,
        level: chance.within(-27.0, -14.0),
        chance,
        sound: Vec::new(),
        speech_at: None,
        beep_end: None,
        note: String::new(),
        bend: 1.0,
        colour: [0.0; 2],
    };
    if half == Half::Grow {
        making.pace = making.chance.within(130.0, 205.0) as u32;
        making.bend = making.chance.within(0.88, 1.14);
        making.colour = [
            making.chance.within(-0.5, 0.5),
            making.chance.within(-0.4, 0.4),
        ];
    }
    let (class, style) = making.fill()?;
    if let Some(end) = making.grown() {
        making.sound.truncate(end);
    }
    making.surround(class)?;
    let line = Line::drawn(&mut making.chance);
    let speaks = making.speech_at.is_some();
    Ok(Case {
        name,
        language: if speaks { language } else { "-" }.to_owned(),
        style,
        class,
        speech_at: making.speech_at,
        beep_end: making.beep_end,
        line,
        note: format!("{} {}", making.voice.name(), making.note),
        sound: making.sound,
    })
}

impl Making<'_> {
    fn fill(&mut self) -> Result<(Class, &'static str), String> {
        // Who is neither a person nor a machine isn't learned.
        let most = if self.half == Half::Grow { 0.88 } else { 1.0 };
        let kind = self.chance.share() * most;
        let style = if kind < 0.44 {
            self.person()?
        } else if kind < 0.88 {
            self.machine()?
        } else if kind < 0.93 {
            return Ok((Class::Fax, self.fax()));
        } else {
            return Ok((Class::Nobody, self.nobody()));
        };
        let class = if kind < 0.44 {
            Class::Human
        } else {
            Class::Machine
        };
        Ok((class, style))
    }

    fn pause(&mut self, low_ms: f32, high_ms: f32) {
        let ms = self.chance.within(low_ms, high_ms) as u32;
        let length = self.sound.len() + samples(ms);
        self.sound.resize(length, 0.0);
    }

    fn say(&mut self, text: &str) -> Result<(), String> {
        let mut spoken = speak(self.stuff.folder, &self.voice, self.pace, text)?;
        if self.half == Half::Grow {
            spoken = sound::bent(&spoken, self.bend);
            spoken = sound::coloured(&spoken, self.colour);
        }
        if self.speech_at.is_none() {
            self.speech_at = Some(self.sound.len());
        }
        self.sound.extend(levelled(&spoken, self.level));
        self.note += &format!("“{text}” ");
        Ok(())
    }

    /// Where a case to grow from ends.
    fn grown(&self) -> Option<usize> {
        let at = self.speech_at.filter(|_| self.half == Half::Grow)?;
        Some(at + samples(GROWN_MS))
    }

    /// A text of a style, with pauses between its parts.
    fn tell(&mut self, style: &str, low_ms: f32, high_ms: f32) -> Result<(), String> {
        let parts = texts::any(self.language, self.half, style, &mut self.chance);
        for (n, part) in parts.into_iter().enumerate() {
            if self.grown().is_some_and(|end| self.sound.len() > end) {
                break;
            }
            if n > 0 {
                self.pause(low_ms, high_ms);
            }
            self.say(&part)?;
        }
        Ok(())
    }

    fn person(&mut self) -> Result<&'static str, String> {
        let kind = self.chance.share();
        let (low, high) = DRAWS_BREATH_MS;
        self.pause(100.0, 900.0);
        let style = if kind < 0.40 {
            self.tell("short", 0.0, 0.0)?;
            "short hello"
        } else if kind < 0.60 {
            self.tell("long", low, high)?;
            "long hello"
        } else if kind < 0.78 {
            self.tell("company", low, high)?;
            "name and company"
        } else if kind < 0.88 {
            self.pause(900.0, 2_600.0);
            self.tell("short", 0.0, 0.0)?;
            "silence, then hello"
        } else {
            let style = *self.chance.of(&["short", "long"]);
            self.tell(style, low, high)?;
            "talk behind"
        };
        // Nobody answers, so the person asks again, some seconds later.
        self.pause(2_600.0, 4_500.0);
        self.tell("short", 0.0, 0.0)?;
        self.pause(4_000.0, 4_000.0);
        if style == "talk behind" {
            self.talk_behind()?;
        }
        Ok(style)
    }

    /// Others talk in the same room, softer.
    fn talk_behind(&mut self) -> Result<(), String> {
        let below = self.chance.within(16.0, 28.0);
        let (level, length) = (self.level - below, self.sound.len());
        let mut at = 0;
        while at < length {
            let voice = voices::any(self.language, self.half, &mut self.chance);
            let text = texts::any(self.language, self.half, "filler", &mut self.chance);
            let spoken = speak(self.stuff.folder, &voice, 170, &text[0])?;
            let from = at.min(samples(20) * (self.chance.draw() % 40) as usize);
            add(
                &mut self.sound,
                at.saturating_sub(from),
                &levelled(&spoken, level),
            );
            at += spoken.len() + samples(self.chance.within(0.0, 900.0) as u32);
        }
        Ok(())
    }

    fn machine(&mut self) -> Result<&'static str, String> {
        let kind = self.chance.share();
        self.pause(60.0, 1_200.0);
        let from = self.sound.len();
        let style = if kind < 0.24 {
            self.tell("personal", 250.0, 900.0)?;
            "personal"
        } else if kind < 0.44 {
            self.tell("business", 250.0, 900.0)?;
            "business"
        } else if kind < 0.62 {
            self.tell("carrier", 200.0, 700.0)?;
            "carrier"
        } else if kind < 0.76 {
            self.tell("multi", 300.0, 1_400.0)?;
            "several parts"
        } else if kind < 0.87 {
            self.pause(0.0, 900.0);
            self.tell("business", 250.0, 700.0)?;
            "over music"
        } else if kind < 0.94 {
            self.tell("business", 250.0, 700.0)?;
            while self.sound.len() < samples(12_000 + (self.chance.draw() % 24_000) as u32) {
                self.pause(300.0, 1_100.0);
                let style = *self.chance.of(&["filler", "business", "carrier"]);
                self.tell(style, 250.0, 900.0)?;
            }
            "long"
        } else {
            self.tell("tiny", 0.0, 0.0)?;
            "tiny"
        };
        let music_end = self.sound.len();
        if style == "over music" {
            self.music(from.saturating_sub(samples(300)), music_end);
        }
        // What is recorded has the noise of its own room, and the machine none behind it. What a
        // studio recorded has none, and nor have the real people's: in the half for tuning two of
        // five are such.
        let studio = self.half != Half::Judge && self.chance.hits(STUDIO_SHARE);
        if !studio {
            let below = self.chance.within(22.0, 45.0);
            let kind = self.noise_kind();
            let (level, length) = (self.level - below, self.sound.len() - from);
            let own = sound::noise(kind, length, level, &mut self.chance);
            add(&mut self.sound, from, &own);
        }
        if self.chance.hits(0.8) || style == "tiny" {
            self.pause(60.0, if style == "tiny" { 700.0 } else { 1_900.0 });
            let (beep, what) = sound::beep(&mut self.chance);
            self.sound.extend(&beep);
            self.beep_end = Some(self.sound.len());
            self.note += &what;
        }
        self.pause(9_000.0, 9_000.0);
        Ok(style)
    }

    fn music(&mut self, from: usize, to: usize) {
        let recorded = &self.stuff.music[usize::from(self.half == Half::Judge)];
        let length = to - from;
        let music = if self.chance.hits(0.6) && !recorded.is_empty() {
            let whole = self.chance.of(recorded);
            let at = self.chance.draw() as usize % whole.len().saturating_sub(length).max(1);
            whole[at..(at + length).min(whole.len())].to_vec()
        } else {
            sound::made_music(length, &mut self.chance)
        };
        let below = self.chance.within(8.0, 18.0);
        add(&mut self.sound, from, &levelled(&music, self.level - below));
    }

    fn fax(&mut self) -> &'static str {
        self.pause(150.0, 2_000.0);
        let calls = self.chance.hits(0.5);
        let tone = if calls {
            Tone::FaxCalling
        } else {
            Tone::FaxAnswer
        };
        let whole = sound::network(tone, samples(if calls { 15_000 } else { 3_000 }));
        // Tolerances of T.30 §4: 1100 ± 38 Hz, 2100 ± 15 Hz; heard as resampled tones.
        let level = self.chance.within(-32.0, -8.0);
        let off = if calls {
            self.chance.within(0.97, 1.03)
        } else {
            self.chance.within(0.994, 1.006)
        };
        let bent: Vec<f32> = (0..(whole.len() as f32 / off) as usize)
            .map(|n| whole[((n as f32 * off) as usize).min(whole.len() - 1)])
            .collect();
        let gain = 10f32.powf((level + 13.0) / 20.0);
        self.sound.extend(bent.iter().map(|s| s * gain));
        self.pause(6_000.0, 6_000.0);
        if calls {
            "fax calls (CNG)"
        } else {
            "fax answers (CED)"
        }
    }

    fn nobody(&mut self) -> &'static str {
        let kind = self.chance.share();
        let country = sound::country(&mut self.chance);
        if kind < 0.30 {
            self.pause(35_000.0, 35_000.0);
            return "silence";
        }
        self.pause(0.0, 800.0);
        let length = samples(33_000);
        let (sound, style) = if kind < 0.50 {
            (sound::network(Tone::Ringback(country), length), "ringback")
        } else if kind < 0.62 {
            (sound::network(Tone::Busy(country), length), "busy")
        } else if kind < 0.72 {
            (
                sound::network(Tone::Congestion(country), length),
                "congestion",
            )
        } else if kind < 0.82 {
            let low = self.chance.hits(0.5);
            (sound::special_information(low), "special information")
        } else {
            let at = self.sound.len();
            self.sound.resize(at + length, 0.0);
            self.music(at, at + length);
            return "music";
        };
        self.sound.extend(sound);
        self.pause(8_000.0, 8_000.0);
        style
    }

    fn noise_kind(&mut self) -> Noise {
        let kinds = match self.half {
            Half::Tune | Half::Grow => &[Noise::Hiss, Noise::Car, Noise::Fan, Noise::Wind][..],
            Half::Judge => &[Noise::Room, Noise::Street],
        };
        *self.chance.of(kinds)
    }

    /// The noise that all of it is in: a person's own surroundings, a line's hiss for the others.
    fn surround(&mut self, class: Class) -> Result<(), String> {
        let level = match self.chance.share() {
            x if x < 0.40 => -68.0,
            x if x < 0.65 => -58.0,
            x if x < 0.85 => -50.0,
            _ if class == Class::Human => self.chance.within(-46.0, -38.0),
            _ => -50.0,
        };
        let kind = self.noise_kind();
        // Never less than 12 dB below the voice: who speaks in noise speaks up.
        let level = level.min(self.level - 12.0);
        let noise = sound::noise(kind, self.sound.len(), level, &mut self.chance);
        add(&mut self.sound, 0, &noise);
        Ok(())
    }
}
