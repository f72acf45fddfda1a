//! Calls through the whole control plane, SIP as bytes, media as events: how many a second.
//! `cargo run --release -p sim --example calls_bench -- [COUNT]`.
//!
//! Each is placed by the API, answered, hears a sentence, presses a key, is joined to a second
//! phone by `<Dial>`, and ends; all callbacks of both legs are asked for. One core does both
//! sides of it: the platform and the phones, each with its own SIP endpoint.

use call::command::Source;
use call::{AskId, Command, NewCall};
use model::callback::CallEvents;
use model::{Address, Method, Span, StatusCallback, limit};
use sim::World;
use sim::character::{Act, Character};
use sim::customer::{Answer, Page};
use sim::network::Wire;
use sim::order::url;
use sim::world::BEGIN;
use std::time::Instant;

const ALL: CallEvents = CallEvents {
    initiated: true,
    ringing: true,
    answered: true,
    completed: true,
};

fn main() {
    let count = std::env::args()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(5_000);
    let mut world = World::with_ladder(7, Wire::default(), false);
    let menu = "<Response><Gather numDigits=\"1\" action=\"/chosen\"><Say>Press a key.</Say>\
                </Gather></Response>";
    let chosen = "<Response><Dial><Number statusCallback=\"/leg\" statusCallbackEvent=\"initiated \
                  ringing answered completed\">+12025551002</Number></Dial></Response>";
    for (path, body) in [("/menu", menu), ("/chosen", chosen)] {
        let content_type = Some("text/xml".to_owned());
        let answer = Answer::Body {
            content_type,
            body: body.as_bytes().to_vec(),
        };
        world.customer.page(
            path,
            Page {
                after: Span::from_millis(30),
                answer,
            },
        );
    }
    let acts = vec![Act::Wait(1_500), Act::Press("1".to_owned())];
    world
        .phones
        .set("+12025551001", Character::answering("called", 1_000, acts));
    let acts = vec![Act::Wait(2_000), Act::HangUp];
    world
        .phones
        .set("+12025551002", Character::answering("dialled", 1_000, acts));
    let begun = Instant::now();
    for n in 0..count {
        // 500 calls a second of the virtual clock, so that some thousand legs live at once.
        world.run_until(BEGIN + Span::from_millis(n * 2));
        world.command(Command::Create {
            ask: AskId(n),
            call: Box::new(new_call()),
            calls_per_second: model::limit::CALLS_PER_SECOND_MAX,
        });
    }
    while world.step() {}
    let took = begun.elapsed().as_secs_f64();
    let shelf = &world.shelf;
    let joined = shelf
        .calls
        .values()
        .filter(|row| row.duration_secs > Some(0))
        .count();
    assert_eq!(
        joined as u64,
        count * 2,
        "every call and its child was answered"
    );
    println!(
        "{count} calls, {} legs, {} callbacks, {} documents, {} steps in {took:.2} s: \
         {:.0} calls/s, {:.0} legs/s",
        shelf.calls.len(),
        world.seen.callbacks.len(),
        world.seen.requests.len(),
        world.seen.steps,
        count as f64 / took,
        shelf.calls.len() as f64 / took
    );
}

fn new_call() -> NewCall {
    NewCall {
        account: model::AccountSid(1),
        number: None,
        application: None,
        to: Address::parse("+12025551001"),
        from: Address::parse("+12025550190"),
        caller_id: None,
        source: Source::Url {
            url: url("/menu"),
            method: Method::Post,
        },
        fallback: None,
        status_callback: Some(StatusCallback {
            url: url("/status"),
            method: Method::Post,
            events: ALL,
        }),
        send_digits: None,
        ring_secs: limit::RING_SECS_DEFAULT,
        time_limit_secs: limit::CALL_SECS_DEFAULT,
        record: None,
        credentials: None,
        reason: None,
        detection: None,
        delay_secs: 0,
    }
}
