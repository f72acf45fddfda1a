//! The sound of a recording, while it arrives.

use crate::Error;
use crate::connection::piece;
use bytes::Bytes;
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use std::fmt;
use std::time::Duration;

/// An answer whose body arrives.
pub struct Inflow {
    response: Response,
    /// The longest silence.
    limit: Duration,
    pub(crate) content_type: Option<String>,
    pub(crate) content_length: Option<u64>,
}

impl Inflow {
    pub(crate) fn new(response: Response, limit: Duration) -> Inflow {
        let kind = response.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        Inflow {
            content_type: kind.map(str::to_owned),
            content_length: response.content_length(),
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
