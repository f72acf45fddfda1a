//! `<Pause>`: waits in silence.

use crate::warning::Code;

element! {
    /// Waits in silence; as the first verb it also delays the answer.
    pub struct Pause = "Pause";
    /// How many seconds.
    length: u32 = 1, "length", Code::PauseLength, in 1..=86400;
    -> content {}
}
