//! Documents in which a given element stands, made from the table of the language.

use twiml::schema::Shape;

/// True for a mark of spoken text, whose names alone begin small.
pub fn is_mark(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// A value as it is written between quotation marks.
pub fn escaped(text: &str) -> String {
    let mut written = String::new();
    for letter in text.chars() {
        match letter {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '"' => written.push_str("&quot;"),
            '\t' => written.push_str("&#9;"),
            '\n' => written.push_str("&#10;"),
            '\r' => written.push_str("&#13;"),
            letter => written.push(letter),
        }
    }
    written
}

/// For an element a document in which it stands with this attribute.
pub fn document_around(all: &[Shape], shape: &Shape, attribute: &str) -> Option<String> {
    let text = if shape.children.is_empty() || is_mark(shape.name) {
        "sip:a@b"
    } else {
        ""
    };
    let text = if shape.text { text } else { "" };
    let name = shape.name;
    let text = if ["Say", "Sip", "Client", "Application", "Enqueue", "Dial"].contains(&name) {
        "sip:a@b"
    } else {
        text
    };
    let mut inner = format!("<{name}{attribute}>{text}</{name}>");
    let mut name = name;
    let bare_sip = name == "Sip" && shape.attributes.is_empty();
    for _ in 0..6 {
        let parent = all.iter().find(|parent| {
            parent.children.contains(&name)
                && !is_mark(parent.name)
                && (parent.name == "Refer") == (bare_sip && name == "Sip")
        })?;
        if parent.name == "Response" {
            return Some(format!("<Response>{inner}</Response>"));
        }
        inner = format!("<{0}>{inner}</{0}>", parent.name);
        name = parent.name;
    }
    None
}
