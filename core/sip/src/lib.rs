//! A SIP endpoint as a machine: bytes and time in, bytes and events out.

pub mod digest;
pub mod message;
pub mod stream;
