//! What the scenarios prove of TwiML and its webhooks. An attribute is proved by a scenario whose
//! story goes differently when the attribute is left out of its document; a parameter by one that
//! prints it. What runs and is proved by none fails; the page says which is proved where.

mod attribute;
#[path = "../control/mod.rs"]
mod control;
mod parameter;
mod question;
mod reference;
mod story;

/// Why what only speech needs has no effect yet.
pub(crate) const RECOGNISER: &str = "waits for a recogniser";
