//! Parameters of a query or a form.
//!
//! Names are case-sensitive, unknown ones are not looked at. Where one value is wanted and several
//! came, the first counts. What is wrongly encoded stands for itself, and bytes that are no UTF-8
//! for the replacement character: a request is never refused for its encoding alone.

/// Names and values in the order they came; names may repeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads `a=1&b=2`.
    pub fn parse(text: &[u8]) -> Form {
        Form {
            pairs: form_urlencoded::parse(text).into_owned().collect(),
        }
    }

    /// The first value of this name, which may be empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The first value of this name, if it isn't empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !value.trim().is_empty())
    }

    /// Every value of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Words under this name, from one value with spaces or from several.
    pub fn words(&self, name: &str) -> Option<String> {
        let words: Vec<&str> = self
            .all(name)
            .flat_map(str::split_ascii_whitespace)
            .collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Every pair, in the order they came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The name of a parameter with a NUL in it, which no part of a call could carry on.
    pub fn unprintable(&self) -> Option<&str> {
        let mut pairs = self.pairs();
        let found = pairs.find(|(name, value)| name.contains('\0') || value.contains('\0'));
        found.map(|(name, _)| name)
    }
}
