//! The envelope around every list.

use crate::Body;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A page of a list: the rows under the list's own name, then where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<T> {
    /// The list's name, the only key clients don't know beforehand.
    pub key: Cow<'static, str>,
    /// What one row is called where rows have a name: in XML.
    pub item: Cow<'static, str>,
    /// The rows.
    pub rows: Vec<T>,
    /// Counted from 0.
    pub page: u64,
    /// Rows at most.
    pub page_size: u32,
    /// Where this page and its neighbours are.
    pub uris: PageUris,
}

/// Where a page and its neighbours are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageUris {
    /// This page.
    pub this: String,
    /// The first page.
    pub first: String,
    /// The next page, if there is one.
    pub next: Option<String>,
    /// The previous page, if there is one.
    pub previous: Option<String>,
}

impl<T> Envelope<T> {
    /// The numbers of its first and last row. An empty page starts and ends at 0, as the
    /// contract's examples have it.
    pub fn span(&self) -> (u64, u64) {
        match self.rows.len() as u64 {
            0 => (0, 0),
            count => {
                let start = self.page * u64::from(self.page_size);
                (start, start + count - 1)
            }
        }
    }
}

impl<T: Serialize> Serialize for Envelope<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (start, end) = self.span();
        let mut map = serializer.serialize_map(Some(9))?;
        map.serialize_entry(self.key.as_ref(), &self.rows)?;
        map.serialize_entry("end", &end)?;
        map.serialize_entry("first_page_uri", &self.uris.first)?;
        map.serialize_entry("next_page_uri", &self.uris.next)?;
        map.serialize_entry("page", &self.page)?;
        map.serialize_entry("page_size", &self.page_size)?;
        map.serialize_entry("previous_page_uri", &self.uris.previous)?;
        map.serialize_entry("start", &start)?;
        map.serialize_entry("uri", &self.uris.this)?;
        map.end()
    }
}

/// What stands beside the rows: in the older API, and in the younger ones in an object of its own.
const BESIDE: [&str; 12] = [
    "end",
    "first_page_uri",
    "last_page_uri",
    "meta",
    "next_page_uri",
    "num_pages",
    "page",
    "page_size",
    "previous_page_uri",
    "start",
    "total",
    "uri",
];

/// Reads a page without knowing its list's name. What a row is called in XML is not told.
impl<'de, T: Body> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let meta = match fields.remove("meta") {
            Some(Value::Object(meta)) => Some(meta),
            _ => None,
        };
        let named = |meta: &Map<String, Value>| meta.get("key")?.as_str().map(str::to_owned);
        let key = meta.as_ref().and_then(named).or_else(|| {
            let mut names = fields
                .iter()
                .filter(|(name, value)| value.is_array() && !BESIDE.contains(&name.as_str()));
            names.next().map(|(name, _)| name.clone())
        });
        let key = key.ok_or_else(|| D::Error::custom("there is no list in it"))?;
        let Some(Value::Array(rows)) = fields.remove(&key) else {
            return Err(D::Error::custom(format!("`{key}` is no list")));
        };
        let rows: serde_json::Result<Vec<T>> = rows.into_iter().map(T::of).collect();
        let (place, end) = match &meta {
            Some(meta) => (meta, "url"),
            None => (&fields, "uri"),
        };
        let uri = |name: &str| match place.get(&format!("{name}{end}")) {
            Some(Value::String(uri)) if !uri.is_empty() => Some(uri.clone()),
            _ => None,
        };
        let number = |name| place.get(name).and_then(Value::as_u64).unwrap_or_default();
        Ok(Envelope {
            key: key.into(),
            item: Cow::Borrowed(""),
            rows: rows.map_err(D::Error::custom)?,
            page: number("page"),
            page_size: u32::try_from(number("page_size")).unwrap_or(u32::MAX),
            uris: PageUris {
                this: uri("").unwrap_or_default(),
                first: uri("first_page_").unwrap_or_default(),
                next: uri("next_page_"),
                previous: uri("previous_page_"),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope(rows: Vec<u8>, page: u64) -> serde_json::Value {
        let uris = PageUris {
            this: "/u".into(),
            first: "/f".into(),
            next: None,
            previous: None,
        };
        serde_json::to_value(Envelope {
            key: "calls".into(),
            item: "Call".into(),
            rows,
            page,
            page_size: 50,
            uris,
        })
        .unwrap()
    }

    #[test]
    fn counts_from_zero_and_says_null() {
        let page = envelope(vec![1, 2, 3], 2);
        assert_eq!(
            (page["start"].as_u64(), page["end"].as_u64()),
            (Some(100), Some(102))
        );
        assert!(page["next_page_uri"].is_null());
        let empty = envelope(vec![], 0);
        assert_eq!(
            (empty["start"].as_u64(), empty["end"].as_u64()),
            (Some(0), Some(0))
        );
    }

    #[test]
    fn a_page_is_read_whatever_its_list_is_called() {
        let older = r#"{"keys":[{"sid":"SK1"}],"end":0,"next_page_uri":"/2010-04-01/next","page":3,
            "page_size":1,"previous_page_uri":null,"start":3,"uri":"/u","first_page_uri":"/f"}"#;
        let page: Envelope<crate::Key> = serde_json::from_str(older).unwrap();
        assert_eq!(
            (page.key.as_ref(), page.rows[0].sid.as_str()),
            ("keys", "SK1")
        );
        assert_eq!(page.uris.next.as_deref(), Some("/2010-04-01/next"));
        assert_eq!((page.page, page.uris.previous), (3, None));

        let younger = r#"{"keys":[],"meta":{"key":"keys","next_page_url":"https://h/v1?Page=1",
            "page":0,"page_size":50,"url":"https://h/v1"}}"#;
        let page: Envelope<crate::Key> = serde_json::from_str(younger).unwrap();
        assert_eq!(page.uris.next.as_deref(), Some("https://h/v1?Page=1"));

        for bad in [r#"{"page":0}"#, r#"{"keys":[{}]}"#, "[]"] {
            assert!(
                serde_json::from_str::<Envelope<crate::Key>>(bad).is_err(),
                "{bad}"
            );
        }
    }
}
