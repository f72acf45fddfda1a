//! Who picked up, and who is told.
//!
//! The leg's sound is listened to from the answer on. The sound engine decides; here it is only
//! waited for: by the document, or by nobody while the call goes on. What was asked for ends in
//! one verdict, or with the call.

use model::{AnsweredBy, Span};

/// What was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Who picked up.
    pub answered_by: AnsweredBy,
    /// How long it took from the answer.
    pub took: Span,
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
