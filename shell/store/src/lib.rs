//! Rows and blobs: the only crate that speaks SQL.
