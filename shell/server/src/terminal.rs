//! Shows the ladder of running calls in the terminal, as it happens.

use model::Time;
use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use switch::{Ladder, Line};

/// Lines that may wait for a slow terminal; more are left out.
const LINES_MAX: usize = 1_000;

/// A terminal that shows ladders. Cheap to clone.
#[derive(Clone)]
pub struct Terminal {
    lines: SyncSender<Line>,
}

impl Terminal {
    /// Starts a thread that prints to standard output; times count from `start`.
    pub fn start(start: Time) -> std::io::Result<(Terminal, JoinHandle<()>)> {
        let (lines, queue) = sync_channel::<Line>(LINES_MAX);
        let thread = std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || {
                let mut ladder = Ladder::new(start);
                while let Ok(line) = queue.recv() {
                    let text = ladder.render(&line);
                    // A closed terminal is no reason to stop calls.
                    let _ = writeln!(std::io::stdout(), "{text}");
                }
            })?;
        Ok((Terminal { lines }, thread))
    }

    /// Shows a line, unless the terminal is far behind.
    pub fn show(&self, line: Line) {
        let _ = self.lines.try_send(line);
    }
}
