//! The store, in SQLite and in PostgreSQL: one suite for both.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod calls;
mod server;
mod world;
