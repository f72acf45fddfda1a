//! What a virtual phone is like: how it rings, whether it answers, what it says and does then.
//!
//! The numbers of the virtual phone network, in one table:
//!
//! | number         | what it is like                                              |
//! |----------------|--------------------------------------------------------------|
//! | `+12025550101` | answers after a second, says hello, listens and replies      |
//! | `+12025550102` | is busy                                                      |
//! | `+12025550103` | rings for ever                                               |
//! | `+12025550104` | does not exist                                               |
//! | `+12025550105` | voicemail: a long greeting, a beep, then it listens          |
//! | `+12025550106` | answers, and presses 1 when a prompt falls silent            |
//! | `+12025550107` | answers, and hangs up after three seconds                    |
//! | `+12025550108` | declines                                                     |
//! | `+12025550109` | a fax machine: answers with its tone                         |
//! | any other      | like `+12025550101`                                          |

/// How a phone takes a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Character {
    /// A few words for people.
    pub summary: String,
    /// From the INVITE to the first ringing (milliseconds).
    pub ring_after_ms: u64,
    /// What follows the ringing.
    pub answer: Answer,
    /// What it does once it has answered, in order; then it listens until the other hangs up.
    pub acts: Vec<Act>,
    /// Headers that it sends along where it calls and where it refuses.
    pub headers: Vec<(String, String)>,
    /// What it does when it is asked to call somebody else.
    pub referral: Referral,
    /// What it says in so many milliseconds after it was first called is lost on the way.
    pub unheard_ms: u64,
}

/// What a phone does when it is asked to call somebody else (REFER). It never really does: what
/// matters here is what it says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referral {
    /// It agrees, says that it rings there, and after so many milliseconds that its call has come
    /// to this response.
    Accept(u16, u64),
    /// It refuses with this response.
    Refuse(u16),
    /// It agrees, and never says how it went.
    Forget,
    /// It agrees, says that it rings there, and hangs up.
    Leave,
    /// It says nothing at all.
    Ignore,
}

impl Default for Referral {
    /// Somebody answers there after two seconds.
    fn default() -> Self {
        Referral::Accept(200, 2_000)
    }
}

/// Whether a phone answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// So many milliseconds after the ringing began.
    After(u64),
    /// Never: it rings until the caller gives up.
    Never,
    /// It refuses with this SIP response, so many milliseconds after the ringing began. Refusals
    /// at 0 ms come without any ringing.
    Refuse(u16, u64),
    /// It is deaf: it says nothing at all, not even 100.
    Deaf,
}

/// One thing a phone does in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Says this.
    Say(String),
    /// The beep after a voicemail greeting.
    Beep,
    /// The answer tone of a fax machine (CED, 2,100 Hz).
    Fax,
    /// The busy tone of the network, ten seconds of it: who was there has hung up.
    BusyTone,
    /// Waits so many milliseconds.
    Wait(u64),
    /// Waits until it has heard somebody and then a second of silence.
    UntilSilence,
    /// Presses these keys.
    Press(String),
    /// Hangs up.
    HangUp,
    /// Puts the other on hold (re-INVITE, `sendonly`).
    Hold,
    /// Takes the other off hold again.
    Resume,
    /// Asks for the other to be sent to this address (REFER).
    Refer(String),
}

impl Character {
    /// A phone that rings at once and is answered after so long, and does this.
    pub fn answering(summary: &str, after_ms: u64, acts: Vec<Act>) -> Character {
        let answer = Answer::After(after_ms);
        Character {
            summary: summary.to_owned(),
            ring_after_ms: 60,
            answer,
            acts,
            headers: Vec::new(),
            referral: Referral::default(),
            unheard_ms: 0,
        }
    }

    /// A phone that refuses at once.
    pub fn refusing(summary: &str, code: u16) -> Character {
        Character {
            summary: summary.to_owned(),
            ring_after_ms: 60,
            answer: Answer::Refuse(code, 0),
            acts: Vec::new(),
            headers: Vec::new(),
            referral: Referral::default(),
            unheard_ms: 0,
        }
    }

    /// The person at `+12025550101`, and at every number that has no other character: says hello,
    /// then listens, and says a few words whenever the other has spoken and falls silent.
    pub fn person() -> Character {
        let mut acts = vec![Act::Say("Hello? Who is it?".to_owned())];
        for turn in 0..REPLIES_MAX {
            acts.push(Act::UntilSilence);
            acts.push(Act::Say(REPLIES[turn % REPLIES.len()].to_owned()));
        }
        Character::answering(
            "answers after a second, says hello, listens and replies",
            1_000,
            acts,
        )
    }

    /// The phone at this number.
    pub fn at(number: &str) -> Character {
        TABLE
            .iter()
            .find(|(known, _)| *known == number)
            .map_or_else(Character::person, |(_, make)| make())
    }

    /// The whole table, for `ringback dev --phones` and the documentation.
    pub fn table() -> Vec<(&'static str, Character)> {
        TABLE
            .iter()
            .map(|(number, make)| (*number, make()))
            .collect()
    }
}

type Make = fn() -> Character;

/// What a person says when the other falls silent.
const REPLIES: [&str; 3] = [
    "Yes, I can hear you.",
    "All right, go on.",
    "I see, thank you.",
];
/// A person's patience: two of them on one line must come to an end.
const REPLIES_MAX: usize = 12;

const GREETING: &str = "You have reached the voice mailbox of the virtual phone number one zero \
five. Nobody can take your call at the moment. Please leave your name, your number and a short \
message after the tone, and we will call you back as soon as we can.";

const TABLE: [(&str, Make); 9] = [
    ("+12025550101", Character::person),
    ("+12025550102", || Character::refusing("is busy", 486)),
    ("+12025550103", || Character {
        answer: Answer::Never,
        ..Character::answering("rings for ever", 0, Vec::new())
    }),
    ("+12025550104", || {
        Character::refusing("does not exist", 404)
    }),
    ("+12025550105", || {
        let acts = vec![Act::Say(GREETING.to_owned()), Act::Beep];
        Character::answering(
            "voicemail: a long greeting, a beep, then it listens",
            2_000,
            acts,
        )
    }),
    ("+12025550106", || {
        let acts = vec![Act::UntilSilence, Act::Press("1".to_owned())];
        Character::answering(
            "answers, and presses 1 when a prompt falls silent",
            1_000,
            acts,
        )
    }),
    ("+12025550107", || {
        let acts = vec![Act::Wait(3_000), Act::HangUp];
        Character::answering("answers, and hangs up after three seconds", 1_000, acts)
    }),
    ("+12025550108", || Character {
        answer: Answer::Refuse(603, 1_500),
        ..Character::answering("declines", 0, Vec::new())
    }),
    ("+12025550109", || {
        let acts = vec![Act::Fax];
        Character::answering("a fax machine: answers with its tone", 1_000, acts)
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_the_table_has_its_own_character() {
        let table = Character::table();
        assert_eq!(table.len(), 9);
        assert_eq!(Character::at("+12025550102").answer, Answer::Refuse(486, 0));
        assert_eq!(Character::at("+4930123456"), Character::person());
    }
}
