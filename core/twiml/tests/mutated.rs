//! Twenty thousand spoilt documents: whatever comes in, the reader answers and never panics.
#![expect(
    clippy::disallowed_methods,
    reason = "a test reads its cases from disk"
)]

use std::path::PathBuf;

fn roll(state: &mut u64, below: usize) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).expect("31 bits") % below.max(1)
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the cases are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xml"))
        .collect();
    paths.sort();
    let all = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a case").into_bytes());
    all.filter(|text| text.len() < 4096).collect()
}

fn spoil(text: &mut Vec<u8>, others: &[Vec<u8>], dice: &mut u64) {
    let pieces: [&[u8]; 12] = [
        b"<",
        b">",
        b"\"",
        b"&",
        b"&#x0;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"<?",
        b"</Say>",
        b"<p>",
        b"\xff",
    ];
    for _ in 0..=roll(dice, 4) {
        let at = roll(dice, text.len() + 1);
        match roll(dice, 5) {
            0 if at < text.len() => text[at] = u8::try_from(roll(dice, 256)).expect("a byte"),
            1 if at < text.len() => {
                text.remove(at);
            }
            2 => {
                let piece = pieces[roll(dice, pieces.len())];
                text.splice(at..at, piece.iter().copied());
            }
            3 => text.truncate(at),
            _ => {
                let other = &others[roll(dice, others.len())];
                let (a, b) = (roll(dice, other.len()), roll(dice, other.len()));
                text.splice(at..at, other[a.min(b)..a.max(b)].iter().copied());
            }
        }
    }
}

#[test]
fn no_spoilt_document_panics() {
    let corpus = corpus();
    let mut dice = 0x2545_f491_4f6c_dd1d;
    let (mut read, mut refused) = (0, 0);
    for round in 0..20_000 {
        let mut text = corpus[round % corpus.len()].clone();
        spoil(&mut text, &corpus, &mut dice);
        let kind = if round % 3 == 0 {
            "text/plain"
        } else {
            "text/xml; charset=utf-8"
        };
        match twiml::from_web(Some(kind), &text, "https://example.com/") {
            Ok((document, _)) => {
                read += 1;
                let (again, _) = twiml::parse(&twiml::write(&document)).expect("own text is read");
                assert_eq!(again, document, "{}", String::from_utf8_lossy(&text));
            }
            Err(error) => {
                refused += 1;
                assert!(error.line >= 1 && error.column >= 1);
            }
        }
    }
    assert!(
        read > 2000 && refused > 2000,
        "{read} read, {refused} refused"
    );
}

#[test]
fn deep_nesting_is_refused_before_anything_recurses() {
    let deep = "<a>".repeat(20_000);
    let hidden = format!("<Response><?pi it's ?>{deep}");
    for text in [deep, hidden] {
        let error = twiml::parse(&text).expect_err("far too deep");
        assert_eq!(error.code, twiml::Code::Malformed);
    }
}
