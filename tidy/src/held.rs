//! Pages of the documentation that tests make of the facts: a page that differs from what the
//! facts say fails the test, and `UPDATE_EXPECT=1` writes it anew.

use crate::root;
use std::fs;

/// Holds a whole page to what was made of the facts.
pub fn page(path: &str, made: &str) {
    let full = root().join(path);
    let kept = fs::read_to_string(&full).unwrap_or_default();
    if kept == made {
        return;
    }
    if updating() {
        fs::write(&full, made).unwrap_or_else(|error| panic!("{path}: {error}"));
        return;
    }
    let differs = |(kept, made): &(&str, &str)| kept != made;
    let first = kept
        .lines()
        .zip(made.lines())
        .position(|pair| differs(&pair));
    let line = first.unwrap_or(kept.lines().count().min(made.lines().count()));
    let is = kept.lines().nth(line).unwrap_or("(the end)");
    let should = made.lines().nth(line).unwrap_or("(the end)");
    panic!(
        "{path} does not say what the code does, from line {} on:\n  is      {is}\n  should  \
         {should}\nRun this test with UPDATE_EXPECT=1 to write it anew.",
        line + 1
    );
}

/// Holds one part of a page, between `<!-- begin NAME … -->` and `<!-- end NAME -->`.
pub fn section(path: &str, name: &str, made: &str) {
    let kept = fs::read_to_string(root().join(path)).unwrap_or_default();
    let fresh = replaced(&kept, name, made);
    let fresh = fresh.unwrap_or_else(|| panic!("{path} has no section {name}"));
    page(path, &fresh);
}

fn replaced(kept: &str, name: &str, made: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- begin {name}"), format!("<!-- end {name} -->"));
    let start = kept.find(&begin)?;
    let start = start + kept[start..].find("-->\n")? + "-->\n".len();
    let stop = start + kept[start..].find(&end)?;
    Some(format!("{}{made}{}", &kept[..start], &kept[stop..]))
}

fn updating() -> bool {
    std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_the_rest_stays() {
        let kept = "a\n<!-- begin x (made) -->\nold\n<!-- end x -->\nb\n";
        let fresh = "a\n<!-- begin x (made) -->\nnew\n<!-- end x -->\nb\n";
        assert_eq!(replaced(kept, "x", "new\n").as_deref(), Some(fresh));
        assert_eq!(replaced(kept, "y", "new\n"), None);
    }
}
