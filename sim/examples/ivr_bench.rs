//! A caller who spends ten minutes in a menu, media as events: how long the machine takes for it.
//! `cargo run --release -p sim --example ivr_bench`.

use sim::World;
use sim::character::{Act, Character};
use sim::customer::{Answer, Page};
use sim::network::Wire;
use sim::order::url;
use sim::world::BEGIN;
use std::time::{Duration, Instant};

/// The caller stays so long.
const MINUTES: u64 = 10;
/// The bound that the project sets itself.
const AIM: Duration = Duration::from_millis(50);
const ROUNDS: usize = 20;

fn main() -> std::process::ExitCode {
    let mut times: Vec<_> = (0..ROUNDS).map(|_| round()).collect();
    times.sort_by_key(|(took, _, _)| *took);
    let (median, steps, documents) = times[ROUNDS / 2];
    let slowest = times[ROUNDS - 1].0;
    println!(
        "{MINUTES} minutes of menu: {steps} steps, {documents} documents: median {:.2} ms, \
         slowest {:.2} ms of {ROUNDS}",
        median.as_secs_f64() * 1_000.0,
        slowest.as_secs_f64() * 1_000.0
    );
    if median < AIM {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}

/// One call: a menu of three prompts, a key every few seconds, an answer, and the menu again.
fn round() -> (Duration, u64, usize) {
    let mut world = World::new(7, Wire::default());
    let menu = "<Response><Gather numDigits=\"1\" action=\"/chosen\">\
                <Say>Welcome to the shop.</Say><Pause/>\
                <Say>Press one for sales, two for support.</Say><Play>/jingle.wav</Play>\
                </Gather><Redirect>/menu</Redirect></Response>";
    let chosen = "<Response><Say>Thank you. One moment, please.</Say><Pause length=\"2\"/>\
                  <Redirect>/menu</Redirect></Response>";
    for (path, body) in [("/menu", menu), ("/chosen", chosen)] {
        let content_type = Some("text/xml".to_owned());
        let answer = Answer::Body {
            content_type,
            body: body.as_bytes().to_vec(),
        };
        let after = model::Span::from_millis(30);
        world.customer.page(path, Page { after, answer });
    }
    world.shelf.own(BEGIN, "+12025550190", Some(url("/menu")));
    let mut acts = Vec::new();
    for n in 0..MINUTES * 6 {
        acts.push(Act::Wait(9_000 + n % 5 * 400));
        acts.push(Act::Press("1".to_owned()));
    }
    acts.push(Act::HangUp);
    let caller = Character::answering("a caller with time", 0, acts);
    let begun = Instant::now();
    world.with_phones(|phones, now| phones.call(now, "+12025551000", "+12025550190", caller));
    while world.step() {}
    let took = begun.elapsed();
    let row = world.shelf.calls.values().next().expect("one call came in");
    assert!(
        row.duration_secs >= Some(MINUTES as u32 * 60),
        "{:?}",
        row.duration_secs
    );
    (took, world.seen.steps, world.seen.requests.len())
}
