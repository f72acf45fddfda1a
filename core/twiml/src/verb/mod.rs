//! The verbs: one file each, with the attributes, their defaults and their bounds.

mod connect;
mod dial;
mod echo;
mod enqueue;
mod gather;
mod hangup;
mod leave;
mod pause;
mod pay;
mod play;
mod record;
mod redirect;
mod refer;
mod reject;
mod say;
mod sms;
mod start;
mod stop;

pub use connect::Connect;
pub use dial::{Dial, DialEvent, DialRecord, RingTone};
pub use echo::Echo;
pub use enqueue::{Enqueue, Task};
pub use gather::{Gather, GatherInput};
pub use hangup::Hangup;
pub use leave::Leave;
pub use pause::Pause;
pub use pay::{
    BankAccount, CardType, Pay, PayInput, PayLanguage, PaymentMethod, Prompt, PromptError,
    PromptFor, TokenType,
};
pub use play::Play;
pub use record::Record;
pub use redirect::Redirect;
pub use refer::{Refer, ReferSip};
pub use reject::{Reject, RejectReason};
pub use say::Say;
pub use sms::Sms;
pub use start::Start;
pub use stop::Stop;

/// Whether this is a run of keys and waits that can be sent as tones.
pub(crate) fn are_digits(text: &str) -> bool {
    text.chars()
        .all(|key| matches!(key, '0'..='9' | 'A'..='D' | '#' | '*' | 'w' | 'W'))
}

/// Whether this looks like a language tag: words of letters and digits, hyphens between.
pub(crate) fn is_language(text: &str) -> bool {
    let word = |word: &str| {
        (1..=8).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let mut words = text.split('-');
    words
        .next()
        .is_some_and(|first| first.len() >= 2 && word(first))
        && words.all(word)
}
