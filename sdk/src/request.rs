//! An operation as a value: what is sent, whoever sends it.

use crate::Error;
use crate::path::{Path, Product};
use crate::retry::Verb;
use crate::value::Value;
use std::fmt;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Request {
    pub verb: Verb,
    pub target: Target,
    /// The query of a GET, the form of a POST.
    pub parameters: Vec<(&'static str, String)>,
    pub accept: &'static str,
    /// The last event that was heard, of a stream of them.
    pub last_event_id: Option<String>,
    /// The part of a sound that is asked for, as the header says it.
    pub range: Option<String>,
}

/// Where it is sent.
#[derive(Clone)]
pub(crate) enum Target {
    Path(Path),
    /// A path with another ending than `.json`.
    Sound(Path, &'static str),
    /// An address that an answer told, with its query: from the root, or whole.
    Told(Product, String),
}

impl Request {
    pub fn new(verb: Verb, path: Path) -> Request {
        Request {
            verb,
            target: Target::Path(path),
            parameters: Vec::new(),
            accept: "application/json",
            last_event_id: None,
            range: None,
        }
    }

    /// Sets a parameter; one that is there already is replaced.
    pub fn put<V: Value>(&mut self, name: &'static str, value: V) {
        self.parameters.retain(|(key, _)| *key != name);
        self.parameters.push((name, value.text()));
    }

    /// Sets a parameter that may stand several times.
    pub fn put_all<V: Value>(&mut self, name: &'static str, values: impl Iterator<Item = V>) {
        self.parameters.retain(|(key, _)| *key != name);
        self.parameters
            .extend(values.map(|value| (name, value.text())));
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(key, _)| *key == name);
        found.next().map(|(_, value)| value.as_str())
    }

    /// The parameters as a form.
    pub fn form(&self) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&self.parameters).finish()
    }

    /// Which host, and what of it.
    pub fn place(&self) -> Result<(Product, String), Error> {
        let (product, mut path) = match &self.target {
            Target::Path(path) => (path.product, path.json()?),
            Target::Sound(path, suffix) => (path.product, path.with_suffix(suffix)?),
            Target::Told(product, uri) => return Ok((*product, uri.clone())),
        };
        if self.verb != Verb::Post && !self.parameters.is_empty() {
            path.push('?');
            path.push_str(&self.form());
        }
        Ok((product, path))
    }
}

/// Without values: there are secrets among them.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| *name).collect();
        let target = match &self.target {
            Target::Path(path) | Target::Sound(path, _) => path.whole.as_str(),
            Target::Told(_, uri) => uri.split('?').next().unwrap_or_default(),
        };
        f.debug_struct("Request")
            .field("verb", &self.verb)
            .field("target", &target)
            .field("parameters", &names)
            .finish()
    }
}
