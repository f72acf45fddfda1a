//! What lists, fetches and new calls cost beside many calls.
//!
//! `cargo run --release -p store --example ten_million [CALLS [FOLDER]]`
//!
//! Fills a data folder with calls of a year (ten million if no number is given), opens it
//! and measures. A folder that is given is kept and used again; otherwise one is made and removed.
//! With a third argument, `fill`, it is only filled.

use model::*;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use store::*;

#[allow(dead_code, reason = "shared with the tests, which use all of it")]
#[path = "../tests/live/mod.rs"]
mod live;

/// The calls of a year, up to the last midnight: young enough for every account to keep them.
const YEAR: u64 = 365 * 86_400 * 1_000_000;
static BEGIN: LazyLock<u64> = LazyLock::new(|| {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let days = since_1970.map_or(0, |time| time.as_secs() / 86_400);
    days * 86_400 * 1_000_000 - YEAR
});
const ACCOUNTS: u128 = 4;
/// Pages measured for each list.
const PAGES: usize = 400;
/// How deep "deep" is.
const DEEP: usize = 500_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let calls: u64 = arguments
        .next()
        .map_or(10_000_000, |n| n.parse().expect("a number"));
    let given = arguments.next();
    let made = tempfile::tempdir().expect("a folder");
    let folder = given.as_deref().map_or(made.path(), Path::new);
    if !folder.join("ringback.db").exists() {
        let begun = Instant::now();
        let count = import_calls(folder, Fill::new(calls)).expect("room on the disk");
        let bytes = std::fs::metadata(folder.join("ringback.db")).map_or(0, |m| m.len());
        println!(
            "filled: {count} calls in {:.0} s, {:.2} GB",
            begun.elapsed().as_secs_f64(),
            bytes as f64 / 1e9
        );
    }
    if arguments.next().as_deref() == Some("fill") {
        return;
    }
    let begun = Instant::now();
    let store = live::open(folder, Durability::Full);
    let opened = begun.elapsed();
    let begun = Instant::now();
    let unfinished = store.unfinished_calls().expect("a read").len();
    let pending = store.pending_callbacks().expect("a read").len();
    println!(
        "open: {:.1} ms; {unfinished} unfinished calls and {pending} callbacks found in {:.1} ms",
        opened.as_secs_f64() * 1e3,
        begun.elapsed().as_secs_f64() * 1e3
    );
    lists(&store, calls);
    fetches(&store, calls);
    println!("anonymous memory: {} MB", anonymous_mb());
    drop(store);
    creates(folder);
    purge(folder);
    println!("anonymous memory after the creates: {} MB", anonymous_mb());
}

/// Calls as they come: several accounts, few numbers that call or are called often and many that
/// seldom do, nine of ten completed, eight of a hundred dialled by another; most of those by one
/// and the same, so that the list of its children is deep, too.
struct Fill {
    chance: Chance,
    calls: u64,
    made: u64,
    first: Option<CallSid>,
    parent: Option<CallSid>,
}

impl Fill {
    fn new(calls: u64) -> Fill {
        Fill {
            chance: Chance::new(1),
            calls,
            made: 0,
            first: None,
            parent: None,
        }
    }

    fn party(&mut self) -> Address {
        // Three of ten are with one number; of the others the n-th is about 1/n as frequent.
        let n = if self.chance.below(10) < 3 {
            0
        } else {
            let spread = self.chance.below(1 << 20) as f64 / (1 << 20) as f64;
            (200_000_f64.powf(spread)) as u64
        };
        Address::Number(format!("+1415{:07}", 5_550_000 + n))
    }
}

impl Iterator for Fill {
    type Item = CallRow;

    fn next(&mut self) -> Option<CallRow> {
        if self.made == self.calls {
            return None;
        }
        let n = self.made;
        self.made += 1;
        let at = Time(*BEGIN + n * (YEAR / self.calls));
        let chance = &mut self.chance;
        let sid = CallSid::draw(chance);
        // Three of four belong to one account.
        let account = chance.below(16);
        let account = AccountSid(if account < 12 {
            0
        } else {
            u128::from(account) % ACCOUNTS
        });
        let status = match chance.below(1_000) {
            0..=899 => CallStatus::Completed,
            900..=949 => CallStatus::NoAnswer,
            950..=979 => CallStatus::Busy,
            980..=998 => CallStatus::Failed,
            _ => CallStatus::Canceled,
        };
        let child = chance.below(100) < 8;
        let direction = match (child, chance.below(2)) {
            (true, _) => Direction::OutboundDial,
            (_, 0) => Direction::OutboundApi,
            _ => Direction::Inbound,
        };
        let (waited, rang) = (chance.below(2_000_000), chance.below(30_000_000));
        let talked = chance.below(600_000_000);
        let answered = status == CallStatus::Completed;
        let start = at + Span(waited);
        let end = start + Span(rang + if answered { talked } else { 0 });
        let (to, from) = (self.party(), self.party());
        let most = self.chance.below(10) > 0;
        let parent = if most { self.first } else { self.parent }.filter(|_| child);
        self.first = self.first.or(Some(sid));
        self.parent = Some(sid);
        Some(CallRow {
            account,
            parent,
            number: Some(NumberSid(account.0 + 7)),
            to,
            from,
            status,
            direction,
            date_created: at,
            date_updated: end,
            start_time: (status != CallStatus::Canceled).then_some(start),
            answer_time: answered.then_some(start + Span(rang)),
            end_time: Some(end),
            duration_secs: Some(if answered {
                (talked / 1_000_000) as u32
            } else {
                0
            }),
            sip_response_code: Some(200),
            sip_call_id: Some(format!("{:020x}@10.0.0.1", sid.0 as u64)),
            ..live::call(sid.0, 0)
        })
    }
}

fn lists(store: &Arc<Sqlite>, calls: u64) {
    let all = CallFilter::default;
    let number = |n: u64| Some(Address::Number(format!("+1415{:07}", 5_550_000 + n)));
    let at = |part: f64| Time(*BEGIN + (YEAR as f64 * part) as u64);
    let span = |from: Option<f64>, to: Option<f64>| TimeRange {
        from: from.map(at),
        to: to.map(at),
    };
    let day = TimeRange {
        from: Some(at(0.5)),
        to: Some(at(0.5) + Span::from_secs(86_400)),
    };
    let second = TimeRange {
        from: Some(at(0.5)),
        to: Some(at(0.5) + Span::from_secs(1)),
    };
    let parent = newest_child(store);
    let status = |status| Some(status);
    let lists: Vec<(&str, CallFilter)> = vec![
        ("no filter", all()),
        (
            "To, 30 % of all",
            CallFilter {
                to: number(0),
                ..all()
            },
        ),
        (
            "To, a common one",
            CallFilter {
                to: number(3),
                ..all()
            },
        ),
        (
            "To, a rare one",
            CallFilter {
                to: number(20_000),
                ..all()
            },
        ),
        (
            "To, nobody",
            CallFilter {
                to: number(4_000_000),
                ..all()
            },
        ),
        (
            "From, 30 % of all",
            CallFilter {
                from: number(0),
                ..all()
            },
        ),
        (
            "From, a rare one",
            CallFilter {
                from: number(20_000),
                ..all()
            },
        ),
        ("ParentCallSid", CallFilter { parent, ..all() }),
        (
            "ParentCallSid, nobody",
            CallFilter {
                parent: Some(CallSid(1)),
                ..all()
            },
        ),
        (
            "Status=completed",
            CallFilter {
                status: status(CallStatus::Completed),
                ..all()
            },
        ),
        (
            "Status=canceled (0.1 %)",
            CallFilter {
                status: status(CallStatus::Canceled),
                ..all()
            },
        ),
        (
            "Status=queued (none)",
            CallFilter {
                status: status(CallStatus::Queued),
                ..all()
            },
        ),
        (
            "StartTime= a day",
            CallFilter {
                start_time: day,
                ..all()
            },
        ),
        (
            "StartTime= a second",
            CallFilter {
                start_time: second,
                ..all()
            },
        ),
        (
            "StartTime< the middle",
            CallFilter {
                start_time: span(None, Some(0.5)),
                ..all()
            },
        ),
        (
            "StartTime> the beginning",
            CallFilter {
                start_time: span(Some(0.01), None),
                ..all()
            },
        ),
        (
            "StartTime in the middle",
            CallFilter {
                start_time: span(Some(0.3), Some(0.7)),
                ..all()
            },
        ),
        (
            "EndTime= a day",
            CallFilter {
                end_time: day,
                ..all()
            },
        ),
        (
            "EndTime= a second",
            CallFilter {
                end_time: second,
                ..all()
            },
        ),
        (
            "EndTime< the middle",
            CallFilter {
                end_time: span(None, Some(0.5)),
                ..all()
            },
        ),
        (
            "EndTime> the beginning",
            CallFilter {
                end_time: span(Some(0.01), None),
                ..all()
            },
        ),
        (
            "To (30 %) + Status=completed",
            CallFilter {
                to: number(0),
                status: status(CallStatus::Completed),
                ..all()
            },
        ),
        (
            "To (30 %) + Status=canceled",
            CallFilter {
                to: number(0),
                status: status(CallStatus::Canceled),
                ..all()
            },
        ),
        (
            "To (30 %) + Status=ringing",
            CallFilter {
                to: number(0),
                status: status(CallStatus::Ringing),
                ..all()
            },
        ),
        (
            "From (30 %) + StartTime> begin",
            CallFilter {
                from: number(0),
                start_time: span(Some(0.01), None),
                ..all()
            },
        ),
        (
            "From (30 %) + StartTime middle",
            CallFilter {
                from: number(0),
                start_time: span(Some(0.5), Some(0.6)),
                ..all()
            },
        ),
        (
            "From (rare) + StartTime middle",
            CallFilter {
                from: number(20_000),
                start_time: span(Some(0.5), Some(0.6)),
                ..all()
            },
        ),
        (
            "To (30 %) + StartTime middle",
            CallFilter {
                to: number(0),
                start_time: span(Some(0.5), Some(0.6)),
                ..all()
            },
        ),
        (
            "To (30 %) + From (rare)",
            CallFilter {
                to: number(0),
                from: number(20_000),
                ..all()
            },
        ),
        (
            "To (30 %) + From (30 %)",
            CallFilter {
                to: number(0),
                from: number(0),
                ..all()
            },
        ),
        (
            "To (rare) + EndTime middle",
            CallFilter {
                to: number(20_000),
                end_time: span(Some(0.3), Some(0.7)),
                ..all()
            },
        ),
    ];
    println!(
        "pages of 50 of {calls} calls, µs          front p50     p99   depth    deep p50     p99  rows"
    );
    for (name, filter) in lists {
        let front = pages(store, &filter, Start::Top);
        let (depth, start) = deep(store, &filter);
        let back = pages(store, &filter, start);
        println!(
            "{name:38} {:>9} {:>7} {:>7} {depth:>7} {:>9} {:>7} {:>7} {:>5}",
            front.p50, front.p99, front.calm_p99, back.p50, back.p99, back.calm_p99, front.rows
        );
    }
}

/// A call that has children in the account that is measured.
fn newest_child(store: &Arc<Sqlite>) -> Option<CallSid> {
    let page = PageAsk {
        size: 1_000,
        start: Start::Top,
    };
    let filter = CallFilter {
        status: Some(CallStatus::Completed),
        ..CallFilter::default()
    };
    let page = store.calls(AccountSid(0), &filter, &page);
    page.expect("a read").rows.iter().find_map(|row| row.parent)
}

/// Half a million rows deep, or in the middle of a list that is shorter.
fn deep(store: &Arc<Sqlite>, filter: &CallFilter) -> (usize, Start) {
    let mut depth = DEEP;
    loop {
        let page = PageAsk {
            size: 1,
            start: Start::Skip(depth as u64),
        };
        let page = store.calls(AccountSid(0), filter, &page).expect("a read");
        match page.rows.first() {
            Some(row) => return (depth, Start::After(filter.place(row))),
            None if depth == 0 => return (0, Start::Top),
            None => depth /= 2,
        }
    }
}

/// Microseconds that pages took.
struct Took {
    p50: u128,
    p99: u128,
    /// The same, of those pages during which nobody else was given our processor.
    calm_p99: u128,
    /// Rows on the fullest page.
    rows: usize,
}

/// Goes from page to page, to the list's end and again from the same place.
fn pages(store: &Arc<Sqlite>, filter: &CallFilter, from: Start) -> Took {
    let (mut took, mut calm) = (Vec::new(), Vec::new());
    let (mut start, mut rows) = (from, 0);
    for _ in 0..PAGES {
        let (turns, begun) = (turns_lost(), Instant::now());
        let page = PageAsk { size: 50, start };
        let page = store.calls(AccountSid(0), filter, &page).expect("a read");
        let elapsed = begun.elapsed();
        took.push(elapsed);
        if turns_lost() == turns {
            calm.push(elapsed);
        }
        rows = rows.max(page.rows.len());
        start = match page.rows.last() {
            Some(row) if page.more => Start::After(filter.place(row)),
            _ => from,
        };
    }
    let ((p50, p99), (_, calm_p99)) = (quantiles(took), quantiles(calm));
    Took {
        p50,
        p99,
        calm_p99,
        rows,
    }
}

/// How often another thread has been given our processor, as Linux counts it.
fn turns_lost() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
    line.and_then(|count| count.trim().parse().ok())
        .unwrap_or_default()
}

fn quantiles(mut took: Vec<Duration>) -> (u128, u128) {
    took.sort();
    let at = |part: usize| {
        let place = (took.len() * part / 100).min(took.len().saturating_sub(1));
        took.get(place).map_or(0, Duration::as_micros)
    };
    (at(50), at(99))
}

fn fetches(store: &Arc<Sqlite>, calls: u64) {
    let mut wanted = Vec::new();
    let mut chance = Chance::new(2);
    let mut sids = Fill::new(calls);
    // Drawing is what takes time, so some of the first million are looked for.
    for row in sids.by_ref().take(1_000_000) {
        if chance.below(100) == 0 {
            wanted.push((row.account, row.sid));
        }
    }
    let begun = Instant::now();
    for (account, sid) in &wanted {
        assert!(store.call(*account, *sid).expect("a read").is_some());
    }
    let each = begun.elapsed().as_secs_f64() * 1e6 / wanted.len() as f64;
    println!("fetch of a call anywhere: {each:.1} µs");
}

/// New calls beside the many and in an empty store, by turns, so that a busy disk is the same for
/// both; calls to and from numbers of the same spread.
fn creates(full: &Path) {
    let empty = tempfile::tempdir_in(full.parent().unwrap_or(full)).expect("a folder");
    let many = live::open(full, Durability::Full);
    let none = live::open(empty.path(), Durability::Full);
    for group in [1_usize, 64] {
        let mut took = [Vec::new(), Vec::new()];
        let rounds = if group == 1 { 400 } else { 300 };
        let mut fill = [later(group), later(group)];
        for round in 0..2 * rounds {
            let (which, store) = if round % 2 == 0 {
                (0, &none)
            } else {
                (1, &many)
            };
            let rows: Vec<Write> = fill[which]
                .by_ref()
                .take(group)
                .map(|row| Write::Call(Box::new(row)))
                .collect();
            let begun = Instant::now();
            store
                .commit(&rows.iter().collect::<Vec<_>>())
                .expect("room on the disk");
            took[which].push(begun.elapsed());
        }
        let total = |took: &[Duration]| {
            let sum: Duration = took.iter().sum();
            sum.as_secs_f64() * 1e6 / (took.len() * group) as f64
        };
        let (none, many) = (total(&took[0]), total(&took[1]));
        let [(empty_50, _), (full_50, _)] = took.map(quantiles);
        println!(
            "create, {group:2} in a commit: {none:.0} µs each in an empty store, {many:.0} µs \
             beside the many ({:.2} times; medians {empty_50} and {full_50} µs a commit, {:.2} times)",
            many / none,
            full_50 as f64 / empty_50 as f64
        );
    }
}

/// Portions of old calls, as the server takes them away.
fn purge(folder: &Path) {
    let store = live::open(folder, Durability::Full);
    let (mut finding, mut taking) = (Vec::new(), Vec::new());
    let before = Time(BEGIN + MONTHS_13 / 4);
    for _ in 0..100 {
        let begun = Instant::now();
        let portion = store.expired(AccountSid(0), before, limit::PURGE_ROWS_MAX);
        let portion = portion.expect("a read");
        finding.push(begun.elapsed());
        let begun = Instant::now();
        store
            .commit(&portion.iter().collect::<Vec<_>>())
            .expect("room on the disk");
        taking.push(begun.elapsed());
    }
    let ((find_50, find_99), (take_50, take_99)) = (quantiles(finding), quantiles(taking));
    println!(
        "a portion of {} old calls: found in {find_50} µs (p99 {find_99}), taken away in {take_50} µs \
         (p99 {take_99}), the disk's time included",
        limit::PURGE_ROWS_MAX
    );
}

/// Calls that wait in the queue, made after all the others.
fn later(seed: usize) -> impl Iterator<Item = CallRow> {
    let unique = u64::from(std::process::id());
    let mut fill = Fill::new(1_000_000);
    fill.chance = Chance::new(seed as u64 + 1_000 * unique);
    let begin = *BEGIN + YEAR + Duration::from_secs(86_400).as_micros() as u64;
    (0_u64..).zip(fill).map(move |(n, row)| CallRow {
        status: CallStatus::Queued,
        date_created: Time(begin + n * 333 + unique),
        date_updated: Time(begin + n * 333 + unique),
        start_time: None,
        answer_time: None,
        end_time: None,
        duration_secs: None,
        parent: None,
        direction: Direction::OutboundApi,
        ..row
    })
}

fn anonymous_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1_024
}
