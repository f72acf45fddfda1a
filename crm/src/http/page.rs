//! The page's own files, from within the program.

use super::Refusal;
use crate::seal::hex;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};
use std::sync::LazyLock;

/// Path and bytes of each file.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Each file as it is answered.
static PAGE: LazyLock<Vec<File>> = LazyLock::new(|| FILES.iter().map(File::new).collect());

/// A path with this in front is never one of the page's own.
const NOT_THE_PAGE: [&str; 3] = ["/api/", "/auth/", "/twilio-webhook/"];

struct File {
    path: &'static str,
    bytes: &'static [u8],
    kind: &'static str,
    tag: HeaderValue,
    /// Its name has the hash of what is in it, so it never changes.
    immutable: bool,
}

impl File {
    fn new((path, bytes): &(&'static str, &'static [u8])) -> File {
        let hash = digest(&SHA256, bytes);
        let tag = format!("\"{}\"", hex(&hash.as_ref()[..12]));
        File {
            path,
            bytes,
            kind: kind(path),
            tag: HeaderValue::from_str(&tag).expect("hexadecimal digits are a header"),
            immutable: path.starts_with("/assets/"),
        }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let cache = if self.immutable {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let common = [
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        ];
        let known = headers.get(header::IF_NONE_MATCH);
        if known.is_some_and(|known| names(known, &self.tag)) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(self.kind))];
        (common, kind, Bytes::from_static(self.bytes)).into_response()
    }
}

/// A file of the page; any other address within it is the page itself, which reads it.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Refusal::not_found("There is nothing here.").into_response();
    }
    let path = uri.path();
    let named = PAGE.iter().find(|file| file.path == path);
    let other = || {
        // What has an ending is a file, and a file that isn't there isn't there.
        let file = path
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.'));
        let ours = !file && !NOT_THE_PAGE.iter().any(|start| path.starts_with(start));
        PAGE.iter().find(|file| ours && file.path == "/index.html")
    };
    match named.or_else(other) {
        Some(file) => file.answer(&headers),
        None => Refusal::not_found("There is nothing here.").into_response(),
    }
}

/// Whether one of the tags is this one (RFC 9110 §13.1.2: the weak comparison).
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else {
        return false;
    };
    let mut known = known.split(',').map(str::trim);
    known.any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(path: &str, known: Option<&str>) -> Response {
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
        }
        page(Method::GET, path.parse().unwrap(), headers).await
    }

    #[tokio::test]
    async fn the_page_is_in_the_program_and_answers_for_its_addresses() {
        for path in ["/", "/index.html", "/calls/123", "/settings"] {
            let answer = ask(path, None).await;
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
            assert_eq!(answer.headers()["cache-control"], "no-cache");
        }
        for path in [
            "/api/nothing",
            "/assets/nothing.js",
            "/twilio-webhook/nothing",
            "/calls/nothing.png",
        ] {
            assert_eq!(
                ask(path, None).await.status(),
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
        let answer = page(Method::POST, "/".parse().unwrap(), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again() {
        let tag = ask("/", None).await.headers()["etag"].clone();
        let tag = tag.to_str().unwrap();
        for known in [
            tag.to_owned(),
            format!("W/{tag}"),
            format!("\"x\", {tag}"),
            "*".to_owned(),
        ] {
            let answer = ask("/", Some(&known)).await;
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known}");
        }
        assert_eq!(ask("/", Some("\"other\"")).await.status(), StatusCode::OK);
    }

    #[test]
    fn files_with_a_hash_in_their_name_are_kept_for_good() {
        let file = File::new(&("/assets/index-0a1b2c3d.js", b"let a = 1;"));
        let answer = file.answer(&HeaderMap::new());
        let cache = &answer.headers()["cache-control"];
        assert_eq!(cache, "public, max-age=31536000, immutable");
        assert_eq!(
            answer.headers()["content-type"],
            "text/javascript; charset=utf-8"
        );
    }
}
