//! Sound files for `<Play>`: fetched, decoded, and kept for the next call that plays them.

use crate::cache::{Sound, SoundCache};
use crate::webhook::{MediaReply, WebClient};
use model::{ErrorCode, limit};
use sha2::{Digest, Sha256};
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
    /// The same bytes are decoded once, whatever address they come from: a prompt that a hundred
    /// callers hear lies in memory once.
    by_content: SoundCache<[u8; 32]>,
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
            by_content: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            etags: Mutex::default(),
            turns: Semaphore::new(limit::SOUND_FETCHES_MAX),
        }))
    }

    /// The sound at this address. A file whose server names its version (`ETag`) is asked for
    /// again by that version; one without is fetched anew.
    pub async fn get(&self, url: &str, token: &str) -> Result<Sound, SoundFault> {
        let kept = self.0.kept.peek(&url.to_owned());
        let etag = kept.as_ref().and_then(|_| self.etag(url));
        let _turn = self
            .0
            .turns
            .acquire()
            .await
            .map_err(|error| (ErrorCode::HTTP_FAILURE, error.to_string()))?;
        match self.0.client.fetch_media(url, etag.as_deref(), token).await {
            MediaReply::Unchanged => {
                kept.ok_or_else(|| fault(ErrorCode::HTTP_FAILURE, "unchanged, but not kept"))
            }
            MediaReply::Failed { code, text } => Err((code, text)),
            MediaReply::File {
                content_type,
                etag,
                body,
            } => {
                let content = fingerprint(content_type.as_deref(), &body);
                let made = decode(content_type, body);
                let sound = self.0.by_content.get_or_make(content, made).await?;
                self.keep(url, etag, &sound);
                Ok(sound)
            }
        }
    }

    fn etag(&self, url: &str) -> Option<String> {
        self.0
            .etags
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(url)
            .cloned()
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

/// Tells equal answers: the type counts, for it says how the bytes are read.
fn fingerprint(content_type: Option<&str>, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(content_type.unwrap_or_default());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Trust;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Serves one file to everyone and counts the answers with a body.
    async fn server(
        content_type: &'static str,
        body: Vec<u8>,
    ) -> (String, tokio::sync::mpsc::UnboundedReceiver<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/a", listener.local_addr().unwrap());
        let (news, sent) = tokio::sync::mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                let known = String::from_utf8(head)
                    .unwrap()
                    .contains("if-none-match: \"7\"");
                let mut answer = if known {
                    b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
                } else {
                    format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nETag: \"7\"\r\n\
                         Connection: close\r\nContent-Length: {}\r\n\r\n",
                        body.len()
                    )
                    .into_bytes()
                };
                if !known {
                    answer.extend(&body);
                }
                stream.write_all(&answer).await.unwrap();
                news.send(!known).unwrap();
            }
        });
        (url, sent)
    }

    fn files() -> SoundFiles {
        SoundFiles::new(WebClient::new(Trust::Only(rustls::RootCertStore::empty())))
    }

    #[tokio::test]
    async fn a_file_is_decoded_once_and_then_asked_for_by_its_version() {
        let wav = media::file::wav::write(&[100; 800], 1);
        let (url, mut sent) = server("audio/wav", wav).await;
        let files = files();
        let first = files.get(&url, "t").await.unwrap();
        let second = files.get(&url, "t").await.unwrap();
        assert_eq!(first.len(), 800);
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(
            (sent.recv().await, sent.recv().await),
            (Some(true), Some(false))
        );
    }

    #[tokio::test]
    async fn what_is_no_sound_is_13420() {
        let (url, _sent) = server("text/html", b"<html>Not found</html>".to_vec()).await;
        let (code, text) = files().get(&url, "t").await.unwrap_err();
        assert_eq!(code, ErrorCode::PLAY_CONTENT_TYPE, "{text}");
    }
}
