//! The resources of the 2010 API, one file each.
//!
//! A file that serves resources lists them in its `ROUTES`, with what answers each method.

mod accounts;
mod applications;
mod auth_tokens;
mod call_create;
mod call_detection;
mod call_ends;
mod call_recordings;
mod call_update;
mod calls;
mod events;
mod incoming_phone_numbers;
mod keys;
mod notifications;
mod outgoing_caller_ids;
mod recordings;
mod rehearsal;
mod sound;
mod sound_stream;
mod version;

use crate::resource::Resource;

pub use calls::row as call_row;
pub use notifications::show as notification;

/// Every resource of it.
pub const TABLE: &[&[Resource]] = &[
    calls::ROUTES,
    accounts::ROUTES,
    auth_tokens::ROUTES,
    events::ROUTES,
    applications::ROUTES,
    incoming_phone_numbers::ROUTES,
    keys::ROUTES,
    notifications::ROUTES,
    outgoing_caller_ids::ROUTES,
    recordings::ROUTES,
    version::ROUTES,
];
