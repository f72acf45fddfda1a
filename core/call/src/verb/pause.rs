//! `<Pause>`: waits; before the answer it lets the call go on ringing.

use super::{Heard, Machine, Step};
use crate::script::Line;
use crate::timer::Timer;
use crate::turn::Turn;
use model::Span;
use twiml::verb::Pause;

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pausing;

/// Begins to wait.
pub(crate) fn begin(pause: &Pause, line: &Line<'_>, turn: &mut Turn<'_>) -> Pausing {
    let length = Span::from_secs(u64::from(pause.length));
    turn.set(line.row.sid, Timer::Verb, length);
    Pausing
}

impl Machine for Pausing {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match heard {
            Heard::TimedOut(Timer::Verb) => Step::Next,
            Heard::Ended => {
                self.stop(line, turn);
                Step::Next
            }
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        turn.stop(line.row.sid, Timer::Verb);
    }
}
