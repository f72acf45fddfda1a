//! Phones that hear nothing, and phones that have died: told by the names in a message.

use super::Phones;
use crate::character::Answer;

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
