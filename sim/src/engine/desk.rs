//! The engines' outlet: packets to send, events to tell, sound to bring, recordings to keep.

use crate::sound::{Ear, Side};
use crate::voice::{Files, brought};
use media::{Feed, Kept, Outlet, Relayed};
use model::media::{MediaEvent, PlayId, Prompt};
use model::{LegId, RecordingSid, Span, Time};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

/// Finishing a recording's file takes so long.
const FINISH: Span = Span::from_millis(10);

/// What the engines put out, until it is carried on.
#[derive(Debug, Default)]
pub(super) struct Desk {
    now: Time,
    side: Option<Side>,
    pub(super) files: Files,
    pub(super) packets: Vec<(LegId, SocketAddr, bool, Vec<u8>)>,
    pub(super) events: VecDeque<(Ear, MediaEvent)>,
    feeds: VecDeque<(LegId, PlayId, Feed)>,
    recordings: BTreeMap<RecordingSid, (Vec<i16>, u8)>,
    finished: BTreeMap<(Time, RecordingSid), (Ear, Kept)>,
}

impl Desk {
    /// From now on this side's engine speaks.
    pub(super) fn turn(&mut self, now: Time, side: Side) {
        self.now = now;
        self.side = Some(side);
    }

    pub(super) fn next_feed(&mut self) -> Option<(LegId, PlayId, Feed)> {
        self.feeds.pop_front()
    }

    pub(super) fn next_finished(&self) -> Option<Time> {
        self.finished.first_key_value().map(|((at, _), _)| *at)
    }

    /// Tells of the recordings whose files are finished by now.
    pub(super) fn finish(&mut self, now: Time) {
        while let Some(first) = self.finished.first_entry().filter(|one| one.key().0 <= now) {
            let ((_, recording), (ear, kept)) = first.remove_entry();
            let event = MediaEvent::Recorded {
                recording,
                length_ms: kept.length_ms,
                heard: kept.heard,
                end: kept.end,
            };
            self.events.push_back((ear, event));
        }
    }

    pub(super) fn kept(&self, recording: RecordingSid) -> Option<(&[i16], u8)> {
        self.recordings
            .get(&recording)
            .map(|(samples, channels)| (&samples[..], *channels))
    }

    fn ear(&self, leg: LegId) -> Ear {
        (self.side.unwrap_or(Side::Switch), leg)
    }

    fn sound_of(&self, prompt: &Prompt) -> Feed {
        match brought(prompt, &self.files) {
            Some(Ok(samples)) => Feed::Samples(samples.into()),
            Some(Err(code)) => Feed::Failed {
                code,
                text: code.text().to_owned(),
            },
            None => Feed::End,
        }
    }
}

impl Outlet for Desk {
    fn packet(&mut self, leg: LegId, to: SocketAddr, rtcp_port: bool, bytes: &[u8]) {
        self.packets.push((leg, to, rtcp_port, bytes.to_vec()));
    }

    fn event(&mut self, leg: LegId, event: MediaEvent) {
        self.events.push_back((self.ear(leg), event));
    }

    fn want(&mut self, leg: LegId, play: PlayId, prompt: &Prompt) {
        let feed = self.sound_of(prompt);
        self.feeds.push_back((leg, play, feed));
    }

    fn record(&mut self, recording: RecordingSid, samples: &[i16], channels: u8) {
        let (kept, of) = self.recordings.entry(recording).or_default();
        kept.extend_from_slice(samples);
        *of = channels;
    }

    fn record_end(&mut self, leg: LegId, recording: RecordingSid, kept: Kept) {
        if let Some((samples, channels)) = self.recordings.get_mut(&recording) {
            samples.truncate(kept.samples as usize * usize::from(*channels));
        }
        let ear = self.ear(leg);
        self.finished
            .insert((self.now + FINISH, recording), (ear, kept));
    }

    fn relay(&mut self, _to: LegId, _relayed: Relayed) {
        // All legs of a side are on one engine.
    }
}
