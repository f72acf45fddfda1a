//! `<Echo>`: the caller hears themselves until the call ends.

use super::{Heard, Machine, Step};
use crate::script::Line;
use crate::turn::Turn;
use model::media::MediaCommand;

/// An echo. Unconfirmed: whether it has an end of its own. It has none: the call's greatest length
/// bounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Echoing;

/// Begins to send back what is heard.
pub(crate) fn begin(line: &Line<'_>, turn: &mut Turn<'_>) -> Echoing {
    line.leg.sound(MediaCommand::Echo, turn);
    Echoing
}

impl Machine for Echoing {
    fn hear(&mut self, heard: Heard, _line: &mut Line<'_>, _turn: &mut Turn<'_>) -> Step {
        match heard {
            Heard::Ended => Step::Next,
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        line.leg.sound(MediaCommand::Part, turn);
    }
}
