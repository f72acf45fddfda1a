//! `<Redirect>`: goes on with another document.

use super::{Goto, Step};
use crate::webhook;
use twiml::verb::Redirect;

/// An empty address is the current document again.
pub(crate) fn begin(redirect: Redirect) -> Step {
    Step::Go(Goto::to(
        Some(redirect.url),
        webhook::method(redirect.method),
    ))
}
