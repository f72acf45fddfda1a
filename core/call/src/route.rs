//! Which application a caller reaches: the owned number's, or the one that lets phones dial out.

use crate::call::Call;
use crate::effect::{LookupId, Question};
use crate::event::Found;
use crate::script::Start;
use crate::timer::Timer;
use crate::token;
use crate::turn::Turn;
use model::callback::CallEvents;
use model::signal::{Offered, Origin, SignalCommand};
use model::{
    Account, AccountSid, Address, Application, CallRow, CallSid, Direction, LegId, Method, Number,
    Span, StatusCallback, limit,
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
    /// The number that was called, while its application is asked for.
    number: Option<Box<Number>>,
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
            number: None,
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
            Found::Number(Some(number)) => match number.application {
                Some(application) => {
                    let question = Question::Application(number.account, application);
                    self.number = Some(number);
                    self.lookup = ask(self.sid, question, turn);
                    Reception::Waiting
                }
                None => self.for_number(&number, None, turn),
            },
            // An application that is gone leaves the number to its own addresses.
            Found::Application(application) => match self.number.take() {
                Some(number) => self.for_number(&number, application.as_deref(), turn),
                None => self.refuse(404, turn),
            },
            Found::Number(None) if may_dial => {
                self.lookup = ask(self.sid, Question::Account, turn);
                Reception::Waiting
            }
            Found::Account(Some(account)) if may_dial => self.for_phone(&account, turn),
            // Not 404: the number is in service, and may be reached again. No row is kept, as the
            // account's own application is told of nothing either.
            Found::Suspended => self.refuse(480, turn),
            Found::Number(None) | Found::Account(_) | Found::CallerId(_) => self.refuse(404, turn),
        }
    }

    /// Refuses a caller who is nobody's.
    pub fn refuse(&self, code: u16, turn: &mut Turn<'_>) -> Reception {
        refuse(self.leg, code, turn);
        Reception::Refused
    }

    fn row(&self, turn: &Turn<'_>) -> CallRow {
        let offered = &self.offered;
        CallRow {
            to: offered.to.clone(),
            from: offered.from.clone(),
            forwarded_from: offered.forwarded_from.clone(),
            caller_name: offered.caller_name.clone(),
            sip_call_id: Some(offered.sip_call_id.clone()),
            // Whose number it is comes out later.
            ..CallRow::new(self.sid, AccountSid(0), Direction::Inbound, turn.now)
        }
    }

    /// What the number runs, or the application that handles its calls.
    fn for_number(
        &mut self,
        number: &Number,
        application: Option<&Application>,
        turn: &mut Turn<'_>,
    ) -> Reception {
        let hooks = application.map_or_else(|| Hooks::of_number(number), Hooks::of_application);
        let mut row = self.row(turn);
        row.account = number.account;
        row.number = Some(number.sid);
        row.status_callback = hooks.status_callback.map(|(url, method)| StatusCallback {
            url,
            method,
            events: CallEvents::COMPLETED,
        });
        if number.caller_id_lookup || hooks.caller_id_lookup {
            // The operator's table knows better than what the far end says of itself.
            let names = &turn.desk.config.caller_names;
            let known = row.from.number().and_then(|from| names.get(from));
            row.caller_name = known.cloned().or(row.caller_name);
        } else {
            row.caller_name = None;
        }
        let token = self.token(&row, turn);
        let mut call = Call::arrived((self.leg, row), &self.offered, hooks.fallback);
        call.came_by(application.map(|application| application.sid), token);
        match hooks.voice.filter(|(url, _)| !url.is_empty()) {
            Some((url, method)) => {
                let start = Start::Source(crate::command::Source::Url { url, method });
                call.take_in(self.offered.sdp.take(), start, turn);
            }
            None => call.turn_away(404, turn),
        }
        Reception::Call(Box::new(call))
    }

    /// A call from one of our own legs has a caller we chose ourselves: nobody to vouch for.
    fn token(&self, row: &CallRow, turn: &Turn<'_>) -> Option<String> {
        let from = row.from.number()?;
        let key = turn.desk.config.token_key;
        (self.offered.origin != Origin::Own)
            .then(|| token::issue(key, row.account, row.sid, from, turn.now))
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
        let document = Document::of(vec![Verb::Dial(dial)]);
        let mut call = Call::arrived((self.leg, row), &self.offered, None);
        call.take_in(self.offered.sdp.take(), Start::Document(document), turn);
        Reception::Call(Box::new(call))
    }
}

/// Where a call that came in finds its document, and who is told of its end.
struct Hooks {
    voice: Option<(String, Method)>,
    fallback: Option<(String, Method)>,
    status_callback: Option<(String, Method)>,
    caller_id_lookup: bool,
}

impl Hooks {
    fn of_number(row: &Number) -> Hooks {
        Hooks {
            voice: hook(&row.voice_url, row.voice_method),
            fallback: hook(&row.voice_fallback_url, row.voice_fallback_method),
            status_callback: hook(&row.status_callback, row.status_callback_method),
            caller_id_lookup: row.caller_id_lookup,
        }
    }

    fn of_application(row: &Application) -> Hooks {
        Hooks {
            voice: hook(&row.voice_url, row.voice_method),
            fallback: hook(&row.voice_fallback_url, row.voice_fallback_method),
            status_callback: hook(&row.status_callback, row.status_callback_method),
            caller_id_lookup: row.caller_id_lookup,
        }
    }
}

fn hook(url: &Option<String>, method: Method) -> Option<(String, Method)> {
    url.clone().map(|url| (url, method))
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
