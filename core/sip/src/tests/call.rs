//! Calls between two endpoints, one story each.

use super::pair::{Net, Pair};
use model::signal::{Origin, SignalCommand, SignalEvent};

#[test]
fn a_call_is_answered_and_hung_up() {
    let mut pair = Pair::new(1, Net::PERFECT);
    let out = pair.call(0);
    pair.run_ms(50);
    let leg = pair.offered(1);
    let SignalEvent::Offered(offered) = pair.heard(1).remove(0) else {
        panic!("an offer comes first");
    };
    assert_eq!(offered.to.to_string(), "+12025550101");
    assert_eq!(offered.from.to_string(), "+12025550199");
    assert_eq!(offered.origin, Origin::Trunk("peer".into()));
    assert_eq!(offered.sdp.as_deref(), Some("v=0 offer"));
    assert_eq!(offered.headers, [("X-Test".to_owned(), "one".to_owned())]);
    assert_eq!(offered.max_forwards, 70);
    pair.command(1, leg, SignalCommand::Ring { sdp: None });
    pair.run_ms(1_000);
    pair.answer(1, leg);
    pair.run_ms(100);
    let heard = pair.heard(0);
    assert_eq!(
        heard[0],
        SignalEvent::Progress {
            code: 180,
            sdp: None
        }
    );
    assert!(
        matches!(&heard[1], SignalEvent::Answered { sdp: Some(sdp), .. } if sdp == "v=0 answer")
    );
    assert_eq!(pair.heard(1)[1], SignalEvent::Acknowledged { sdp: None });
    pair.command(0, out, SignalCommand::Release);
    pair.run_ms(100);
    assert_eq!(pair.heard(1)[2], SignalEvent::Released { canceled: false });
    assert_eq!(pair.lines(0), ["INVITE", "ACK", "BYE"]);
    assert_eq!(
        pair.lines(1),
        [
            "100 Trying INVITE",
            "180 Ringing INVITE",
            "200 OK INVITE",
            "200 OK BYE"
        ]
    );
    pair.settle();
}
