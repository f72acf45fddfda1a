//! The body of an answer, as it comes: bounded in length, each piece within its time. When it
//! has come whole, its connection goes back to the pool.

use super::fault::{self, Fault};
use super::pool::{Bounds, Pool, Way, within};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use model::limit;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

/// A body of which some may have come already.
pub struct Body {
    /// What has come and wasn't taken.
    come: Vec<u8>,
    rest: Option<Box<Rest>>,
}

/// What is still to come.
pub(super) struct Rest {
    pub incoming: hyper::body::Incoming,
    pub pool: Arc<Pool>,
    /// The connection, where nobody else uses it.
    pub way: Option<Way>,
    pub bounds: Bounds,
    /// Bytes that may still come.
    pub room: usize,
    /// Our turn with this host: over when the answer is.
    pub place: OwnedSemaphorePermit,
}

impl Body {
    /// One that has come whole.
    pub(super) fn whole(bytes: Vec<u8>) -> Body {
        Body {
            come: bytes,
            rest: None,
        }
    }

    pub(super) fn coming(rest: Rest) -> Body {
        Body {
            come: Vec::new(),
            rest: Some(Box::new(rest)),
        }
    }

    /// How long it says it is.
    pub fn length(&self) -> Option<u64> {
        match &self.rest {
            Some(rest) => rest.incoming.size_hint().exact(),
            None => Some(self.come.len() as u64),
        }
    }

    /// Lets the rest take until then instead of until the deadline of its request; each piece
    /// still has its own time.
    pub fn last_until(&mut self, deadline: Instant) {
        if let Some(rest) = &mut self.rest {
            rest.bounds.deadline = deadline;
        }
    }

    /// The next piece; `None` at the end, also where it was cut for its length.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Fault> {
        if !self.come.is_empty() {
            return Ok(Some(std::mem::take(&mut self.come).into()));
        }
        let Some(mut rest) = self.rest.take() else {
            return Ok(None);
        };
        while let Some(frame) = within(rest.bounds, rest.incoming.frame()).await? {
            let frame = frame.map_err(|error| fault::of_exchange(&error))?;
            let Ok(mut data) = frame.into_data() else {
                continue;
            };
            if data.is_empty() {
                continue;
            }
            if data.len() > rest.room {
                // What lies beyond isn't wanted, so the connection can't be used again.
                data.truncate(rest.room);
                return Ok((!data.is_empty()).then_some(data));
            }
            rest.room -= data.len();
            self.rest = Some(rest);
            return Ok(Some(data));
        }
        drop(rest.place);
        if let Some(way) = rest.way {
            rest.pool.keep(way);
        }
        Ok(None)
    }

    /// Takes the rest away, so that the connection can be used again; one with much to say is
    /// closed instead.
    pub(super) async fn discard(&mut self) {
        let mut left = limit::DOCUMENT_BYTES_MAX;
        while let Ok(Some(piece)) = self.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                self.rest = None;
                return;
            }
        }
    }

    /// Everything there is.
    pub async fn read(&mut self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}
