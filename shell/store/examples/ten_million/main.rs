//! What lists, fetches and new calls cost beside many calls.
//!
//! `cargo run --release -p store --example ten_million [CALLS [FOLDER]]`
//!
//! Fills a data folder with calls of a year (ten million if no number is given), opens it
//! and measures. A folder that is given is kept and used again; otherwise one is made and removed.
//! With a third argument, `fill`, it is only filled.

mod fill;

use fill::{BEGIN, Fill, YEAR, later};
use model::*;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::*;

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
    let store = open(folder);
    let opened = begun.elapsed();
    let begun = Instant::now();
    let unfinished = store.unfinished_calls().expect("a read").len();
    let pending = store.callback_hosts(None, 99).expect("a read").len();
    println!(
        "open: {:.1} ms; {unfinished} unfinished calls and {pending} hosts found in {:.1} ms",
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

fn open(folder: &Path) -> Arc<Sqlite> {
    let store = Sqlite::open(folder, Durability::Full);
    Arc::new(store.expect("a data folder that can be used"))
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
        "pages of 50 of {calls} calls, µs (calm: while nobody took our processor)\n\
         {:38} {:>9} {:>7} {:>7} {:>7} {:>9} {:>7} {:>7} {:>5}",
        "", "front p50", "p99", "calm", "depth", "deep p50", "p99", "calm", "rows"
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
    // Drawing is what takes time, so some of the first tenth are looked for; not the very oldest,
    // which an earlier run has purged.
    let (oldest, many) = (calls as usize / 100, calls as usize / 10);
    for row in sids.by_ref().skip(oldest).take(many) {
        if chance.below(100) == 0 {
            wanted.push((row.account, row.sid));
        }
    }
    for round in ["a call anywhere", "one of a hundred calls"] {
        let begun = Instant::now();
        for (account, sid) in &wanted {
            assert!(store.call(*account, *sid).expect("a read").is_some());
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / wanted.len() as f64;
        println!("fetch of {round}: {each:.1} µs");
        let hundred: Vec<_> = wanted[..wanted.len().min(100)].to_vec();
        wanted = hundred.repeat(100);
    }
}

/// New calls beside the many and in an empty store, by turns, so that a busy disk is the same for
/// both; calls to and from numbers of the same spread.
fn creates(full: &Path) {
    let empty = tempfile::tempdir_in(full.parent().unwrap_or(full)).expect("a folder");
    let many = open(full);
    let none = open(empty.path());
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
             beside the many ({:.2} times; medians {empty_50} and {full_50} µs a commit, \
             {:.2} times)",
            many / none,
            full_50 as f64 / empty_50 as f64
        );
    }
}

/// Portions of old calls, as the server takes them away.
fn purge(folder: &Path) {
    let store = open(folder);
    let (mut finding, mut taking) = (Vec::new(), Vec::new());
    let before = Time(*BEGIN + YEAR / 4);
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
        "a portion of {} old calls: found in {find_50} µs (p99 {find_99}), taken away in \
         {take_50} µs (p99 {take_99}), the disk's time included",
        limit::PURGE_ROWS_MAX
    );
}

fn anonymous_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1_024
}
