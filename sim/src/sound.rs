//! Sound as events: what the engine would say, computed from who talks to whom and for how long.
//!
//! It serves both sides of the network, the platform's legs and the phones', and knows which two
//! belong together by the ports in their descriptions. A ten-minute call costs some dozen steps.

mod detection;
mod length;
mod recording;

use crate::voice::{Files, Voice};
use detection::Listening;
pub(crate) use length::port_of;
use length::{key_length, length};
use model::media::{
    MediaCommand, MediaEvent, Opening, PlayEnd, PlayId, Prompt, RecordEnd, RecordSpec,
};
use model::recording::PauseBehavior;
use model::{ErrorCode, LegId, RecordingSid, Span, Time};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Whose leg it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The platform's.
    Switch,
    /// The virtual phones'.
    Phones,
}

/// A leg on its side.
pub type Ear = (Side, LegId);

/// One key takes so long: 100 ms of tone, 100 ms of pause.
const KEY: Span = Span::from_millis(200);
/// A record beep takes so long.
const BEEP: Span = Span::from_millis(500);
/// A prompt that goes on until it is stopped.
const ENDLESS: Span = Span::from_secs(1 << 30);
/// Finishing a recording's file takes so long.
const FINISH: Span = Span::from_millis(10);

#[derive(Debug, Clone)]
struct Play {
    id: PlayId,
    prompt: Prompt,
    loops: u32,
}

#[derive(Debug, Clone)]
struct Recording {
    spec: RecordSpec,
    /// What was kept up to `since`.
    before: Span,
    since: Time,
    paused: Option<PauseBehavior>,
    /// Where in what was kept the first and the last sound are.
    first_heard: Option<Span>,
    last_heard: Option<Span>,
    active: bool,
    silent_since: Time,
}

#[derive(Debug, Default)]
struct Leg {
    port: u16,
    version: u32,
    remote: Option<u16>,
    queue: VecDeque<Play>,
    /// What plays, when it began.
    playing: Option<(Play, Time)>,
    peer: Option<LegId>,
    listens_to: Option<LegId>,
    recordings: BTreeMap<RecordingSid, Recording>,
    /// Finds out who picked up, while that is asked for.
    detector: Option<Box<Listening>>,
    /// What plays, as sound; made only where somebody listens.
    voice: Option<(PlayId, Voice)>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    PlayEnds(Ear, PlayId),
    Key(Ear, PlayId, char),
    Check(Ear, RecordingSid),
    Finished(Ear, RecordingSid, u32, bool, u8),
    Frame(Ear),
    Lost(Ear),
}

/// The sound of a whole world, as events.
#[derive(Debug, Default)]
pub struct Sound {
    legs: BTreeMap<Ear, Leg>,
    ports: BTreeMap<u16, Ear>,
    next_port: u16,
    /// What will happen. What has lost its reason stays here, and nothing comes of it.
    agenda: BTreeSet<(Time, Due)>,
    /// The legs that are being recorded.
    recorded: BTreeSet<Ear>,
    files: Files,
    /// Addresses of the legs that have no port left to take.
    exhausted: bool,
    out: VecDeque<(Ear, MediaEvent)>,
}

impl Sound {
    /// Silence, and no legs.
    pub fn new() -> Sound {
        Sound {
            next_port: 20_000,
            ..Sound::default()
        }
    }

    /// Says how long the file at an address plays, or how it fails.
    pub fn set_file(&mut self, url: &str, outcome: Result<Span, ErrorCode>) {
        self.files.insert(url.to_owned(), outcome);
    }

    /// From now on there is no port left for the platform's legs.
    pub fn exhaust(&mut self) {
        self.exhausted = true;
    }

    /// The other end of this leg falls silent for ever, without a word.
    pub fn vanish(&mut self, now: Time, phone: LegId) {
        let remote = self.legs.get(&(Side::Phones, phone)).map(|leg| leg.port);
        let far = self
            .legs
            .iter()
            .find(|(_, leg)| leg.remote.is_some() && leg.remote == remote);
        if let Some((ear, _)) = far {
            let lost = Span::from_secs(model::limit::MEDIA_LOST_SECS);
            self.agenda.insert((now + lost, Due::Lost(*ear)));
        }
    }

    /// The legs that are open.
    pub fn legs(&self, side: Side) -> impl Iterator<Item = LegId> + '_ {
        self.legs
            .keys()
            .filter(move |(of, _)| *of == side)
            .map(|(_, leg)| *leg)
    }

    /// Complains if a leg keeps more than a leg may.
    pub fn within_bounds(&self) -> Result<(), String> {
        for ((side, id), leg) in &self.legs {
            let (plays, recordings) = (leg.queue.len(), leg.recordings.len());
            if plays > model::limit::PLAY_QUEUE_MAX {
                return Err(format!("{side:?} {id}: {plays} prompts wait"));
            }
            if recordings > model::limit::RECORDINGS_PER_LEG_MAX {
                return Err(format!("{side:?} {id}: {recordings} recordings"));
            }
        }
        Ok(())
    }

    /// Does what is asked about one leg.
    pub fn command(&mut self, now: Time, ear: Ear, command: MediaCommand) {
        match command {
            MediaCommand::Open(opening) => self.open(ear, opening),
            MediaCommand::Connect { sdp } => {
                if let Some(leg) = self.legs.get_mut(&ear) {
                    leg.remote = port_of(&sdp);
                }
            }
            MediaCommand::Renegotiate { sdp } => self.renegotiate(ear, sdp),
            MediaCommand::Play {
                play,
                prompt,
                loops,
            } => {
                if let Some(leg) = self.legs.get_mut(&ear) {
                    leg.queue.push_back(Play {
                        id: play,
                        prompt,
                        loops,
                    });
                    self.play_next(now, ear);
                }
            }
            MediaCommand::StopPlay { play } => self.stop_play(now, ear, play),
            MediaCommand::Join { peer } => self.join(ear, peer),
            MediaCommand::Listen { peer } => {
                self.part(ear);
                if let Some(leg) = self.legs.get_mut(&ear) {
                    leg.listens_to = Some(peer);
                }
            }
            MediaCommand::Echo => {
                self.part(ear);
                if let Some(leg) = self.legs.get_mut(&ear) {
                    leg.listens_to = Some(ear.1);
                }
            }
            MediaCommand::Part => self.part(ear),
            MediaCommand::Record { recording, spec } => self.record(now, ear, recording, spec),
            MediaCommand::PauseRecord {
                recording,
                behavior,
            } => self.pause_recording(now, ear, recording, Some(behavior)),
            MediaCommand::ResumeRecord { recording } => {
                self.pause_recording(now, ear, recording, None);
            }
            MediaCommand::StopRecord { recording } => {
                self.end_recording(now, ear, recording, RecordEnd::Stopped);
            }
            MediaCommand::Detect(settings) => self.detect(now, ear, settings),
            MediaCommand::Close => self.close(now, ear),
        }
        self.listen(now);
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        self.agenda.first().map(|(due, _)| *due)
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        while self.agenda.first().is_some_and(|(due, _)| *due <= now) {
            let Some((at, due)) = self.agenda.pop_first() else {
                return;
            };
            self.happen(at, due);
            self.listen(at);
        }
    }

    /// The next thing a leg's engine says.
    pub fn poll(&mut self) -> Option<(Ear, MediaEvent)> {
        self.out.pop_front()
    }

    fn happen(&mut self, now: Time, due: Due) {
        match due {
            Due::PlayEnds(ear, play) => {
                let plays = self.legs.get_mut(&ear);
                if let Some(leg) = plays.filter(|leg| leg.plays(play)) {
                    leg.playing = None;
                    self.say(
                        ear,
                        MediaEvent::Played {
                            play,
                            end: PlayEnd::Finished,
                        },
                    );
                    self.play_next(now, ear);
                }
            }
            Due::Key(ear, play, digit) => {
                if self.legs.get(&ear).is_some_and(|leg| leg.plays(play)) {
                    self.key(ear, digit);
                }
            }
            Due::Check(ear, recording) => self.check(now, ear, recording),
            Due::Finished(ear, recording, length_ms, heard, end) => {
                let end = [RecordEnd::Stopped, RecordEnd::Silence, RecordEnd::LengthMax]
                    [usize::from(end.min(2))];
                self.say(
                    ear,
                    MediaEvent::Recorded {
                        recording,
                        length_ms,
                        heard,
                        end,
                    },
                );
            }
            Due::Frame(ear) => self.hear_frame(now, ear),
            Due::Lost(ear) => {
                if self.legs.contains_key(&ear) {
                    self.say(ear, MediaEvent::Lost);
                }
            }
        }
    }

    fn say(&mut self, ear: Ear, event: MediaEvent) {
        self.out.push_back((ear, event));
    }

    fn open(&mut self, ear: Ear, opening: Opening) {
        if self.exhausted && ear.0 == Side::Switch {
            let text = "no port is left".to_owned();
            return self.say(ear, MediaEvent::Refused { code: 503, text });
        }
        let remote = match &opening {
            Opening::Offer => None,
            Opening::Answer { sdp } => match port_of(sdp) {
                Some(port) => Some(port),
                None => {
                    let text = "no sound is offered".to_owned();
                    return self.say(ear, MediaEvent::Refused { code: 488, text });
                }
            },
        };
        let port = self.next_port;
        self.next_port = self.next_port.checked_add(2).unwrap_or(20_000);
        self.ports.insert(port, ear);
        let leg = Leg {
            port,
            version: 1,
            remote,
            ..Leg::default()
        };
        let sdp = leg.description();
        self.legs.insert(ear, leg);
        self.say(ear, MediaEvent::Opened { sdp });
    }

    fn renegotiate(&mut self, ear: Ear, sdp: Option<String>) {
        let Some(leg) = self.legs.get_mut(&ear) else {
            return;
        };
        if let Some(sdp) = sdp {
            let Some(port) = port_of(&sdp) else {
                let text = "no sound is offered".to_owned();
                return self.say(ear, MediaEvent::Refused { code: 488, text });
            };
            leg.remote = Some(port);
        }
        leg.version += 1;
        let sdp = leg.description();
        self.say(ear, MediaEvent::Renegotiated { sdp });
    }

    fn play_next(&mut self, now: Time, ear: Ear) {
        while let Some(leg) = self.legs.get_mut(&ear) {
            if leg.playing.is_some() {
                return;
            }
            let Some(play) = leg.queue.pop_front() else {
                return;
            };
            let id = play.id;
            match length(&play.prompt, &self.files) {
                Err(code) => {
                    let text = code.text().to_owned();
                    let end = PlayEnd::Failed { code, text };
                    self.say(ear, MediaEvent::Played { play: id, end });
                }
                Ok(once) => {
                    let whole = Span(once.0.saturating_mul(u64::from(play.loops.max(1))));
                    if let Prompt::Digits(digits) = &play.prompt {
                        let mut at = now;
                        for digit in digits.chars() {
                            if !matches!(digit, 'w' | 'W') {
                                self.agenda
                                    .insert((at + Span(KEY.0 / 2), Due::Key(ear, id, digit)));
                            }
                            at += key_length(digit);
                        }
                    }
                    leg.playing = Some((play, now));
                    if once < ENDLESS {
                        self.agenda.insert((now + whole, Due::PlayEnds(ear, id)));
                    }
                    return;
                }
            }
        }
    }

    fn stop_play(&mut self, now: Time, ear: Ear, play: PlayId) {
        let Some(leg) = self.legs.get_mut(&ear) else {
            return;
        };
        let waits = leg.queue.iter().position(|waiting| waiting.id == play);
        if let Some(at) = waits {
            leg.queue.remove(at);
        } else if leg.plays(play) {
            leg.playing = None;
        } else {
            return;
        }
        self.say(
            ear,
            MediaEvent::Played {
                play,
                end: PlayEnd::Stopped,
            },
        );
        self.play_next(now, ear);
    }

    /// A key passes to the far end of the leg that sends it, and on to a joined leg's far end.
    fn key(&mut self, ear: Ear, digit: char) {
        let Some(far) = self.far(ear) else { return };
        let duration_ms = 100;
        self.say(far, MediaEvent::Digit { digit, duration_ms });
        let peer = self.legs.get(&far).and_then(|leg| leg.peer);
        if far.0 == Side::Switch
            && let Some(peer) = peer.and_then(|peer| self.far((far.0, peer)))
        {
            self.say(peer, MediaEvent::Digit { digit, duration_ms });
        }
    }

    /// The leg at the other end of the wire, if each has the other's port.
    fn far(&self, ear: Ear) -> Option<Ear> {
        let leg = self.legs.get(&ear)?;
        let far = *self.ports.get(&leg.remote?)?;
        let back = self.legs.get(&far)?.remote;
        (back == Some(leg.port)).then_some(far)
    }

    fn join(&mut self, ear: Ear, peer: LegId) {
        let other = (ear.0, peer);
        if ear == other || !self.legs.contains_key(&ear) || !self.legs.contains_key(&other) {
            return;
        }
        self.part(ear);
        self.part(other);
        if let Some(leg) = self.legs.get_mut(&ear) {
            leg.peer = Some(peer);
        }
        if let Some(leg) = self.legs.get_mut(&other) {
            leg.peer = Some(ear.1);
        }
    }

    fn part(&mut self, ear: Ear) {
        let Some(leg) = self.legs.get_mut(&ear) else {
            return;
        };
        leg.listens_to = None;
        if let Some(peer) = leg.peer.take()
            && let Some(other) = self.legs.get_mut(&(ear.0, peer))
        {
            other.peer = None;
        }
    }

    fn close(&mut self, now: Time, ear: Ear) {
        let recordings: Vec<_> = match self.legs.get(&ear) {
            Some(leg) => leg.recordings.keys().copied().collect(),
            None => return,
        };
        for recording in recordings {
            self.end_recording(now, ear, recording, RecordEnd::Stopped);
        }
        self.part(ear);
        if let Some(leg) = self.legs.remove(&ear) {
            self.ports.remove(&leg.port);
        }
    }

    /// Whether this leg sends sound to its far end: its own prompts, or a joined leg's voice.
    fn mouth_says(&self, ear: Ear) -> bool {
        let Some(leg) = self.legs.get(&ear) else {
            return false;
        };
        let own = leg
            .playing
            .as_ref()
            .is_some_and(|(play, _)| !matches!(play.prompt, Prompt::Silence { .. }));
        let other = leg.peer.or(leg.listens_to);
        own || other.is_some_and(|peer| {
            let far = self.far((ear.0, peer));
            far.and_then(|far| self.legs.get(&far))
                .is_some_and(|leg| leg.playing.is_some())
        })
    }

    /// Whether this leg hears sound from its far end.
    fn ear_hears(&self, ear: Ear) -> bool {
        self.far(ear).is_some_and(|far| self.mouth_says(far))
    }
}

impl Leg {
    fn plays(&self, play: PlayId) -> bool {
        self.playing
            .as_ref()
            .is_some_and(|(playing, _)| playing.id == play)
    }

    fn description(&self) -> String {
        let Leg { port, version, .. } = self;
        format!(
            "v=0\r\no=- {port} {version} IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\n\
             t=0 0\r\nm=audio {port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n\
             a=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
        )
    }
}
