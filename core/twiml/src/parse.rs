//! Text to document: the tree is read once, and whatever is not in the table is warned of.

use crate::document::{Document, Verb};
use crate::element::{Child, Element, Part, Set};
use crate::limit;
use crate::warning::{Code, ParseError, Warning};
use roxmltree::ParsingOptions;
use std::borrow::Cow;

pub(crate) type Node<'a, 'input> = roxmltree::Node<'a, 'input>;

/// Reads a document; what it does not understand it passes over and warns of.
///
/// # Errors
/// When the text is too large, is not XML, or its root is not Response.
pub fn parse(text: &str) -> Result<(Document, Vec<Warning>), ParseError> {
    if text.len() > limit::DOCUMENT_BYTES {
        return Err(ParseError::new(
            Code::BodyTooLarge,
            "the document is larger than 64 kB",
        ));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(ParseError::new(Code::EmptyBody, "the document is empty"));
    }
    refuse_version(text)?;
    refuse_depth(text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: limit::DOCUMENT_NODES,
        ..ParsingOptions::default()
    };
    let tree = roxmltree::Document::parse_with_options(text, options).map_err(|error| {
        let (at, message) = (error.pos(), error.to_string());
        // The place is told beside the message.
        let place = format!(" at {at}");
        ParseError {
            code: Code::Malformed,
            line: at.row,
            column: at.col,
            message: message.strip_suffix(&place).unwrap_or(&message).to_owned(),
        }
    })?;
    let root = tree.root_element();
    let mut reader = Reader {
        tree: &tree,
        warnings: Vec::new(),
    };
    if root.tag_name().name() != "Response" {
        let at = tree.text_pos_at(root.range().start);
        return Err(ParseError {
            code: Code::WrongRoot,
            line: at.row,
            column: at.col,
            message: format!(
                "the root element is {}, not Response",
                root.tag_name().name()
            ),
        });
    }
    for attribute in root.attributes() {
        let message = "is no attribute of Response".to_owned();
        reader.warn(Code::Schema, root, Some(attribute), message);
    }
    reader.refuse_strangers(root, Verb::names, false, Code::Schema);
    let verbs = Vec::<Verb>::read(root, &mut reader);
    Ok((Document { verbs }, reader.warnings))
}

/// Refuses a version of XML other than 1.0, which the reader would take for 1.0.
fn refuse_version(text: &str) -> Result<(), ParseError> {
    let prolog = text.strip_prefix("<?xml").and_then(|rest| {
        let (prolog, _) = rest.split_once("?>")?;
        prolog.starts_with(char::is_whitespace).then_some(prolog)
    });
    let value = prolog.and_then(|prolog| {
        let (_, rest) = prolog.split_once("version")?;
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        rest[1..].split(quote).next()
    });
    match value {
        Some(version) if version != "1.0" => {
            let message = format!("XML of version '{}' is not read", brief(version));
            Err(ParseError::new(Code::XmlVersion, message))
        }
        _ => Ok(()),
    }
}

/// Refuses a text nested deeper than any honest one, before anything walks down into it.
fn refuse_depth(text: &str) -> Result<(), ParseError> {
    let (mut depth, mut at) = (0usize, 0usize);
    while let Some(start) = text[at..].find('<') {
        at += start;
        let rest = &text[at..];
        let end = if rest.starts_with("<!--") {
            rest.find("-->").map(|end| end + 3)
        } else if rest.starts_with("<![CDATA[") {
            rest.find("]]>").map(|end| end + 3)
        } else if rest.starts_with("<?") {
            rest.find("?>").map(|end| end + 2)
        } else {
            tag_end(rest)
        };
        let Some(end) = end else { break };
        let opens = !rest.starts_with("<!") && !rest.starts_with("<?");
        if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if opens && !rest[..end].ends_with("/>") {
            depth += 1;
        }
        if depth > limit::DOCUMENT_DEPTH {
            return Err(too_deep(&text[..at]));
        }
        at += end;
    }
    Ok(())
}

fn too_deep(before: &str) -> ParseError {
    let line = before.matches('\n').count() + 1;
    let column = before
        .chars()
        .rev()
        .take_while(|letter| *letter != '\n')
        .count()
        + 1;
    ParseError {
        code: Code::Malformed,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        message: format!("elements are nested deeper than {}", limit::DOCUMENT_DEPTH),
    }
}

/// Where the tag that begins this text ends; a `>` in a quoted value does not end it.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The text of an element without that of its children, trimmed.
pub(crate) fn text(node: Node<'_, '_>) -> String {
    let parts = node.children().filter(roxmltree::Node::is_text);
    let text: String = parts.filter_map(|part| part.text()).collect();
    text.trim().to_owned()
}

/// The tree being read, and what was found wrong with it so far.
pub(crate) struct Reader<'a, 'input> {
    tree: &'a roxmltree::Document<'input>,
    pub(crate) warnings: Vec<Warning>,
}

impl Reader<'_, '_> {
    /// Reads an element: its attributes, then its content.
    pub(crate) fn element<T: Element>(&mut self, node: Node<'_, '_>) -> T {
        let mut element = T::default();
        for attribute in node.attributes() {
            let name = attribute_name(&attribute);
            let text = if is_url(&name) {
                attribute.value().trim()
            } else {
                attribute.value()
            };
            let (code, message) = match element.set(&name, text) {
                Set::Done => continue,
                Set::Partly(code) => (code, format!("has unknown words in '{}'", brief(text))),
                Set::Invalid(code) => (
                    code,
                    format!("cannot be '{}'; its default is used", brief(text)),
                ),
                Set::Unknown => (Code::Schema, format!("is no attribute of {}", T::NAME)),
            };
            self.warn(in_place(code, node), node, Some(attribute), message);
        }
        self.refuse_strangers(node, T::children, T::TEXT, T::NESTING);
        element.read_content(node, self);
        element
    }

    /// Warns of children that may not stand in this element, and of text where none may.
    fn refuse_strangers(
        &mut self,
        node: Node<'_, '_>,
        known: fn() -> Vec<&'static str>,
        text: bool,
        code: Code,
    ) {
        let parent = node.tag_name().name();
        // Most elements hold only text, and need no list.
        let mut list = None;
        for child in node.children().filter(roxmltree::Node::is_element) {
            let known = list.get_or_insert_with(known);
            if !known.contains(&child.tag_name().name()) {
                self.warn(code, child, None, format!("may not stand in {parent}"));
            }
        }
        if !text
            && node
                .children()
                .any(|c| c.is_text() && !c.text().unwrap_or("").trim().is_empty())
        {
            self.warn(
                Code::Schema,
                node,
                None,
                "has text, which has no meaning here".to_owned(),
            );
        }
    }

    /// Notes a warning about an element or one of its attributes.
    pub(crate) fn warn(
        &mut self,
        code: Code,
        node: Node<'_, '_>,
        attribute: Option<roxmltree::Attribute<'_, '_>>,
        message: String,
    ) {
        if self.warnings.len() >= limit::WARNINGS {
            return;
        }
        let start = attribute
            .as_ref()
            .map_or(node.range().start, |a| a.range().start);
        let at = self.tree.text_pos_at(start);
        let element = brief(node.tag_name().name());
        let attribute = attribute.map(|attribute| brief(&attribute_name(&attribute)));
        let message = match &attribute {
            Some(name) => format!("{element}: {name} {message}"),
            None => format!("{element} {message}"),
        };
        self.warnings.push(Warning {
            code,
            line: at.row,
            column: at.col,
            message,
            element,
            attribute,
        });
    }
}

/// The name an attribute is written with; only the prefix `xml` is part of the language.
pub(crate) fn attribute_name<'a>(attribute: &roxmltree::Attribute<'a, '_>) -> Cow<'a, str> {
    match attribute.namespace() {
        Some("http://www.w3.org/XML/1998/namespace") => format!("xml:{}", attribute.name()).into(),
        Some(_) => format!("(namespace):{}", attribute.name()).into(),
        None => attribute.name().into(),
    }
}

/// The code of a fault in this place: inside a Gather some faults of a Say have their own.
fn in_place(code: Code, node: Node<'_, '_>) -> Code {
    let in_gather = node
        .parent()
        .is_some_and(|parent| parent.tag_name().name() == "Gather");
    match code {
        Code::SayVoice if in_gather => Code::GatherSayVoice,
        Code::SayLoop if in_gather => Code::GatherSayLoop,
        code => code,
    }
}

/// Whether the attribute holds a URL, around which spaces have no meaning.
fn is_url(name: &str) -> bool {
    name == "action" || name.ends_with("rl") || name.ends_with("Callback")
}

/// A text short enough for a message.
pub(crate) fn brief(text: &str) -> String {
    text.chars().take(80).collect()
}
