//! The client of the voice API for Rust.
