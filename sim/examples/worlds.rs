//! Plays random worlds and judges them: `cargo run --release -p sim --example worlds -- COUNT
//! [FROM-SEED] [engines]` (real sound, much slower), or `-- ladder SEED [engines]` for one ladder.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// After so many complaints nothing new is learnt.
const COMPLAINTS_MAX: usize = 20;

fn main() -> ExitCode {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let engines = words.last().is_some_and(|word| word == "engines");
    words.truncate(words.len() - usize::from(engines));
    if let [first, seed] = &words[..]
        && first == "ladder"
    {
        print!(
            "{}",
            sim::generate::ladder(seed.parse().unwrap_or(0), engines)
        );
        return ExitCode::SUCCESS;
    }
    let number = |n: usize| words.get(n).and_then(|word| word.parse::<u64>().ok());
    let (count, from) = (number(0).unwrap_or(100_000), number(1).unwrap_or(0));
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get());
    let next = AtomicU64::new(from);
    let begun = Instant::now();
    let results: Vec<_> = std::thread::scope(|scope| {
        let work: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| some(&next, from + count, engines)))
            .collect();
        work.into_iter()
            .filter_map(|work| work.join().ok())
            .collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let mut complaints: Vec<_> = results
        .iter()
        .flat_map(|(_, found)| found.clone())
        .collect();
    complaints.sort();
    for (seed, complaint) in &complaints {
        println!("seed {seed}: {complaint}");
    }
    let sum = |of: fn(&sim::generate::Report) -> u64| -> u64 {
        results
            .iter()
            .flat_map(|(reports, _)| reports)
            .map(of)
            .sum()
    };
    println!(
        "{count} worlds, {} calls, {} steps, {} callbacks, {} recordings, \
         {} sentences heard in {took:.1} s: {} complaints",
        sum(|r| r.calls as u64),
        sum(|r| r.steps),
        sum(|r| r.callbacks as u64),
        sum(|r| r.recordings as u64),
        sum(|r| r.heard as u64),
        complaints.len()
    );
    if complaints.is_empty() && results.len() == threads {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

type Found = (Vec<sim::generate::Report>, Vec<(u64, String)>);

fn some(next: &AtomicU64, end: u64, engines: bool) -> Found {
    let (mut reports, mut complaints) = (Vec::new(), Vec::new());
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end || complaints.len() >= COMPLAINTS_MAX {
            return (reports, complaints);
        }
        let play = if engines {
            sim::generate::play_with_engines
        } else {
            sim::generate::play
        };
        match std::panic::catch_unwind(|| play(seed)) {
            Ok(Ok(report)) => reports.push(report),
            Ok(Err(complaint)) => complaints.push((seed, complaint)),
            Err(_) => complaints.push((seed, "it panics".to_owned())),
        }
    }
}
