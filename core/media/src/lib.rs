//! A sound engine as a machine: packets, ticks and commands in; packets, events and samples out.

pub mod amd;
pub mod codec;
pub mod engine;
pub mod file;
pub mod player;
pub mod recorder;
pub mod room;
pub mod rtp;
pub mod sdp;
pub mod session;
pub mod sound;

pub use engine::{Engine, EngineConfig, Feed, Kept, LegStats, Outlet, Relayed, Seat};
