//! Tests of the API in process: requests go in as values, responses come out as values.

mod calls;
mod compatibility;
mod contract;
mod errors;
mod http;
mod lists;
mod numbers;
mod recordings;
mod world;
