//! The API itself.

use serde::{Deserialize, Serialize};

/// `/2010-04-01.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// `2010-04-01`.
    pub name: String,
    /// Its own path.
    pub uri: String,
    /// What it consists of.
    pub subresource_uris: VersionUris,
}

/// Where to find what belongs to the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "each field is named after the list its path leads to"
)]
pub struct VersionUris {
    pub accounts: String,
}
