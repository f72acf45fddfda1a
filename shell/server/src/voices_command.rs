//! `ringback voices`: the names `<Say>` may use, and who speaks for each on this machine.

use crate::speech::Speakers;
use model::{Gender, VoiceWish, Voices};
use std::fmt::Write;

/// The list.
pub fn voices(mut table: Voices, speakers: &Speakers) -> String {
    table.install(speakers.installed());
    let mut text = String::new();
    let _ = writeln!(text, "Engines: {}\n", speakers.summary());
    let default = table.choose(None, None);
    let who = speaker(speakers, &default.language, &default.wish);
    let name = table.default_voice();
    let _ = writeln!(
        text,
        "A <Say> that names nobody: {name}, {}, {who}\n",
        default.language
    );
    let _ = writeln!(text, "{:<22} {:<9} who speaks", "name", "language");
    for line in table.lines() {
        // Of a family that names its language first, the persons stand below.
        if line.name.starts_with("Google.") {
            continue;
        }
        let any = table.choose(Some(&line.name), None).language;
        let who = speaker(speakers, &any, &line.wish);
        // Without a language of its own it speaks the verb's; shown is the usual one.
        let language = line.language.as_deref().unwrap_or("any");
        let _ = writeln!(text, "{:<22} {language:<9} {who}", line.name);
    }
    for (language, letters) in table.families() {
        let mut by_gender: Vec<String> = Vec::new();
        for gender in [Gender::Woman, Gender::Man] {
            let sign = if gender == Gender::Woman { 'w' } else { 'm' };
            let own: String = ('A'..='Z')
                .zip(letters.chars())
                .filter(|(_, letter)| *letter == sign)
                .map(|(letter, _)| letter)
                .collect();
            if !own.is_empty() {
                let who = speaker(speakers, language, &VoiceWish::any(gender));
                by_gender.push(format!("{own}: {who}"));
            }
        }
        let name = format!("Google.{language}-*");
        let _ = writeln!(text, "{name:<22} {language:<9} {}", by_gender.join(", "));
    }
    text.push_str(
        "\nA name with -Neural or -Generative behind it is the same voice. An engine's own names\n\
         stand for themselves: flite/slt, espeak-ng/de+f2. A name that leads nowhere is warned of\n\
         (13511), and the default speaks. Lines [[voice]] of the configuration change the table.\n",
    );
    text
}

fn speaker(speakers: &Speakers, language: &str, wish: &VoiceWish) -> String {
    let found = speakers.voice_of(language, wish);
    found.unwrap_or_else(|| "nobody: no engine has the language (13512)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use model::VoiceLine;

    #[tokio::test]
    async fn every_name_is_listed_with_its_speaker() {
        let speakers = Speakers::find(Metrics::new()).await;
        let mut table = Voices::default();
        table.set(VoiceLine {
            name: "Polly.Camila".to_owned(),
            language: Some("pt-BR".to_owned()),
            wish: VoiceWish {
                gender: Gender::Woman,
                engine: Some("espeak-ng".to_owned()),
                voice: Some("pt-br+f4".to_owned()),
            },
        });
        let text = voices(table, &speakers);
        let line = |name: &str| {
            let found = text.lines().find(|line| line.starts_with(name));
            found.unwrap_or_else(|| panic!("{name}")).to_owned()
        };
        assert!(line("man ").ends_with("flite/rms"));
        assert!(line("Polly.Joanna").ends_with("flite/slt"));
        assert!(line("Polly.Camila").ends_with("espeak-ng/pt-br+f4"));
        assert!(line("Polly.Ricardo").ends_with("espeak-ng/pt-br"));
        assert!(line("Google.pt-BR-*").contains("ACD: espeak-ng/pt-br+f2, BE: espeak-ng/pt-br"));
        let nobody = voices(
            Voices::default(),
            &Speakers::with(Vec::new(), Metrics::new()),
        );
        assert!(nobody.contains("13512"));
    }
}
