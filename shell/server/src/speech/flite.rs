//! flite: small English voices under a licence of the BSD kind.

use super::engine::{Engine, Spoken, Voice, run};
use crate::mp3::on_path;
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

impl Engine for Flite {
    fn name(&self) -> &'static str {
        "flite"
    }

    fn voices(&self) -> Vec<Voice> {
        let language = || "en-US".to_owned();
        self.voices
            .iter()
            .map(|name| Voice {
                name: name.clone(),
                language: language(),
            })
            .collect()
    }

    fn choose(&self, language: &str, voice: Option<&str>) -> Option<Voice> {
        let base = language.split('-').next().unwrap_or_default();
        if !base.eq_ignore_ascii_case("en") {
            return None;
        }
        let wanted = match voice.map(str::to_ascii_lowercase).as_deref() {
            // The contract's own default is a man; and he is understood best over a telephone.
            Some("man") | None => "rms",
            Some(name) if self.voices.iter().any(|voice| voice == name) => {
                return Some(Voice {
                    name: name.to_owned(),
                    language: "en-US".to_owned(),
                });
            }
            _ => "slt",
        };
        let name = self
            .voices
            .iter()
            .find(|name| *name == wanted)
            .or(self.voices.first())?;
        Some(Voice {
            name: name.clone(),
            language: "en-US".to_owned(),
        })
    }

    fn speak<'a>(&'a self, voice: &'a Voice, text: &'a str) -> Spoken<'a> {
        Box::pin(async move {
            // `-t` takes the next argument as text whatever it begins with; a pipe as its input
            // it would wait on for ever.
            let arguments = ["-voice", &voice.name, "-t", text, "-o", "/dev/stdout"];
            run(&self.program, &arguments, "").await
        })
    }
}
