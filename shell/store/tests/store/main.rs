//! Tests of the store from outside. Whatever is behind the `Store` border must pass the suite.

mod lists;
#[path = "../live/mod.rs"]
mod live;
mod opening;
mod sample;
mod suite;
#[path = "../live/waiting.rs"]
mod waiting;
mod webhooks;
mod writer;
