//! Who picked up, and who is told.
//!
//! The border where a detector plugs in: it will listen through the leg's sound and bring its
//! [`Verdict`] to `Call::detected` when it has one. Until there is one, nobody can tell, and that
//! is known at once.

use model::detection::Detection;
use model::{AnsweredBy, Span};

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Who picked up.
    pub answered_by: AnsweredBy,
    /// How long it took from the answer.
    pub took: Span,
}

/// The verdict of having no detector.
pub(crate) fn without_detector(_: &Detection) -> Verdict {
    Verdict {
        answered_by: AnsweredBy::Unknown,
        took: Span::ZERO,
    }
}

impl Verdict {
    /// True if it was no person and no fax.
    pub fn is_machine(self) -> bool {
        matches!(
            self.answered_by,
            AnsweredBy::MachineStart
                | AnsweredBy::MachineEndBeep
                | AnsweredBy::MachineEndSilence
                | AnsweredBy::MachineEndOther
        )
    }

    /// As the application is told.
    pub fn parameters(self) -> Vec<(String, String)> {
        vec![
            ("AnsweredBy".to_owned(), self.answered_by.to_string()),
            (
                "MachineDetectionDuration".to_owned(),
                self.took.millis().to_string(),
            ),
        ]
    }
}
