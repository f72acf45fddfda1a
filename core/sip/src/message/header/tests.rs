//! Typed headers read and written.
