//! Documents that may be used again without being sent again. Each account has its own.

use super::freshness::Freshness;
use hyper::header::HeaderMap;
use model::{AccountSid, limit};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Whose document, and from which address: the whole one, parameters included.
pub(super) type Key = (AccountSid, String);

/// A document as it was answered.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub freshness: Freshness,
}

/// Kept documents, bounded by their bytes: the longest unused goes first.
#[derive(Debug, Default)]
pub(super) struct Documents {
    by_key: HashMap<Key, Entry>,
    by_use: BTreeMap<u64, Key>,
    uses: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    document: Arc<Document>,
    bytes: usize,
    used: u64,
}

impl Documents {
    /// The document of this address, if the request is like the one it answered.
    pub fn find(&mut self, key: &Key, request: &HeaderMap) -> Option<Arc<Document>> {
        let entry = self.by_key.get_mut(key)?;
        if !entry.document.freshness.suits(request) {
            return None;
        }
        self.by_use.remove(&entry.used);
        self.uses += 1;
        entry.used = self.uses;
        self.by_use.insert(self.uses, key.clone());
        Some(entry.document.clone())
    }

    /// Keeps a document in place of the one there was.
    pub fn keep(&mut self, key: Key, document: Arc<Document>) {
        self.remove(&key);
        let written = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
            name.as_str().len() + value.len()
        };
        let headers: usize = document.headers.iter().map(written).sum();
        let bytes = document.body.len() + headers + 2 * key.1.len() + ENTRY_BYTES;
        self.uses += 1;
        let used = self.uses;
        self.bytes += bytes;
        self.by_use.insert(used, key.clone());
        let entry = Entry {
            document,
            bytes,
            used,
        };
        self.by_key.insert(key, entry);
        while self.bytes > limit::DOCUMENT_CACHE_BYTES_MAX {
            let Some((_, oldest)) = self.by_use.first_key_value() else {
                return;
            };
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
    }

    /// Forgets a document.
    pub fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_use.remove(&entry.used);
            self.bytes -= entry.bytes;
        }
    }
}

/// What an entry takes besides its text, roughly: two maps, three headers' tables.
const ENTRY_BYTES: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{self, HeaderValue};
    use model::Time;

    fn document(bytes: usize) -> Arc<Document> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ETAG, HeaderValue::from_static("\"1\""));
        let freshness = Freshness::of(&HeaderMap::new(), 200, &headers, Time(1), Time(1)).unwrap();
        Arc::new(Document {
            headers: HeaderMap::new(),
            body: vec![b' '; bytes],
            freshness,
        })
    }

    #[test]
    fn the_longest_unused_goes_first() {
        let mut documents = Documents::default();
        let key = |n: usize| (AccountSid(1), n.to_string());
        let third = limit::DOCUMENT_CACHE_BYTES_MAX / 3 - 2_000;
        for n in 0..3 {
            documents.keep(key(n), document(third));
        }
        assert!(documents.find(&key(0), &HeaderMap::new()).is_some());
        documents.keep(key(3), document(third));
        assert!(documents.find(&key(1), &HeaderMap::new()).is_none());
        assert!(documents.find(&key(0), &HeaderMap::new()).is_some());
        assert!(
            documents
                .find(&(AccountSid(2), "0".to_owned()), &HeaderMap::new())
                .is_none()
        );
        // The same one again takes no more room.
        for _ in 0..9 {
            documents.keep(key(3), document(third));
        }
        assert!(documents.find(&key(2), &HeaderMap::new()).is_some());
        assert!(documents.bytes <= limit::DOCUMENT_CACHE_BYTES_MAX);
        for n in 0..4 {
            documents.remove(&key(n));
        }
        assert_eq!((documents.bytes, documents.by_use.len()), (0, 0));
    }
}
