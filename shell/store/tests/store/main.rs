//! Tests of the store from outside. Whatever is behind the `Store` border must pass the suite.

#[path = "../live/mod.rs"]
mod live;
mod opening;
mod sample;
mod suite;
mod writer;
