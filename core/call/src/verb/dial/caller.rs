//! Whom the called side sees calling.
//!
//! A document may name any number that is ours, or verified, or an end of the call it runs on;
//! for a SIP side, a name as well. What it may not name is warned of, and the caller is shown.

use crate::notice::Fault;
use crate::script::Line;
use crate::verb::dial::target::{self, Target};
use model::{Address, Direction, ErrorCode, limit};
use twiml::verb::Dial;

/// Who is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    shown: Address,
    /// A carrier may be shown this one.
    presentable: bool,
    /// Shown to SIP sides instead.
    name: Option<Address>,
}

/// What is known of who shall be shown, without asking the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// This one.
    Shown(Caller),
    /// This name to SIP sides; whoever else is rung sees the caller.
    Name(Address),
    /// This number, if it is ours or verified.
    IfOurs(String),
    /// None that may be shown: the caller instead.
    Refused(Fault),
}

impl Caller {
    /// This address, to everybody.
    pub fn of(shown: Address, presentable: bool) -> Caller {
        Caller {
            shown,
            presentable,
            name: None,
        }
    }

    /// The same, with a name for SIP sides.
    pub fn with_name(self, name: Option<Address>) -> Caller {
        Caller { name, ..self }
    }

    /// The name that SIP sides are shown.
    pub fn name(&self) -> Option<Address> {
        self.name.clone()
    }

    /// Who this target sees, and whether a carrier may be shown it.
    pub fn seen_by(&self, target: &Target) -> (Address, bool) {
        let name = self
            .name
            .as_ref()
            .filter(|_| matches!(target.to, Address::Sip(_)));
        let shown = name.unwrap_or(&self.shown);
        (shown.clone(), self.presentable)
    }
}

/// Reads `callerId`.
pub(crate) fn wish(dial: &Dial, targets: &[Target], line: &Line<'_>, any: bool) -> Wish {
    let row = line.row;
    let Some(text) = dial.caller_id.as_deref().map(str::trim) else {
        return of_caller(line, any);
    };
    if text.chars().count() > limit::CALLER_ID_CHARS_MAX {
        let text = "Dial: the callerId is too long; the caller is shown";
        return Wish::Refused(Fault::new(ErrorCode::DIAL_CALLER_ID_LONG, text));
    }
    let is_end = |address: &Address| *address == row.to || *address == row.from;
    if let Some(number) = target::dialable(text, target::home(row).as_deref()) {
        let shown = Address::Number(number.clone());
        // A SIP side says of itself what it likes, and reaches whatever it asks for: the ends of
        // its call prove nothing.
        return if any || (is_end(&shown) && !is_by_sip(line)) {
            Wish::Shown(Caller::of(shown, true))
        } else {
            Wish::IfOurs(number)
        };
    }
    let address = Address::parse(text);
    let sip = |target: &Target| matches!(target.to, Address::Sip(_));
    let word = |c: char| c.is_ascii_alphanumeric() || "+-_.".contains(c);
    let named = is_end(&address) || text.chars().all(word);
    if named && targets.iter().any(sip) {
        return Wish::Name(address);
    }
    Wish::Refused(refused(dial))
}

/// The caller, where the document names nobody or nobody that may be shown.
pub(crate) fn of_caller(line: &Line<'_>, any: bool) -> Wish {
    let from = &line.row.from;
    match from {
        _ if any => Wish::Shown(Caller::of(from.clone(), true)),
        Address::Number(number) if line.visit.by_phone => Wish::IfOurs(number.clone()),
        // Unconfirmed: whether a withheld caller is carried on. It is: who forwards calls would
        // lose those of everybody who withholds their number.
        other => {
            let number = matches!(other, Address::Number(_));
            let presentable = number || is_withheld(other);
            Wish::Shown(Caller::of(other.clone(), presentable))
        }
    }
}

/// What is said of a `callerId` that may not be shown.
pub(crate) fn refused(dial: &Dial) -> Fault {
    let shown = dial.caller_id.as_deref().unwrap_or_default();
    let text = format!("Dial: '{shown}' may not be shown as caller ID; the caller is shown");
    Fault::new(ErrorCode::DIAL_CALLER_ID, text)
}

/// A caller who came by SIP: a phone of ours, or somebody without a number.
fn is_by_sip(line: &Line<'_>) -> bool {
    let sip = matches!(line.row.from, Address::Sip(_));
    line.row.direction == Direction::Inbound && (sip || line.visit.by_phone)
}

/// A caller who doesn't say who they are (RFC 3323 §4.1).
fn is_withheld(address: &Address) -> bool {
    match address {
        Address::Name(_) => true,
        Address::Sip(uri) => {
            let rest = uri.split_once(':').map_or("", |(_, rest)| rest);
            let (user, host) = rest.split_once('@').unwrap_or(("", rest));
            let nobody = user.eq_ignore_ascii_case("anonymous");
            nobody || host.to_ascii_lowercase().starts_with("anonymous.invalid")
        }
        Address::Number(_) | Address::Client(_) | Address::Sim(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_withholds_their_number_is_told_from_who_has_none() {
        for (address, withheld) in [
            ("sip:anonymous@anonymous.invalid", true),
            ("sip:Anonymous@carrier.example", true),
            ("sip:anonymous.invalid", true),
            ("sip:alice@example.com", false),
            ("client:alice", false),
            ("+12025550101", false),
            ("", true),
        ] {
            assert_eq!(is_withheld(&Address::parse(address)), withheld, "{address}");
        }
    }
}
