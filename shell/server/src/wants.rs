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
                Prompt::File { url, account } => feed(wants.file(&url, account).await),
                // The engine makes these itself and never asks for them.
                Prompt::Tone(_) | Prompt::Digits(_) | Prompt::Silence { .. } => feed(Feed::End),
            }
        });
    }

    async fn file(&self, url: &str, account: AccountSid) -> Feed {
        let Some(account) = self.directory.account(account) else {
            // Never seen unless an account is taken away under a live call.
            let (code, text) = (ErrorCode::DOCUMENT_FAULT, "the account is gone".to_owned());
            return Feed::Failed { code, text };
        };
        match self.files.get(&account, url).await {
            Ok(sound) => Feed::Samples(sound),
            Err((code, text)) => Feed::Failed { code, text },
        }
    }
}
