//! The commands of a customer, for whom the program is a client.

pub mod explain_signature;
