//! The envelope around every list.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A page of a list: the rows under the list's own name, then where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope<T> {
    /// The list's name, the only key clients don't know beforehand.
    pub key: &'static str,
    /// What one row is called where rows have a name: in XML.
    pub item: &'static str,
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
        map.serialize_entry(self.key, &self.rows)?;
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
            key: "calls",
            item: "Call",
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
}
