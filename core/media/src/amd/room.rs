//! The noise behind a voice. A person's room is heard from the answer on; a recording's room only
//! while it plays. So noise that comes with the first words, and wasn't there before them, makes
//! it likelier that they were recorded, and the detector waits longer for more of them.

/// Frames over which a pause's level is taken.
const SPAN: usize = 5;
/// Frames before speech that may hold its beginning.
const EDGE: usize = 4;
const KEPT: usize = SPAN + EDGE;

/// What is heard sooner behind speech is its own end (milliseconds).
const ECHO_MS: u32 = 240;
/// By so much the noise has risen, and is louder than this.
const STEP_DB: f32 = 3.0;
const NOISE_DBM0: f32 = -62.0;

/// Compares the noise before the first words with that behind them.
#[derive(Default)]
pub(super) struct Room {
    /// The latest levels, the newest last; absent where it wasn't quiet.
    levels: [Option<f32>; KEPT],
    before_dbm0: Option<f32>,
    behind_dbm0: Option<f32>,
}

impl Room {
    /// A frame without speech or tone, at its level; how long ago speech was, if there was any.
    pub(super) fn quiet(&mut self, level_dbm0: f32, since_speech_ms: Option<u32>) {
        self.push(Some(level_dbm0));
        match since_speech_ms {
            None => least(&mut self.before_dbm0, mean(&self.levels[..SPAN])),
            Some(ms) if ms >= ECHO_MS => {
                least(&mut self.behind_dbm0, mean(&self.levels[EDGE..]));
            }
            Some(_) => {}
        }
    }

    /// A frame of another kind.
    pub(super) fn other(&mut self) {
        self.push(None);
    }

    /// Speech: what is behind it begins anew.
    pub(super) fn speech(&mut self) {
        self.push(None);
        self.behind_dbm0 = None;
    }

    /// Whether noise came with the words.
    pub(super) fn is_recorded(&self) -> bool {
        let (Some(before), Some(behind)) = (self.before_dbm0, self.behind_dbm0) else {
            return false;
        };
        behind > before + STEP_DB && behind > NOISE_DBM0
    }

    fn push(&mut self, level: Option<f32>) {
        self.levels.copy_within(1.., 0);
        self.levels[KEPT - 1] = level;
    }
}

fn mean(levels: &[Option<f32>]) -> Option<f32> {
    let sum: Option<f32> = levels.iter().copied().sum();
    sum.map(|sum| sum / levels.len() as f32)
}

fn least(of: &mut Option<f32>, level: Option<f32>) {
    if let Some(level) = level {
        *of = Some(of.map_or(level, |least| least.min(level)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(before: f32, behind: f32) -> bool {
        let mut room = Room::default();
        (0..20).for_each(|_| room.quiet(before, None));
        (0..20).for_each(|_| room.speech());
        (1..20).for_each(|n| room.quiet(behind, Some(n * 20)));
        room.is_recorded()
    }

    #[test]
    fn noise_that_comes_with_the_words_is_a_recordings() {
        assert!(heard(-65.0, -50.0));
        assert!(!heard(-50.0, -50.0));
        assert!(!heard(-50.0, -65.0));
        assert!(!heard(-90.0, -65.0));
    }
}
