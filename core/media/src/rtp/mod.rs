//! Sound on the wire: packets, their order, their timing, and the reports about them.

pub mod event;
pub mod jitter;
pub mod packet;
pub mod report;
pub mod session;
