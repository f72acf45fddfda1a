//! What can be read from pages of documentation: links, headings, code, tables.

/// Where the links of a page lead, code left out.
pub fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in prose(page) {
        for (at, _) in line.match_indices("](") {
            if let Some((target, _)) = line[at + 2..].split_once(')') {
                found.push(target.to_owned());
            }
        }
    }
    found
}

/// The anchors that headings make, as the usual renderers make them.
pub fn anchors(page: &str) -> Vec<String> {
    let headings = prose(page).into_iter().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let title = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// The lines of a page outside its code blocks.
pub fn prose(page: &str) -> Vec<&str> {
    let mut inside = false;
    page.lines()
        .filter(|line| {
            let fence = line.trim_start().starts_with("```");
            inside ^= fence;
            !inside && !fence
        })
        .collect()
}

/// The lines of the code blocks in this language.
pub fn code<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let mut inside = None;
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(tag) = line.trim_start().strip_prefix("```") {
            inside = if inside.is_some() {
                None
            } else {
                Some(tag.trim())
            };
        } else if inside == Some(language) {
            found.push(line);
        }
    }
    found
}

/// The first cell of each row of the first table whose heading begins so, back quotes removed.
pub fn first_column(page: &str, heading: &str) -> Vec<String> {
    let mut lines = prose(page).into_iter();
    let begin = format!("| {heading} |");
    if !lines.by_ref().any(|line| line.starts_with(&begin)) {
        return Vec::new();
    }
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.split('|').nth(1))
        .map(|cell| cell.trim().replace('`', ""))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_anchors_and_columns_are_found_and_code_is_no_prose() {
        let page = "# A page, read\n[a](b.md) and [c](d.md#e)\n```sh\n[x](y)\n./run\n```\n\
                    | Key | Value |\n|---|---|\n| `one` | 1 |\n| `two` | 2 |\n\nend\n";
        assert_eq!(links(page), ["b.md", "d.md#e"]);
        assert_eq!(anchors(page), ["a-page-read"]);
        assert_eq!(code(page, "sh"), ["[x](y)", "./run"]);
        assert_eq!(first_column(page, "Key"), ["one", "two"]);
        assert!(first_column(page, "Nothing").is_empty());
    }
}
