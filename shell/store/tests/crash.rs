//! Kills a process in the middle of its writing: what it had been told is durable must be there,
//! batches must be whole, and the next process must find the calls and callbacks left open.
#![allow(clippy::unwrap_used, reason = "a test, though not one of the harness")]

mod live;
#[path = "live/waiting.rs"]
mod waiting;

use live::*;
use model::*;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use store::*;
use waiting::waiting;

const CHILD: &str = "RINGBACK_CRASH_TEST_FOLDER";
/// Batches the parent waits for before it kills; the child would go on for ever.
const BATCHES: usize = 400;

fn main() {
    match std::env::var_os(CHILD) {
        Some(folder) => write_for_ever(Path::new(&folder)),
        None => survives_being_killed(),
    }
}

fn write_for_ever(folder: &Path) {
    let store = open(folder, Durability::Full);
    let (writer, _) = writer(&store);
    let sounds = Sounds::open(folder.join("recordings")).unwrap();
    let mut sound = sounds
        .create(RecordingSid(1), WavForm::telephone(1))
        .unwrap();
    for n in 1_u128.. {
        sound.append(&[n as i16; 160]).unwrap();
        let writes = vec![
            Write::Call(Box::new(call(n, 10))),
            // Every third call waits, and leaves with the batch of the next one.
            match n % 3 {
                0 => Write::Waiting(Box::new(waiting(n as u64, &call(n, 10)))),
                1 => Write::Left(n as u64 - 1),
                _ => Write::Left(0),
            },
            Write::Callback(Box::new(callback(n, n))),
            // Every second callback is delivered at once.
            Write::CallbackDone(CallbackId(n - n % 2)),
        ];
        writer.handle().write_then(writes, move |result| {
            result.unwrap();
            println!("{n}");
            std::io::stdout().flush().unwrap();
        });
        // No further ahead of the disk than a few batches.
        while writer.handle().waiting() > 8 {
            std::thread::yield_now();
        }
    }
}

fn survives_being_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .env(CHILD, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let last = lines.take(BATCHES).last().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let told: u128 = last.parse().unwrap();
    assert_eq!(told, BATCHES as u128);

    let store = open(folder.path(), Durability::Full);
    let waiting = store.waiting_calls(None).unwrap();
    let calls = store.unfinished_calls().unwrap();
    let count = (calls.len() + waiting.len()) as u128;
    // At most the last one waits: those before it left in batches that are whole.
    assert!(waiting.len() <= 1 && waiting.len() == usize::from(count.is_multiple_of(3)));
    assert!(waiting.iter().all(|(row, _)| row.sid.0 == count));
    assert!(
        count >= told,
        "{count} calls are left of {told} that were promised"
    );
    let callbacks = store
        .pending_callbacks(&callback(1, 1).host(), 100_000)
        .unwrap();
    let wanted = (1..=count).filter(|n| n % 2 == 1);
    assert!(
        callbacks.iter().map(|row| row.id.0).eq(wanted),
        "a batch is not whole"
    );

    let sounds = Sounds::open(folder.path().join("recordings")).unwrap();
    let mended = sounds.mend().unwrap();
    assert_eq!(mended.len(), 1);
    assert!(mended[0].length_ms >= 20 * told as u64, "{mended:?}");
    let file = sounds.read(RecordingSid(1)).unwrap();
    assert_eq!(file.form.length_ms(file.sound_bytes), mended[0].length_ms);
    println!(
        "killed after {told} batches: {count} calls, {} callbacks",
        callbacks.len()
    );
}
