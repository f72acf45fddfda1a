//! The resources, one file each: what can be asked of them, and each operation's parameters.

mod accounts;
mod applications;
mod auth_tokens;
mod call_recordings;
mod calls;
mod incoming_phone_numbers;
mod keys;
mod notifications;
mod outgoing_caller_ids;
mod recordings;
mod version;
mod webhooks;

pub use accounts::*;
pub use applications::*;
pub use auth_tokens::*;
pub use call_recordings::*;
pub use calls::*;
pub use incoming_phone_numbers::*;
pub use keys::*;
pub use notifications::*;
pub use outgoing_caller_ids::*;
pub use recordings::*;
pub use version::*;
pub use webhooks::*;

#[cfg(test)]
mod contract;
