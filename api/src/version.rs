//! The API itself.

use serde::{Deserialize, Serialize};

/// `/2010-04-01.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Version {
    /// `2010-04-01`.
    pub name: String,
    /// Its own path.
    pub uri: String,
    /// What it consists of.
    pub subresource_uris: VersionUris,
}

/// Where to find what belongs to the API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "each field is named after the list its path leads to"
)]
pub struct VersionUris {
    pub accounts: String,
}
