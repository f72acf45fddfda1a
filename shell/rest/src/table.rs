//! A list as comma-separated values.
//!
//! The columns are the fields of the resource in the contract's order, so they stand also above no
//! rows at all; only `subresource_uris` is left out, which says nothing that the row's own path
//! doesn't. Null is an empty cell; what is an object in JSON stands as JSON in its cell.

use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use serde_json::Value;

const LEFT_OUT: &str = "subresource_uris";

/// The rows below their columns' names.
pub fn write<T: Serialize + DeserializeOwned>(rows: &[T]) -> Vec<u8> {
    let columns = columns::<T>();
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(4_096));
    // Writing to memory doesn't fail, and every record has as many cells as the first.
    let mut write = || {
        writer.write_record(&columns)?;
        for row in rows {
            let row = serde_json::to_value(row).unwrap_or_default();
            writer.write_record(columns.iter().map(|name| cell(&row[name])))?;
        }
        Ok::<(), csv::Error>(())
    };
    let _: Result<(), csv::Error> = write();
    writer.into_inner().unwrap_or_default()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The names of a type's fields, as serde knows them.
fn columns<T: DeserializeOwned>() -> Vec<&'static str> {
    let mut names: &'static [&'static str] = &[];
    // It fails as soon as it has told the names: there is no value to read.
    let _: Result<T, Error> = T::deserialize(Names(&mut names));
    let names = names.iter().copied();
    names.filter(|name| *name != LEFT_OUT).collect()
}

/// Reads nothing, but keeps the names of the fields it is asked for.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(serde::de::Error::custom("there is nothing to read"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct Row {
        sid: String,
        text: Option<String>,
        more: Value,
        #[serde(rename = "type")]
        kind: u8,
        subresource_uris: Value,
    }

    #[test]
    fn columns_stand_above_any_number_of_rows() {
        assert_eq!(write::<Row>(&[]), b"sid,text,more,type\n");
        let row = |text: Option<&str>| Row {
            sid: "S".into(),
            text: text.map(str::to_owned),
            more: serde_json::json!({"a": 1}),
            kind: 7,
            subresource_uris: Value::Null,
        };
        let table = write(&[row(None), row(Some("a,\"b\"\nc"))]);
        assert_eq!(
            String::from_utf8(table).unwrap(),
            "sid,text,more,type\nS,,\"{\"\"a\"\":1}\",7\n\
             S,\"a,\"\"b\"\"\nc\",\"{\"\"a\"\":1}\",7\n"
        );
    }
}
