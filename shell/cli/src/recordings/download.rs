//! `ringback recordings download`: the sound, into a file that is whole or not there.

use crate::answer;
use crate::fault::Fault;
use crate::flag;
use crate::screen::Screen;
use clap::{Args, ValueEnum};
use ringback::resource::SoundForm;
use ringback::{Client, Media};
use serde_json::json;
use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Before this nobody wonders.
const PATIENCE: Duration = Duration::from_millis(400);
/// The bar is drawn so often at most.
const PACE: Duration = Duration::from_millis(100);
const BAR: usize = 30;

/// What is downloaded, and where to.
#[derive(Debug, Clone, Args)]
pub struct Download {
    /// Which.
    #[arg(value_name = "RE…", value_parser = flag::recording)]
    sid: String,
    /// The file: RE….wav or RE….mp3 in this folder unless said; - is standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// In which form; that of the file's name unless said.
    #[arg(long)]
    format: Option<Format>,
    /// Mix two channels into one (1), or insist on two (2).
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=2))]
    channels: Option<u32>,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
}

/// A form of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As it was recorded.
    Wav,
    /// Smaller.
    Mp3,
}

impl Download {
    /// Does it, and says what is to be printed.
    pub async fn run(&self, client: &Client, url: &str, screen: &Screen) -> Result<String, Fault> {
        let format = self.form()?;
        let path = self
            .output
            .clone()
            .unwrap_or_else(|| PathBuf::from(format!("{}.{}", self.sid, format.suffix())));
        let pipe = path.as_os_str() == "-";
        if pipe && io::stdout().is_terminal() {
            return Err(Fault::Input(
                "sound is nothing for a terminal: name a file".to_owned(),
            ));
        }
        let taken = || {
            Fault::Failed(format!(
                "{} is there already: name another file, or say --force",
                path.display()
            ))
        };
        if !pipe && !self.force && path.exists() {
            return Err(taken());
        }
        let mut ask = client.recordings().media(&self.sid).form(match format {
            Format::Wav => SoundForm::Wav,
            Format::Mp3 => SoundForm::Mp3,
        });
        if let Some(channels) = self.channels {
            ask = ask.requested_channels(channels);
        }
        let wrong = |error| answer::fault(url, error);
        let mut media = ask.send().await.map_err(wrong)?;
        let mut bar = Bar::new(media.content_length(), screen.watched);
        if pipe {
            let mut out = io::stdout().lock();
            let copied = copy(&mut media, &mut out, &mut bar, url).await;
            bar.end();
            copied?.map_err(|error| Fault::Failed(format!("standard output: {error}")))?;
            return Ok(String::new());
        }
        let cannot = |error: io::Error| {
            Fault::Failed(format!("{} can't be written: {error}", path.display()))
        };
        // Whoever looks for the file finds all of it or nothing.
        let part = Part::beside(&path).map_err(cannot)?;
        let copied = copy(&mut media, &mut &part.file, &mut bar, url).await;
        bar.end();
        let bytes = copied?.map_err(cannot)?;
        match part.settle(&path, self.force) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(taken()),
            settled => settled.map_err(cannot)?,
        }
        Ok(if screen.json {
            answer::json(&json!({ "sid": self.sid, "file": path, "bytes": bytes }))
        } else {
            format!("{}, {}\n", path.display(), size(bytes))
        })
    }

    fn form(&self) -> Result<Format, Fault> {
        let named = self.output.as_ref().and_then(|path| path.extension());
        let named = named.map(|suffix| suffix.to_string_lossy().to_ascii_lowercase());
        let named = match named.as_deref() {
            Some("mp3") => Some(Format::Mp3),
            Some("wav") => Some(Format::Wav),
            _ => None,
        };
        match (self.format, named) {
            (Some(said), Some(named)) if said != named => Err(Fault::Input(format!(
                "the file's name says {}, and --format {}",
                named.suffix(),
                said.suffix()
            ))),
            (said, named) => Ok(said.or(named).unwrap_or(Format::Wav)),
        }
    }
}

impl Format {
    fn suffix(self) -> &'static str {
        match self {
            Format::Wav => "wav",
            Format::Mp3 => "mp3",
        }
    }
}

/// A file under a name of its own until it is whole; taken away if it never is.
struct Part {
    file: File,
    path: PathBuf,
    whole: bool,
}

impl Part {
    fn beside(path: &Path) -> io::Result<Part> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.part", std::process::id()));
        let path = path.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        Ok(Part {
            file,
            path,
            whole: false,
        })
    }

    /// Gives it its name. Without `force`, a file that has come there meanwhile stays.
    fn settle(mut self, path: &Path, force: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if force {
            std::fs::rename(&self.path, path)?;
            self.whole = true;
            return Ok(());
        }
        std::fs::hard_link(&self.path, path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.whole {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

async fn copy(
    media: &mut Media,
    out: &mut impl Write,
    bar: &mut Bar,
    url: &str,
) -> Result<io::Result<u64>, Fault> {
    let mut bytes = 0;
    while let Some(piece) = media
        .chunk()
        .await
        .map_err(|error| answer::fault(url, error))?
    {
        if let Err(error) = out.write_all(&piece) {
            return Ok(Err(error));
        }
        bytes += piece.len() as u64;
        bar.draw(bytes);
    }
    Ok(out.flush().map(|()| bytes))
}

/// How far it has come, for who waits.
struct Bar {
    all: Option<u64>,
    watched: bool,
    begun: Instant,
    drawn: Option<Instant>,
}

impl Bar {
    fn new(all: Option<u64>, watched: bool) -> Bar {
        Bar {
            all,
            watched,
            begun: Instant::now(),
            drawn: None,
        }
    }

    fn draw(&mut self, bytes: u64) {
        let patient = self.begun.elapsed() < PATIENCE;
        let just = self.drawn.is_some_and(|drawn| drawn.elapsed() < PACE);
        if !self.watched || patient || just {
            return;
        }
        self.drawn = Some(Instant::now());
        eprint!("\r{}\x1b[K", bar(bytes, self.all));
    }

    fn end(&self) {
        if self.drawn.is_some() {
            eprint!("\r\x1b[K");
        }
    }
}

fn bar(bytes: u64, all: Option<u64>) -> String {
    let Some(all) = all.filter(|all| *all > 0) else {
        return size(bytes);
    };
    let share = bytes.min(all) as f64 / all as f64;
    let full = (share * BAR as f64) as usize;
    let (done, left) = ("#".repeat(full), "-".repeat(BAR - full));
    format!(
        "[{done}{left}] {:>3.0} %  {} of {}",
        share * 100.0,
        size(bytes),
        size(all)
    )
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_far_it_has_come() {
        assert_eq!(
            bar(1_500_000, Some(3_000_000)),
            "[###############---------------]  50 %  1.5 MB of 3.0 MB"
        );
        assert_eq!(bar(5, Some(0)), "5 bytes");
        assert_eq!(bar(2_000, None), "2.0 kB");
        assert!(bar(9, Some(3)).contains("100 %"));
    }

    #[test]
    fn a_part_that_is_never_whole_is_taken_away_and_others_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.wav");
        drop(Part::beside(&path).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(&path, "mine").unwrap();
        let error = Part::beside(&path)
            .unwrap()
            .settle(&path, false)
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        Part::beside(&path).unwrap().settle(&path, true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
