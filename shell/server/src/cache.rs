//! Decoded sound that is likely to be wanted again: bounded by its length, the longest unused
//! goes first, and askers for the same sound share one making of it.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::OnceCell;

/// Sound at 8 kHz.
pub type Sound = Arc<[i16]>;

/// Sounds by key.
pub struct SoundCache<K> {
    kept: Mutex<Kept<K>>,
    samples_max: usize,
}

struct Kept<K> {
    by_key: HashMap<K, Entry>,
    by_use: BTreeMap<u64, K>,
    uses: u64,
    samples: usize,
}

struct Entry {
    sound: Arc<OnceCell<Sound>>,
    used: u64,
    /// 0 while it is being made.
    samples: usize,
}

impl<K: Hash + Eq + Clone> SoundCache<K> {
    /// A cache for so many samples.
    pub fn new(samples_max: usize) -> Self {
        let kept = Kept {
            by_key: HashMap::new(),
            by_use: BTreeMap::new(),
            uses: 0,
            samples: 0,
        };
        SoundCache {
            kept: Mutex::new(kept),
            samples_max,
        }
    }

    /// The sound, if it is there.
    pub fn peek(&self, key: &K) -> Option<Sound> {
        let mut kept = self.kept();
        let sound = kept.by_key.get(key)?.sound.get().cloned()?;
        kept.touch(key);
        Some(sound)
    }

    /// The sound, made if need be. Who asks while it is being made waits for the same one; a
    /// failure is told to its asker and made again for the next.
    pub async fn get_or_make<E, F>(&self, key: K, make: F) -> Result<Sound, E>
    where
        F: Future<Output = Result<Sound, E>>,
    {
        let cell = self.kept().cell(&key);
        let made = cell.get_or_try_init(|| make).await.cloned();
        let mut kept = self.kept();
        match &made {
            Ok(sound) => kept.count(&key, &cell, sound.len()),
            Err(_) => kept.forget(&key, &cell),
        }
        kept.shrink(self.samples_max);
        made
    }

    /// Puts a sound in place of the one there was.
    pub fn replace(&self, key: K, sound: Sound) {
        let mut kept = self.kept();
        kept.remove(&key);
        let cell = kept.cell(&key);
        let length = sound.len();
        // A fresh cell is empty.
        let _ = cell.set(sound);
        kept.count(&key, &cell, length);
        kept.shrink(self.samples_max);
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone> Kept<K> {
    fn cell(&mut self, key: &K) -> Arc<OnceCell<Sound>> {
        if !self.by_key.contains_key(key) {
            let entry = Entry {
                sound: Arc::default(),
                used: 0,
                samples: 0,
            };
            self.by_key.insert(key.clone(), entry);
        }
        self.touch(key);
        self.by_key
            .get(key)
            .map(|entry| entry.sound.clone())
            .unwrap_or_default()
    }

    fn touch(&mut self, key: &K) {
        self.uses += 1;
        if let Some(entry) = self.by_key.get_mut(key) {
            self.by_use.remove(&entry.used);
            entry.used = self.uses;
            self.by_use.insert(self.uses, key.clone());
        }
    }

    fn count(&mut self, key: &K, cell: &Arc<OnceCell<Sound>>, samples: usize) {
        if let Some(entry) = self.by_key.get_mut(key)
            && Arc::ptr_eq(&entry.sound, cell)
        {
            self.samples = self.samples - entry.samples + samples;
            entry.samples = samples;
        }
    }

    fn forget(&mut self, key: &K, cell: &Arc<OnceCell<Sound>>) {
        // The map and this asker hold the cell: with more, somebody is still making it.
        let unused = self
            .by_key
            .get(key)
            .is_some_and(|entry| Arc::ptr_eq(&entry.sound, cell) && Arc::strong_count(cell) <= 2);
        if unused {
            self.remove(key);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.by_key.remove(key) {
            self.by_use.remove(&entry.used);
            self.samples -= entry.samples;
        }
    }

    fn shrink(&mut self, samples_max: usize) {
        while self.samples > samples_max {
            let Some((_, oldest)) = self.by_use.first_key_value() else {
                return;
            };
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn sound(samples: usize) -> Sound {
        vec![1; samples].into()
    }

    #[tokio::test]
    async fn the_longest_unused_goes_first() {
        let cache = SoundCache::new(100);
        for key in ["a", "b"] {
            let made = cache
                .get_or_make(key, async { Ok::<_, ()>(sound(50)) })
                .await;
            assert_eq!(made.unwrap().len(), 50);
        }
        assert!(cache.peek(&"a").is_some());
        cache.replace("c", sound(10));
        assert!(cache.peek(&"b").is_none());
        assert!(cache.peek(&"a").is_some() && cache.peek(&"c").is_some());
        // Longer than everything together: told to its asker, not kept.
        cache.replace("huge", sound(101));
        assert!(cache.peek(&"huge").is_none());
    }

    #[tokio::test]
    async fn askers_share_the_making_and_a_failure_is_made_again() {
        let cache = SoundCache::new(100);
        let made = Cell::new(0);
        let make = async || {
            made.set(made.get() + 1);
            tokio::task::yield_now().await;
            Ok::<_, ()>(sound(5))
        };
        let (one, two) = tokio::join!(
            cache.get_or_make("x", make()),
            cache.get_or_make("x", make())
        );
        assert!(Arc::ptr_eq(&one.unwrap(), &two.unwrap()));
        assert_eq!(made.get(), 1);
        assert_eq!(
            cache.get_or_make("y", async { Err::<Sound, _>(7) }).await,
            Err(7)
        );
        let again = cache
            .get_or_make("y", async { Ok::<_, ()>(sound(3)) })
            .await;
        assert_eq!(again.unwrap().len(), 3);
    }
}
