//! Phones that hear nothing, phones that aren't heard at first, and phones that have died: told
//! by the names in a message.

use super::Phones;
use crate::character::Answer;
use model::{Span, Time};

impl Phones {
    /// Whether the phone of this user has died.
    pub fn is_dead(&self, user: &str) -> bool {
        self.dead.contains(user)
    }

    /// Whether these bytes are for a phone that hears nothing.
    pub fn is_deaf_to(&self, bytes: &[u8]) -> bool {
        // The phone is named in To of what it is asked, in From of what it is answered.
        named(bytes, "To:", "From:").is_some_and(|user| {
            let character = self.characters.get(&user);
            self.dead.contains(&user) || character.is_some_and(|phone| phone.answer == Answer::Deaf)
        })
    }

    /// Whether these bytes would come from a phone that has died.
    pub(super) fn is_from_dead(&self, bytes: &[u8]) -> bool {
        !self.dead.is_empty()
            && named(bytes, "From:", "To:").is_some_and(|user| self.dead.contains(&user))
    }

    /// Notes when a phone was first called whose answers don't come through at first.
    pub(super) fn note_called(&mut self, now: Time, bytes: &[u8]) {
        if !bytes.starts_with(b"INVITE ") {
            return;
        }
        let Some(user) = named(bytes, "To:", "From:") else {
            return;
        };
        let unheard_ms = self.characters.get(&user).map_or(0, |who| who.unheard_ms);
        if unheard_ms > 0 {
            let until = now + Span::from_millis(unheard_ms);
            self.unheard.entry(user).or_insert(until);
        }
    }

    /// Whether these bytes come from a phone that isn't heard yet: its driver loses them.
    pub fn is_unheard(&self, now: Time, bytes: &[u8]) -> bool {
        let until = |user: String| self.unheard.get(&user).copied();
        !self.unheard.is_empty()
            && named(bytes, "From:", "To:")
                .and_then(until)
                .is_some_and(|until| now < until)
    }
}

/// The user in this header of a request, or in that one of a response.
fn named(bytes: &[u8], of_request: &str, of_response: &str) -> Option<String> {
    let head = std::str::from_utf8(&bytes[..bytes.len().min(2_000)]).ok()?;
    let name = if head.starts_with("SIP/2.0") {
        of_response
    } else {
        of_request
    };
    let line = head.lines().find(|line| line.starts_with(name))?;
    let (_, rest) = line.split_once("sip:")?;
    rest.split_once('@').map(|(user, _)| user.to_owned())
}
