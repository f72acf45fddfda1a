//! The sound of a recording, while it arrives.

use crate::Error;
use crate::connection::piece;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE};
use std::fmt;
use std::time::Duration;

/// An answer whose body arrives.
pub struct Inflow {
    response: Response,
    /// The longest silence.
    limit: Duration,
    pub(crate) content_type: Option<String>,
    pub(crate) content_length: Option<u64>,
    pub(crate) content_range: Option<String>,
}

impl Inflow {
    pub(crate) fn new(response: Response, limit: Duration) -> Inflow {
        let told = |name| {
            let value = response.headers().get(name)?;
            Some(value.to_str().ok()?.to_owned())
        };
        Inflow {
            content_type: told(CONTENT_TYPE),
            content_length: response.content_length(),
            content_range: told(CONTENT_RANGE),
            response,
            limit,
        }
    }

    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        piece(&mut self.response, self.limit).await
    }
}

/// A recording's sound, while it arrives.
pub struct Media(Inflow);

impl Media {
    pub(crate) fn new(inflow: Inflow) -> Media {
        Media(inflow)
    }

    /// What kind of sound it is: `audio/x-wav`, `audio/mpeg`.
    pub fn content_type(&self) -> Option<&str> {
        self.0.content_type.as_deref()
    }

    /// How many bytes will come, if that was told.
    pub fn content_length(&self) -> Option<u64> {
        self.0.content_length
    }

    /// Which part it is of how much, where a part was asked for and comes: `bytes 0-1023/4096`.
    pub fn content_range(&self) -> Option<&str> {
        self.0.content_range.as_deref()
    }

    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        self.0.piece().await
    }

    /// All of it.
    pub async fn bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        while let Some(piece) = self.chunk().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media").finish_non_exhaustive()
    }
}
