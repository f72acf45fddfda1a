//! The call that asks whoever answers to agree that an account may show their number.
//!
//! It runs documents of our own: the code is spoken, and whoever agrees types it. What the keys
//! lead to is decided here instead of being asked of an application.

use model::limit;
use model::new_call::Verification;
use twiml::verb::{Gather, Hangup, Say};
use twiml::{Document, Keys, Nested, Verb};

/// Seconds of silence after which the question is put again.
const PATIENCE_SECS: u32 = 10;

/// A verification under way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verifying {
    /// What it is about.
    pub verification: Verification,
    /// Whether the code was typed.
    pub agreed: bool,
    tries_left: u8,
}

impl Verifying {
    /// One that has not begun.
    pub fn new(verification: Verification) -> Verifying {
        Verifying {
            verification,
            agreed: false,
            tries_left: limit::VERIFICATION_TRIES,
        }
    }

    /// True while keys are awaited.
    pub fn is_asking(&self) -> bool {
        !self.agreed && self.tries_left > 0
    }

    /// The question, as often as it may still be put; silence leads from one to the next.
    pub fn question(&self) -> Document {
        // A digit at a time: a number of six digits is spoken as one, and nobody types that.
        let mut code = String::new();
        for digit in self.verification.code.chars() {
            code.push(digit);
            code.push_str(". ");
        }
        let text = format!(
            "Somebody wants to call others with this number. If you agree, type this code: {code}"
        );
        let none = Gather::default().finish_on_key;
        let finish_on_key = Keys::new("").unwrap_or(none);
        let gather = Gather {
            num_digits: Some(limit::VERIFICATION_CODE_DIGITS as u32),
            timeout: PATIENCE_SECS,
            finish_on_key,
            nested: vec![Nested::Say(Say::text(&text))],
            ..Gather::default()
        };
        let often = usize::from(self.tries_left);
        Document::of(vec![Verb::Gather(gather); often])
    }

    /// What follows when these keys were typed.
    pub fn typed(&mut self, keys: &str) -> Document {
        self.tries_left = self.tries_left.saturating_sub(1);
        self.agreed = keys == self.verification.code;
        let last = |text: &str| {
            let hang_up = Verb::Hangup(Hangup::default());
            Document::of(vec![Verb::Say(Say::text(text)), hang_up])
        };
        match (self.agreed, self.tries_left) {
            (true, _) => last("Thank you. This number can now be shown."),
            (false, 0) => last("That is not the code. Goodbye."),
            (false, _) => {
                let mut document = self.question();
                let say = Verb::Say(Say::text("That is not the code."));
                document.verbs.insert(0, say);
                document
            }
        }
    }

    /// The call goes elsewhere: nobody will type any more.
    pub fn give_up(&mut self) {
        self.tries_left = 0;
    }
}
