//! The one place where an answer becomes bytes, in the form it was asked for.

use crate::body::Body;
use crate::path::Format;
use crate::{Ask, Reply, table, xml};
use api::Envelope;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

impl Ask {
    /// What was asked for. `name` is its element in XML.
    pub fn found(&self, name: &str, value: &impl Serialize) -> Reply {
        Ok(one(self.format, StatusCode::OK, name, value))
    }

    /// What was made just now.
    pub fn created(&self, name: &str, value: &impl Serialize) -> Reply {
        Ok(one(self.format, StatusCode::CREATED, name, value))
    }

    /// A page of a list.
    pub fn page<T: Serialize + DeserializeOwned>(&self, page: &Envelope<T>) -> Reply {
        let (kind, bytes) = match self.format {
            Format::Csv => ("text/csv; charset=utf-8", table::write(&page.rows)),
            Format::Xml => (XML, xml::page(page)),
            Format::Json | Format::Wav | Format::Mp3 => (JSON, json(page)),
        };
        Ok(response(StatusCode::OK, kind, bytes))
    }

    /// It is there no more.
    pub fn gone(&self) -> Reply {
        Ok(empty(StatusCode::NO_CONTENT))
    }
}

const JSON: &str = "application/json";
const XML: &str = "application/xml";

/// A single thing. What is done to a recording under the path of its sound is told in XML, as
/// everything is without a suffix.
pub fn one(
    format: Format,
    status: StatusCode,
    name: &str,
    value: &impl Serialize,
) -> Response<Body> {
    let (kind, bytes) = match format {
        Format::Xml | Format::Wav | Format::Mp3 => (XML, xml::one(name, value)),
        Format::Json | Format::Csv => (JSON, json(value)),
    };
    response(status, kind, bytes)
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(2_048);
    // Our types have text keys and finite numbers only, which always can be written.
    if serde_json::to_writer(&mut bytes, value).is_err() {
        bytes.clear();
    }
    bytes
}

fn response(status: StatusCode, kind: &'static str, bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::whole(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// A response without a body.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::whole(Vec::new()));
    *response.status_mut() = status;
    response
}
