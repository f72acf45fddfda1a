//! One stream: what has happened, then what happens, written as fast as its reader takes it.

use super::Pace;
use super::event::{BEAT, End, Event, GREETING};
use super::hub::Opened;
use crate::Body;
use bytes::Bytes;
use std::io;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Bytes that are written at a time when more are there.
const PIECE_BYTES: usize = 16 * 1_024;
/// Pieces written ahead of the connection.
const PIECES_AHEAD: usize = 2;

/// A stream that has been let in.
pub struct Stream {
    pub opened: Opened,
    pub pace: Pace,
    /// Whether its reader may still hear.
    pub allowed: Box<Allowed>,
    /// Cuts the connection of a reader that takes nothing.
    pub cut: Box<dyn Fn() + Send + Sync>,
}

type Allowed = dyn Fn() -> bool + Send + Sync;
type Pieces = mpsc::Sender<io::Result<Bytes>>;

/// The reader is gone, or takes nothing.
struct Gone;

impl Stream {
    /// Begins to write.
    pub fn body(self) -> Body {
        let (pieces, source) = mpsc::channel(PIECES_AHEAD);
        tokio::spawn(async move {
            let told = tell(self.opened, self.pace, &*self.allowed, &pieces).await;
            if told.is_err() && !pieces.is_closed() {
                (self.cut)();
            }
        });
        Body::endless(source)
    }
}

async fn tell(
    mut opened: Opened,
    pace: Pace,
    allowed: &Allowed,
    pieces: &Pieces,
) -> Result<(), Gone> {
    let mut text = GREETING.to_owned();
    if let Some(lack) = opened.lack {
        lack.write(&mut text, None);
    }
    for event in std::mem::take(&mut opened.past) {
        event.write(&mut text);
        if text.len() >= PIECE_BYTES {
            give(pieces, &mut text, pace).await?;
        }
    }
    give(pieces, &mut text, pace).await?;
    let mut beat = tokio::time::interval(pace.beat);
    beat.reset();
    loop {
        let event = tokio::select! {
            event = opened.queue.recv() => event,
            _ = beat.tick() => {
                if !allowed() {
                    End::Credentials.write(&mut text);
                    return give(pieces, &mut text, pace).await;
                }
                send(pieces, BEAT, pace).await?;
                continue;
            }
            () = pieces.closed() => return Err(Gone),
        };
        let Some(event) = event else { break };
        write_all(event, &mut opened.queue, &mut text);
        give(pieces, &mut text, pace).await?;
    }
    // Closed without a word only when the runtime ends.
    let end = opened.end.get().copied().unwrap_or(End::Shutdown);
    end.write(&mut text);
    give(pieces, &mut text, pace).await
}

/// Writes an event, and those that came meanwhile.
fn write_all(first: Arc<Event>, queue: &mut mpsc::Receiver<Arc<Event>>, text: &mut String) {
    first.write(text);
    while text.len() < PIECE_BYTES
        && let Ok(event) = queue.try_recv()
    {
        event.write(text);
    }
}

async fn give(pieces: &Pieces, text: &mut String, pace: Pace) -> Result<(), Gone> {
    if text.is_empty() {
        return Ok(());
    }
    send(pieces, Bytes::from(std::mem::take(text)), pace).await
}

async fn send(pieces: &Pieces, bytes: Bytes, pace: Pace) -> Result<(), Gone> {
    match timeout(pace.stall, pieces.send(Ok(bytes))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
