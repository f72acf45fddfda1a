//! Digest authentication, both sides, as pure computation.
