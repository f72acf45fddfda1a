//! Calls per second through the whole control plane in simulation: call control, SIP as bytes on
//! both sides, the customer's document and the rows, on one core, under a virtual clock.
//!
//! `bench-simulated [CALLS]` prints one line of JSON.

use model::Span;
use sim::scenario::Scenario;
use sim::world::BEGIN;
use sim::{Act, Character};
use std::process::ExitCode;
use std::time::Instant;

const STORY: &str = "number +12025550190 voice /in status /done
page /in <Response><Say>Welcome.</Say><Hangup/></Response>
page /done <Response/>
";
/// New calls in a virtual second.
const RATE: u64 = 200;

fn main() -> ExitCode {
    let calls = std::env::args()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(20_000);
    let scenario = match Scenario::parse(STORY) {
        Ok(scenario) => scenario,
        Err(error) => {
            eprintln!("bench-simulated: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut world = sim::play::build(&scenario);
    let listener = Character::answering("listens", 0, Vec::<Act>::new());
    let begun = Instant::now();
    for call in 0..calls {
        world.run_until(BEGIN + Span(call * 1_000_000 / RATE));
        let from = format!("+1202{:07}", 1_000_000 + call % 8_000_000);
        world.with_phones(|phones, now| {
            phones.call(now, &from, "+12025550190", listener.clone());
        });
    }
    world.run_until(BEGIN + Span::from_secs(calls / RATE + 60));
    let seconds = begun.elapsed().as_secs_f64();
    let completed = world
        .shelf
        .calls
        .values()
        .filter(|row| row.status.is_final())
        .count();
    println!(
        "{{\"calls\": {completed}, \"seconds\": {seconds:.2}, \"calls_per_second\": {:.0}}}",
        completed as f64 / seconds
    );
    if completed as u64 == calls {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
