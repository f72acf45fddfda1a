//! The program: carries every input in and every output out.
//!
//! Everything here waits, opens or runs something; what follows from it is decided in the core.

pub mod callbacks;
pub mod clock;
pub mod log;
pub mod media_thread;
pub mod metrics;
pub mod mp3;
pub mod sip_socket;
pub mod webhook;
