//! Call control: what happens next in every call.
//!
//! Knows neither SIP nor RTP nor a clock. It is driven by `CallControl::handle(now, event, out)`
//! and answers with effects, which the caller carries out in their order.

pub mod command;
pub mod effect;
pub mod event;

pub use command::{Command, NewCall, Update};
pub use effect::{AskId, Effect, LookupId, Refusal, Row};
pub use event::{Event, Found};
