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
use media::sound::{SAMPLES_PER_MS, spoken};
use model::media::{Prosody, Speech};
use model::voice::base;
use model::{ErrorCode, VoiceWish, limit};
use sentence::{End, Piece};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::sync::Semaphore;

pub use engine::{Engine, SpeechError, Spoken, Utterance, Voice, Wish};
pub use espeak::Espeak;
pub use flite::Flite;

/// All engines. Clones share the memory and the bounds.
#[derive(Clone)]
pub struct Speakers(Arc<Shared>);

struct Shared {
    engines: Vec<Box<dyn Engine>>,
    cache: SoundCache<Key>,
    turns: Semaphore,
    waiting: AtomicUsize,
    metrics: Metrics,
}

/// What makes one sound the same as another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Engine and voice.
    voice: String,
    utterance: Utterance,
    /// How much of the engine's silence is before it.
    lead_ms: usize,
    end: End,
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

    /// What they have, as call control is told it.
    pub fn installed(&self) -> Vec<(String, Vec<Voice>)> {
        let named = |(name, voices): (&str, Vec<Voice>)| (name.to_owned(), voices);
        self.voices().into_iter().map(named).collect()
    }

    /// The engine and its voice that speak for somebody, as in `flite/slt`.
    pub fn voice_of(&self, language: &str, wish: &VoiceWish) -> Option<String> {
        self.choose(language, wish).map(|choice| choice.name())
    }

    /// Whether this language can be spoken.
    pub fn speaks(&self, language: &str) -> bool {
        self.choose(language, &VoiceWish::default()).is_some()
    }

    /// Speaks: gives each piece of sound to `feed` as soon as it is there, and the end or the
    /// fault as the last one. `feed` says false when nobody listens any longer.
    pub async fn speak(&self, speech: &Speech, mut feed: impl FnMut(Feed) -> bool) {
        let started = Instant::now();
        let pieces = sentence::pieces(speech);
        let heard = |piece: &Piece| !matches!(piece, Piece::Silence { .. });
        if !pieces.iter().any(heard) {
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
            let lead_ms = match first {
                true => spoken::LEAD_MS,
                false => spoken::LEAD_WITHIN_MS,
            };
            let sound = match self.piece(piece, lead_ms, speech).await {
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
        piece: Piece,
        lead_ms: usize,
        speech: &Speech,
    ) -> Result<Sound, SpeechError> {
        match piece {
            Piece::Silence { length_ms } => Ok(silence(length_ms).into()),
            Piece::Bleep { length_ms } => Ok(spoken::bleep(length_ms).into()),
            Piece::Words {
                utterance,
                language,
                end,
            } => {
                let own = &speech.language;
                let language = language.as_ref().unwrap_or(own);
                let wish = if base(language) == base(own) {
                    speech.voice.clone()
                } else {
                    // A voice that was chosen for one language doesn't speak another.
                    VoiceWish::any(speech.voice.gender)
                };
                self.words(utterance, lead_ms, end, language, &wish).await
            }
        }
    }

    async fn words(
        &self,
        utterance: Utterance,
        lead_ms: usize,
        end: End,
        language: &str,
        wish: &VoiceWish,
    ) -> Result<Sound, SpeechError> {
        let choice = self
            .choose(language, wish)
            .ok_or_else(|| SpeechError::Language(language.to_owned()))?;
        let key = Key {
            voice: choice.name(),
            utterance,
            lead_ms,
            end,
        };
        if let Some(sound) = self.0.cache.peek(&key) {
            return Ok(sound);
        }
        let make = self.make(&choice, key.utterance.clone(), lead_ms, end);
        self.0.cache.get_or_make(key, make).await
    }

    async fn make(
        &self,
        choice: &Choice<'_>,
        utterance: Utterance,
        lead_ms: usize,
        end: End,
    ) -> Result<Sound, SpeechError> {
        if self.0.waiting.fetch_add(1, Ordering::Relaxed) >= limit::SPEECH_WAITING_MAX {
            self.0.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(SpeechError::Overloaded);
        }
        let turn = self.0.turns.acquire().await;
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        let _turn = turn.map_err(|_| SpeechError::Overloaded)?;
        let wav = choice.engine.speak(&choice.voice, &utterance).await?;
        // An engine that has nothing to say for a sentence (a lone dash) says it with no sound.
        let raw = match media::file::decode(&wav, "audio/wav") {
            Ok(sound) => sound.0,
            Err(media::file::DecodeError::Empty) => return Ok(Vec::new().into()),
            Err(error) => return Err(SpeechError::Program(error.to_string())),
        };
        let mut sound = spoken::speech_in(&raw, lead_ms);
        if utterance.prosody.gain_db <= Prosody::SILENT_DB {
            sound.fill(0);
        } else if utterance.prosody.gain_db != 0 {
            spoken::gain(&mut sound, f32::from(utterance.prosody.gain_db));
        }
        if !sound.is_empty() {
            sound.extend(silence(end.pause_ms()));
        }
        Ok(sound.into())
    }

    fn choose(&self, language: &str, wish: &VoiceWish) -> Option<Choice<'_>> {
        let of = |engine: &'_ dyn Engine| {
            let own = wish
                .engine
                .as_ref()
                .is_none_or(|wanted| wanted == engine.name());
            let wish = Wish {
                language,
                gender: wish.gender,
                voice: wish.voice.as_deref().filter(|_| own),
            };
            engine.choose(&wish)
        };
        let asked = |engine: &dyn Engine| {
            wish.engine
                .as_ref()
                .is_some_and(|wanted| wanted == engine.name())
        };
        // The engine that is asked for goes first; if it isn't there, the others do what they can.
        let first = self
            .0
            .engines
            .iter()
            .filter(|engine| asked(engine.as_ref()));
        let others = self
            .0
            .engines
            .iter()
            .filter(|engine| !asked(engine.as_ref()));
        first.chain(others).find_map(|engine| {
            Some(Choice {
                voice: of(engine.as_ref())?,
                engine: engine.as_ref(),
            })
        })
    }
}

impl Choice<'_> {
    fn name(&self) -> String {
        format!("{}/{}", self.engine.name(), self.voice.name)
    }
}

fn silence(length_ms: u32) -> Vec<i16> {
    vec![0; length_ms as usize * SAMPLES_PER_MS]
}

#[cfg(test)]
mod tests;
