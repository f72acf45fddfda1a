//! How far a call has come, why it ended, and which SIP response means which end.

use std::fmt;

/// What the API calls the state of a call; always computed from its leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallStatus {
    /// Accepted, and not yet on its way.
    Queued,
    /// On its way to the far end. Seen in callbacks only.
    Initiated,
    /// The far end is being alerted.
    Ringing,
    /// Answered, and not yet ended.
    InProgress,
    /// Was answered and has ended.
    Completed,
    /// The far end was busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// Could not be connected.
    Failed,
    /// Given up by our side before it was answered.
    Canceled,
}

impl CallStatus {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            CallStatus::Queued => "queued",
            CallStatus::Initiated => "initiated",
            CallStatus::Ringing => "ringing",
            CallStatus::InProgress => "in-progress",
            CallStatus::Completed => "completed",
            CallStatus::Busy => "busy",
            CallStatus::NoAnswer => "no-answer",
            CallStatus::Failed => "failed",
            CallStatus::Canceled => "canceled",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<CallStatus> {
        use CallStatus::*;
        [
            Queued, Initiated, Ringing, InProgress, Completed, Busy, NoAnswer, Failed, Canceled,
        ]
        .into_iter()
        .find(|status| status.as_str() == text)
    }

    /// True for the states a call never leaves.
    pub fn is_final(self) -> bool {
        self >= CallStatus::Completed
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a leg ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Answered, then hung up by either side.
    HungUp,
    /// The far end was busy (486, 600) or `<Reject reason="busy">` said so.
    Busy,
    /// Nobody answered in time, the far end declined, or an inbound caller gave up.
    NoAnswer,
    /// The far end cannot be reached, or something broke.
    Failed,
    /// Our side gave up before an answer.
    Canceled,
}

impl Cause {
    /// The final status that this cause leads to.
    pub fn status(self) -> CallStatus {
        match self {
            Cause::HungUp => CallStatus::Completed,
            Cause::Busy => CallStatus::Busy,
            Cause::NoAnswer => CallStatus::NoAnswer,
            Cause::Failed => CallStatus::Failed,
            Cause::Canceled => CallStatus::Canceled,
        }
    }

    /// What a final SIP response to our INVITE means (behaviour.md §3 and §12).
    ///
    /// 603 and the other ways a person declines count as no answer: a caller can't tell a
    /// declined call from one nobody took, and existing apps branch on `no-answer`.
    pub fn of_response(code: u16) -> Cause {
        match code {
            486 | 600 => Cause::Busy,
            408 | 480 | 487 | 603 | 607 | 608 => Cause::NoAnswer,
            _ => Cause::Failed,
        }
    }
}

/// Which way a call goes, as the API writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Somebody calls a number of ours.
    Inbound,
    /// Placed through the API.
    OutboundApi,
    /// Placed by `<Dial>`.
    OutboundDial,
}

impl Direction {
    /// The word the API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Inbound => "inbound",
            Direction::OutboundApi => "outbound-api",
            Direction::OutboundDial => "outbound-dial",
        }
    }

    /// Reads the API's word.
    pub fn parse(text: &str) -> Option<Direction> {
        [
            Direction::Inbound,
            Direction::OutboundApi,
            Direction::OutboundDial,
        ]
        .into_iter()
        .find(|direction| direction.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for text in [
            "queued",
            "ringing",
            "in-progress",
            "completed",
            "busy",
            "no-answer",
        ] {
            assert_eq!(CallStatus::parse(text).map(CallStatus::as_str), Some(text));
        }
        assert_eq!(CallStatus::parse("Busy"), None);
    }

    #[test]
    fn responses_map_as_the_reference_has_them() {
        let status = |code| Cause::of_response(code).status();
        assert_eq!(status(486), CallStatus::Busy);
        assert_eq!(status(600), CallStatus::Busy);
        assert_eq!(status(480), CallStatus::NoAnswer);
        assert_eq!(status(408), CallStatus::NoAnswer);
        assert_eq!(status(603), CallStatus::NoAnswer);
        assert_eq!(status(404), CallStatus::Failed);
        assert_eq!(status(484), CallStatus::Failed);
        assert_eq!(status(503), CallStatus::Failed);
    }
}
