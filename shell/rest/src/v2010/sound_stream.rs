//! Reads a sound piece by piece, mixing two channels into one on the way if that is wanted, so
//! that four hours of sound need no more memory than four seconds.

use crate::Body;
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use store::{SoundFile, WavForm};
use tokio::sync::mpsc;

/// Bytes read at a time: two seconds of dual sound.
const PIECE_BYTES: usize = 64 * 1_024;
/// Pieces read ahead of a slow client.
const PIECES_AHEAD: usize = 2;

/// A sound that can be read from any place.
pub struct Sound {
    /// Bytes from its beginning to its end.
    pub length: u64,
    /// Where they come from.
    pub content: Content,
}

/// Where the bytes of a sound come from.
pub enum Content {
    /// A file as it is.
    File(File),
    /// A header of ours, and samples behind it: as they are, or two channels mixed into one.
    Wav {
        header: Vec<u8>,
        samples: File,
        samples_at: u64,
        mix: bool,
    },
}

impl Sound {
    /// A recording with so many channels.
    pub fn wav(file: SoundFile, channels: u8) -> Sound {
        let mix = channels < file.form.channels;
        let sound_bytes = if mix {
            file.sound_bytes / 4 * 2
        } else {
            file.sound_bytes
        };
        let form = WavForm {
            channels,
            rate_hz: file.form.rate_hz,
        };
        let header = form.header(sound_bytes).to_vec();
        let samples_at = header.len() as u64;
        Sound {
            length: samples_at + sound_bytes,
            content: Content::Wav {
                header,
                samples: file.file,
                samples_at,
                mix,
            },
        }
    }

    /// A file as it is.
    pub fn file(path: &Path) -> io::Result<Sound> {
        let file = File::open(path)?;
        Ok(Sound {
            length: file.metadata()?.len(),
            content: Content::File(file),
        })
    }

    /// This part of it, as a body that reads the file while it is sent.
    pub fn stream(self, part: Range<u64>) -> Body {
        let length = part.end - part.start;
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        tokio::task::spawn_blocking(move || {
            let outcome = send(self.content, &part, &sender);
            if let Err(error) = outcome {
                // The client sees a body that breaks off; nobody is there if this fails, too.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Body::pieces(receiver, length)
    }
}

fn send(
    content: Content,
    part: &Range<u64>,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> io::Result<()> {
    let mut source = Source::open(content, part.start)?;
    let mut left = part.end - part.start;
    while left > 0 {
        let mut piece = vec![0; PIECE_BYTES.min(usize::try_from(left).unwrap_or(PIECE_BYTES))];
        let count = source.read(&mut piece)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(count);
        left -= count as u64;
        if sender.blocking_send(Ok(Bytes::from(piece))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Reads a sound from one place to its end.
pub struct Source {
    header: Cursor<Vec<u8>>,
    samples: File,
    mix: bool,
    /// What a mixed piece still has to give.
    mixed: Cursor<Vec<u8>>,
}

impl Source {
    /// Begins so many bytes into the sound.
    pub fn open(content: Content, start: u64) -> io::Result<Source> {
        let (header, mut samples, samples_at, mix) = match content {
            Content::File(file) => (Vec::new(), file, 0, false),
            Content::Wav {
                header,
                samples,
                samples_at,
                mix,
            } => (header, samples, samples_at, mix),
        };
        let into = start.saturating_sub(header.len() as u64);
        // Two bytes of mixed sound come from four of the file.
        let seek = if mix { into / 2 * 4 } else { into };
        samples.seek(SeekFrom::Start(samples_at + seek))?;
        let mut header = Cursor::new(header);
        header.set_position(start);
        let mut source = Source {
            header,
            samples,
            mix,
            mixed: Cursor::new(Vec::new()),
        };
        if mix && into % 2 == 1 {
            source.read_exact(&mut [0])?;
        }
        Ok(source)
    }

    fn read_mixed(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let count = self.mixed.read(piece)?;
        if count > 0 || piece.is_empty() {
            return Ok(count);
        }
        let mut dual = Vec::new();
        (&mut self.samples)
            .take(PIECE_BYTES as u64)
            .read_to_end(&mut dual)?;
        let mixed: Vec<u8> = dual
            .chunks_exact(4)
            .flat_map(|pair| {
                let left = i32::from(i16::from_le_bytes([pair[0], pair[1]]));
                let right = i32::from(i16::from_le_bytes([pair[2], pair[3]]));
                let sum = (left + right).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
                sum.to_le_bytes()
            })
            .collect();
        self.mixed = Cursor::new(mixed);
        self.mixed.read(piece)
    }
}

impl Read for Source {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let count = self.header.read(piece)?;
        if count > 0 {
            return Ok(count);
        }
        if self.mix {
            self.read_mixed(piece)
        } else {
            self.samples.read(piece)
        }
    }
}
