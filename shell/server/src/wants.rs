//! Brings the sound that an engine wants: speech from the voices, files from the customer's web.

use crate::sound_files::SoundFiles;
use crate::speech::Speakers;
use media::engine::Feed;
use model::media::Prompt;
use model::{AccountSid, ErrorCode};
use std::sync::Arc;
use std::time::Duration;
use store::Directory;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A piece that a full inbox didn't take is brought again after so long: a packet's time.
const AGAIN_AFTER: Duration = Duration::from_millis(20);

/// Where wanted sound comes from. Cheap to clone.
#[derive(Clone)]
pub struct Wants {
    runtime: Handle,
    speakers: Speakers,
    files: SoundFiles,
    directory: Arc<Directory>,
}

impl Wants {
    /// Sound from these.
    pub fn new(
        runtime: Handle,
        speakers: Speakers,
        files: SoundFiles,
        directory: Arc<Directory>,
    ) -> Wants {
        Wants {
            runtime,
            speakers,
            files,
            directory,
        }
    }

    /// Begins to bring a prompt; returns at once. `feed` takes the pieces, or gives one back that
    /// has to wait; `listens` says whether anybody still wants them.
    pub fn bring(
        &self,
        prompt: Prompt,
        feed: impl Fn(Feed) -> Result<(), Feed> + Send + Sync + 'static,
        listens: impl Fn() -> bool + Send + Sync + 'static,
    ) {
        let wants = self.clone();
        self.runtime.spawn(async move {
            let listens = &listens;
            // No longer than a prompt is; most of it lies in a cache anyway.
            let (made, pieces) = unbounded_channel();
            let make = async move {
                let give = |piece| made.send(piece).is_ok() && listens();
                match prompt {
                    Prompt::Speech(speech) => wants.speakers.speak(&speech, give).await,
                    Prompt::File { url, account } => {
                        let give = |piece| {
                            give(piece);
                        };
                        wants.file(&url, account, give, listens).await;
                    }
                    // The engine makes these itself and never asks for them.
                    Prompt::Tone(_) | Prompt::Digits(_) | Prompt::Silence { .. } => {
                        give(Feed::End);
                    }
                }
            };
            tokio::join!(make, hand_on(pieces, feed, listens));
        });
    }

    /// Brings one piece that is there; returns at once.
    pub fn bring_piece(
        &self,
        piece: Feed,
        feed: impl Fn(Feed) -> Result<(), Feed> + Send + Sync + 'static,
    ) {
        let (made, pieces) = unbounded_channel();
        if made.send(piece).is_ok() {
            self.runtime.spawn(hand_on(pieces, feed, || true));
        }
    }

    async fn file(
        &self,
        url: &str,
        account: AccountSid,
        feed: impl Fn(Feed),
        listens: impl Fn() -> bool,
    ) {
        let Some(account) = self.directory.account(account) else {
            // Never seen unless an account is taken away under a live call.
            let (code, text) = (ErrorCode::DOCUMENT_FAULT, "the account is gone".to_owned());
            feed(Feed::Failed { code, text });
            return;
        };
        self.files.play(&account, url, feed, listens).await;
    }
}

/// Hands the pieces on in their order. None is left out while anybody listens: without the last
/// one, a prompt would wait for it as long as its call lives.
async fn hand_on(
    mut pieces: UnboundedReceiver<Feed>,
    feed: impl Fn(Feed) -> Result<(), Feed>,
    listens: impl Fn() -> bool,
) {
    while let Some(piece) = pieces.recv().await {
        let mut outcome = feed(piece);
        while let Err(piece) = outcome {
            if !listens() {
                return;
            }
            tokio::time::sleep(AGAIN_AFTER).await;
            outcome = feed(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// An inbox that is full for so many tries at each piece.
    struct Inbox {
        full: usize,
        tries: Mutex<usize>,
        took: Mutex<Vec<usize>>,
    }

    impl Inbox {
        fn full_for(full: usize) -> Inbox {
            Inbox {
                full,
                tries: Mutex::new(0),
                took: Mutex::default(),
            }
        }

        fn take(&self, piece: Feed) -> Result<(), Feed> {
            let mut tries = self.tries.lock().unwrap();
            *tries += 1;
            if *tries <= self.full {
                return Err(piece);
            }
            *tries = 0;
            let size = match piece {
                Feed::Chunk(samples) => samples.len(),
                Feed::End => 0,
                other => panic!("{other:?}"),
            };
            self.took.lock().unwrap().push(size);
            Ok(())
        }
    }

    fn made() -> UnboundedReceiver<Feed> {
        let (made, pieces) = unbounded_channel();
        for size in [3, 1, 2] {
            made.send(Feed::Chunk(vec![0; size].into())).unwrap();
        }
        made.send(Feed::End).unwrap();
        pieces
    }

    #[tokio::test]
    async fn what_a_full_inbox_refuses_comes_again_in_its_order() {
        for full in [0, 1, 3] {
            let inbox = Inbox::full_for(full);
            hand_on(made(), |piece| inbox.take(piece), || true).await;
            assert_eq!(*inbox.took.lock().unwrap(), [3, 1, 2, 0]);
        }
    }

    #[tokio::test]
    async fn nothing_comes_again_for_a_leg_that_has_gone() {
        let inbox = Inbox::full_for(usize::MAX);
        hand_on(made(), |piece| inbox.take(piece), || false).await;
        assert_eq!(*inbox.tries.lock().unwrap(), 1);
    }
}
