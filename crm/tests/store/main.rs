//! The store, in SQLite and in PostgreSQL: one suite for both.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod at_once;
mod by_hand;
mod calls;
mod crash;
mod isolation;
mod migrations;
mod pages;
mod server;
mod world;
