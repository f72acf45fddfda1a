//! Sound files for `<Play>`: fetched, decoded while they arrive, and kept for the next call that
//! plays them.

mod fetch;

use crate::cache::{Sound, SoundCache};
use crate::webhook::{Freshness, WebClient};
use fetch::Fetch;
use media::engine::Feed;
use model::web_event::without_password;
use model::{Account, AccountSid, ErrorCode, limit};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Semaphore, watch};

/// A fault's number and one sentence.
pub type SoundFault = (ErrorCode, String);

/// Fetched sound files. Clones share them.
#[derive(Clone)]
pub struct SoundFiles(Arc<Shared>);

struct Shared {
    client: WebClient,
    kept: SoundCache<Address>,
    /// The same bytes lie in memory once, whatever address they come from: so does a prompt that
    /// a hundred callers hear.
    by_content: SoundCache<[u8; 32]>,
    /// What the server says of the file that is kept.
    known: Mutex<HashMap<Address, Freshness>>,
    /// Files under way: who asks for one of them joins its listeners.
    arriving: Mutex<HashMap<Address, Arrivals>>,
    fetches: Semaphore,
    decodings: Semaphore,
}

/// Who asks, and where: what a server gives one account isn't another's.
type Address = (AccountSid, String);

/// Tells a file's listeners how far it has come.
type Arrivals = Arc<watch::Sender<Arrival>>;

/// How far a file has come.
#[derive(Default)]
struct Arrival {
    parts: Vec<Sound>,
    end: Option<Result<(), SoundFault>>,
}

impl SoundFiles {
    /// No files yet.
    pub fn new(client: WebClient) -> SoundFiles {
        SoundFiles(Arc::new(Shared {
            client,
            kept: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            by_content: SoundCache::new(limit::SOUND_CACHE_SAMPLES_MAX),
            known: Mutex::default(),
            arriving: Mutex::default(),
            fetches: Semaphore::new(limit::SOUND_FETCHES_MAX),
            decodings: Semaphore::new(limit::SOUND_DECODINGS_MAX),
        }))
    }

    /// Gives the sound at this address to `feed`, from its first tenth of a second on while the
    /// rest arrives. A file that is fresh by its server's word isn't asked for; one whose version
    /// is known is asked for by it; any other is fetched anew. Calls that ask at the same time
    /// share one fetch. `listens` says whether anybody still wants the sound.
    pub async fn play(
        &self,
        account: &Account,
        url: &str,
        feed: impl Fn(Feed),
        listens: impl Fn() -> bool,
    ) {
        let address = (account.sid, url.to_owned());
        if let Some(sound) = self.0.fresh(&address) {
            feed(Feed::Samples(sound));
            return;
        }
        let mut news = self.join(account, address);
        let mut heard = 0;
        loop {
            let (parts, end) = {
                let arrival = news.borrow_and_update();
                (arrival.parts[heard..].to_vec(), arrival.end.clone())
            };
            if let (0, [sound], Some(Ok(()))) = (heard, &parts[..], &end) {
                // All of it, as it lies in memory.
                feed(Feed::Samples(sound.clone()));
                return;
            }
            heard += parts.len();
            for part in parts {
                feed(Feed::Chunk(part));
            }
            match end {
                Some(Ok(())) => return feed(Feed::End),
                Some(Err((code, text))) => {
                    // A document plays many files: which of them it was must be told.
                    let text = format!("{text} ({})", without_password(url));
                    return feed(Feed::Failed { code, text });
                }
                None if !listens() => return,
                None => {}
            }
            if news.changed().await.is_err() {
                // Who fetches tells an end before it goes, unless it met a fault of ours.
                let code = ErrorCode::DOCUMENT_FAULT;
                let text = format!("{} ({})", code.text(), without_password(url));
                return feed(Feed::Failed { code, text });
            }
        }
    }

    /// Listens to a file that is under way, or sets one on its way.
    fn join(&self, account: &Account, address: Address) -> watch::Receiver<Arrival> {
        let mut arriving = lock(&self.0.arriving);
        if let Some(arrivals) = arriving.get(&address) {
            return arrivals.subscribe();
        }
        let (arrivals, news) = watch::channel(Arrival::default());
        let arrivals = Arc::new(arrivals);
        arriving.insert(address.clone(), arrivals.clone());
        let fetch = Fetch::new(self.0.clone(), address, arrivals);
        tokio::spawn(fetch.run(account.clone()));
        news
    }
}

impl Shared {
    /// The sound, if its server has said that it needn't be asked.
    fn fresh(&self, address: &Address) -> Option<Sound> {
        let known = lock(&self.known).get(address).cloned()?;
        let fresh = known.is_fresh(self.client.now());
        self.kept.peek(address).filter(|_| fresh)
    }

    /// What is kept, and what is known of it.
    fn known(&self, address: &Address) -> Option<(Sound, Freshness)> {
        let known = lock(&self.known).get(address).cloned()?;
        Some((self.kept.peek(address)?, known))
    }

    fn keep(&self, address: &Address, freshness: Option<Freshness>, sound: &Sound) {
        let mut known = lock(&self.known);
        let Some(freshness) = freshness else {
            known.remove(address);
            return;
        };
        if known.len() >= limit::SOUND_ADDRESSES_MAX && !known.contains_key(address) {
            known.clear();
        }
        known.insert(address.clone(), freshness);
        self.kept.replace(address.clone(), sound.clone());
    }
}

fn fault(code: ErrorCode, detail: &str) -> SoundFault {
    (code, format!("{}: {detail}", code.text()))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
