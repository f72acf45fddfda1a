//! Recordings: who is heard when, and when enough has been.

use super::{Due, Ear, FINISH, Recording, Sound};
use model::media::{MediaEvent, RecordEnd, RecordSpec};
use model::recording::PauseBehavior;
use model::{RecordingSid, Span, Time};

impl Sound {
    pub(super) fn record(
        &mut self,
        now: Time,
        ear: Ear,
        recording: RecordingSid,
        spec: RecordSpec,
    ) {
        let Some(leg) = self.legs.get_mut(&ear) else {
            return;
        };
        let end = now + Span::from_millis(u64::from(spec.length_ms_max));
        self.agenda.insert((end, Due::Check(ear, recording)));
        if let Some(silence_ms) = spec.silence_ms {
            let check = now + Span::from_millis(u64::from(silence_ms));
            self.agenda.insert((check, Due::Check(ear, recording)));
        }
        let fresh = Recording {
            spec,
            before: Span(0),
            since: now,
            paused: None,
            first_heard: None,
            last_heard: None,
            active: false,
            silent_since: now,
        };
        leg.recordings.insert(recording, fresh);
        self.recorded.insert(ear);
    }

    /// Lets a recording wait (`Some`), or go on.
    pub(super) fn pause_recording(
        &mut self,
        now: Time,
        ear: Ear,
        sid: RecordingSid,
        paused: Option<PauseBehavior>,
    ) {
        let leg = self.legs.get_mut(&ear);
        let Some(recording) = leg.and_then(|leg| leg.recordings.get_mut(&sid)) else {
            return;
        };
        recording.before = recording.kept(now);
        recording.since = now;
        recording.paused = paused;
        recording.silent_since = now;
        let left = Span(recording.greatest().0.saturating_sub(recording.before.0));
        self.agenda.insert((now + left, Due::Check(ear, sid)));
        if let Some(silence_ms) = recording.spec.silence_ms.filter(|_| paused.is_none()) {
            let check = now + Span::from_millis(u64::from(silence_ms));
            self.agenda.insert((check, Due::Check(ear, sid)));
        }
    }

    /// Ends a recording whose greatest length or longest silence is reached.
    pub(super) fn check(&mut self, now: Time, ear: Ear, sid: RecordingSid) {
        let leg = self.legs.get(&ear);
        let Some(recording) = leg.and_then(|leg| leg.recordings.get(&sid)) else {
            return;
        };
        let silent = recording.spec.silence_ms.is_some_and(|silence_ms| {
            let allowed = Span::from_millis(u64::from(silence_ms));
            let listens = recording.paused.is_none() && !recording.active;
            listens && now - recording.silent_since >= allowed
        });
        if recording.kept(now) >= recording.greatest() {
            self.end_recording(now, ear, sid, RecordEnd::LengthMax);
        } else if silent {
            self.end_recording(now, ear, sid, RecordEnd::Silence);
        }
    }

    pub(super) fn end_recording(
        &mut self,
        now: Time,
        ear: Ear,
        recording: RecordingSid,
        end: RecordEnd,
    ) {
        let leg = self.legs.get_mut(&ear);
        let Some(leg) = leg else {
            return;
        };
        let Some(ended) = leg.recordings.remove(&recording) else {
            return;
        };
        if leg.recordings.is_empty() {
            self.recorded.remove(&ear);
        }
        let whole = ended.kept(now);
        let last = if ended.active {
            Some(whole)
        } else {
            ended.last_heard
        };
        let kept = match (ended.first_heard, last) {
            (Some(first), Some(last)) if ended.spec.trim => Span(last.0 - first.0),
            _ => whole,
        };
        let length_ms = kept.millis() as u32;
        let wanted = ended.first_heard.is_some() || ended.spec.keeps_silence();
        let heard = wanted && length_ms >= model::limit::RECORDING_MS_MIN;
        self.say(ear, MediaEvent::RecordEnded { recording, end });
        let word = match end {
            RecordEnd::Stopped | RecordEnd::Failed => 0,
            RecordEnd::Silence => 1,
            RecordEnd::LengthMax => 2,
        };
        self.agenda.insert((
            now + FINISH,
            Due::Finished(ear, recording, length_ms, heard, word),
        ));
    }

    /// Notes for every recording whether there is sound now, and plans the end of its silence.
    pub(super) fn listen(&mut self, now: Time) {
        let mut changes = Vec::new();
        for ear in &self.recorded {
            let Some(leg) = self.legs.get(ear) else {
                continue;
            };
            for (sid, recording) in &leg.recordings {
                let (ear_sound, mouth_sound) = (self.ear_hears(*ear), self.mouth_says(*ear));
                let any = match recording.spec.track {
                    model::recording::RecordingTrack::Outbound => mouth_sound,
                    model::recording::RecordingTrack::Both
                        if recording.spec.silence_ms.is_none() =>
                    {
                        ear_sound || mouth_sound
                    }
                    _ => ear_sound,
                };
                let any = any && recording.paused.is_none();
                if any != recording.active {
                    changes.push((*ear, *sid, any));
                }
            }
        }
        for (ear, sid, active) in changes {
            let leg = self.legs.get_mut(&ear);
            let Some(recording) = leg.and_then(|leg| leg.recordings.get_mut(&sid)) else {
                continue;
            };
            recording.active = active;
            let place = recording.kept(now);
            if active {
                recording.first_heard.get_or_insert(place);
            } else {
                recording.last_heard = Some(place);
                recording.silent_since = now;
                if let Some(silence_ms) = recording.spec.silence_ms {
                    let check = now + Span::from_millis(u64::from(silence_ms));
                    self.agenda.insert((check, Due::Check(ear, sid)));
                }
            }
        }
    }
}

impl Recording {
    /// How much has been kept by now.
    fn kept(&self, now: Time) -> Span {
        match self.paused {
            Some(PauseBehavior::Skip) => self.before,
            Some(PauseBehavior::Silence) | None => self.before + (now - self.since),
        }
    }

    fn greatest(&self) -> Span {
        Span::from_millis(u64::from(self.spec.length_ms_max))
    }
}
