//! The commands of a customer, for whom the program is a client.

pub mod answer;
pub mod calls;
pub mod connection;
pub mod explain_signature;
pub mod fault;
mod flag;
pub mod numbers;
pub mod recordings;
pub mod screen;
mod table;
pub mod webhooks;
