//! The program: carries every input in and every output out.
//!
//! Everything here waits, opens or runs something; what follows from it is decided in the core.

pub mod clock;
pub mod log;
pub mod metrics;
pub mod webhook;
