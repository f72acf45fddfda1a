//! Calls that wait for their turn: what the API creates leaves at its account's rate.
//!
//! Each account has a line of its own and one time at which its next call may leave, so one
//! account's thousand calls hold up nobody else's first. Nothing here has a leg or a timer.
//!
//! Calls leave evenly spaced, one interval apart (`1 s / rate`), because a carrier counts them
//! by the second. Two things soften that, both by `limit::QUEUE_SLACK_MS` at most: a line that
//! is served late makes up for it, so that the rate holds over time; and an account that has
//! been idle sends the whole calls which that slack holds at once (none beyond the first at
//! less than twenty a second). In any `t` seconds so many calls leave at most:
//! `rate × (t + slack) + 1`.

use model::{AccountSid, Address, CallSid, NewCall, Span, Time, limit};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::size_of;

/// A call that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its name.
    pub sid: CallSid,
    /// When it was accepted.
    pub created: Time,
    /// When it was last changed.
    pub updated: Time,
    /// How long it was expected to wait when it was accepted.
    pub queue_time_ms: u32,
    /// What it is to be.
    pub call: NewCall,
}

/// Everything that waits, in lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    lines: BTreeMap<AccountSid, Line>,
    /// Where each call stands.
    places: BTreeMap<CallSid, (AccountSid, u64)>,
    /// When each line is looked at next: to let a call leave, or to be forgotten.
    due: BTreeSet<(Time, AccountSid)>,
    /// The place that was given last.
    last: u64,
    bytes: usize,
    held: bool,
}

#[derive(Debug, Clone)]
struct Line {
    interval: Span,
    /// When the next call may leave.
    next: Time,
    due: Time,
    calls: BTreeMap<u64, Box<Waiting>>,
}

/// There is no room for one more that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Queue {
    /// Whether a call that is created now may leave at once; if so, it has.
    pub fn passes(
        &mut self,
        now: Time,
        account: AccountSid,
        calls_per_second: u32,
        room: bool,
    ) -> bool {
        let interval = interval(calls_per_second);
        let line = self.line(account, Time(0));
        line.interval = interval;
        let free = line.calls.is_empty() && line.next <= now;
        if !free || !room || self.held {
            return false;
        }
        let credit = Span(SLACK.0 / interval.0 * interval.0);
        self.left(now, account, credit);
        true
    }

    /// How long a call that joins its account's line now will wait.
    pub fn wait_ms(&self, now: Time, account: AccountSid) -> u32 {
        let Some(line) = self.lines.get(&account) else {
            return 0;
        };
        let before = line.interval.0.saturating_mul(line.calls.len() as u64);
        let wait = line.next.since(now).0.saturating_add(before);
        u32::try_from(wait.div_ceil(1_000)).unwrap_or(u32::MAX)
    }

    /// Puts a new call at the end of its line, and says which place it has.
    pub fn join(&mut self, now: Time, waiting: Waiting) -> Result<u64, Full> {
        let bytes = bytes(&waiting.call);
        let line = self.line(waiting.call.account, now);
        if line.calls.len() >= limit::QUEUE_CALLS_PER_ACCOUNT_MAX
            || self.bytes + bytes > limit::QUEUE_BYTES_MAX
        {
            self.arm(now, waiting.call.account);
            return Err(Full);
        }
        // Places are moments, made unique: a later process goes on where this one has stopped.
        let place = now.0.max(self.last + 1);
        self.put(now, place, waiting);
        Ok(place)
    }

    /// Puts a call back where it stood before a restart. It was promised, so no bound holds it
    /// off. Its line begins one interval from now: nobody knows when its last call left.
    pub fn rejoin(&mut self, now: Time, place: u64, waiting: Waiting, calls_per_second: u32) {
        if self.places.contains_key(&waiting.sid) {
            return;
        }
        let interval = interval(calls_per_second);
        let line = self.line(waiting.call.account, now + interval);
        line.interval = interval;
        self.put(now, place, waiting);
    }

    /// The call of this name, if it waits.
    pub fn find(&mut self, sid: CallSid) -> Option<(u64, &mut Waiting)> {
        let &(account, place) = self.places.get(&sid)?;
        let waiting = self.lines.get_mut(&account)?.calls.get_mut(&place)?;
        Some((place, waiting))
    }

    /// Takes a call out that shall not leave.
    pub fn withdraw(&mut self, now: Time, sid: CallSid) -> Option<Waiting> {
        let (account, place) = self.places.remove(&sid)?;
        let waiting = self.lines.get_mut(&account)?.calls.remove(&place)?;
        self.bytes -= bytes(&waiting.call);
        self.arm(now, account);
        Some(*waiting)
    }

    /// The next call whose turn has come, with its place. Without room for one more live call
    /// nobody leaves, and the lines are looked at again a moment later.
    pub fn leave(&mut self, now: Time, room: bool) -> Option<(u64, Waiting)> {
        while let Some(&(at, account)) = self.due.first().filter(|_| !self.held) {
            if at > now {
                return None;
            }
            let line = self.lines.get_mut(&account)?;
            if line.calls.is_empty() {
                self.due.remove(&(at, account));
                self.lines.remove(&account);
                continue;
            }
            if !room {
                let later = now + Span::from_millis(limit::QUEUE_RETRY_MS);
                self.arm_at(account, later);
                continue;
            }
            let (place, waiting) = line.calls.pop_first()?;
            self.places.remove(&waiting.sid);
            self.bytes -= bytes(&waiting.call);
            self.left(now, account, SLACK);
            return Some((place, *waiting));
        }
        None
    }

    /// When `leave` is next wanted.
    pub fn next(&self) -> Option<Time> {
        let first = self.due.first().filter(|_| !self.held);
        first.map(|(at, _)| *at)
    }

    /// Nobody leaves any more: the process stops, and the next one goes on.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True if nobody waits. A line that was used a moment ago still knows its pace, and the
    /// time at which it will be forgotten.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.bytes == 0 && self.lines.len() == self.due.len()
    }

    fn line(&mut self, account: AccountSid, next: Time) -> &mut Line {
        self.lines.entry(account).or_insert_with(|| Line {
            interval: interval(1),
            next,
            due: Time(0),
            calls: BTreeMap::new(),
        })
    }

    fn put(&mut self, now: Time, place: u64, waiting: Waiting) {
        let account = waiting.call.account;
        self.last = self.last.max(place);
        self.bytes += bytes(&waiting.call);
        self.places.insert(waiting.sid, (account, place));
        if let Some(line) = self.lines.get_mut(&account) {
            line.calls.insert(place, Box::new(waiting));
        }
        self.arm(now, account);
    }

    /// A call of this account leaves now: the next one may an interval later, or sooner by so
    /// much as this one is late, up to the credit.
    fn left(&mut self, now: Time, account: AccountSid, credit: Span) {
        if let Some(line) = self.lines.get_mut(&account) {
            let earliest = Time(now.0.saturating_sub(credit.0));
            line.next = line.next.max(earliest) + line.interval;
        }
        self.arm(now, account);
    }

    /// Says when a line is looked at next. One without calls keeps its pace until it counts as
    /// idle; nothing of it is remembered after that.
    fn arm(&mut self, now: Time, account: AccountSid) {
        let Some(line) = self.lines.get(&account) else {
            return;
        };
        let at = if line.calls.is_empty() {
            line.next + SLACK
        } else {
            line.next
        };
        self.arm_at(account, at.max(now));
    }

    fn arm_at(&mut self, account: AccountSid, at: Time) {
        if let Some(line) = self.lines.get_mut(&account) {
            self.due.remove(&(line.due, account));
            line.due = at;
            self.due.insert((at, account));
        }
    }
}

const SLACK: Span = Span::from_millis(limit::QUEUE_SLACK_MS);

/// Rounded up: rather a call in a million late than the rate exceeded.
fn interval(calls_per_second: u32) -> Span {
    Span(1_000_000_u64.div_ceil(u64::from(calls_per_second.max(1))))
}

/// What a waiting call costs, roughly: itself, its places in the maps, and its texts.
fn bytes(call: &NewCall) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let address = |address: &Address| address.to_string().len();
    let source = match &call.source {
        model::new_call::Source::Url { url, .. } => url.len(),
        model::new_call::Source::Twiml(text) => text.len(),
        model::new_call::Source::Verification(asked) => {
            size_of_val(&**asked) + asked.callback.as_ref().map_or(0, |(url, _)| url.len())
        }
    };
    size_of::<Waiting>()
        + 128
        + source
        + address(&call.to)
        + address(&call.from)
        + text(&call.caller_id)
        + text(&call.send_digits)
        + text(&call.reason)
        + size_of_val(&call.detection)
        + call.fallback.as_ref().map_or(0, |(url, _)| url.len())
        + call.status_callback.as_ref().map_or(0, |it| it.url.len())
}
