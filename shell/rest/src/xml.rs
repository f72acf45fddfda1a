//! The answer as XML: the same value as in JSON, its keys as elements in capitals.
//!
//! The JSON is read piece by piece and written again, so that there is one definition of every
//! resource, and its order is kept. `date_created` is `<DateCreated>`; null is an empty element;
//! what a page says of itself stands in the attributes of its list.

use api::Envelope;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::io;

const ROOT: &str = "TwilioResponse";

/// A single thing.
pub fn one(name: &str, value: &impl Serialize) -> Vec<u8> {
    document(|writer| element(writer, name, value))
}

/// A page of a list.
pub fn page<T: Serialize>(page: &Envelope<T>) -> Vec<u8> {
    let name = camel(&page.key);
    let (start, end) = page.span();
    let [number, size, start, end] =
        [page.page, page.page_size.into(), start, end].map(|number| number.to_string());
    let uris = &page.uris;
    let attributes = [
        ("page", number.as_str()),
        ("pagesize", &size),
        ("start", &start),
        ("end", &end),
        ("uri", &uris.this),
        ("firstpageuri", &uris.first),
        ("nextpageuri", uris.next.as_deref().unwrap_or_default()),
        (
            "previouspageuri",
            uris.previous.as_deref().unwrap_or_default(),
        ),
    ];
    document(|writer| {
        let begin = BytesStart::new(name.as_str()).with_attributes(attributes);
        writer.write_event(Event::Start(begin))?;
        for row in &page.rows {
            element(writer, &page.item, row)?;
        }
        writer.write_event(Event::End(BytesEnd::new(name.as_str())))
    })
}

/// Writing to memory doesn't fail, and our own JSON can be read; should either be wrong after
/// all, what was written up to there is all there is.
fn document(content: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::with_capacity(2_048));
    let write = |writer: &mut Writer<Vec<u8>>| {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        writer.write_event(Event::Start(BytesStart::new(ROOT)))?;
        content(writer)?;
        writer.write_event(Event::End(BytesEnd::new(ROOT)))
    };
    let _: io::Result<()> = write(&mut writer);
    writer.into_inner()
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_vec(value)?;
    let mut reader = serde_json::Deserializer::from_slice(&json);
    let element = Element {
        writer,
        name: Cow::Borrowed(name),
        is_link: false,
    };
    Ok(element.deserialize(&mut reader)?)
}

/// Writes the next JSON value as an element of this name.
struct Element<'a> {
    writer: &'a mut Writer<Vec<u8>>,
    name: Cow<'a, str>,
    /// Paths lead to JSON under `.json`; who reads XML is led to XML.
    is_link: bool,
}

impl Element<'_> {
    fn text(self, text: &str) -> io::Result<()> {
        let text = match text.strip_suffix(".json") {
            Some(stem) if self.is_link => stem,
            _ => text,
        };
        // Nothing may stand for these in XML.
        let text: String = text.chars().filter(|c| is_allowed(*c)).collect();
        if text.is_empty() {
            return self.empty();
        }
        let Element { writer, name, .. } = self;
        writer.write_event(Event::Start(BytesStart::new(&*name)))?;
        writer.write_event(Event::Text(BytesText::new(&text)))?;
        writer.write_event(Event::End(BytesEnd::new(&*name)))
    }

    fn empty(self) -> io::Result<()> {
        self.writer
            .write_event(Event::Empty(BytesStart::new(&*self.name)))
    }
}

fn is_allowed(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n' | '\r')
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.empty().map_err(E::custom)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.text(if value { "true" } else { "false" })
            .map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.text(&value.to_string()).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.text(&value.to_string()).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.text(&value.to_string()).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.text(value).map_err(E::custom)
    }

    /// Several of one name.
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Element {
            writer,
            name,
            is_link,
        } = self;
        loop {
            let next = Element {
                writer: &mut *writer,
                name: Cow::Borrowed(&*name),
                is_link,
            };
            if items.next_element_seed(next)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Element { writer, name, .. } = self;
        writer
            .write_event(Event::Start(BytesStart::new(&*name)))
            .map_err(A::Error::custom)?;
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Element {
                writer: &mut *writer,
                name: Cow::Owned(camel(&key)),
                is_link: key == "uri" || name == "SubresourceUris",
            })?;
        }
        writer
            .write_event(Event::End(BytesEnd::new(&*name)))
            .map_err(A::Error::custom)
    }
}

/// `DateCreated` for `date_created`. Keys can come from a customer's application; what can't
/// stand in a name is left out.
fn camel(key: &str) -> String {
    let mut name = String::with_capacity(key.len());
    let mut first = true;
    for letter in key.chars() {
        match letter {
            '_' => first = true,
            _ if !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '.') => {}
            _ if first => {
                name.push(letter.to_ascii_uppercase());
                first = false;
            }
            _ => name.push(letter),
        }
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert(0, '_');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn xml(value: &serde_json::Value) -> String {
        String::from_utf8(one("Call", value)).unwrap()
    }

    #[test]
    fn keys_are_elements_and_null_is_empty() {
        let value = json!({
            "a_sid": "x<&>\u{1}é", "b": null, "c": 7, "d": true, "e": "",
            "f": {"one_two": "1"}, "g": ["p", "q"],
        });
        assert_eq!(
            xml(&value),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><TwilioResponse><Call>\
             <ASid>x&lt;&amp;&gt;é</ASid><B/><C>7</C><D>true</D><E/><F><OneTwo>1</OneTwo></F>\
             <G>p</G><G>q</G></Call></TwilioResponse>"
        );
    }

    #[test]
    fn paths_lead_on_to_xml() {
        let value = json!({
            "media_url": "/m.json",
            "subresource_uris": {"events": "/e.json"},
            "uri": "/u.json",
        });
        let xml = xml(&value);
        for part in ["<MediaUrl>/m.json<", "<Events>/e<", "<Uri>/u<"] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
    }

    #[test]
    fn names_are_names_whatever_the_key() {
        for (key, name) in [
            ("call_sid", "CallSid"),
            ("sip_header_x-a", "SipHeaderX-a"),
            ("a b<c>", "Abc"),
            ("1st", "_1st"),
            ("é", "_"),
            ("", "_"),
        ] {
            assert_eq!(camel(key), name);
        }
    }
}
