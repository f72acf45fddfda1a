//! Gives what happens to whoever follows it, and remembers the latest for those who come back.
//! One task owns it; nobody waits for anybody here.

use super::event::{Change, End, Event, Lack, News, Rung, Said};
use model::{AccountSid, CallSid, CallStatus, NotificationRow, Span, Time, limit};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc::{self, error::TrySendError};

/// A call, and the one whose `<Dial>` placed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    pub call: CallSid,
    pub parent: Option<CallSid>,
}

impl Family {
    /// Whether who follows this call hears of it.
    fn has(self, call: CallSid) -> bool {
        self.call == call || self.parent == Some(call)
    }
}

/// What somebody wants to follow.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// Whose.
    pub account: AccountSid,
    /// One call and those it dialled, or all.
    pub call: Option<CallSid>,
    /// The last that was heard before.
    pub after: After,
    /// The call lives for certain, though nothing was heard of it yet: it waits for its turn.
    pub lives: bool,
}

/// The last that a reader heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// It comes for the first time.
    Nothing,
    /// This event.
    Event(u64),
    /// Something that is none of ours.
    Unknown,
}

/// A stream that was begun.
#[derive(Debug)]
pub struct Opened {
    /// What stands before all else.
    pub lack: Option<Lack>,
    /// What has happened already.
    pub past: Vec<Arc<Event>>,
    /// What happens from now on, until it is closed.
    pub queue: mpsc::Receiver<Arc<Event>>,
    /// Why it was closed.
    pub end: Arc<OnceLock<End>>,
}

/// Why there is no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There are as many as there may be.
    TooMany,
    /// Nothing is known of this call.
    Unknown,
    /// Nothing is told any more.
    Stopped,
}

#[derive(Debug)]
struct Reader {
    call: Option<CallSid>,
    queue: mpsc::Sender<Arc<Event>>,
    end: Arc<OnceLock<End>>,
}

impl Reader {
    fn follows(&self, family: Option<Family>) -> bool {
        match (self.call, family) {
            (Some(call), Some(family)) => family.has(call),
            (None, _) | (_, None) => true,
        }
    }
}

/// An account's events and readers.
#[derive(Debug)]
struct Account {
    last: u64,
    /// The last that fell out of the history, or what was before it began.
    forgotten: u64,
    history: VecDeque<Arc<Event>>,
    readers: Vec<Reader>,
    /// Calls of it that are known here.
    calls: usize,
    heard: Time,
}

/// A call as far as it was told.
#[derive(Debug)]
struct Told {
    account: AccountSid,
    parent: Option<CallSid>,
    status: Option<CallStatus>,
    events: VecDeque<Arc<Event>>,
    /// The last that fell out of `events`.
    forgotten: Option<u64>,
    over: bool,
    /// Calls it dialled that are not over.
    children: usize,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Hub {
    accounts: HashMap<AccountSid, Account>,
    calls: HashMap<CallSid, Told>,
    ended: VecDeque<(Time, CallSid)>,
    /// Lines of calls whose row was not heard of yet.
    strangers: HashMap<CallSid, Vec<Rung>>,
    stranger_order: VecDeque<(Time, CallSid)>,
    stopped: bool,
}

/// How long a stranger's lines wait for its row: it comes in the same breath or never.
const STRANGER: Span = Span::from_secs(5);

impl Hub {
    /// Something happened.
    pub fn take(&mut self, now: Time, news: News) {
        match news {
            News::Rung(rung) => self.rung(now, rung),
            News::Row(change) => self.row(now, change),
            News::Notification(row) => self.notification(now, row),
            News::Over(call) => self.over(now, call),
        }
    }

    /// News were lost on the way here: everybody is told.
    pub fn lost(&mut self, now: Time) {
        let accounts: Vec<_> = self.accounts.keys().copied().collect();
        let gaps: HashMap<_, _> = accounts
            .into_iter()
            .map(|account| {
                let gap = Said::Gap(Lack::Overload);
                (account, self.event(now, account, None, gap))
            })
            .collect();
        for told in self.calls.values_mut().filter(|told| !told.over) {
            if let Some(gap) = gaps.get(&told.account) {
                told.keep(gap);
            }
        }
    }

    /// The calls that live as far as is known here; asked when news were lost.
    pub fn living(&self) -> Vec<(AccountSid, CallSid)> {
        let living = self.calls.iter().filter(|(_, told)| !told.over);
        living.map(|(call, told)| (told.account, *call)).collect()
    }

    fn rung(&mut self, now: Time, rung: Rung) {
        match self.calls.get(&rung.call) {
            // Nothing more is kept of it either.
            Some(told) if told.over => {}
            Some(told) => {
                let (account, family) = (told.account, told.family(rung.call));
                self.tell(now, account, family, Said::Rung(rung));
            }
            None => {
                let call = rung.call;
                if !self.strangers.contains_key(&call) {
                    if self.strangers.len() >= limit::STREAM_STRANGERS_MAX {
                        return;
                    }
                    self.stranger_order.push_back((now, call));
                }
                let lines = self.strangers.entry(call).or_default();
                if lines.len() < limit::STREAM_STRANGERS_MAX {
                    lines.push(rung);
                }
            }
        }
    }

    fn row(&mut self, now: Time, change: Box<Change>) {
        let family = Family {
            call: change.call,
            parent: change.parent,
        };
        let account = change.account;
        if !self.calls.contains_key(&change.call) {
            // A row of a call that had ended before it was heard of begins nothing.
            if !change.status.is_final() {
                self.begin(now, account, family);
            }
            for rung in self.strangers.remove(&change.call).into_iter().flatten() {
                self.tell(now, account, family, Said::Rung(rung));
            }
        }
        if let Some(told) = self.calls.get_mut(&change.call) {
            if told.status == Some(change.status) {
                return;
            }
            told.status = Some(change.status);
        }
        self.tell(now, account, family, Said::Change(change));
    }

    fn notification(&mut self, now: Time, row: Box<NotificationRow>) {
        let family = self.calls.get(&row.call).map_or(
            Family {
                call: row.call,
                parent: None,
            },
            |told| told.family(row.call),
        );
        self.tell(now, row.account, family, Said::Notification(row));
    }

    /// A call is over; who follows it, and it alone, has heard all once those it dialled are too.
    pub fn over(&mut self, now: Time, call: CallSid) {
        let Some(told) = self.calls.get_mut(&call).filter(|told| !told.over) else {
            return;
        };
        told.over = true;
        self.ended.push_back((now, call));
        let parent = told.parent;
        if let Some(parent) = parent
            && let Some(told) = self.calls.get_mut(&parent)
        {
            told.children = told.children.saturating_sub(1);
            self.dismiss(parent);
        }
        self.dismiss(call);
        while self.ended.len() > limit::STREAM_ENDED_CALLS_MAX {
            self.forget_first();
        }
    }

    /// Sends those home who have heard all of a call.
    fn dismiss(&mut self, call: CallSid) {
        let Some(told) = self.calls.get(&call).filter(|told| told.is_told()) else {
            return;
        };
        if let Some(account) = self.accounts.get_mut(&told.account) {
            account.readers.retain(|reader| {
                let leaves = reader.call == Some(call);
                if leaves {
                    let _ = reader.end.set(End::Ended);
                }
                !leaves
            });
        }
    }

    fn begin(&mut self, now: Time, account: AccountSid, family: Family) {
        self.account(now, account).calls += 1;
        if let Some(parent) = family.parent
            && let Some(told) = self.calls.get_mut(&parent)
        {
            told.children += 1;
        }
        self.calls.insert(
            family.call,
            Told {
                account,
                parent: family.parent,
                status: None,
                events: VecDeque::new(),
                forgotten: None,
                over: false,
                children: 0,
            },
        );
    }

    fn account(&mut self, now: Time, account: AccountSid) -> &mut Account {
        self.accounts.entry(account).or_insert_with(|| Account {
            // A clock's microseconds are ahead of every number that an earlier process gave.
            last: now.0,
            forgotten: now.0,
            history: VecDeque::new(),
            readers: Vec::new(),
            calls: 0,
            heard: now,
        })
    }

    /// Tells of something in a call, and keeps it.
    fn tell(&mut self, now: Time, account: AccountSid, family: Family, said: Said) {
        let event = self.event(now, account, Some(family), said);
        for call in [Some(family.call), family.parent].into_iter().flatten() {
            if let Some(told) = self.calls.get_mut(&call) {
                told.keep(&event);
            }
        }
    }

    fn event(
        &mut self,
        now: Time,
        account: AccountSid,
        family: Option<Family>,
        said: Said,
    ) -> Arc<Event> {
        let own = self.account(now, account);
        own.heard = now;
        own.last += 1;
        let event = Arc::new(Event {
            id: own.last,
            account,
            family,
            said,
        });
        if own.history.len() >= limit::STREAM_HISTORY_MAX
            && let Some(old) = own.history.pop_front()
        {
            own.forgotten = old.id;
        }
        own.history.push_back(Arc::clone(&event));
        own.readers.retain(|reader| {
            if !reader.follows(family) {
                return true;
            }
            match reader.queue.try_send(Arc::clone(&event)) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    let _ = reader.end.set(End::Slow);
                    false
                }
                Err(TrySendError::Closed(_)) => false,
            }
        });
        event
    }

    /// Begins a stream.
    pub fn open(&mut self, now: Time, wish: &Wish) -> Result<Opened, Refused> {
        if self.stopped {
            return Err(Refused::Stopped);
        }
        self.let_go();
        let all: usize = self.accounts.values().map(|own| own.readers.len()).sum();
        let own = self
            .accounts
            .get(&wish.account)
            .map_or(0, |own| own.readers.len());
        if all >= limit::STREAMS_MAX || own >= limit::STREAMS_PER_ACCOUNT_MAX {
            return Err(Refused::TooMany);
        }
        let (lack, past, told) = match wish.call {
            None => {
                let own = self.account(now, wish.account);
                let (lack, past) = since(&own.history, wish.after, own.forgotten, own.last);
                // A reader that comes for the first time hears what happens from now on.
                let first = wish.after == After::Nothing;
                (lack, if first { Vec::new() } else { past }, false)
            }
            Some(call) => {
                let last = self.account(now, wish.account).last;
                if !self.calls.contains_key(&call) {
                    if !wish.lives {
                        return Err(Refused::Unknown);
                    }
                    let parent = None;
                    self.begin(now, wish.account, Family { call, parent });
                    // What was told of it before this process is not known here.
                    if let Some(told) = self.calls.get_mut(&call) {
                        told.forgotten = Some(last);
                    }
                }
                let told = self.calls.get(&call).ok_or(Refused::Unknown)?;
                let forgotten = told.forgotten.unwrap_or(0);
                let (mut lack, past) = since(&told.events, wish.after, forgotten, last);
                if wish.after == After::Nothing && told.forgotten.is_some() {
                    lack = Some(Lack::History);
                }
                (lack, past, told.is_told())
            }
        };
        let (sender, queue) = mpsc::channel(limit::STREAM_QUEUE_MAX);
        let end = Arc::new(OnceLock::new());
        if told {
            let _ = end.set(End::Ended);
        } else {
            let reader = Reader {
                call: wish.call,
                queue: sender,
                end: Arc::clone(&end),
            };
            self.account(now, wish.account).readers.push(reader);
        }
        Ok(Opened {
            lack,
            past,
            queue,
            end,
        })
    }

    /// Forgets what is old, and readers that have gone. To be called about once a second.
    pub fn sweep(&mut self, now: Time) {
        self.let_go();
        let kept = Span::from_millis(limit::STREAM_ENDED_MS);
        while self.ended.front().is_some_and(|(at, _)| *at + kept <= now) {
            self.forget_first();
        }
        while let Some((at, call)) = self.stranger_order.front().copied()
            && at + STRANGER <= now
        {
            self.stranger_order.pop_front();
            self.strangers.remove(&call);
        }
        let idle = Span::from_millis(limit::STREAM_IDLE_MS);
        self.accounts
            .retain(|_, own| own.calls > 0 || !own.readers.is_empty() || own.heard + idle > now);
    }

    /// Tells every reader that nothing more comes, and takes no more of them.
    pub fn stop(&mut self) {
        self.stopped = true;
        for reader in self
            .accounts
            .values_mut()
            .flat_map(|own| own.readers.drain(..))
        {
            let _ = reader.end.set(End::Shutdown);
        }
    }

    /// Streams that are open.
    pub fn readers(&self) -> usize {
        self.accounts.values().map(|own| own.readers.len()).sum()
    }

    fn let_go(&mut self) {
        for own in self.accounts.values_mut() {
            own.readers.retain(|reader| !reader.queue.is_closed());
        }
    }

    fn forget_first(&mut self) {
        let Some((_, call)) = self.ended.pop_front() else {
            return;
        };
        if let Some(told) = self.calls.remove(&call)
            && let Some(own) = self.accounts.get_mut(&told.account)
        {
            own.calls = own.calls.saturating_sub(1);
        }
    }
}

impl Told {
    fn family(&self, call: CallSid) -> Family {
        Family {
            call,
            parent: self.parent,
        }
    }

    fn keep(&mut self, event: &Arc<Event>) {
        if self.events.len() >= limit::STREAM_CALL_EVENTS_MAX
            && let Some(old) = self.events.pop_front()
        {
            self.forgotten = Some(old.id);
        }
        self.events.push_back(Arc::clone(event));
    }

    fn is_told(&self) -> bool {
        self.over && self.children == 0
    }
}

/// What came after the last that was heard, and what is missing before it.
fn since(
    events: &VecDeque<Arc<Event>>,
    after: After,
    forgotten: u64,
    last: u64,
) -> (Option<Lack>, Vec<Arc<Event>>) {
    let all = || events.iter().cloned().collect();
    match after {
        After::Nothing => (None, all()),
        After::Event(id) if id > last => (Some(Lack::UnknownId), all()),
        After::Event(id) if id < forgotten => (Some(Lack::History), all()),
        After::Event(id) => {
            let new = events.iter().filter(|event| event.id > id);
            (None, new.cloned().collect())
        }
        After::Unknown => (Some(Lack::UnknownId), all()),
    }
}
