//! Offer and answer within an answered call: who has offered what, and what happens when both
//! do at once (RFC 3264, RFC 3261 §14, RFC 3311 §5.2).

use crate::message::{Code, Method, Response};
use model::{Chance, Span};

/// Where the exchange of descriptions stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Exchange {
    /// Nobody has an offer out.
    #[default]
    Idle,
    /// Our re-INVITE or UPDATE waits for its response.
    Offered(Offer),
    /// Our offer met theirs and waits for its second try.
    Waiting(Offer),
    /// Their re-INVITE or UPDATE waits for our reply.
    Received(Box<Received>),
}

/// An offer of ours.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Offer {
    /// The transaction, while it is out.
    pub(crate) client: u64,
    /// The description; `None` for an UPDATE that only refreshes.
    pub(crate) sdp: Option<String>,
    /// Whether it only keeps the session alive, so that call control hears nothing of it.
    pub(crate) refresh: bool,
}

/// A request of theirs that waits for our reply.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Received {
    /// Its transaction.
    pub(crate) key: u64,
    /// INVITE or UPDATE.
    pub(crate) method: Method,
    /// Its CSeq.
    pub(crate) number: u32,
    /// The response to be, without code and body.
    pub(crate) template: Response,
    /// Whether it brought an offer; if not, ours is wanted.
    pub(crate) offers: bool,
}

impl Exchange {
    /// How an INVITE or UPDATE of theirs is refused at this point; `None` if it is taken.
    /// A second offer before our reply to the first gets 500, one that meets ours 491.
    pub(crate) fn refusal(&self) -> Option<Code> {
        match self {
            Exchange::Idle | Exchange::Waiting(_) => None,
            Exchange::Offered(_) => Some(Code::REQUEST_PENDING),
            Exchange::Received(_) => Some(Code::SERVER_INTERNAL_ERROR),
        }
    }

    /// The offer that this transaction carries.
    pub(crate) fn take_offered(&mut self, client: u64) -> Option<Offer> {
        match std::mem::take(self) {
            Exchange::Offered(offer) if offer.client == client => Some(offer),
            other => {
                *self = other;
                None
            }
        }
    }

    /// The request of theirs that waits.
    pub(crate) fn take_received(&mut self) -> Option<Box<Received>> {
        match std::mem::take(self) {
            Exchange::Received(received) => Some(received),
            other => {
                *self = other;
                None
            }
        }
    }

    /// The offer that waits for its second try.
    pub(crate) fn take_waiting(&mut self) -> Option<Offer> {
        match std::mem::take(self) {
            Exchange::Waiting(offer) => Some(offer),
            other => {
                *self = other;
                None
            }
        }
    }
}

/// How long an offer that met another one waits (RFC 3261 §14.1): the side that made the call
/// 2.1 to 4 s, the other up to 2 s, in steps of 10 ms.
pub(crate) fn glare_wait(made_call: bool, chance: &mut Chance) -> Span {
    let steps = if made_call {
        210 + chance.below(191)
    } else {
        chance.below(201)
    };
    Span::from_millis(steps * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glare_sides_never_wait_alike() {
        let mut chance = Chance::new(1);
        for _ in 0..500 {
            let (maker, taker) = (
                glare_wait(true, &mut chance),
                glare_wait(false, &mut chance),
            );
            assert!((2_100..=4_000).contains(&maker.millis()), "{maker}");
            assert!(taker.millis() <= 2_000 && taker < maker);
        }
    }

    #[test]
    fn a_second_offer_is_refused_by_who_made_the_first() {
        let offer = Offer {
            client: 1,
            sdp: None,
            refresh: false,
        };
        assert_eq!(Exchange::Idle.refusal(), None);
        assert_eq!(Exchange::Waiting(offer.clone()).refusal(), None);
        let mut exchange = Exchange::Offered(offer.clone());
        assert_eq!(exchange.refusal(), Some(Code::REQUEST_PENDING));
        assert_eq!(exchange.take_offered(2), None);
        assert_eq!(exchange.take_offered(1), Some(offer));
        assert_eq!(exchange, Exchange::Idle);
    }
}
