//! One file on its way: read from its server, decoded, and handed on part by part.

use super::{Address, Arrivals, Shared, SoundFault, fault, lock};
use crate::cache::Sound;
use crate::webhook::{Body, MediaReply};
use bytes::Bytes;
use media::file::{DecodeError, Decoder};
use model::{Account, ErrorCode, limit};
use sha2::{Digest, Sha256};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Samples that are handed on together, at least: a tenth of a second. More is handed on each
/// time so long has gone by, or so much has come: a file of hours is a few hundred parts.
const PART_SAMPLES_MIN: usize = 800;
const PART_SAMPLES_MAX: usize = 8_000 * 30;
const PART_WAIT: Duration = Duration::from_millis(100);

/// A fetch. However it ends, its listeners are told.
pub(super) struct Fetch {
    shared: Arc<Shared>,
    address: Address,
    arrivals: Arrivals,
    outcome: Result<(), SoundFault>,
}

impl Drop for Fetch {
    fn drop(&mut self) {
        // Whoever asks from now on finds the file kept, or asks its server.
        lock(&self.shared.arriving).remove(&self.address);
        let outcome = self.outcome.clone();
        self.arrivals
            .send_modify(|arrival| arrival.end = Some(outcome));
    }
}

impl Fetch {
    pub fn new(shared: Arc<Shared>, address: Address, arrivals: Arrivals) -> Fetch {
        Fetch {
            shared,
            address,
            arrivals,
            outcome: Err(fault(ErrorCode::DOCUMENT_FAULT, "the file was given up")),
        }
    }

    /// Brings the file.
    pub async fn run(mut self, account: Account) {
        self.outcome = self.bring(&account).await;
    }

    async fn bring(&self, account: &Account) -> Result<(), SoundFault> {
        let known = self.shared.known(&self.address);
        let turn = self.shared.fetches.acquire().await;
        let _turn = turn.map_err(|error| (ErrorCode::HTTP_FAILURE, error.to_string()))?;
        let freshness = known.as_ref().map(|(_, freshness)| freshness);
        let client = &self.shared.client;
        match client
            .fetch_media(account, &self.address.1, freshness)
            .await
        {
            MediaReply::Unchanged(freshness) => {
                let kept = known.map(|(sound, _)| sound);
                let sound =
                    kept.ok_or_else(|| fault(ErrorCode::HTTP_FAILURE, "unchanged, but not kept"))?;
                self.shared.keep(&self.address, Some(freshness), &sound);
                self.hand_on(sound);
                Ok(())
            }
            MediaReply::Failed { code, text } => Err((code, text)),
            MediaReply::File {
                content_type,
                freshness,
                body,
            } => {
                let content_type = content_type.unwrap_or_default();
                let content = self.take(&content_type, body).await?;
                let whole = whole(self.arrivals.borrow().parts.clone());
                let sound = self.shared.by_content.get_or_make(content, whole).await?;
                self.shared.keep(&self.address, freshness, &sound);
                Ok(())
            }
        }
    }

    /// Decodes a body while it arrives; returns what tells equal files.
    async fn take(&self, content_type: &str, mut body: Body) -> Result<[u8; 32], SoundFault> {
        let length = body.length();
        if length.is_some_and(|length| length > limit::PLAY_BYTES_MAX as u64) {
            return Err(refused(DecodeError::TooLarge));
        }
        let begun = Instant::now();
        // Unconfirmed: whether the time for everything (`tt`, 15 s) holds for a sound's body. It
        // ends with the answer's head here: a long sound over a thin line is heard while it
        // comes. Each piece of it has the time of a read (`rt`).
        body.last_until(begun + Duration::from_secs(limit::PLAY_FETCH_SECS_MAX));
        let patience = begun + Duration::from_millis(limit::WEBHOOK_TOTAL_MS);
        let mut hash = Sha256::new();
        // The type counts, for it says how the bytes are read.
        hash.update(content_type);
        hash.update([0]);
        let mut decoder = Decoder::new(content_type);
        let mut samples = Vec::new();
        let mut due = begun;
        loop {
            let piece = {
                let mut next = pin!(body.next());
                loop {
                    if samples.len() < PART_SAMPLES_MIN {
                        break next.as_mut().await;
                    }
                    if let Ok(piece) = timeout_at(due, next.as_mut()).await {
                        break piece;
                    }
                    // Nothing more has come: what is here must not wait for it.
                    self.hand_on(std::mem::take(&mut samples).into());
                    due = Instant::now() + PART_WAIT;
                }
            };
            let piece = match piece {
                Ok(piece) => piece,
                Err(fault) => {
                    self.hand_on(samples.into());
                    return Err((fault.code(), fault.text()));
                }
            };
            let over = piece.is_none();
            if let Some(piece) = &piece {
                hash.update(piece);
            }
            let decoded;
            (decoder, samples, decoded) = self.decode(decoder, samples, piece).await?;
            let enough = samples.len() >= PART_SAMPLES_MIN && Instant::now() >= due
                || samples.len() >= PART_SAMPLES_MAX;
            if over || enough || decoded.is_err() {
                self.hand_on(std::mem::take(&mut samples).into());
                due = Instant::now() + PART_WAIT;
            }
            decoded.map_err(refused)?;
            if over {
                return Ok(hash.finalize().into());
            }
            if self.arrivals.receiver_count() == 0 && Instant::now() > patience {
                let detail = "everybody who wanted it has hung up";
                return Err(fault(ErrorCode::HTTP_FAILURE, detail));
            }
        }
    }

    /// Decodes a piece, or the end, where it keeps nobody from being served.
    async fn decode(
        &self,
        mut decoder: Decoder,
        mut samples: Vec<i16>,
        piece: Option<Bytes>,
    ) -> Result<(Decoder, Vec<i16>, Result<(), DecodeError>), SoundFault> {
        let broken =
            |error: &dyn std::fmt::Display| fault(ErrorCode::DOCUMENT_FAULT, &error.to_string());
        let turn = self.shared.decodings.acquire().await;
        let _turn = turn.map_err(|error| broken(&error))?;
        let decoding = tokio::task::spawn_blocking(move || {
            let decoded = match piece {
                Some(piece) => decoder.push(&piece, &mut samples),
                None => decoder.finish(&mut samples),
            };
            (decoder, samples, decoded)
        });
        decoding.await.map_err(|error| broken(&error))
    }

    fn hand_on(&self, part: Sound) {
        if !part.is_empty() {
            self.arrivals
                .send_modify(|arrival| arrival.parts.push(part));
        }
    }
}

/// A sound in one piece.
async fn whole(parts: Vec<Sound>) -> Result<Sound, SoundFault> {
    if let [sound] = &parts[..] {
        return Ok(sound.clone());
    }
    let joined = tokio::task::spawn_blocking(move || Sound::from(parts.concat()));
    joined
        .await
        .map_err(|error| fault(ErrorCode::DOCUMENT_FAULT, &error.to_string()))
}

fn refused(error: DecodeError) -> SoundFault {
    fault(ErrorCode::PLAY_CONTENT_TYPE, &error.to_string())
}
