//! Fetching, sharing, arriving: against servers that do it badly.

use super::*;
use crate::webhook::{Gate, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Serves one file with these headers to everyone who doesn't know it by its version, and
/// counts the answers with a body.
async fn server(
    headers: &'static str,
    body: Vec<u8>,
) -> (String, tokio::sync::mpsc::UnboundedReceiver<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a", listener.local_addr().unwrap());
    let (news, sent) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let known = head.contains("if-none-match: \"7\"")
                || head.contains("if-modified-since: Thu, 01 Jan 2015 00:00:00 GMT");
            let mut answer = if known {
                b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_vec()
            } else {
                format!(
                    "HTTP/1.1 200 OK\r\n{headers}Connection: close\r\n\
                     Content-Length: {}\r\n\r\n",
                    body.len()
                )
                .into_bytes()
            };
            if !known {
                answer.extend(&body);
            }
            stream.write_all(&answer).await.unwrap();
            news.send(!known).unwrap();
        }
    });
    (url, sent)
}

/// Plays a file to its end: all its sound, or why there is none.
async fn get(files: &SoundFiles, account: &Account, url: &str) -> Result<Sound, SoundFault> {
    let fed = Mutex::new(Vec::new());
    let keep = |feed| lock(&fed).push(feed);
    files.play(account, url, keep, || true).await;
    let mut parts = Vec::new();
    for feed in fed.into_inner().unwrap() {
        match feed {
            Feed::Samples(sound) => return Ok(sound),
            Feed::Chunk(part) => parts.push(part),
            Feed::End => break,
            Feed::Failed { code, text } => return Err((code, text)),
        }
    }
    match &parts[..] {
        [sound] => Ok(sound.clone()),
        parts => Ok(parts.concat().into()),
    }
}

fn files() -> SoundFiles {
    let trust = Trust::Only(rustls::RootCertStore::empty());
    SoundFiles::new(WebClient::new(trust, Gate::open()))
}

fn account(sid: u128) -> Account {
    Account::new(AccountSid(sid), "t", "", model::Time(0))
}

#[tokio::test]
async fn a_file_is_decoded_once_and_then_asked_for_by_its_version() {
    for version in [
        "Content-Type: audio/wav\r\nETag: \"7\"\r\n",
        "Content-Type: audio/wav\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT\r\n",
        "Content-Type: audio/wav\r\nCache-Control: max-age=0\r\nETag: \"7\"\r\n",
    ] {
        let wav = media::file::wav::write(&[100; 800], 1);
        let (url, mut sent) = server(version, wav).await;
        let files = files();
        let first = get(&files, &account(1), &url).await.unwrap();
        let second = get(&files, &account(1), &url).await.unwrap();
        assert_eq!(first.len(), 800);
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(
            (sent.recv().await, sent.recv().await),
            (Some(true), Some(false))
        );
    }
}

#[tokio::test]
async fn a_fresh_file_is_asked_for_once_by_each_account() {
    let wav = media::file::wav::write(&[100; 800], 1);
    let headers = "Content-Type: audio/wav\r\nCache-Control: max-age=60\r\n";
    let (url, mut sent) = server(headers, wav).await;
    let files = files();
    let first = get(&files, &account(1), &url).await.unwrap();
    for _ in 0..5 {
        let next = get(&files, &account(1), &url).await.unwrap();
        assert!(Arc::ptr_eq(&first, &next));
    }
    assert_eq!(sent.recv().await, Some(true));
    assert!(sent.try_recv().is_err());
    get(&files, &account(2), &url).await.unwrap();
    assert_eq!(sent.recv().await, Some(true));
    let theirs = get(&files, &account(2), &url).await.unwrap();
    assert!(
        Arc::ptr_eq(&first, &theirs),
        "the same bytes lie in memory once"
    );
}

#[tokio::test]
async fn what_must_not_be_kept_is_fetched_anew() {
    let wav = media::file::wav::write(&[100; 800], 1);
    let headers = "Content-Type: audio/wav\r\nCache-Control: no-store\r\nETag: \"7\"\r\n";
    let (url, mut sent) = server(headers, wav).await;
    let files = files();
    for _ in 0..2 {
        get(&files, &account(1), &url).await.unwrap();
        assert_eq!(sent.recv().await, Some(true));
    }
}

#[tokio::test]
async fn what_is_no_sound_is_13420() {
    let headers = "Content-Type: text/html\r\n";
    let (url, _sent) = server(headers, b"<html>Not found</html>".to_vec()).await;
    let (code, text) = get(&files(), &account(1), &url).await.unwrap_err();
    assert_eq!(code, ErrorCode::PLAY_CONTENT_TYPE, "{text}");
}

/// Serves one answer, written by hand.
async fn writer() -> (
    String,
    tokio::sync::oneshot::Receiver<tokio::net::TcpStream>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/a", listener.local_addr().unwrap());
    let (hand, stream) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        hand.send(stream).unwrap();
        // A second request would wait for ever, and be noticed.
        std::future::pending::<()>().await;
    });
    (url, stream)
}

/// From now on time stands still; once this is dropped, it moves to whatever is waited for when
/// nothing else is left to do.
fn still() -> std::sync::mpsc::Sender<()> {
    tokio::time::pause();
    let (hold, held) = std::sync::mpsc::channel();
    // While such a task runs, the runtime moves no time by itself.
    tokio::task::spawn_blocking(move || held.recv());
    hold
}

/// A listener whose feeds can be waited for.
fn listen(files: &SoundFiles, url: &str) -> tokio::sync::mpsc::UnboundedReceiver<Feed> {
    let (ear, heard) = tokio::sync::mpsc::unbounded_channel();
    let (files, url) = (files.clone(), url.to_owned());
    tokio::spawn(async move {
        let feed = |feed| drop(ear.send(feed));
        files.play(&account(1), &url, feed, || true).await;
    });
    heard
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nCache-Control: max-age=60\r\n";

#[tokio::test]
async fn a_file_is_heard_while_it_arrives_and_by_all_who_ask_meanwhile() {
    let wav = media::file::wav::write(&[100; 8_000], 1);
    let (first_half, second_half) = wav.split_at(wav.len() / 2);
    let (url, stream) = writer().await;
    let files = files();
    let mut one = listen(&files, &url);
    let mut stream = stream.await.unwrap();
    let head = format!("{HEAD}Content-Length: {}\r\n\r\n", wav.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(first_half).await.unwrap();
    let mut came = 0;
    while came < 3_900 {
        let Some(Feed::Chunk(part)) = one.recv().await else {
            panic!("the file isn't over")
        };
        came += part.len();
    }
    // A second caller hears it from its beginning, without a second request.
    let mut two = listen(&files, &url);
    let Some(Feed::Chunk(part)) = two.recv().await else {
        panic!("the file isn't over")
    };
    assert_eq!(part[..100], [100; 100]);
    stream.write_all(second_half).await.unwrap();
    for heard in [&mut one, &mut two] {
        loop {
            match heard.recv().await {
                Some(Feed::Chunk(_)) => {}
                Some(Feed::End) => break,
                other => panic!("{other:?}"),
            }
        }
    }
    // From now on it lies in memory whole.
    let sound = get(&files, &account(1), &url).await.unwrap();
    assert_eq!(sound[..], [100; 8_000]);
}

#[tokio::test]
async fn a_file_that_breaks_off_is_heard_up_to_there() {
    let wav = media::file::wav::write(&[100; 8_000], 1);
    let (url, stream) = writer().await;
    let mut heard = listen(&files(), &url);
    let mut stream = stream.await.unwrap();
    let head = format!("{HEAD}Content-Length: {}\r\n\r\n", wav.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&wav[..4_044]).await.unwrap();
    drop(stream);
    let mut samples = 0;
    let (code, text) = loop {
        match heard.recv().await.unwrap() {
            Feed::Chunk(part) => samples += part.len(),
            Feed::Failed { code, text } => break (code, text),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(samples, 2_000);
    assert_eq!(code, ErrorCode::CONNECTION_FAILURE, "{text}");
}

#[tokio::test]
async fn a_file_that_comes_slowly_is_waited_for_and_one_that_stops_is_not() {
    let wav = media::file::wav::write(&[100; 80_000], 1);
    let still = still();
    let (url, stream) = writer().await;
    // Half a second for everything, two for each piece.
    let mut heard = listen(&files(), &format!("{url}#tt=500&rt=2000"));
    let mut stream = stream.await.unwrap();
    let head = format!("{HEAD}Content-Length: {}\r\n\r\n", wav.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    for piece in wav[..80_044].chunks(20_011) {
        stream.write_all(piece).await.unwrap();
        let next = heard.recv().await;
        assert!(matches!(next, Some(Feed::Chunk(_))), "{next:?}");
        tokio::time::advance(std::time::Duration::from_millis(200)).await;
    }
    // Then nothing more comes, however long it is waited for.
    drop(still);
    let last = loop {
        match heard.recv().await.unwrap() {
            Feed::Chunk(_) => {}
            last => break last,
        }
    };
    let Feed::Failed { code, .. } = last else {
        panic!("{last:?}")
    };
    assert_eq!(code, ErrorCode::TOTAL_TIMEOUT);
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_its_head() {
    let (url, stream) = writer().await;
    let mut heard = listen(&files(), &url);
    let mut stream = stream.await.unwrap();
    let head = format!(
        "{HEAD}Content-Length: {}\r\n\r\n",
        limit::PLAY_BYTES_MAX + 1
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let Some(Feed::Failed { code, text }) = heard.recv().await else {
        panic!("it is too large")
    };
    assert_eq!(code, ErrorCode::PLAY_CONTENT_TYPE, "{text}");
    assert!(text.contains(&url), "which file it was is told: {text}");
}

#[tokio::test]
async fn what_cannot_be_played_has_its_number() {
    let empty = media::file::wav::write(&[], 1);
    let html = b"<html>".to_vec();
    for (kind, body) in [
        ("Content-Type: audio/wav\r\n", empty),
        (
            "Content-Type: audio/mpeg\r\n",
            b"not an MP3 at all".repeat(1_200),
        ),
        ("Content-Type: video/mp4\r\n", vec![0; 400]),
        ("Content-Type: application/json\r\n", b"{}".to_vec()),
        ("Content-Type: audio/ogg\r\n", b"OggS".repeat(40)),
        ("", html),
    ] {
        let (url, _sent) = server(kind, body).await;
        let (code, text) = get(&files(), &account(1), &url).await.unwrap_err();
        assert_eq!(code, ErrorCode::PLAY_CONTENT_TYPE, "{kind}: {text}");
    }
}
