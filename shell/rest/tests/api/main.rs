//! Tests of the API in process: requests go in as values, responses come out as values.

mod accounts;
mod applications;
mod call_parameters;
mod calls;
mod compatibility;
mod contract;
mod errors;
mod forms;
mod http;
mod lists;
mod not_done;
mod numbers;
mod outgoing_caller_ids;
mod recordings;
mod states;
mod streams;
mod webhooks;
mod world;
