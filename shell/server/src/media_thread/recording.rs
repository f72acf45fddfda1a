//! The thread that writes recordings, so that no sound thread waits for the disk.

use super::MediaSink;
use media::engine::Kept;
use model::media::{MediaEvent, RecordEnd};
use model::{LegId, RecordingSid, limit};
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use store::{SoundWriter, Sounds, WavForm};

/// Something of a recording.
pub(super) enum Piece {
    /// The next samples, channels interleaved.
    Sound {
        recording: RecordingSid,
        channels: u8,
        samples: Vec<i16>,
    },
    /// The last word.
    End {
        leg: LegId,
        recording: RecordingSid,
        kept: Kept,
    },
    /// No more recordings: the process ends.
    Stop,
}

/// One sound thread's way to the disk.
#[derive(Clone)]
pub(super) struct RecordingQueue {
    pieces: SyncSender<Piece>,
    /// Ends that found no room: told before the next piece that does.
    held: Vec<(LegId, RecordingSid, Kept)>,
    /// Recordings that lost a piece: they end as failed rather than with a hole.
    torn: HashSet<RecordingSid>,
}

impl RecordingQueue {
    /// Hands a piece on. If the disk hangs so long that the queue is full, the recording fails.
    pub fn send(&mut self, piece: Piece) {
        while let Some((leg, recording, kept)) = self.held.pop() {
            if let Some(end) = self.try_send(Piece::End {
                leg,
                recording,
                kept,
            }) {
                self.hold(end);
                break;
            }
        }
        let piece = match piece {
            Piece::End {
                leg,
                recording,
                mut kept,
            } if self.torn.remove(&recording) => {
                kept.end = RecordEnd::Failed;
                Piece::End {
                    leg,
                    recording,
                    kept,
                }
            }
            piece => piece,
        };
        if let Some(piece) = self.try_send(piece) {
            self.hold(piece);
        }
    }

    fn try_send(&self, piece: Piece) -> Option<Piece> {
        match self.pieces.try_send(piece) {
            Ok(()) => None,
            Err(TrySendError::Full(piece) | TrySendError::Disconnected(piece)) => Some(piece),
        }
    }

    fn hold(&mut self, piece: Piece) {
        match piece {
            Piece::Sound { recording, .. } => {
                self.torn.insert(recording);
            }
            Piece::End {
                leg,
                recording,
                mut kept,
            } => {
                kept.end = RecordEnd::Failed;
                self.held.push((leg, recording, kept));
            }
            Piece::Stop => {}
        }
    }
}

/// The writing thread.
pub(super) struct RecordingThread {
    pieces: SyncSender<Piece>,
    join: Mutex<Option<JoinHandle<()>>>,
}

impl RecordingThread {
    pub fn start(sounds: Sounds, sink: Arc<dyn MediaSink>) -> io::Result<RecordingThread> {
        let (pieces, queue) = sync_channel(limit::RECORDING_PIECES_MAX);
        let mut files = Files {
            sounds,
            open: HashMap::new(),
            sink,
        };
        let thread = std::thread::Builder::new().name("recordings".to_owned());
        let join = thread.spawn(move || files.run(&queue))?;
        Ok(RecordingThread {
            pieces,
            join: Mutex::new(Some(join)),
        })
    }

    pub fn queue(&self) -> RecordingQueue {
        RecordingQueue {
            pieces: self.pieces.clone(),
            held: Vec::new(),
            torn: HashSet::new(),
        }
    }

    /// Writes what is queued and ends.
    pub fn stop(&self) {
        // If the thread is gone there is nothing left to write.
        let _ = self.pieces.send(Piece::Stop);
        let join = self
            .join
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if join.is_some_and(|join| join.join().is_err()) {
            tracing::error!("the recording thread had panicked");
        }
    }
}

struct Files {
    sounds: Sounds,
    /// `None` once writing failed.
    open: HashMap<RecordingSid, Option<SoundWriter>>,
    sink: Arc<dyn MediaSink>,
}

impl Files {
    fn run(&mut self, queue: &Receiver<Piece>) {
        while let Ok(piece) = queue.recv() {
            match piece {
                Piece::Sound {
                    recording,
                    channels,
                    samples,
                } => {
                    self.append(recording, channels, &samples);
                }
                Piece::End {
                    leg,
                    recording,
                    kept,
                } => self.end(leg, recording, kept),
                Piece::Stop => return,
            }
        }
    }

    fn append(&mut self, recording: RecordingSid, channels: u8, samples: &[i16]) {
        let form = WavForm::telephone(channels);
        let file = self.open.entry(recording).or_insert_with(|| {
            let created = self.sounds.create(recording, form);
            created.map_err(|error| complain(recording, &error)).ok()
        });
        if let Some(Err(error)) = file.as_mut().map(|writer| writer.append(samples)) {
            complain(recording, &error);
            *file = None;
        }
    }

    fn end(&mut self, leg: LegId, recording: RecordingSid, kept: Kept) {
        let mut end = kept.end;
        let mut length_ms = kept.length_ms;
        let mut heard = kept.heard;
        match self.open.remove(&recording) {
            Some(Some(writer)) if heard => match writer.finish(Some(kept.samples)) {
                Ok(file) => length_ms = u32::try_from(file.length_ms).unwrap_or(u32::MAX),
                Err(error) => {
                    complain(recording, &error);
                    end = RecordEnd::Failed;
                }
            },
            Some(Some(writer)) => {
                if let Err(error) = writer.discard() {
                    complain(recording, &error);
                }
            }
            Some(None) => end = RecordEnd::Failed,
            // Not a sample ever came.
            None => heard = false,
        }
        let event = MediaEvent::Recorded {
            recording,
            length_ms,
            heard,
            end,
        };
        self.sink.event(leg, event);
    }
}

fn complain(recording: RecordingSid, error: &io::Error) {
    tracing::error!(%recording, %error, "a recording can't be written");
}
