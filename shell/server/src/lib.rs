//! The program: carries every input in and every output out.
//!
//! Everything here waits, opens or runs something; what follows from it is decided in the core.

pub mod amd_command;
pub mod banner;
pub mod cache;
pub mod callbacks;
pub mod carry;
pub mod certificate;
pub mod cli;
pub mod clock;
pub mod config;
pub mod descriptors;
pub mod doctor;
pub mod http;
pub mod interception;
pub mod ladder_command;
pub mod log;
pub mod media_thread;
pub mod metrics;
pub mod mp3;
pub mod node;
pub mod phone_network;
pub mod plan;
pub mod retention;
pub mod shard;
pub mod sip_socket;
pub mod sound_files;
pub mod speech;
pub mod start;
pub mod terminal;
pub mod voices_command;
pub mod wants;
pub mod webhook;
