//! Where output goes: a person's terminal, or another program.

use clap::Args;
use std::io::{IsTerminal, Write};

/// How output is shown.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Form {
    /// JSON; so it is without a terminal, too.
    #[arg(long, global = true, conflicts_with = "table", help_heading = "Output")]
    pub json: bool,
    /// A table; so it is on a terminal, too.
    #[arg(long, global = true, help_heading = "Output")]
    pub table: bool,
}

/// What output may be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// JSON for programs, or a table for people.
    pub json: bool,
    /// Columns of the terminal; none where nothing is cut off.
    pub width: Option<usize>,
    /// Whether colours are shown.
    pub colour: bool,
    /// Whether somebody watches standard error.
    pub watched: bool,
}

impl Screen {
    /// As this process has it.
    pub fn of(form: Form) -> Screen {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let size = rustix::termios::tcgetwinsize(&stdout).ok();
        let width = size.map(|size| usize::from(size.ws_col));
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Screen {
            json: form.json || !(terminal || form.table),
            // Some terminals don't know their size, and say 0.
            width: width.filter(|width| terminal && *width > 0),
            colour: terminal && !plain,
            watched: std::io::stderr().is_terminal(),
        }
    }

    /// Text in a colour, by its number (ECMA-48 §8.3.117), where colours are shown.
    pub fn paint(&self, colour: Colour, text: &str) -> String {
        if self.colour && !text.trim().is_empty() {
            format!("\x1b[{}m{text}\x1b[0m", colour as u8)
        } else {
            text.to_owned()
        }
    }
}

/// What stands out, and what doesn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// A heading.
    Bold = 1,
    /// What matters less.
    Faint = 2,
    /// What failed.
    Red = 31,
    /// What went well.
    Green = 32,
    /// What lasts.
    Yellow = 33,
}

/// The colour of a status.
pub fn of_status(status: &str) -> Option<Colour> {
    match status {
        "completed" => Some(Colour::Green),
        "busy" | "failed" | "no-answer" | "canceled" | "absent" => Some(Colour::Red),
        "queued" | "ringing" | "in-progress" | "paused" | "processing" => Some(Colour::Yellow),
        _ => None,
    }
}

/// Prints. A reader who has seen enough closes the pipe, which is no fault.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
