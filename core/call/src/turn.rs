//! One turn: what call control has at hand while it handles one event.
//!
//! Effects go out through here, names and timers are drawn here, and relatives are told here;
//! so a call never touches another call, only leaves news for it.

use crate::config::Config;
use crate::effect::{Effect, LookupId, Question, Row};
use crate::family::{Child, News};
use crate::questions::Questions;
use crate::timer::{Timer, Timers};
use model::media::{MediaCommand, PlayId};
use model::signal::SignalCommand;
use model::{CallSid, Callback, Chance, FetchId, LegId, Span, Time, WebRequest, limit};
use std::collections::{BTreeMap, VecDeque};

/// What outlives a turn and is shared by all calls.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// The facts told at the start.
    pub config: Config,
    /// Where every identifier is drawn from.
    pub chance: Chance,
    /// All timers.
    pub timers: Timers,
    /// Whose each leg is.
    pub legs: BTreeMap<LegId, CallSid>,
    /// Who asked each customer.
    pub fetches: Questions,
    /// Who asked the store.
    pub lookups: Questions,
    /// What is still to be done in this turn; empty between turns.
    pub work: VecDeque<Work>,
    /// How many notifications each call has left behind.
    pub notices: BTreeMap<CallSid, usize>,
    /// How many calls there are, those about to be placed included.
    pub calls: usize,
    next: Next,
}

/// Something one call leaves for another, or for the whole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Work {
    /// Tell this call.
    Tell(CallSid, News),
    /// Place this call.
    Place(Box<Child>),
}

#[derive(Debug, Clone, Default)]
struct Next {
    leg: u64,
    play: u64,
}

impl Desk {
    /// An empty desk.
    pub fn new(config: Config, chance: Chance) -> Desk {
        Desk {
            config,
            chance,
            timers: Timers::default(),
            legs: BTreeMap::new(),
            fetches: Questions::default(),
            lookups: Questions::default(),
            work: VecDeque::new(),
            notices: BTreeMap::new(),
            calls: 0,
            next: Next::default(),
        }
    }

    /// Whether one more notification of a call is written.
    pub fn may_note(&mut self, call: CallSid) -> bool {
        let written = self.notices.entry(call).or_default();
        *written += 1;
        *written <= limit::NOTIFICATIONS_PER_CALL_MAX
    }

    /// Nothing of a call remains: not its leg's name, not its timers, not its questions.
    pub fn forget(&mut self, call: CallSid, leg: LegId) {
        self.calls = self.calls.saturating_sub(1);
        self.legs.remove(&leg);
        self.notices.remove(&call);
        self.timers.stop_all(call);
        self.fetches.forget(call);
        self.lookups.forget(call);
    }
}

/// The desk, the time, and where effects go.
pub(crate) struct Turn<'a> {
    /// When this happens.
    pub now: Time,
    /// What is shared.
    pub desk: &'a mut Desk,
    /// What the world must do.
    pub out: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    /// Names a leg that call control places.
    pub fn draw_leg(&mut self, call: CallSid) -> LegId {
        self.desk.next.leg += 1;
        let leg = LegId(self.desk.next.leg);
        self.desk.legs.insert(leg, call);
        leg
    }

    /// Names a prompt.
    pub fn draw_play(&mut self) -> PlayId {
        self.desk.next.play += 1;
        PlayId(self.desk.next.play)
    }

    /// Says this to a carrier.
    pub fn signal(&mut self, leg: LegId, command: SignalCommand) {
        self.out.push(Effect::Signal { leg, command });
    }

    /// Says this to the sound engine.
    pub fn media(&mut self, leg: LegId, command: MediaCommand) {
        self.out.push(Effect::Media { leg, command });
    }

    /// Has a row written.
    pub fn save(&mut self, row: Row) {
        self.out.push(Effect::Save(row));
    }

    /// Tells the customer.
    pub fn notify(&mut self, callback: Callback) {
        self.out.push(Effect::Notify(callback));
    }

    /// Asks the customer.
    pub fn fetch(&mut self, request: WebRequest) -> FetchId {
        let fetch = FetchId(self.desk.fetches.ask(request.call));
        self.out.push(Effect::Fetch { fetch, request });
        fetch
    }

    /// Asks the store.
    pub fn lookup(&mut self, call: CallSid, question: Question) -> LookupId {
        let lookup = LookupId(self.desk.lookups.ask(call));
        self.out.push(Effect::Lookup { lookup, question });
        lookup
    }

    /// Leaves news for a relative.
    pub fn tell(&mut self, call: CallSid, news: News) {
        self.desk.work.push_back(Work::Tell(call, news));
    }

    /// Sets a timer so far from now.
    pub fn set(&mut self, call: CallSid, timer: Timer, after: Span) {
        let at = self.now + after;
        self.desk.timers.set(call, timer, at);
    }

    /// Stops a timer.
    pub fn stop(&mut self, call: CallSid, timer: Timer) {
        self.desk.timers.stop(call, timer);
    }
}
