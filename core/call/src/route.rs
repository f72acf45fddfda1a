//! Which application a caller reaches: the owned number's, or the one that lets phones dial out.

use crate::call::{self, Call};
use crate::effect::{LookupId, Question};
use crate::event::Found;
use crate::script::Start;
use crate::timer::Timer;
use crate::turn::Turn;
use model::callback::CallEvents;
use model::signal::{Offered, Origin, SignalCommand};
use model::{
    Account, Address, CallRow, CallSid, CallStatus, Direction, LegId, Number, Span, StatusCallback,
    limit,
};
use twiml::verb::Dial;
use twiml::{Document, Noun, Verb, noun};

/// A caller of whom it isn't known yet whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The name its call will have.
    pub sid: CallSid,
    /// Its leg.
    pub leg: LegId,
    offered: Box<Offered>,
    lookup: LookupId,
}

/// What becomes of a caller.
pub(crate) enum Reception {
    /// Another question is asked.
    Waiting,
    /// They were refused, and nobody is concerned.
    Refused,
    /// A call.
    Call(Box<Call>),
}

impl Arrival {
    /// Asks whose the caller is.
    pub fn new(sid: CallSid, leg: LegId, offered: Box<Offered>, turn: &mut Turn<'_>) -> Arrival {
        let question = match &offered.to {
            Address::Number(number) => Question::Number(number.clone()),
            _ => Question::Account,
        };
        let lookup = ask(sid, question, turn);
        Arrival {
            sid,
            leg,
            offered,
            lookup,
        }
    }

    /// The store's answer.
    pub fn found(&mut self, lookup: LookupId, found: Found, turn: &mut Turn<'_>) -> Reception {
        if lookup != self.lookup {
            return Reception::Waiting;
        }
        turn.stop(self.sid, Timer::Lookup);
        let may_dial = matches!(self.offered.origin, Origin::Phone(_));
        match found {
            Found::Number(Some(number)) => self.for_number(&number, turn),
            Found::Number(None) if may_dial => {
                self.lookup = ask(self.sid, Question::Account, turn);
                Reception::Waiting
            }
            Found::Account(Some(account)) if may_dial => self.for_phone(&account, turn),
            Found::Number(None) | Found::Account(_) => self.refuse(404, turn),
        }
    }

    /// Refuses a caller who is nobody's.
    pub fn refuse(&self, code: u16, turn: &mut Turn<'_>) -> Reception {
        refuse(self.leg, code, turn);
        Reception::Refused
    }

    fn row(&self, turn: &Turn<'_>) -> CallRow {
        let mut row = call::blank(self.sid, Direction::Inbound, turn.now);
        row.to = self.offered.to.clone();
        row.from = self.offered.from.clone();
        row.forwarded_from.clone_from(&self.offered.forwarded_from);
        row.caller_name.clone_from(&self.offered.caller_name);
        row.sip_call_id = Some(self.offered.sip_call_id.clone());
        row.status = CallStatus::Ringing;
        row
    }

    fn for_number(&mut self, number: &Number, turn: &mut Turn<'_>) -> Reception {
        let mut row = self.row(turn);
        row.account = number.account;
        row.number = Some(number.sid);
        row.status_callback = number.status_callback.as_ref().map(|url| StatusCallback {
            url: url.clone(),
            method: number.status_callback_method,
            events: CallEvents::COMPLETED,
        });
        let fallback = number
            .voice_fallback_url
            .clone()
            .map(|url| (url, number.voice_fallback_method));
        let mut call = Call::arrived((self.leg, row), &self.offered, fallback);
        match number.voice_url.clone().filter(|url| !url.is_empty()) {
            Some(url) => {
                let method = number.voice_method;
                let start = Start::Source(crate::command::Source::Url { url, method });
                call.take_in(self.offered.sdp.take(), start, turn);
            }
            None => call.turn_away(404, turn),
        }
        Reception::Call(Box::new(call))
    }

    /// A phone of ours dials out: what it dialled is a `<Dial>` nobody had to write.
    fn for_phone(&mut self, account: &Account, turn: &mut Turn<'_>) -> Reception {
        let mut row = self.row(turn);
        row.account = account.sid;
        let noun = match &self.offered.to {
            Address::Number(number) => Noun::Number(noun::Number {
                number: number.clone(),
                ..noun::Number::default()
            }),
            Address::Sip(uri) => Noun::Sip(noun::Sip {
                uri: uri.clone(),
                ..noun::Sip::default()
            }),
            Address::Client(_) | Address::Sim(_) | Address::Name(_) => {
                return self.refuse(404, turn);
            }
        };
        let dial = Dial {
            answer_on_bridge: true,
            timeout: limit::RING_SECS_DEFAULT,
            nouns: vec![noun],
            ..Dial::default()
        };
        let document = Document::new(vec![Verb::Dial(dial)]);
        let mut call = Call::arrived((self.leg, row), &self.offered, None);
        call.take_in(self.offered.sdp.take(), Start::Document(document), turn);
        Reception::Call(Box::new(call))
    }
}

fn ask(sid: CallSid, question: Question, turn: &mut Turn<'_>) -> LookupId {
    turn.set(
        sid,
        Timer::Lookup,
        Span::from_millis(limit::LOOKUP_DEADLINE_MS),
    );
    turn.lookup(sid, question)
}

/// Refuses a leg that has no call.
pub(crate) fn refuse(leg: LegId, code: u16, turn: &mut Turn<'_>) {
    turn.signal(
        leg,
        SignalCommand::Refuse {
            code,
            headers: Vec::new(),
        },
    );
}
