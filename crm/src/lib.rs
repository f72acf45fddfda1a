//! A CRM with a button that calls: the agent's phone rings first, then the contact's; both are
//! recorded, and the call log follows live in every open browser of the organization.
//!
//! It is written the way a customer would, on the client crate alone.

pub mod call_log;
pub mod fold;
pub mod id;
pub mod moment;
pub mod phone;
pub mod seal;
pub mod store;
