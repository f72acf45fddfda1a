//! The words of a call log, as the interface and both databases write them.

use std::fmt;

macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$inner:meta])* $variant:ident = $text:literal,)+ }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$inner])* $variant,)+
        }

        impl $name {
            /// All there are, in their order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }

            /// Reads the word; none for one that isn't known.
            pub fn parse(text: &str) -> Option<$name> {
                match text {
                    $($text => Some($name::$variant),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

words! {
    /// Who called whom.
    Direction {
        /// Somebody called the organization's number.
        Inbound = "inbound",
        /// The organization called.
        Outbound = "outbound",
    }
    /// How far a leg has come. Of two ends that contradict each other the later one here counts:
    /// what somebody did says more than that nothing came of it.
    Status {
        /// Nothing but asked for; of a callback, that it is being dialled.
        Initiated = "initiated",
        /// It waits for its turn.
        Queued = "queued",
        /// The phone rings.
        Ringing = "ringing",
        /// Answered.
        InProgress = "in-progress",
        /// Given up before an answer.
        Canceled = "canceled",
        /// It couldn't be placed, or broke.
        Failed = "failed",
        /// Nobody picked up.
        NoAnswer = "no-answer",
        /// Busy, or refused.
        Busy = "busy",
        /// Answered, and over.
        Completed = "completed",
    }
    /// How far a conversation has come.
    Stage {
        /// The row is written, the platform is being asked.
        Asking = "asking",
        /// The agent is dialled.
        AgentCalling = "agent-calling",
        /// The agent's phone rings.
        AgentRinging = "agent-ringing",
        /// The agent has answered.
        AgentConnected = "agent-connected",
        /// The contact is dialled.
        ContactCalling = "contact-calling",
        /// The contact's phone rings.
        ContactRinging = "contact-ringing",
        /// Both talk.
        Live = "live",
        /// Over.
        Ended = "ended",
    }
    /// What came of a call.
    Outcome {
        /// Both talked.
        Talked = "talked",
        /// The contact was busy.
        ContactBusy = "contact-busy",
        /// The contact didn't pick up.
        ContactNoAnswer = "contact-no-answer",
        /// The contact couldn't be reached.
        ContactFailed = "contact-failed",
        /// The agent was busy.
        AgentBusy = "agent-busy",
        /// The agent didn't pick up.
        AgentNoAnswer = "agent-no-answer",
        /// The agent couldn't be reached.
        AgentFailed = "agent-failed",
        /// Somebody hung up before both talked.
        Canceled = "canceled",
        /// The platform refused.
        Failed = "failed",
    }
}

impl Status {
    /// How far that is; all ends are as far.
    pub fn rank(self) -> u8 {
        match self {
            Status::Initiated => 0,
            Status::Queued => 1,
            Status::Ringing => 2,
            Status::InProgress => 3,
            _ => 4,
        }
    }

    /// Whether nothing comes after it.
    pub fn is_end(self) -> bool {
        self.rank() == 4
    }
}
