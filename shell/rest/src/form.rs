//! Parameters of a query or a form.

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

    /// The pairs whose names are among these, in the order they came.
    pub fn among<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
