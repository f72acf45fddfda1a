//! Document to text: attributes that have their default are left out.

use crate::document::Document;
use crate::element::{Child, Element};

/// Writes a document on one line.
#[must_use]
pub fn write(document: &Document) -> String {
    written(document, false)
}

/// Writes a document with one element on a line.
#[must_use]
pub fn write_pretty(document: &Document) -> String {
    written(document, true)
}

fn written(document: &Document, pretty: bool) -> String {
    let mut writer = Writer {
        out: String::new(),
        pretty,
        depth: 0,
        empty: true,
    };
    writer
        .out
        .push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    writer.line();
    writer.open("Response", &[]);
    let start = writer.out.len();
    for verb in &document.verbs {
        verb.write(&mut writer);
    }
    writer.close("Response", start);
    if pretty {
        writer.out.push('\n');
    }
    writer.out
}

/// The text written so far.
pub(crate) struct Writer {
    out: String,
    pretty: bool,
    depth: usize,
    empty: bool,
}

impl Writer {
    /// Writes an element of the language.
    pub(crate) fn element<T: Element>(&mut self, element: &T) {
        self.line();
        self.open(T::NAME, &element.attributes());
        let start = self.out.len();
        element.write_content(self);
        self.close(T::NAME, start);
    }

    /// Writes text content, which stays on the line of its element.
    pub(crate) fn text(&mut self, text: &str) {
        escape(&mut self.out, text, false);
    }

    /// Writes an element inside spoken text, where no line may be broken.
    pub(crate) fn inline(
        &mut self,
        name: &str,
        attributes: &[(&str, String)],
        body: impl FnOnce(&mut Writer),
    ) {
        let pretty = std::mem::replace(&mut self.pretty, false);
        self.open(name, attributes);
        let start = self.out.len();
        body(self);
        self.close(name, start);
        self.pretty = pretty;
        self.empty = true;
    }

    fn line(&mut self) {
        if self.pretty {
            self.out.push('\n');
            for _ in 0..self.depth {
                self.out.push_str("  ");
            }
        }
        self.empty = false;
    }

    fn open(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            escape(&mut self.out, value, true);
            self.out.push('"');
        }
        self.out.push('>');
        self.depth += 1;
        self.empty = true;
    }

    fn close(&mut self, name: &str, start: usize) {
        self.depth -= 1;
        if self.out.len() == start {
            self.out.pop();
            self.out.push_str("/>");
            self.empty = false;
            return;
        }
        if !self.empty {
            self.line();
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        self.empty = false;
    }
}

/// Writes text so that XML gives it back: what XML cannot hold at all is left out.
fn escape(out: &mut String, text: &str, attribute: bool) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if attribute => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\n' if attribute => out.push_str("&#10;"),
            '\t' if attribute => out.push_str("&#9;"),
            '\t' | '\n' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter < ' ' => {}
            letter => out.push(letter),
        }
    }
}
