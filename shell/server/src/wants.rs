//! Brings the sound that an engine wants: speech from the voices, files from the customer's web.

use crate::sound_files::SoundFiles;
use crate::speech::Speakers;
use media::engine::Feed;
use model::media::Prompt;
use model::{AccountSid, ErrorCode};
use std::sync::Arc;
use store::Directory;
use tokio::runtime::Handle;

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

    /// Begins to bring a prompt; returns at once. `feed` takes the pieces; `listens` says whether
    /// anybody still wants them.
    pub fn bring(
        &self,
        prompt: Prompt,
        feed: impl Fn(Feed) + Send + Sync + 'static,
        listens: impl Fn() -> bool + Send + Sync + 'static,
    ) {
        let wants = self.clone();
        self.runtime.spawn(async move {
            match prompt {
                Prompt::Speech(speech) => {
                    let give = |piece| {
                        feed(piece);
                        listens()
                    };
                    wants.speakers.speak(&speech, give).await;
                }
                Prompt::File { url, account } => wants.file(&url, account, feed, listens).await,
                // The engine makes these itself and never asks for them.
                Prompt::Tone(_) | Prompt::Digits(_) | Prompt::Silence { .. } => feed(Feed::End),
            }
        });
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
