//! Verbs that are understood and not carried out yet: said so in words, never a silence.

use super::Step;
use crate::notice::{self, Fault};
use crate::script::Line;
use crate::turn::Turn;
use model::ErrorCode;
use twiml::Verb;

/// Writes down that this verb was passed over.
pub(crate) fn pass_over(verb: &Verb, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
    let fault = match verb {
        // Unconfirmed: what a Leave does outside a queue. There is nothing to leave, and nothing
        // was lost.
        Verb::Leave(_) => return Step::Next,
        other => missing(&format!("<{}>", other.name()), "the next verb runs"),
    };
    notice::error(line.row, &fault, None, turn);
    Step::Next
}

/// The fault of a part of the language that this version does not carry out.
pub(crate) fn missing(what: &str, instead: &str) -> Fault {
    let text = format!("{what} is not carried out by this version of the platform; {instead}");
    Fault::new(ErrorCode::DOCUMENT_FAULT, text)
}
