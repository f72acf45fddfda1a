//! A CRM with a button that calls: the agent's phone rings first, then the contact's; both are
//! recorded, and the call log follows live in every open browser of the organization.
//!
//! It is written the way a customer would, on the client crate alone.

pub mod admin;
pub mod app;
pub mod call_log;
pub mod cli;
pub mod clock;
pub mod compare;
pub mod demo;
pub mod document;
pub mod fold;
pub mod http;
pub mod hub;
pub mod id;
pub mod limit;
pub mod moment;
pub mod password;
pub mod phone;
pub mod placing;
pub mod platform;
pub mod rate;
pub mod sample;
pub mod seal;
pub mod serve;
pub mod sign_ins;
pub mod store;
pub mod sweep;
pub mod token;
