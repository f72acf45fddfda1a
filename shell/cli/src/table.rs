//! Tables: columns that stand below each other, whatever is in them, and fit the terminal.

use crate::answer::json;
use crate::screen::{Colour, Screen, of_status};
use serde::Serialize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Between two columns.
const GAP: usize = 2;
/// No column that may be cut becomes narrower.
const NARROW: usize = 6;

/// Rows below a heading.
pub struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these columns.
    pub fn new(heads: &[&'static str]) -> Table {
        Table {
            heads: heads.to_vec(),
            rows: Vec::new(),
        }
    }

    /// One row more. What would move the cursor or change colours is no part of a cell.
    pub fn row<const N: usize>(&mut self, cells: [&str; N]) {
        let clean = |cell: &str| cell.replace(char::is_control, " ");
        self.rows.push(cells.map(clean).to_vec());
    }

    /// As it is shown.
    pub fn show(&self, screen: &Screen) -> String {
        let widths = self.widths(screen.width);
        let mut out = String::new();
        let heads: Vec<String> = self.heads.iter().map(|head| (*head).to_owned()).collect();
        line(&mut out, &heads, &widths, |_, text| {
            screen.paint(Colour::Bold, text)
        });
        for row in &self.rows {
            line(&mut out, row, &widths, |column, text| {
                let colour = match self.heads[column] {
                    "STATUS" => of_status(text.trim_end()),
                    _ => None,
                };
                colour.map_or_else(|| text.to_owned(), |colour| screen.paint(colour, text))
            });
        }
        out
    }

    /// As wide as what is in them; where that is too wide, the widest give way first. Identifiers,
    /// which are there to be copied, stay whole.
    fn widths(&self, most: Option<usize>) -> Vec<usize> {
        let mut widths: Vec<usize> = self.heads.iter().map(|head| head.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.width());
            }
        }
        let Some(most) = most else { return widths };
        let gaps = GAP * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > most {
            let heads = self.heads.iter();
            let widest = heads
                .zip(&mut widths)
                .filter(|(head, width)| !head.ends_with("SID") && **width > NARROW)
                .map(|(_, width)| width)
                .max_by_key(|width| **width);
            let Some(widest) = widest else { break };
            *widest -= 1;
        }
        widths
    }
}

fn line(
    out: &mut String,
    cells: &[String],
    widths: &[usize],
    paint: impl Fn(usize, &str) -> String,
) {
    let mut text = String::new();
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        let last = column + 1 == cells.len();
        let cell = cut(cell, *width);
        let pad = if last {
            0
        } else {
            width.saturating_sub(cell.width()) + GAP
        };
        text += &paint(column, &cell);
        text.extend(std::iter::repeat_n(' ', pad));
    }
    out.push_str(text.trim_end());
    out.push('\n');
}

/// Text of at most so many columns, with a mark where some is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut used = 1;
    for letter in text.chars() {
        used += letter.width().unwrap_or(0);
        if used > width {
            break;
        }
        short.push(letter);
    }
    short.push('…');
    short
}

/// What was listed: JSON for programs; for people a line each, or a sentence that there are none.
pub fn list<T: Serialize, const N: usize>(
    screen: &Screen,
    what: &str,
    rows: &[T],
    heads: [&'static str; N],
    cells: impl Fn(&T) -> [String; N],
) -> String {
    if screen.json {
        return json(&rows);
    }
    if rows.is_empty() {
        return format!("No {what}.\n");
    }
    let mut table = Table::new(&heads);
    for row in rows {
        table.row(cells(row).each_ref().map(String::as_str));
    }
    table.show(screen)
}

/// One thing whole: JSON for programs, and its facts for people.
pub fn one(screen: &Screen, value: &impl Serialize, facts: &[(&str, &str)]) -> String {
    if screen.json {
        json(value)
    } else {
        pairs(screen, facts)
    }
}

/// Names and what they mean, one in a line; those without a meaning are left out.
pub fn pairs(screen: &Screen, pairs: &[(&str, &str)]) -> String {
    let there = || pairs.iter().filter(|(_, value)| !value.is_empty());
    let width = there().map(|(name, _)| name.width()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in there() {
        let value = value.replace(char::is_control, " ");
        let pad = " ".repeat(width - name.width() + GAP);
        let value = match of_status(&value).filter(|_| *name == "Status") {
            Some(colour) => screen.paint(colour, &value),
            None => value,
        };
        let name = screen.paint(Colour::Bold, name);
        out += &format!("{name}{pad}{value}\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: Option<usize>, colour: bool) -> Screen {
        Screen {
            json: false,
            width,
            colour,
            watched: false,
        }
    }

    fn table() -> Table {
        let mut table = Table::new(&["SID", "STATUS", "NAME"]);
        table.row(["PN1", "completed", "Zoë Müller"]);
        table.row(["PN22", "busy", "電話\u{1b}[2Jの名前です"]);
        table.row(["PN3", "", "e\u{301}té"]);
        table
    }

    #[test]
    fn columns_stand_below_each_other_whatever_letters_take() {
        let shown = table().show(&screen(None, false));
        assert_eq!(
            shown,
            "SID   STATUS     NAME\n\
             PN1   completed  Zoë Müller\n\
             PN22  busy       電話 [2Jの名前です\n\
             PN3              e\u{301}té\n"
        );
    }

    #[test]
    fn a_narrow_terminal_is_not_overrun_and_identifiers_stay_whole() {
        let shown = table().show(&screen(Some(24), false));
        assert!(shown.lines().all(|line| line.width() <= 24), "{shown}");
        assert!(shown.contains("PN22  busy"), "{shown}");
        assert!(shown.contains('…'), "{shown}");
        // Nothing can be cut any more.
        assert!(table().show(&screen(Some(3), false)).contains("PN22"));
    }

    #[test]
    fn colours_change_nothing_but_colours() {
        let shown = table().show(&screen(None, true));
        assert!(shown.contains("\u{1b}[32mcompleted\u{1b}[0m"), "{shown}");
        let mut plain = shown;
        for code in ["\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, table().show(&screen(None, false)));
    }

    #[test]
    fn wide_letters_are_not_cut_in_half() {
        assert_eq!(cut("電話です", 4), "電…");
        assert_eq!(cut("abcd", 4), "abcd");
        assert_eq!(cut("abcde", 4), "abc…");
    }
}
