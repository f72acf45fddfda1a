//! Resources of our own, below `/ringback/v1`: what no contract has, one file each.

mod streams;
mod webhooks;

use crate::resource::Resource;

/// Every one of them.
pub const TABLE: &[&[Resource]] = &[streams::ROUTES, webhooks::ROUTES];
