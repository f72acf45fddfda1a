//! Verbs that may not run where a document is heard: told of, and passed over.
//!
//! Unconfirmed: whether a verb that is out of place ends the document. Here the next verb runs, as
//! with everything else that is passed over, and the two people are joined all the same.

use crate::notice::{self, Fault};
use crate::script::{Line, Scope};
use crate::turn::Turn;
use crate::verb::Step;
use model::ErrorCode;
use twiml::Verb;

/// True for a verb that may not run in this scope.
pub(crate) fn is_barred(verb: &Verb, scope: Scope) -> bool {
    match scope {
        Scope::Call => false,
        // Unconfirmed: a called party may be recorded before it is joined. Leave is a verb without
        // an effect outside a queue, here as elsewhere.
        Scope::Whisper => !matches!(
            verb,
            Verb::Say(_)
                | Verb::Play(_)
                | Verb::Pause(_)
                | Verb::Gather(_)
                | Verb::Record(_)
                | Verb::Redirect(_)
                | Verb::Hangup(_)
                | Verb::Leave(_)
        ),
    }
}

/// Writes down that this verb was passed over.
pub(crate) fn pass_over(verb: &Verb, line: &Line<'_>, turn: &mut Turn<'_>) -> Step {
    let text = format!(
        "{} may not stand in a document that a dialled party hears; it was passed over",
        verb.name()
    );
    if matches!(verb, Verb::Dial(_)) {
        let fault = Fault::new(ErrorCode::DIAL_NESTED, text);
        notice::error(line.row, &fault, None, turn);
    } else {
        let fault = Fault::new(ErrorCode::SCHEMA, text);
        notice::warning(line.row, &fault, None, turn);
    }
    Step::Next
}
