//! `/2010-04-01`: the API itself.

use crate::operation::operation;
use api::Version;

operation! {
    /// `FetchVersion`: [`ClientOf::version`](crate::ClientOf::version).
    FetchVersion = "FetchVersion" GET -> Version, () {}
}
