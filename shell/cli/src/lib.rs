//! The commands of a customer, for whom the program is a client.

pub mod connection;
pub mod explain_signature;
pub mod fault;
pub mod webhooks;
