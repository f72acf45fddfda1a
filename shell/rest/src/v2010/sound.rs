//! The sound of a recording: WAV, or MP3 made once and kept beside it.

use super::sound_stream;
use crate::fault::Fault;
use crate::path::Format;
use crate::{Ask, Body, Reply, Rest, blocking};
use hyper::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use model::recording::RecordingStatus;
use model::{ErrorCode, RecordingRow, RecordingSid};
use sound_stream::{Sound, Source};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use store::{SoundFile, WavForm};

/// `GET …/Recordings/{sid}`, `.wav`, `.mp3`.
pub async fn fetch(rest: &Rest, ask: &Ask, row: &RecordingRow) -> Reply {
    let sid = row.sid;
    let not_there = || Fault::not_found(ask.path.whole());
    if row.status != RecordingStatus::Completed {
        return Err(not_there());
    }
    let sounds = rest.parts().sounds.clone();
    let file = blocking(move || sounds.read(sid))
        .await?
        .map_err(|_| not_there())?;
    let channels = channels(ask, file.form)?;
    let range = ask.range.as_deref();
    if ask.format != Format::Mp3 {
        return Ok(response(Sound::wav(file, channels), "audio/x-wav", range));
    }
    let path = encoded(rest, sid, file, channels).await?;
    let opened = blocking(move || Sound::file(&path)).await?;
    let sound = opened.map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
    Ok(response(sound, "audio/mpeg", range))
}

/// How many channels are wanted: both of two, one of two mixed, but never two of one.
fn channels(ask: &Ask, form: WavForm) -> Result<u8, Fault> {
    match ask.query.given("RequestedChannels") {
        None => Ok(form.channels),
        Some("1") => Ok(1),
        Some("2") if form.channels == 2 => Ok(2),
        Some("2") => Err(Fault::of(ErrorCode::RECORDING_CHANNELS)),
        Some(_) => Err(Fault::parameter("RequestedChannels must be 1 or 2")),
    }
}

fn response(sound: Sound, kind: &'static str, range: Option<&str>) -> Response<Body> {
    let length = sound.length;
    let wanted = range.and_then(|range| read_range(range, length));
    let mut response = match wanted {
        Some(Err(())) => {
            let mut response = Response::new(Body::whole(Vec::new()));
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            put(&mut response, CONTENT_RANGE, &format!("bytes */{length}"));
            return response;
        }
        Some(Ok(part)) => {
            let text = format!("bytes {}-{}/{length}", part.start, part.end - 1);
            let mut response = Response::new(sound.stream(part));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            put(&mut response, CONTENT_RANGE, &text);
            response
        }
        None => Response::new(sound.stream(0..length)),
    };
    put(&mut response, CONTENT_TYPE, kind);
    put(&mut response, ACCEPT_RANGES, "bytes");
    response
}

fn put(response: &mut Response<Body>, name: hyper::header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// One range of bytes (RFC 9110 §14.1.2). `None` for what we don't read, which is then ignored;
/// an error for a range that lies outside.
fn read_range(text: &str, length: u64) -> Option<Result<Range<u64>, ()>> {
    let (first, last) = text.trim().strip_prefix("bytes=")?.split_once('-')?;
    let part = if first.is_empty() {
        length.saturating_sub(last.parse::<u64>().ok()?)..length
    } else {
        let last = if last.is_empty() {
            u64::MAX
        } else {
            last.parse::<u64>().ok()?
        };
        first.parse::<u64>().ok()?..last.saturating_add(1).min(length)
    };
    Some(if part.is_empty() { Err(()) } else { Ok(part) })
}

/// The MP3 of a recording: made at the first request, kept until the recording is deleted.
async fn encoded(
    rest: &Rest,
    sid: RecordingSid,
    file: SoundFile,
    channels: u8,
) -> Result<PathBuf, Fault> {
    let sounds = &rest.parts().sounds;
    let mono = channels == 1 && file.form.channels == 2;
    let kept = sounds.encoded_path(sid, mono);
    if kept.exists() {
        return Ok(kept);
    }
    let unavailable = |text: &str| Fault::new(ErrorCode::UNAVAILABLE, text);
    let encoder = rest.parts().encoder.clone();
    let encoder = encoder.ok_or_else(|| unavailable("MP3 needs the program ringback-mp3"))?;
    // Two askers may encode at once: each into a file of its own, the later one wins.
    let turn = rest.draw(|chance| chance.next_u64());
    let fresh = kept.with_extension(format!("{turn:016x}.tmp"));
    let mixed = kept.with_extension(format!("{turn:016x}.wav"));
    let wav = if mono {
        let path = mixed.clone();
        let written = blocking(move || write_mono(file, &path)).await?;
        written.map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
        mixed.clone()
    } else {
        sounds.path(sid)
    };
    let made = encoder.encode(wav, fresh.clone()).await;
    let target = kept.clone();
    blocking(move || {
        // Not there at all unless the sound was mixed for this.
        let _ = std::fs::remove_file(&mixed);
        match made {
            Ok(()) => std::fs::rename(&fresh, &target).map_err(|_| ()),
            Err(_) => {
                let _ = std::fs::remove_file(&fresh);
                Err(())
            }
        }
    })
    .await?
    .map_err(|()| unavailable("The recording could not be turned into MP3"))?;
    Ok(kept)
}

fn write_mono(file: SoundFile, path: &Path) -> io::Result<()> {
    let sound = Sound::wav(file, 1);
    let mut source = Source::open(sound.content, 0)?;
    let mut target = std::fs::File::create(path)?;
    let mut piece = vec![0; 64 * 1_024];
    loop {
        let count = source.read(&mut piece)?;
        if count == 0 {
            return target.flush();
        }
        target.write_all(&piece[..count])?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        assert_eq!(read_range("bytes=0-3", 10), Some(Ok(0..4)));
        assert_eq!(read_range("bytes=4-", 10), Some(Ok(4..10)));
        assert_eq!(read_range("bytes=-3", 10), Some(Ok(7..10)));
        assert_eq!(read_range("bytes=-30", 10), Some(Ok(0..10)));
        assert_eq!(read_range("bytes=8-99", 10), Some(Ok(8..10)));
        assert_eq!(read_range("bytes=10-", 10), Some(Err(())));
        assert_eq!(read_range("bytes=5-2", 10), Some(Err(())));
        for ignored in ["bytes=0-1,3-4", "bytes=a-b", "lines=1-2", "bytes="] {
            assert_eq!(read_range(ignored, 10), None, "{ignored}");
        }
    }
}
