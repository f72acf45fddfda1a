//! How many rows a second become durable, and how long reads take.
//!
//! `cargo run -p store --example figures`

use model::*;
use std::time::Instant;
use store::*;

#[path = "../tests/live/mod.rs"]
mod live;

fn main() {
    for durability in [Durability::Normal, Durability::Full] {
        let folder = tempfile::tempdir().expect("a folder for the database");
        let store = live::open(folder.path(), durability);
        let (writer, _) = live::writer(&store);
        let handle = writer.handle();
        // What one answered call leaves: three states and a callback that is sent.
        let calls = 20_000_u128;
        let begun = Instant::now();
        for n in 1..=calls {
            let at = 1_000 + n as u64;
            handle.write(vec![Write::Call(Box::new(live::call(n, at)))]);
            let answered = CallRow {
                answer_time: Some(Time::from_secs(at)),
                ..live::call(n, at)
            };
            handle.write(vec![Write::Call(Box::new(answered.clone()))]);
            let ended = CallRow {
                end_time: Some(Time::from_secs(at + 9)),
                ..answered
            };
            handle.write(vec![Write::Call(Box::new(ended))]);
            handle.write(vec![Write::Callback(Box::new(live::callback(n, n)))]);
            handle.write(vec![Write::CallbackDone(CallbackId(n))]);
            while handle.waiting() > 2_000 {
                std::thread::yield_now();
            }
        }
        writer.close();
        let secs = begun.elapsed().as_secs_f64();
        let rows = 5.0 * calls as f64;
        println!(
            "{durability:?}: {:.0} rows/s, {:.0} calls/s",
            rows / secs,
            calls as f64 / secs
        );

        let begun = Instant::now();
        for n in 1..=10_000_u128 {
            let row = store.call(live::ACCOUNT, CallSid(n)).expect("a read");
            assert!(row.is_some());
        }
        println!(
            "  fetch of a call: {:.1} µs",
            begun.elapsed().as_secs_f64() * 1e6 / 1e4
        );
        let begun = Instant::now();
        let page = PageAsk {
            size: 50,
            start: Start::Top,
        };
        for _ in 0..1_000 {
            let page = store.calls(live::ACCOUNT, &CallFilter::default(), &page);
            assert_eq!(page.expect("a read").rows.len(), 50);
        }
        println!(
            "  list of 50 calls: {:.1} µs",
            begun.elapsed().as_secs_f64() * 1e6 / 1e3
        );

        // One asker at a time: what an API client waits for.
        let (writer, _) = live::writer(&store);
        let begun = Instant::now();
        let rounds = 500;
        for n in 0..rounds {
            let (told, hear) = std::sync::mpsc::channel();
            let row = Write::Call(Box::new(live::call(1_000_000 + n, 5)));
            writer.handle().write_then(vec![row], move |result| {
                told.send(result).expect("somebody listens");
            });
            hear.recv().expect("an answer").expect("a durable row");
        }
        let each = begun.elapsed().as_secs_f64() * 1e6 / rounds as f64;
        println!("  one durable row at a time: {each:.0} µs");
        writer.close();
    }
}
