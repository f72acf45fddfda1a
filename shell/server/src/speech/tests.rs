//! The engines as installed: what they say is sound, and hostile text is only text.

use super::*;
use model::Gender;
use model::media::SpeechPart;

fn speech(language: &str, text: &str) -> Speech {
    Speech {
        voice: VoiceWish::default(),
        language: language.to_owned(),
        parts: vec![SpeechPart::text(text)],
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
async fn words_are_in_the_first_packet_of_every_engine() {
    let speakers = speakers().await;
    let english = "Good morning, and thank you for calling.";
    let wishes = [
        ("en-US", Gender::Man, english),
        ("en-US", Gender::Woman, english),
        ("pt-BR", Gender::Man, "Bom dia, e obrigado por ligar."),
        ("pt-BR", Gender::Woman, "Faça a ligação mais tarde."),
    ];
    for (language, gender, text) in wishes {
        let mut speech = speech(language, text);
        speech.voice = VoiceWish::any(gender);
        let (samples, _) = spoken(&speakers, &speech).await;
        let packet = samples[..20 * SAMPLES_PER_MS].iter();
        let loudest = packet.map(|sample| sample.unsigned_abs()).max();
        assert!(loudest > Some(100), "{language} {gender:?}: {loudest:?}");
    }
}

#[tokio::test]
async fn the_same_sentence_comes_from_memory() {
    let speakers = speakers().await;
    let sentence = speech("en-US", "The same again.");
    let (first, _) = spoken(&speakers, &sentence).await;
    let key = Key {
        voice: "flite/rms".to_owned(),
        utterance: Utterance {
            text: "The same again.".to_owned(),
            prosody: Prosody::default(),
        },
        lead_ms: spoken::LEAD_MS,
        end: End::Sentence,
    };
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

/// Speaks at once, except that words with "slow" in them wait until they are let go.
struct Puppet {
    gate: Arc<Semaphore>,
    said: Arc<std::sync::Mutex<Vec<Utterance>>>,
}

impl Puppet {
    fn new() -> Puppet {
        Puppet {
            gate: Arc::new(Semaphore::new(0)),
            said: Arc::default(),
        }
    }
}

impl Engine for Puppet {
    fn name(&self) -> &'static str {
        "puppet"
    }

    fn voices(&self) -> Vec<Voice> {
        Vec::new()
    }

    fn choose(&self, wish: &Wish<'_>) -> Option<Voice> {
        Some(Voice {
            name: wish.voice.unwrap_or("any").to_owned(),
            language: wish.language.to_owned(),
            gender: wish.gender,
        })
    }

    fn speak<'a>(&'a self, _: &'a Voice, utterance: &'a Utterance) -> Spoken<'a> {
        Box::pin(async move {
            if utterance.text.contains("slow") {
                let _let_go = self.gate.acquire().await;
            }
            self.said.lock().unwrap().push(utterance.clone());
            // A quarter of a second of sound in half a second of silence.
            let mut samples = vec![0i16; 1_000];
            samples.extend(spoken::bleep(250));
            samples.extend([0; 1_000]);
            let bytes = samples.len() as u32 * 2;
            let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
            wav.extend(8_000u32.to_le_bytes());
            wav.extend(16_000u32.to_le_bytes());
            wav.extend([2, 0, 16, 0]);
            wav.extend(b"data");
            wav.extend(bytes.to_le_bytes());
            wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
            Ok(wav)
        })
    }
}

#[tokio::test]
async fn the_first_sound_is_there_before_the_rest_is_spoken() {
    let puppet = Puppet::new();
    let gate = puppet.gate.clone();
    let speakers = Speakers::with(vec![Box::new(puppet)], Metrics::new());
    let text = speech("en-US", "A first sentence. And a slow one. And a third.");
    let (fed, mut feeds) = tokio::sync::mpsc::unbounded_channel();
    let speaking = tokio::spawn(async move {
        speakers
            .speak(&text, |feed| {
                fed.send(feed).unwrap();
                true
            })
            .await;
    });
    // The second sentence can't be spoken before this has come.
    assert!(matches!(feeds.recv().await, Some(Feed::Chunk(_))));
    assert!(feeds.try_recv().is_err());
    gate.add_permits(1);
    assert!(matches!(feeds.recv().await, Some(Feed::Chunk(_))));
    assert!(matches!(feeds.recv().await, Some(Feed::Chunk(_))));
    assert!(matches!(feeds.recv().await, Some(Feed::End)));
    speaking.await.unwrap();
}

#[tokio::test]
async fn pauses_are_ours_and_not_the_engines() {
    let speakers = Speakers::with(vec![Box::new(Puppet::new())], Metrics::new());
    let mut text = speech("en-US", "One. Two");
    text.parts.extend([
        SpeechPart::text("goes on"),
        SpeechPart::Break { length_ms: 700 },
        SpeechPart::Bleep { length_ms: 300 },
    ]);
    let (samples, _) = spoken(&speakers, &text).await;
    // Where nothing is heard for longer than the margins of the words around it.
    let mut gaps = Vec::new();
    let mut quiet = 0;
    for sample in &samples {
        if sample.unsigned_abs() > 500 {
            if quiet > 40 {
                gaps.push(quiet / 8);
            }
            quiet = 0;
        } else {
            quiet += 1;
        }
    }
    let near = |gap: usize, ms: usize| gap.abs_diff(ms) <= 5;
    let [lead, stop, join, pause] = gaps[..] else {
        panic!("{gaps:?}")
    };
    assert!(
        near(lead, 10) && near(stop, 370) && near(join, 70),
        "{gaps:?}"
    );
    assert!(near(pause, 730), "{gaps:?}");
}

#[tokio::test]
async fn what_is_kept_is_kept_with_its_prosody() {
    let puppet = Puppet::new();
    let said = puppet.said.clone();
    let speakers = Speakers::with(vec![Box::new(puppet)], Metrics::new());
    let slow = Prosody {
        rate_percent: 75,
        gain_db: 6,
        ..Prosody::default()
    };
    let mut loud = speech("en-US", "");
    loud.parts = vec![SpeechPart::Text {
        text: "Hello.".to_owned(),
        language: None,
        prosody: slow,
    }];
    let plain = speech("en-US", "Hello.");
    let level = |samples: &[i16]| samples.iter().map(|s| s.unsigned_abs()).max();
    let mut levels = Vec::new();
    for text in [&plain, &loud, &plain, &loud] {
        levels.push(level(&spoken(&speakers, text).await.0));
    }
    assert_eq!((levels[0], levels[1]), (levels[2], levels[3]));
    assert!(
        levels[1] > levels[0].map(|level| level * 3 / 2),
        "{levels:?}"
    );
    // Each was spoken once.
    let said = said.lock().unwrap();
    let rates: Vec<u16> = said.iter().map(|one| one.prosody.rate_percent).collect();
    assert_eq!(rates, [100, 75]);
}

#[tokio::test]
async fn every_engine_keeps_to_rate_and_pitch() {
    let speakers = speakers().await;
    let text = "Please enter the number of your account.";
    let wishes = [
        ("en-US", VoiceWish::any(Gender::Man)),
        ("en-US", VoiceWish::any(Gender::Woman)),
        ("pt-BR", VoiceWish::any(Gender::Man)),
    ];
    for (language, voice) in wishes {
        let say = async |rate_percent, pitch_percent| {
            let prosody = Prosody {
                rate_percent,
                pitch_percent,
                gain_db: 0,
            };
            let mut speech = speech(language, "");
            speech.voice = voice.clone();
            speech.parts = vec![SpeechPart::Text {
                text: text.to_owned(),
                language: None,
                prosody,
            }];
            let (samples, last) = spoken(&speakers, &speech).await;
            assert!(matches!(last, Feed::End), "{last:?}");
            samples
        };
        let plain = say(100, 100).await;
        let ratio = |other: &[i16]| other.len() as f64 / plain.len() as f64;
        let (slow, fast) = (say(70, 100).await, say(150, 100).await);
        assert!((1.25..1.6).contains(&ratio(&slow)), "{}", ratio(&slow));
        assert!((0.55..0.85).contains(&ratio(&fast)), "{}", ratio(&fast));
        let high = say(100, 130).await;
        assert!((0.85..1.15).contains(&ratio(&high)), "{}", ratio(&high));
        let raised = pitch_hz(&high) / pitch_hz(&plain);
        assert!(
            (1.15..1.45).contains(&raised),
            "{language} {voice:?}: {raised}"
        );
    }
}

/// The middle pitch of a voice, by the autocorrelation of its loud pieces.
fn pitch_hz(samples: &[i16]) -> f64 {
    let mut found: Vec<usize> = Vec::new();
    for piece in samples.chunks_exact(400) {
        let of = |lag: usize| -> f64 {
            let pairs = piece.iter().zip(&piece[lag..]);
            pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
        };
        let power = of(0);
        let best = (24..130).max_by(|a, b| of(*a).total_cmp(&of(*b))).unwrap();
        if power > 400.0 * 800.0 * 800.0 && of(best) > 0.4 * power {
            found.push(best);
        }
    }
    found.sort_unstable();
    8_000.0 / found[found.len() / 2] as f64
}
