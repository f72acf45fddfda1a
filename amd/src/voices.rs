//! The voices: speech engines that packages bring by name. No voice of the judged half stands in
//! another.
//! What was spoken once is kept in `target/amd/voice`, at 16 000 samples a second.

use crate::chance::Chance;
use crate::texts::Half;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A voice, and the half it belongs to.
#[derive(Clone, Debug)]
pub enum Voice {
    /// espeak-ng: its language and variant.
    Espeak(&'static str, &'static str),
    /// flite: its voice.
    Flite(&'static str),
    /// Festival: its voice.
    Festival(&'static str),
    /// espeak-ng: its language and variant, at another pitch (percent).
    Pitched(&'static str, &'static str, u32),
    /// What virtual phones speak with under a virtual clock.
    StandIn,
}

impl Voice {
    /// As the table names it.
    pub fn name(&self) -> String {
        match self {
            Voice::Espeak(language, variant) => format!("espeak-ng {language}+{variant}"),
            Voice::Flite(name) => format!("flite {name}"),
            Voice::Festival(name) => format!("festival {name}"),
            Voice::StandIn => "stand-in".to_owned(),
            Voice::Pitched(language, variant, pitch) => {
                format!("espeak-ng {language}+{variant} {pitch}")
            }
        }
    }
}

/// The voices of a language in a half. `kal16` and `kal` are one person, as are `slt` and its HTS
/// voice: they stand in one half.
pub fn voices(language: &str, half: Half) -> Vec<Voice> {
    use Voice::{Espeak, Festival, Flite};
    // Those to grow from and those for tuning may share voices: neither is judged.
    let tune = half != Half::Judge;
    let (espeak, mut all): (&str, Vec<Voice>) = match (language, tune) {
        ("en", true) => (
            "en-us",
            vec![Flite("rms"), Flite("kal16"), Festival("kal_diphone")],
        ),
        ("en", false) => (
            "en-gb",
            vec![
                Flite("awb"),
                Flite("slt"),
                Festival("ked_diphone"),
                Festival("cmu_us_slt_arctic_hts"),
            ],
        ),
        ("pt-BR", _) => ("pt-br", Vec::new()),
        ("es", true) => ("es", Vec::new()),
        ("es", false) => ("es-419", Vec::new()),
        ("fr", _) => ("fr-fr", Vec::new()),
        ("de", _) => ("de", Vec::new()),
        (_, true) => ("it", vec![Festival("pc_diphone")]),
        (_, false) => ("it", vec![Festival("lp_diphone")]),
    };
    let variants: [&str; 4] = if tune {
        ["m1", "f1", "m3", "f5"]
    } else {
        ["m2", "f2", "m4", "f4"]
    };
    all.extend(variants.map(|variant| Espeak(espeak, variant)));
    all
}

/// Variants of espeak-ng that only the half for growing has.
const GROWN: [&str; 24] = [
    "m5", "m6", "m7", "m8", "f3", "Alex", "Andy", "Annie", "belinda", "ed", "linda", "Lee", "max",
    "Michael", "steph", "victor", "zac", "paul", "rob", "norbert", "travis", "shelby", "Mario",
    "anika",
];

/// How many cases to grow from are spoken as virtual phones speak, and how many of the rest with
/// the voices of other engines, which take longer.
const STAND_IN_SHARE: f32 = 0.06;
const OTHERS_SHARE: f32 = 0.2;

/// Any voice of a language in a half.
pub fn any(language: &str, half: Half, chance: &mut Chance) -> Voice {
    let all = voices(language, half);
    if half != Half::Grow {
        return chance.of(&all).clone();
    }
    if chance.hits(STAND_IN_SHARE) {
        return Voice::StandIn;
    }
    let is_other = |voice: &&Voice| !matches!(voice, Voice::Espeak(..));
    let others: Vec<&Voice> = all.iter().filter(is_other).collect();
    if !others.is_empty() && chance.hits(OTHERS_SHARE) {
        return (*chance.of(&others)).clone();
    }
    let accents: &[&str] = match language {
        "en" => &[
            "en-us",
            "en-us",
            "en-gb",
            "en-gb-scotland",
            "en-gb-x-rp",
            "en-us-nyc",
            "en-029",
        ],
        "pt-BR" => &["pt-br"],
        "es" => &["es", "es-419"],
        "fr" => &["fr-fr", "fr-fr", "fr-be", "fr-ch"],
        "de" => &["de"],
        _ => &["it"],
    };
    let pitch = chance.within(25.0, 75.0) as u32;
    Voice::Pitched(chance.of::<&str>(accents), chance.of::<&str>(&GROWN), pitch)
}

/// Speaks, or fetches what was spoken. The pace is words a minute, where an engine knows that.
pub fn speak(folder: &Path, voice: &Voice, pace: u32, text: &str) -> Result<Vec<f32>, String> {
    if let Voice::StandIn = voice {
        let mut doubler = media::sound::resample::Doubler::new();
        let narrow = media::sound::speech_stand_in::speak(text, pace.into());
        let wide: Vec<f32> = narrow
            .iter()
            .flat_map(|&s| doubler.step(s).map(f32::from))
            .collect();
        return Ok(trimmed(&wide));
    }
    let key = format!("{} {pace} {text}", voice.name());
    let file = folder.join(format!("{:016x}.raw", Chance::new(&key).draw()));
    if !file.exists() {
        let made = file.with_extension(format!("part{}", std::process::id()));
        make(voice, pace, text, &made)?;
        std::fs::rename(&made, &file).map_err(|error| error.to_string())?;
    }
    let octets = std::fs::read(&file).map_err(|error| error.to_string())?;
    let samples: Vec<f32> = octets
        .chunks_exact(2)
        .map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])))
        .collect();
    Ok(trimmed(&samples))
}

fn make(voice: &Voice, pace: u32, text: &str, to: &Path) -> Result<(), String> {
    let wav = PathBuf::from(format!("{}.wav", to.display()));
    let mut command = match voice {
        Voice::Espeak(language, variant) => {
            let mut command = Command::new("espeak-ng");
            command.args(["-v", &format!("{language}+{variant}"), "-s"]);
            command.arg(pace.to_string()).arg("-w").arg(&wav).arg(text);
            command
        }
        Voice::StandIn => return Err("the stand-in needs no program".to_owned()),
        Voice::Pitched(language, variant, pitch) => {
            let mut command = Command::new("espeak-ng");
            command.args(["-v", &format!("{language}+{variant}"), "-s"]);
            command
                .arg(pace.to_string())
                .args(["-p", &pitch.to_string()]);
            command.arg("-w").arg(&wav).arg(text);
            command
        }
        Voice::Flite(name) => {
            let mut command = Command::new("flite");
            command.args(["-voice", name, "-t", text, "-o"]).arg(&wav);
            command
        }
        Voice::Festival(name) => festival(name, text, &wav)?,
    };
    run(&mut command)?;
    // Its dither is chance that the case's name doesn't seed.
    let mut sox = Command::new("sox");
    sox.arg("-D").arg(&wav).args([
        "-t", "raw", "-r", "16000", "-c", "1", "-e", "signed", "-b", "16",
    ]);
    run(sox.arg(to))?;
    let _ = std::fs::remove_file(wav);
    Ok(())
}

/// Festival speaks what a file in its own language says; it reads Latin-1.
fn festival(name: &str, text: &str, wav: &Path) -> Result<Command, String> {
    let script: PathBuf = wav.with_extension("scm");
    let line = format!(
        "(voice_{name})\n(utt.save.wave (utt.synth (Utterance Text \"{text}\")) \"{}\")\n",
        wav.display()
    );
    let octets: Vec<u8> = line
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap_or(b' '))
        .collect();
    std::fs::write(&script, octets).map_err(|error| error.to_string())?;
    let mut command = Command::new("festival");
    command.arg("--batch").arg(script);
    Ok(command)
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let done = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match done {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} ends with {status}")),
        Err(error) => Err(format!("{name}: {error}; `tools/install amd` brings it")),
    }
}

/// Without the silence around it, so that a case knows when its speech begins and ends.
pub fn trimmed(samples: &[f32]) -> Vec<f32> {
    let peak = samples.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
    let loud = |s: &f32| s.abs() > peak * 0.02 + 8.0;
    let Some(first) = samples.iter().position(loud) else {
        return Vec::new();
    };
    let last = samples.iter().rposition(loud).unwrap_or(first);
    samples[first..=last].to_vec()
}
