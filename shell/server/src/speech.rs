//! `<Say>`: text to sound, sentence by sentence, by whichever installed engine has the voice.
//!
//! Engines are programs of their own, run once per sentence: espeak-ng is GPL and neither is
//! linked. A sentence that was spoken lately comes from memory.

mod engine;
mod espeak;
mod flite;
mod sentence;

use crate::cache::{Sound, SoundCache};
use crate::metrics::Metrics;
use media::engine::Feed;
use model::media::Speech;
use model::{ErrorCode, limit};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::sync::Semaphore;

pub use engine::{Engine, SpeechError, Spoken, Voice};
pub use espeak::Espeak;
pub use flite::Flite;

/// Sound is 8 kHz.
const SAMPLES_PER_MS: usize = 8;

/// All engines. Clones share the memory and the bounds.
#[derive(Clone)]
pub struct Speakers(Arc<Shared>);

struct Shared {
    engines: Vec<Box<dyn Engine>>,
    cache: SoundCache<(String, String)>,
    turns: Semaphore,
    waiting: AtomicUsize,
    metrics: Metrics,
}

/// What a language and a voice lead to.
struct Choice<'a> {
    engine: &'a dyn Engine,
    voice: Voice,
}

impl Speakers {
    /// Looks for the engines on the PATH and asks them for their voices.
    pub async fn find(metrics: Metrics) -> Speakers {
        let mut engines: Vec<Box<dyn Engine>> = Vec::new();
        if let Some(flite) = Flite::find().await {
            engines.push(Box::new(flite));
        }
        if let Some(espeak) = Espeak::find().await {
            engines.push(Box::new(espeak));
        }
        Speakers::with(engines, metrics)
    }

    /// Uses these engines; the first one that has a language speaks it.
    pub fn with(engines: Vec<Box<dyn Engine>>, metrics: Metrics) -> Speakers {
        Speakers(Arc::new(Shared {
            engines,
            cache: SoundCache::new(limit::SPEECH_CACHE_SAMPLES_MAX),
            turns: Semaphore::new(limit::SPEECH_PROGRAMS_MAX),
            waiting: AtomicUsize::new(0),
            metrics,
        }))
    }

    /// Every engine with its voices, for the start-up line.
    pub fn voices(&self) -> Vec<(&'static str, Vec<Voice>)> {
        self.0
            .engines
            .iter()
            .map(|engine| (engine.name(), engine.voices()))
            .collect()
    }

    /// One sentence on what can be spoken, for the start-up line.
    pub fn summary(&self) -> String {
        if self.0.engines.is_empty() {
            return "none: install flite (English) and espeak-ng (other languages) for <Say>"
                .to_owned();
        }
        let engines: Vec<_> = self
            .voices()
            .iter()
            .map(|(name, voices)| {
                let mut languages: Vec<&str> =
                    voices.iter().map(|voice| voice.language.as_str()).collect();
                languages.sort_unstable();
                languages.dedup();
                match languages.len() {
                    0..=3 => format!("{name} ({})", languages.join(", ")),
                    count => format!("{name} ({count} languages)"),
                }
            })
            .collect();
        engines.join(", ")
    }

    /// Whether this language can be spoken.
    pub fn speaks(&self, language: &str) -> bool {
        self.choose(language, None).is_some()
    }

    /// Speaks: gives each piece of sound to `feed` as soon as it is there, and the end or the
    /// fault as the last one. `feed` says false when nobody listens any longer.
    pub async fn speak(&self, speech: &Speech, mut feed: impl FnMut(Feed) -> bool) {
        let started = Instant::now();
        let pieces = sentence::pieces(speech);
        if !pieces
            .iter()
            .any(|piece| matches!(piece, sentence::Piece::Sentence { .. }))
        {
            let code = ErrorCode::SAY_EMPTY;
            feed(Feed::Failed {
                code,
                text: code.text().to_owned(),
            });
            return;
        }
        let alone = pieces.len() == 1;
        let mut first = true;
        for piece in pieces {
            let sound = match self.piece(piece, speech.voice.as_deref()).await {
                Ok(sound) => sound,
                Err(fault) => {
                    let (code, text) = (fault.code(), fault.to_string());
                    feed(Feed::Failed { code, text });
                    return;
                }
            };
            if std::mem::take(&mut first) {
                let took = started.elapsed().as_secs_f64();
                self.0.metrics.speech_seconds.observe(took);
            }
            if alone {
                // All of it, as it lies in memory: a hundred callers share one copy.
                feed(Feed::Samples(sound));
                return;
            }
            if !feed(Feed::Chunk(sound)) {
                return;
            }
        }
        feed(Feed::End);
    }

    async fn piece(
        &self,
        piece: sentence::Piece,
        voice: Option<&str>,
    ) -> Result<Sound, SpeechError> {
        match piece {
            sentence::Piece::Silence { length_ms } => {
                Ok(vec![0; length_ms as usize * SAMPLES_PER_MS].into())
            }
            sentence::Piece::Sentence { text, language } => {
                self.sentence(&language, voice, &text).await
            }
        }
    }

    async fn sentence(
        &self,
        language: &str,
        voice: Option<&str>,
        text: &str,
    ) -> Result<Sound, SpeechError> {
        let choice = self
            .choose(language, voice)
            .ok_or_else(|| SpeechError::Language(language.to_owned()))?;
        let key = (
            format!("{}/{}", choice.engine.name(), choice.voice.name),
            text.to_owned(),
        );
        if let Some(sound) = self.0.cache.peek(&key) {
            return Ok(sound);
        }
        self.0
            .cache
            .get_or_make(key, self.make(&choice, text))
            .await
    }

    async fn make(&self, choice: &Choice<'_>, text: &str) -> Result<Sound, SpeechError> {
        if self.0.waiting.fetch_add(1, Ordering::Relaxed) >= limit::SPEECH_WAITING_MAX {
            self.0.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(SpeechError::Overloaded);
        }
        let turn = self.0.turns.acquire().await;
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        let _turn = turn.map_err(|_| SpeechError::Overloaded)?;
        let wav = choice.engine.speak(&choice.voice, text).await?;
        // An engine that has nothing to say for a sentence (a lone dash) says it with no sound.
        match media::file::decode(&wav, "audio/wav") {
            Ok(sound) => Ok(sound.0),
            Err(media::file::DecodeError::Empty) => Ok(Vec::new().into()),
            Err(error) => Err(SpeechError::Program(error.to_string())),
        }
    }

    fn choose(&self, language: &str, voice: Option<&str>) -> Option<Choice<'_>> {
        self.0.engines.iter().find_map(|engine| {
            let voice = engine.choose(language, voice)?;
            Some(Choice {
                engine: engine.as_ref(),
                voice,
            })
        })
    }
}

#[cfg(test)]
mod tests;
