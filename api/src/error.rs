//! What a request that failed is answered with.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The catalogue's number.
    pub code: u32,
    /// One sentence.
    pub message: String,
    /// Where the number is explained.
    pub more_info: String,
    /// The HTTP status again.
    pub status: u16,
}
