//! Relative addresses, resolved against the document they stand in (RFC 3986 §5.2).

/// The absolute address that `reference` means in a document found at `base`; `None` if it is
/// relative and there is no base, or no HTTP address comes of it.
pub(crate) fn resolve(base: Option<&str>, reference: &str) -> Option<String> {
    let reference = reference.trim();
    if has_scheme(reference) {
        return is_web(reference).then(|| reference.to_owned());
    }
    let base = base.filter(|base| is_web(base))?;
    let (scheme, rest) = base.split_once("://")?;
    let rest = rest.split('#').next()?;
    if let Some(authority) = reference.strip_prefix("//") {
        return Some(format!("{scheme}://{authority}"));
    }
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path_and_query) = rest.split_at(end);
    let path = path_and_query.split('?').next()?;
    let target = match reference.as_bytes().first() {
        None => path_and_query.to_owned(),
        Some(b'#') => format!("{path_and_query}{reference}"),
        Some(b'?') => format!("{path}{reference}"),
        Some(b'/') => tidied(reference),
        Some(_) => {
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            let folder = if folder.is_empty() { "/" } else { folder };
            tidied(&format!("{folder}{reference}"))
        }
    };
    Some(format!("{scheme}://{authority}{target}"))
}

/// True for an absolute HTTP or HTTPS address with a host.
fn is_web(url: &str) -> bool {
    let lower = url
        .get(..8.min(url.len()))
        .unwrap_or("")
        .to_ascii_lowercase();
    let rest = match (lower.starts_with("http://"), lower.starts_with("https://")) {
        (true, _) => &url[7..],
        (_, true) => &url[8..],
        _ => return false,
    };
    !rest.is_empty() && !rest.starts_with(['/', '?', '#']) && !url.contains(char::is_whitespace)
}

fn has_scheme(reference: &str) -> bool {
    let end = reference.find([':', '/', '?', '#']);
    end.is_some_and(|end| {
        reference[end..].starts_with(':')
            && reference.starts_with(|c: char| c.is_ascii_alphabetic())
            && reference[..end]
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

/// The path without its dots (§5.2.4); query and fragment stay as they are.
fn tidied(target: &str) -> String {
    let end = target.find(['?', '#']).unwrap_or(target.len());
    let (path, tail) = target.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        match *segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            other => {
                kept.push(other);
                continue;
            }
        }
        if last {
            kept.push("");
        }
    }
    format!("/{}{tail}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_as_rfc_3986_section_5_4_does() {
        let base = Some("http://a/b/c/d;p?q");
        for (reference, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"),
            ("g#s", "http://a/b/c/g#s"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("./../g", "http://a/b/g"),
            ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("https://other/x?y#z", "https://other/x?y#z"),
        ] {
            assert_eq!(
                resolve(base, reference).as_deref(),
                Some(expected),
                "{reference}"
            );
        }
    }

    #[test]
    fn a_bare_host_has_a_root_and_other_schemes_lead_nowhere() {
        assert_eq!(
            resolve(Some("https://h"), "x").as_deref(),
            Some("https://h/x")
        );
        assert_eq!(
            resolve(Some("https://h?q=1"), "/x").as_deref(),
            Some("https://h/x")
        );
        assert_eq!(
            resolve(Some("https://h/a#rc=2"), "b").as_deref(),
            Some("https://h/b")
        );
        assert_eq!(resolve(None, "/x"), None);
        assert_eq!(resolve(None, "ftp://h/x"), None);
        assert_eq!(resolve(None, "http://"), None);
        assert_eq!(resolve(None, "http://h x/"), None);
        assert_eq!(resolve(Some("https://h/a"), "mailto:x"), None);
        assert_eq!(
            resolve(Some("https://h/a"), "é").as_deref(),
            Some("https://h/é")
        );
    }
}
