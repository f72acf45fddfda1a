//! Who is let in: how many calls at once, how deep numbers may dial each other.

use model::limit;
use model::signal::{Offered, Origin};

/// True if there is room for one more call.
pub(crate) fn has_room(calls: usize) -> bool {
    calls < limit::CALLS_MAX
}

/// The response that turns an offered leg away, if it may not come in.
pub(crate) fn refusal(offered: &Offered, calls: usize) -> Option<u16> {
    let rounds = limit::MAX_FORWARDS.saturating_sub(offered.max_forwards);
    if offered.origin == Origin::Own && rounds > limit::OWN_HOPS_MAX {
        // RFC 3261 §16.3: too many hops.
        Some(483)
    } else if has_room(calls) {
        None
    } else {
        Some(503)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Address;

    #[test]
    fn rooms_and_rounds_are_bounded() {
        let offered = |origin, max_forwards| Offered {
            to: Address::Number("+12025550190".into()),
            from: Address::Number("+12025550101".into()),
            caller_name: None,
            forwarded_from: None,
            sdp: None,
            sip_call_id: "a".into(),
            source: "192.0.2.1:5060".into(),
            origin,
            headers: Vec::new(),
            max_forwards,
        };
        assert_eq!(refusal(&offered(Origin::Own, 62), 0), None);
        assert_eq!(refusal(&offered(Origin::Own, 61), 0), Some(483));
        assert_eq!(refusal(&offered(Origin::Trunk("t".into()), 5), 0), None);
        assert_eq!(
            refusal(&offered(Origin::Own, 69), limit::CALLS_MAX),
            Some(503)
        );
    }
}
