//! Who picked up: the engine's own detector, on the sound that the far end would make. Nothing is
//! decided here; the detector is given a frame every 20 ms, as in an engine's tick.

use super::{Due, Ear, Sound};
use crate::voice::Voice;
use media::amd::{Detector, Settings};
use media::sound::{FRAME_MS, Frame, SAMPLES_PER_MS, SILENT_FRAME};
use model::media::MediaEvent;
use model::{Span, Time};

const FRAME: Span = Span::from_millis(FRAME_MS as u64);

/// A detector at work. It has no words for what it is like inside.
pub(super) struct Listening(Detector);

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Listening")
    }
}

impl Sound {
    pub(super) fn detect(&mut self, now: Time, ear: Ear, settings: Settings) {
        let Some(leg) = self.legs.get_mut(&ear) else {
            return;
        };
        let detector = Listening(Detector::new(settings));
        if leg.detector.replace(Box::new(detector)).is_none() {
            self.agenda.insert((now + FRAME, Due::Frame(ear)));
        }
    }

    /// Lets a detector hear the last 20 ms.
    pub(super) fn hear_frame(&mut self, now: Time, ear: Ear) {
        let detector = self.legs.get_mut(&ear).and_then(|leg| leg.detector.take());
        let Some(mut detector) = detector else {
            return;
        };
        let frame = self.frame(now, ear);
        if let Some(found) = detector.0.hear(Some(&frame)) {
            let answered_by = found.verdict;
            return self.say(ear, MediaEvent::Detected { answered_by });
        }
        if let Some(leg) = self.legs.get_mut(&ear) {
            leg.detector = Some(detector);
        }
        self.agenda.insert((now + FRAME, Due::Frame(ear)));
    }

    /// What a leg has heard of its far end in the last 20 ms: that one's prompts, and whoever is
    /// joined to it there.
    fn frame(&mut self, now: Time, ear: Ear) -> Frame {
        let mut frame = SILENT_FRAME;
        let Some(far) = self.far(ear) else {
            return frame;
        };
        self.add_prompt(now, far, &mut frame);
        let leg = self.legs.get(&far);
        let other = leg.and_then(|leg| leg.peer.or(leg.listens_to));
        if let Some(behind) = other.and_then(|other| self.far((far.0, other))) {
            self.add_prompt(now, behind, &mut frame);
        }
        frame
    }

    fn add_prompt(&mut self, now: Time, mouth: Ear, frame: &mut Frame) {
        let Some(leg) = self.legs.get_mut(&mouth) else {
            return;
        };
        let Some((play, since)) = &leg.playing else {
            return;
        };
        if leg.voice.as_ref().is_none_or(|(of, _)| *of != play.id) {
            leg.voice = Some((play.id, Voice::of(&play.prompt, &self.files)));
        }
        let Some((_, voice)) = &mut leg.voice else {
            return;
        };
        // One that began within these 20 ms is heard in their latter part.
        let said = samples(now - *since);
        let late = frame.len().saturating_sub(said);
        voice.add(said.saturating_sub(frame.len()), &mut frame[late..]);
    }
}

fn samples(span: Span) -> usize {
    span.0 as usize * SAMPLES_PER_MS / 1_000
}
