//! The interface over HTTP, as `docs/api.md` has it, against a small platform on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod calling;
mod comparing;
mod live;
mod log;
mod platform;
mod recording;
mod setup;
mod sign_in;
mod webhooks;
mod world;
