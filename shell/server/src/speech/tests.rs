//! The engines as installed: what they say is sound, and hostile text is only text.

use super::*;
use model::media::SpeechPart;

fn speech(language: &str, text: &str) -> Speech {
    let part = SpeechPart::Text {
        text: text.to_owned(),
        language: None,
    };
    Speech {
        voice: None,
        language: language.to_owned(),
        parts: vec![part],
    }
}

async fn spoken(speakers: &Speakers, speech: &Speech) -> (Vec<i16>, Feed) {
    let (mut samples, mut last) = (Vec::new(), Feed::End);
    speakers
        .speak(speech, |feed| {
            match feed {
                Feed::Chunk(chunk) => samples.extend_from_slice(&chunk),
                // A sentence alone comes whole.
                Feed::Samples(all) => samples.extend_from_slice(&all),
                feed => last = feed,
            }
            true
        })
        .await;
    (samples, last)
}

async fn speakers() -> Speakers {
    Speakers::find(Metrics::new()).await
}

#[tokio::test]
async fn english_and_brazilian_portuguese_are_spoken() {
    let speakers = speakers().await;
    assert!(
        speakers.speaks("en-US") && speakers.speaks("pt-BR"),
        "{}",
        speakers.summary()
    );
    for (language, text) in [
        ("en-US", "Please enter your account number."),
        ("pt-BR", "Por favor, digite o número da sua conta."),
    ] {
        let (samples, last) = spoken(&speakers, &speech(language, text)).await;
        assert!(matches!(last, Feed::End), "{last:?}");
        // Between one and six seconds, and loud enough to be heard.
        assert!(
            (8_000..48_000).contains(&samples.len()),
            "{language}: {}",
            samples.len()
        );
        let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max();
        assert!(loudest > Some(3_000), "{language}: {loudest:?}");
    }
}

#[tokio::test]
async fn the_same_sentence_comes_from_memory() {
    let speakers = speakers().await;
    let sentence = speech("en-US", "The same again.");
    let (first, _) = spoken(&speakers, &sentence).await;
    let key = ("flite/rms".to_owned(), "The same again.".to_owned());
    let kept = speakers
        .0
        .cache
        .peek(&key)
        .expect("flite with the voice rms is installed");
    assert_eq!(kept[..], first[..]);
}

#[tokio::test]
async fn hostile_text_is_only_text() {
    let speakers = speakers().await;
    for text in [
        "-o /tmp/ringback-hostile a",
        "$(touch x) `id` ; rm b",
        "--help\0 c",
        "/etc/hosts",
    ] {
        for language in ["en-US", "pt-BR"] {
            let (samples, last) = spoken(&speakers, &speech(language, text)).await;
            assert!(matches!(last, Feed::End), "{text}: {last:?}");
            assert!(!samples.is_empty(), "{text}");
        }
    }
    assert!(!std::path::Path::new("/tmp/ringback-hostile").exists());
}

#[tokio::test]
async fn a_language_without_a_voice_and_nothing_to_say_are_told() {
    let speakers = Speakers::with(Vec::new(), Metrics::new());
    let (_, last) = spoken(&speakers, &speech("pt-BR", "Oi")).await;
    assert!(
        matches!(
            last,
            Feed::Failed {
                code: ErrorCode::SAY_LANGUAGE,
                ..
            }
        ),
        "{last:?}"
    );
    let (_, last) = spoken(&speakers, &speech("pt-BR", " \n ")).await;
    assert!(
        matches!(
            last,
            Feed::Failed {
                code: ErrorCode::SAY_EMPTY,
                ..
            }
        ),
        "{last:?}"
    );
    assert!(speakers.summary().contains("install"));
}

#[tokio::test]
async fn a_listener_who_is_gone_ends_the_work() {
    let speakers = speakers().await;
    let mut heard = 0;
    let many = speech(
        "en-US",
        "One sentence. Two sentences. Three sentences. Four.",
    );
    speakers
        .speak(&many, |_| {
            heard += 1;
            heard < 2
        })
        .await;
    assert_eq!(heard, 2);
}
