//! Sound files for `<Play>`: fetched, decoded, and kept for the next call that plays them.

use crate::cache::{Sound, SoundCache};
use crate::webhook::{MediaReply, WebClient};
use model::{ErrorCode, limit};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A fault's number and one sentence.
pub type SoundFault = (ErrorCode, String);

/// Fetched sound files. Clones share them.
#[derive(Clone)]
pub struct SoundFiles(Arc<Shared>);

struct Shared {
    client: WebClient,
    kept: SoundCache<String>,
    /// What the server calls the version that is kept.
    etags: Mutex<HashMap<String, String>>,
    turns: Semaphore,
}

/// Addresses whose version is remembered.
const ETAGS_MAX: usize = 10_000;

impl SoundFiles {
    /// No files yet.
    pub fn new(client: WebClient) -> SoundFiles {
        SoundFiles(Arc::new(Shared {
            client,
            kept: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            etags: Mutex::default(),
            turns: Semaphore::new(limit::SOUND_FETCHES_MAX),
        }))
    }

    /// The sound at this address. A file whose server names its version (`ETag`) is asked for
    /// again by that version; one without is fetched anew.
    pub async fn get(&self, url: &str, token: &str) -> Result<Sound, SoundFault> {
        let kept = self.0.kept.peek(&url.to_owned());
        let etag = kept.as_ref().and_then(|_| self.etag(url));
        let _turn = self.0.turns.acquire().await.map_err(|error| {
            (ErrorCode::HTTP_FAILURE, error.to_string())
        })?;
        match self.0.client.fetch_media(url, etag.as_deref(), token).await {
            MediaReply::Unchanged => {
                kept.ok_or_else(|| fault(ErrorCode::HTTP_FAILURE, "unchanged, but not kept"))
            }
            MediaReply::Failed { code, text } => Err((code, text)),
            MediaReply::File { content_type, etag, body } => {
                let sound = decode(content_type, body).await?;
                self.keep(url, etag, &sound);
                Ok(sound)
            }
        }
    }

    fn etag(&self, url: &str) -> Option<String> {
        self.0.etags.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }

    fn keep(&self, url: &str, etag: Option<String>, sound: &Sound) {
        let Some(etag) = etag else { return };
        let mut etags = self.0.etags.lock().unwrap_or_else(PoisonError::into_inner);
        if etags.len() >= ETAGS_MAX {
            etags.clear();
        }
        etags.insert(url.to_owned(), etag);
        self.0.kept.replace(url.to_owned(), sound.clone());
    }
}

async fn decode(content_type: Option<String>, body: Vec<u8>) -> Result<Sound, SoundFault> {
    let decoded = tokio::task::spawn_blocking(move || {
        media::file::decode(&body, content_type.as_deref().unwrap_or_default())
    });
    match decoded.await {
        Ok(Ok(sound)) => Ok(sound.0),
        Ok(Err(error)) => Err(fault(ErrorCode::PLAY_CONTENT_TYPE, &error.to_string())),
        Err(error) => Err(fault(ErrorCode::DOCUMENT_FAULT, &error.to_string())),
    }
}

fn fault(code: ErrorCode, detail: &str) -> SoundFault {
    (code, format!("{}: {detail}", code.text()))
}
