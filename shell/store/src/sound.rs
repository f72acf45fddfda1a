//! Recordings as files: made under a passing name, appended to while the call lasts, given their
//! length and their name at the end, and mended at start if the end never came.

use crate::wav::{HEADER_BYTES, WavForm};
use model::RecordingSid;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The folder of all recordings.
#[derive(Debug, Clone)]
pub struct Sounds {
    root: PathBuf,
}

/// A recording that still takes sound.
pub struct SoundWriter {
    file: File,
    form: WavForm,
    sound_bytes: u64,
    passing: PathBuf,
    path: PathBuf,
    scratch: Vec<u8>,
}

/// A recording that has been given its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinishedSound {
    /// How long it lasts.
    pub length_ms: u64,
    /// The file's size.
    pub file_bytes: u64,
}

/// A recording whose end a crash has cut, made playable again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MendedSound {
    /// Which.
    pub recording: RecordingSid,
    /// What is left of it; nothing if not a sample reached the disk.
    pub length_ms: u64,
    /// How it is to be read.
    pub form: WavForm,
}

/// A finished recording, open for reading.
#[derive(Debug)]
pub struct SoundFile {
    /// How its samples are to be read.
    pub form: WavForm,
    /// Bytes of sound behind the header.
    pub sound_bytes: u64,
    /// Stands at the first byte of sound.
    pub file: File,
}

const FINISHED: &str = "wav";
const PASSING: &str = "part";
const ENCODED: &str = "mp3";
const ENCODED_MONO: &str = "mono.mp3";

impl Sounds {
    /// Opens the folder, making it if need be.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Sounds> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        Ok(Sounds { root })
    }

    /// Where a finished recording lies. Folders of two digits, so that none grows beyond what a
    /// person can list.
    pub fn path(&self, recording: RecordingSid) -> PathBuf {
        let name = recording.to_string();
        self.root
            .join(&name[2..4])
            .join(&name)
            .with_extension(FINISHED)
    }

    /// Where the MP3 of a recording is kept once it has been made.
    pub fn encoded_path(&self, recording: RecordingSid, mono: bool) -> PathBuf {
        self.path(recording)
            .with_extension(if mono { ENCODED_MONO } else { ENCODED })
    }

    /// Begins a recording. One that was begun before under this name is begun anew.
    pub fn create(&self, recording: RecordingSid, form: WavForm) -> io::Result<SoundWriter> {
        let path = self.path(recording);
        let passing = path.with_extension(PASSING);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = File::create(&passing)?;
        file.write_all(&form.header(0))?;
        let scratch = Vec::new();
        Ok(SoundWriter {
            file,
            form,
            sound_bytes: 0,
            passing,
            path,
            scratch,
        })
    }

    /// Opens a finished recording; `NotFound` while it isn't one.
    pub fn read(&self, recording: RecordingSid) -> io::Result<SoundFile> {
        let mut file = File::open(self.path(recording))?;
        let mut header = [0; HEADER_BYTES as usize];
        file.read_exact(&mut header)?;
        let form = WavForm::of_header(&header)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not one of our files"))?;
        let sound_bytes = file.metadata()?.len().saturating_sub(HEADER_BYTES);
        Ok(SoundFile {
            form,
            sound_bytes,
            file,
        })
    }

    /// Removes a recording in whatever form it lies there; one that is gone is no error.
    pub fn delete(&self, recording: RecordingSid) -> io::Result<()> {
        let path = self.path(recording);
        for extension in [FINISHED, PASSING, ENCODED, ENCODED_MONO] {
            match fs::remove_file(path.with_extension(extension)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// At start: makes every recording playable that a crash has cut. Its length is that of the
    /// file; a torn last sample is dropped.
    pub fn mend(&self) -> io::Result<Vec<MendedSound>> {
        let mut mended = Vec::new();
        for folder in fs::read_dir(&self.root)? {
            let folder = folder?.path();
            if !folder.is_dir() {
                continue;
            }
            for entry in fs::read_dir(folder)? {
                let passing = entry?.path();
                if passing
                    .extension()
                    .is_some_and(|extension| extension == PASSING)
                {
                    mended.extend(mend_file(&passing)?);
                }
            }
        }
        mended.sort_by_key(|sound| sound.recording);
        Ok(mended)
    }
}

fn mend_file(passing: &Path) -> io::Result<Option<MendedSound>> {
    let name = passing
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    let Ok(recording) = name.parse::<RecordingSid>() else {
        return Ok(None);
    };
    let mut file = OpenOptions::new().read(true).write(true).open(passing)?;
    let mut header = Vec::new();
    (&mut file).take(HEADER_BYTES).read_to_end(&mut header)?;
    // Cut before its header was written: there is nothing in it.
    let form = WavForm::of_header(&header).unwrap_or(WavForm::telephone(1));
    let sound_bytes = file.metadata()?.len().saturating_sub(HEADER_BYTES);
    let sound_bytes = sound_bytes - sound_bytes % form.frame_bytes();
    seal(&mut file, form, sound_bytes)?;
    fs::rename(passing, passing.with_extension(FINISHED))?;
    Ok(Some(MendedSound {
        recording,
        length_ms: form.length_ms(sound_bytes),
        form,
    }))
}

/// Gives a file the header and the length of its sound, durably.
fn seal(file: &mut File, form: WavForm, sound_bytes: u64) -> io::Result<()> {
    file.set_len(HEADER_BYTES + sound_bytes)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&form.header(sound_bytes))?;
    file.sync_all()
}

impl SoundWriter {
    /// Appends samples, channels interleaved.
    pub fn append(&mut self, samples: &[i16]) -> io::Result<()> {
        self.scratch.clear();
        self.scratch
            .extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        self.file.write_all(&self.scratch)?;
        self.sound_bytes += self.scratch.len() as u64;
        Ok(())
    }

    /// Ends the recording: keeps at most so many samples per channel (a trimmed silence at the
    /// end is cut off) and gives the file its name.
    pub fn finish(mut self, keep_samples: Option<u64>) -> io::Result<FinishedSound> {
        let kept = keep_samples.map_or(u64::MAX, |n| n.saturating_mul(self.form.frame_bytes()));
        let sound_bytes = self.sound_bytes.min(kept);
        let sound_bytes = sound_bytes - sound_bytes % self.form.frame_bytes();
        seal(&mut self.file, self.form, sound_bytes)?;
        fs::rename(&self.passing, &self.path)?;
        Ok(FinishedSound {
            length_ms: self.form.length_ms(sound_bytes),
            file_bytes: HEADER_BYTES + sound_bytes,
        })
    }

    /// Gives the recording up: nothing worth keeping was heard.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.passing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDING: RecordingSid = RecordingSid(7);

    fn samples(file: &mut SoundFile) -> Vec<i16> {
        let mut bytes = Vec::new();
        file.file.read_to_end(&mut bytes).unwrap();
        bytes
            .chunks_exact(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect()
    }

    #[test]
    fn a_recording_is_there_only_when_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let sounds = Sounds::open(folder.path()).unwrap();
        let mut writer = sounds.create(RECORDING, WavForm::telephone(2)).unwrap();
        writer.append(&[1, -1, 2, -2]).unwrap();
        writer.append(&[0, 0]).unwrap();
        assert_eq!(
            sounds.read(RECORDING).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
        let finished = writer.finish(Some(2)).unwrap();
        assert_eq!(finished.file_bytes, 44 + 8);
        let mut file = sounds.read(RECORDING).unwrap();
        assert_eq!((file.form, file.sound_bytes), (WavForm::telephone(2), 8));
        assert_eq!(samples(&mut file), [1, -1, 2, -2]);
        sounds.delete(RECORDING).unwrap();
        sounds.delete(RECORDING).unwrap();
        assert_eq!(
            sounds.read(RECORDING).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    #[test]
    fn what_a_crash_cut_is_mended_to_the_last_whole_sample() {
        let folder = tempfile::tempdir().unwrap();
        let sounds = Sounds::open(folder.path()).unwrap();
        let mut writer = sounds.create(RECORDING, WavForm::telephone(2)).unwrap();
        writer.append(&[5; 16_000]).unwrap();
        writer.file.write_all(&[9, 9, 9]).unwrap();
        drop(writer);
        // Another one was cut before a byte was written.
        let empty = sounds
            .create(RecordingSid(8), WavForm::telephone(1))
            .unwrap();
        empty.file.set_len(0).unwrap();
        drop(empty);

        let mended = sounds.mend().unwrap();
        assert_eq!(mended.len(), 2);
        assert_eq!(
            (mended[0].recording, mended[0].length_ms),
            (RECORDING, 1_000)
        );
        assert_eq!(mended[1].length_ms, 0);
        let mut file = sounds.read(RECORDING).unwrap();
        assert_eq!(samples(&mut file), vec![5; 16_000]);
        assert_eq!(sounds.mend().unwrap(), []);
    }

    #[test]
    fn a_discarded_recording_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let sounds = Sounds::open(folder.path()).unwrap();
        sounds
            .create(RECORDING, WavForm::telephone(1))
            .unwrap()
            .discard()
            .unwrap();
        assert_eq!(sounds.mend().unwrap(), []);
        assert_eq!(
            sounds.read(RECORDING).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
