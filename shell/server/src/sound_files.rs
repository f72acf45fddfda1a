//! Sound files for `<Play>`: fetched, decoded, and kept for the next call that plays them.

use crate::cache::{Sound, SoundCache};
use crate::webhook::{Freshness, MediaReply, WebClient};
use model::{Account, AccountSid, ErrorCode, limit};
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
    kept: SoundCache<Address>,
    /// The same bytes are decoded once, whatever address they come from: a prompt that a hundred
    /// callers hear lies in memory once.
    by_content: SoundCache<[u8; 32]>,
    /// What the server says of the file that is kept.
    known: Mutex<HashMap<Address, Freshness>>,
    turns: Semaphore,
}

/// Who asks, and where: what a server gives one account isn't another's.
type Address = (AccountSid, String);

/// Addresses whose file is remembered.
const KNOWN_MAX: usize = 10_000;

impl SoundFiles {
    /// No files yet.
    pub fn new(client: WebClient) -> SoundFiles {
        SoundFiles(Arc::new(Shared {
            client,
            kept: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            by_content: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            known: Mutex::default(),
            turns: Semaphore::new(limit::SOUND_FETCHES_MAX),
        }))
    }

    /// The sound at this address. A file that is fresh by its server's word isn't asked for; one
    /// whose version is known is asked for by it; any other is fetched anew.
    pub async fn get(&self, account: &Account, url: &str) -> Result<Sound, SoundFault> {
        let address = (account.sid, url.to_owned());
        let kept = self.0.kept.peek(&address);
        let known = kept.as_ref().and_then(|_| self.known(&address));
        let fresh = known
            .as_ref()
            .is_some_and(|known| known.is_fresh(self.0.client.now()));
        if let Some(sound) = kept.clone().filter(|_| fresh) {
            return Ok(sound);
        }
        let _turn = self
            .0
            .turns
            .acquire()
            .await
            .map_err(|error| (ErrorCode::HTTP_FAILURE, error.to_string()))?;
        let reply = self.0.client.fetch_media(account, url, known.as_ref());
        match reply.await {
            MediaReply::Unchanged(freshness) => {
                let sound =
                    kept.ok_or_else(|| fault(ErrorCode::HTTP_FAILURE, "unchanged, but not kept"))?;
                self.keep(address, Some(freshness), &sound);
                Ok(sound)
            }
            MediaReply::Failed { code, text } => Err((code, text)),
            MediaReply::File {
                content_type,
                freshness,
                mut body,
            } => {
                let body = body.read().await;
                let body = body.map_err(|fault| (fault.code(), fault.text()))?;
                let content = fingerprint(content_type.as_deref(), &body);
                let made = decode(content_type, body);
                let sound = self.0.by_content.get_or_make(content, made).await?;
                self.keep(address, freshness, &sound);
                Ok(sound)
            }
        }
    }

    fn known(&self, address: &Address) -> Option<Freshness> {
        self.0
            .known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(address)
            .cloned()
    }

    fn keep(&self, address: Address, freshness: Option<Freshness>, sound: &Sound) {
        let mut known = self.0.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(freshness) = freshness else {
            known.remove(&address);
            return;
        };
        if known.len() >= KNOWN_MAX && !known.contains_key(&address) {
            known.clear();
        }
        known.insert(address.clone(), freshness);
        self.0.kept.replace(address, sound.clone());
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

    /// Serves one file with these headers to everyone who doesn't know it by its version, and
    /// counts the answers with a body.
    async fn server(
        headers: &'static str,
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
                let head = String::from_utf8(head).unwrap();
                let known = head.contains("if-none-match: \"7\"")
                    || head.contains("if-modified-since: Thu, 01 Jan 2015 00:00:00 GMT");
                let mut answer = if known {
                    b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
                } else {
                    format!(
                        "HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\
                         Content-Length: {}\r\n\r\n",
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

    fn account(sid: u128) -> Account {
        Account::new(AccountSid(sid), "t", "", model::Time(0))
    }

    #[tokio::test]
    async fn a_file_is_decoded_once_and_then_asked_for_by_its_version() {
        for version in [
            "Content-Type: audio/wav\r\nETag: \"7\"\r\n",
            "Content-Type: audio/wav\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT\r\n",
            "Content-Type: audio/wav\r\nCache-Control: max-age=0\r\nETag: \"7\"\r\n",
        ] {
            let wav = media::file::wav::write(&[100; 800], 1);
            let (url, mut sent) = server(version, wav).await;
            let files = files();
            let first = files.get(&account(1), &url).await.unwrap();
            let second = files.get(&account(1), &url).await.unwrap();
            assert_eq!(first.len(), 800);
            assert!(Arc::ptr_eq(&first, &second));
            assert_eq!(
                (sent.recv().await, sent.recv().await),
                (Some(true), Some(false))
            );
        }
    }

    #[tokio::test]
    async fn a_fresh_file_is_asked_for_once_by_each_account() {
        let wav = media::file::wav::write(&[100; 800], 1);
        let headers = "Content-Type: audio/wav\r\nCache-Control: max-age=60\r\n";
        let (url, mut sent) = server(headers, wav).await;
        let files = files();
        let first = files.get(&account(1), &url).await.unwrap();
        for _ in 0..5 {
            let next = files.get(&account(1), &url).await.unwrap();
            assert!(Arc::ptr_eq(&first, &next));
        }
        assert_eq!(sent.recv().await, Some(true));
        assert!(sent.try_recv().is_err());
        let theirs = files.get(&account(2), &url).await.unwrap();
        assert!(
            Arc::ptr_eq(&first, &theirs),
            "the same bytes lie in memory once"
        );
        assert_eq!(sent.recv().await, Some(true));
    }

    #[tokio::test]
    async fn what_must_not_be_kept_is_fetched_anew() {
        let wav = media::file::wav::write(&[100; 800], 1);
        let headers = "Content-Type: audio/wav\r\nCache-Control: no-store\r\nETag: \"7\"\r\n";
        let (url, mut sent) = server(headers, wav).await;
        let files = files();
        for _ in 0..2 {
            files.get(&account(1), &url).await.unwrap();
            assert_eq!(sent.recv().await, Some(true));
        }
    }

    #[tokio::test]
    async fn what_is_no_sound_is_13420() {
        let headers = "Content-Type: text/html\r\n";
        let (url, _sent) = server(headers, b"<html>Not found</html>".to_vec()).await;
        let (code, text) = files().get(&account(1), &url).await.unwrap_err();
        assert_eq!(code, ErrorCode::PLAY_CONTENT_TYPE, "{text}");
    }
}
