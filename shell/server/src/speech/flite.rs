//! flite: small English voices under a licence of the BSD kind.

use super::engine::{Engine, Spoken, Utterance, Voice, Wish, run};
use crate::mp3::on_path;
use model::Gender;
use model::voice::base;
use std::path::PathBuf;

/// The program `flite`.
#[derive(Debug)]
pub struct Flite {
    program: PathBuf,
    voices: Vec<String>,
}

/// The voices worth hearing, the woman's first: the others buzz.
const GOOD: [&str; 3] = ["slt", "rms", "awb"];

impl Flite {
    /// Looks for it on the PATH; `None` if it isn't there or lacks a good voice.
    pub async fn find() -> Option<Flite> {
        let program = on_path("flite")?;
        let list = run(&program, &["-lv"], "").await.ok()?;
        let list = String::from_utf8_lossy(&list).into_owned();
        let named: Vec<&str> = list.split_whitespace().collect();
        let voices: Vec<String> = GOOD
            .iter()
            .filter(|name| named.contains(name))
            .map(ToString::to_string)
            .collect();
        (!voices.is_empty()).then_some(Flite { program, voices })
    }
}

/// What is known of a voice.
struct Known {
    gender: Gender,
    /// The pitch it has by itself, in hertz; `None` if it doesn't take another.
    pitch_hz: Option<f64>,
}

fn known(name: &str) -> Known {
    let (gender, pitch_hz) = match name {
        "slt" => (Gender::Woman, Some(172.0)),
        "awb" => (Gender::Man, Some(136.0)),
        _ => (Gender::Man, None),
    };
    Known { gender, pitch_hz }
}

fn voice(name: &str) -> Voice {
    Voice {
        name: name.to_owned(),
        language: "en-US".to_owned(),
        gender: known(name).gender,
    }
}

impl Engine for Flite {
    fn name(&self) -> &'static str {
        "flite"
    }

    fn voices(&self) -> Vec<Voice> {
        self.voices.iter().map(|name| voice(name)).collect()
    }

    fn choose(&self, wish: &Wish<'_>) -> Option<Voice> {
        if base(wish.language) != "en" {
            return None;
        }
        let has = |name: &str| self.voices.iter().any(|voice| voice == name);
        if let Some(own) = wish.voice.filter(|name| has(name)) {
            return Some(voice(own));
        }
        // Of the men, rms is understood best over a telephone.
        let wanted = match wish.gender {
            Gender::Man => "rms",
            Gender::Woman => "slt",
        };
        let name = if has(wanted) {
            wanted
        } else {
            self.voices.first()?
        };
        Some(voice(name))
    }

    fn speak<'a>(&'a self, voice: &'a Voice, utterance: &'a Utterance) -> Spoken<'a> {
        Box::pin(async move {
            let prosody = utterance.prosody;
            let times = f64::from(prosody.pitch_percent.max(1)) / 100.0;
            let mut stretch = 100.0 / f64::from(prosody.rate_percent.max(1));
            let mut arguments = vec!["-voice".to_owned(), voice.name.clone()];
            let mut set = |what: &str, value: f64| {
                arguments.extend(["--setf".to_owned(), format!("{what}={value:.3}")]);
            };
            let own_hz = known(&voice.name).pitch_hz;
            if prosody.pitch_percent != 100 {
                match own_hz {
                    Some(hz) => set("int_f0_target_mean", hz * times),
                    // A voice that keeps its pitch is slowed down, and played faster below.
                    None => stretch *= times,
                }
            }
            if (stretch - 1.0).abs() > 0.001 {
                set("duration_stretch", stretch);
            }
            // `-t` takes the next argument as text whatever it begins with; a pipe as its input
            // it would wait on for ever.
            let rest = ["-t", &utterance.text, "-o", "/dev/stdout"];
            arguments.extend(rest.map(str::to_owned));
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let mut wav = run(&self.program, &arguments, "").await?;
            if own_hz.is_none() && prosody.pitch_percent != 100 {
                play_faster(&mut wav, times);
            }
            Ok(wav)
        })
    }
}

/// Says that the sound has another rate than it was made with: pitch and speed rise together.
fn play_faster(wav: &mut [u8], times: f64) {
    // The rate's place in the plain header that flite writes (RIFF, a `fmt ` chunk first).
    const RATE: std::ops::Range<usize> = 24..28;
    let plain = wav.get(12..16) == Some(b"fmt ");
    if let Some(rate) = wav.get_mut(RATE).filter(|_| plain) {
        let hz = rate
            .iter()
            .rev()
            .fold(0, |hz, byte| hz << 8 | u32::from(*byte));
        let hz = (f64::from(hz) * times).round() as u32;
        rate.copy_from_slice(&hz.to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_man_and_a_woman_and_an_own_name() {
        let flite = Flite {
            program: PathBuf::new(),
            voices: GOOD.map(str::to_owned).to_vec(),
        };
        let name = |language, gender, voice| {
            let wish = Wish {
                language,
                gender,
                voice,
            };
            flite.choose(&wish).map(|voice| voice.name)
        };
        assert_eq!(name("en-GB", Gender::Man, None).as_deref(), Some("rms"));
        assert_eq!(name("en", Gender::Woman, None).as_deref(), Some("slt"));
        assert_eq!(name("en", Gender::Man, Some("awb")).as_deref(), Some("awb"));
        assert_eq!(name("pt-BR", Gender::Man, Some("awb")), None);
    }

    #[test]
    fn a_header_says_another_rate() {
        let mut wav = b"RIFF....WAVEfmt ........".to_vec();
        wav.extend(16_000u32.to_le_bytes());
        play_faster(&mut wav, 1.5);
        assert_eq!(wav[24..28], 24_000u32.to_le_bytes());
        play_faster(&mut [0; 9], 1.5);
    }
}
