//! Response bodies: whole ones, ones that come from a file piece by piece, and ones that come as
//! long as something happens.

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::Response;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// The body of a response.
pub struct Body {
    content: Content,
}

enum Content {
    Whole(Option<Bytes>),
    Pieces {
        source: mpsc::Receiver<io::Result<Bytes>>,
        left: u64,
    },
    Endless(mpsc::Receiver<io::Result<Bytes>>),
}

impl Body {
    /// These bytes.
    pub fn whole(bytes: impl Into<Bytes>) -> Body {
        let bytes: Bytes = bytes.into();
        Body {
            content: Content::Whole((!bytes.is_empty()).then_some(bytes)),
        }
    }

    /// So many bytes in pieces.
    pub(crate) fn pieces(source: mpsc::Receiver<io::Result<Bytes>>, length: u64) -> Body {
        Body {
            content: Content::Pieces {
                source,
                left: length,
            },
        }
    }

    /// Pieces, as many as come.
    pub(crate) fn endless(source: mpsc::Receiver<io::Result<Bytes>>) -> Body {
        Body {
            content: Content::Endless(source),
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut self.content {
            Content::Whole(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Content::Pieces { source, left } => source.poll_recv(context).map(|piece| {
                piece.map(|piece| {
                    let piece = piece?;
                    *left = left.saturating_sub(piece.len() as u64);
                    Ok(Frame::data(piece))
                })
            }),
            Content::Endless(source) => source
                .poll_recv(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Content::Pieces { left, .. } => SizeHint::with_exact(*left),
            Content::Endless(_) => SizeHint::default(),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.content, Content::Whole(None))
    }
}

/// Leaves the body out and keeps its length, as HEAD asks.
pub fn take_away(response: &mut Response<Body>) {
    if let Some(length) = http_body::Body::size_hint(response.body()).exact() {
        response
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.body_mut() = Body::whole(Bytes::new());
}
