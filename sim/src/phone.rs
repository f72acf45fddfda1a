//! Virtual phones: SIP user agents whose socket is in memory, each with a character.
//!
//! A phone uses the same endpoint, the same transactions and the same sound engine as the
//! platform it talks to; this file is only the person who holds it. Drive it like any machine of
//! the core: hand in datagrams, words of its engine and time, then `poll` until it is silent.

use crate::character::{Act, Answer, Character};
use model::media::{MediaCommand, MediaEvent, Opening, PlayId, Prompt, RecordSpec, Speech};
use model::media::{SpeechPart, Tone};
use model::recording::RecordingTrack;
use model::signal::{SignalCommand, SignalEvent};
use model::{Address, Chance, LegId, RecordingSid, Span, Time};
use sip::message::header::NameAddr;
use sip::message::{Host, Uri};
use sip::{Endpoint, Flow, Hop, Listener, Next, Placement, Transport};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

/// The address by which a phone asks its driver for the tone of a fax machine.
pub const FAX_TONE: &str = "phone:fax";
/// A prompt counts as fallen silent after so long.
const SILENCE_MS: u32 = 1_000;

/// Something a phone wants done, or lets know.
#[derive(Debug, Clone, PartialEq)]
pub enum PhoneOutput {
    /// Send this message to the platform.
    Send {
        /// From the phone to the platform.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Say this to the phones' sound engine.
    Media {
        /// Which of the phones' legs.
        leg: LegId,
        /// What.
        command: MediaCommand,
    },
    /// The leg has ended at the phone.
    Ended {
        /// Which.
        leg: LegId,
    },
}

/// What a phone waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// For the moment it begins to ring.
    ToRing,
    /// For the moment it answers or refuses.
    ToAnswer,
    /// For its own description, to answer with.
    Opening,
    /// For its call to be answered.
    Calling,
    /// For the end of what it plays.
    Playing(PlayId),
    /// For silence on the line.
    Silence,
    /// For time to pass.
    Time,
    /// For the other to do something.
    Nothing,
}

#[derive(Debug)]
struct PhoneLeg {
    user: String,
    character: Character,
    next_act: usize,
    waiting: Waiting,
    offer: Option<String>,
    /// What the engine's next descriptions are for: an answer to the other's re-INVITE (`None`),
    /// or our own offer to hold (true) or to resume (false).
    descriptions: VecDeque<Option<bool>>,
    answered: bool,
}

/// All virtual phones of one world.
pub struct Phones {
    sip: Endpoint,
    here: SocketAddr,
    platform: SocketAddr,
    characters: BTreeMap<String, Character>,
    legs: BTreeMap<LegId, PhoneLeg>,
    /// Calls that wait for their description: whom, and as whom.
    placements: BTreeMap<LegId, (Uri, Uri)>,
    timers: BTreeSet<(Time, LegId)>,
    /// Users whose phone has died.
    dead: BTreeSet<String>,
    next_leg: u64,
    next_play: u64,
    out: VecDeque<PhoneOutput>,
}

impl Phones {
    /// Phones at this address, calling and called by the platform at the other.
    pub fn new(here: SocketAddr, platform: SocketAddr, mut chance: Chance) -> Phones {
        let config = sip::Config {
            user_agent: "Ringback Phone".to_owned(),
            listeners: vec![Listener::at(Transport::Memory, here)],
            trunks: vec![sip::TrunkSource {
                name: "platform".to_owned(),
                sources: vec![(platform.ip(), None)],
            }],
            ..sip::Config::default()
        };
        Phones {
            sip: Endpoint::new(config, chance.fork()),
            here,
            platform,
            characters: BTreeMap::new(),
            legs: BTreeMap::new(),
            placements: BTreeMap::new(),
            timers: BTreeSet::new(),
            dead: BTreeSet::new(),
            next_leg: 1,
            next_play: 1,
            out: VecDeque::new(),
        }
    }

    /// Gives the phone at this number (or of this user) a character of its own.
    pub fn set(&mut self, user: &str, character: Character) {
        self.characters.insert(user.to_owned(), character);
    }

    /// Lets a phone call `to`; once answered it does what its character does.
    pub fn call(&mut self, now: Time, from: &str, to: &str, character: Character) -> LegId {
        let leg = LegId(self.next_leg);
        self.next_leg += 1;
        self.legs
            .insert(leg, PhoneLeg::new(from, character, Waiting::Calling, None));
        let from = Uri::sip(from, Host::from(self.here.ip()), None);
        let target = Uri::sip(to, Host::from(self.platform.ip()), None);
        // The INVITE leaves when the engine has made its description.
        self.placements.insert(leg, (target, from));
        self.media(leg, MediaCommand::Open(Opening::Offer));
        self.drain(now);
        leg
    }

    /// Lets the phone hang up, whatever it is doing; while it rings it declines.
    pub fn hang_up(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get(&leg) else {
            return;
        };
        let rings = match line.waiting {
            Waiting::ToRing | Waiting::ToAnswer => true,
            Waiting::Nothing => !line.answered,
            _ => false,
        };
        if rings {
            self.refuse(now, leg, 603);
        } else {
            self.sip.command(now, leg, SignalCommand::Release);
            self.end(leg);
        }
        self.drain(now);
    }

    /// Lets the phone press keys, whatever it is doing.
    pub fn press(&mut self, leg: LegId, digits: &str) {
        let play = self.play_id();
        let prompt = Prompt::Digits(digits.to_owned());
        self.media(
            leg,
            MediaCommand::Play {
                play,
                prompt,
                loops: 1,
            },
        );
    }

    /// Lets the phone say something, whatever it is doing.
    pub fn say(&mut self, leg: LegId, text: &str) {
        let play = self.play_id();
        self.media(
            leg,
            MediaCommand::Play {
                play,
                prompt: speech(text),
                loops: 1,
            },
        );
    }

    /// A datagram came for one of the phones.
    pub fn handle_datagram(&mut self, now: Time, flow: Flow, bytes: &[u8]) {
        if self.is_deaf_to(bytes) {
            return;
        }
        self.sip.handle_datagram(now, flow, bytes);
        self.drain(now);
    }

    /// The phones' engine says something about one of their legs.
    pub fn handle_media(&mut self, now: Time, leg: LegId, event: MediaEvent) {
        match event {
            MediaEvent::Opened { sdp } => self.opened(now, leg, sdp),
            MediaEvent::Renegotiated { sdp } => self.renegotiated(now, leg, sdp),
            MediaEvent::Refused { .. } => self.refused(now, leg),
            MediaEvent::Played { play, .. } => self.done(now, leg, Waiting::Playing(play)),
            MediaEvent::Recorded { heard, .. } => self.heard_silence(now, leg, heard),
            MediaEvent::Digit { .. } | MediaEvent::RecordEnded { .. } | MediaEvent::Lost => {}
        }
        self.drain(now);
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        let own = self.timers.first().map(|(due, _)| *due);
        self.sip.next_timeout().into_iter().chain(own).min()
    }

    /// Lets everything happen that is due by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        if self.sip.next_timeout().is_some_and(|due| due <= now) {
            self.sip.handle_timeout(now);
        }
        while let Some((due, leg)) = self.timers.first().copied()
            && due <= now
        {
            self.timers.pop_first();
            self.time_passed(now, leg);
        }
        self.drain(now);
    }

    /// The next thing to do or to know.
    pub fn poll(&mut self) -> Option<PhoneOutput> {
        self.out.pop_front()
    }

    /// How many of their legs live.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Their live legs, in the order in which they came up.
    pub fn live(&self) -> Vec<LegId> {
        self.legs.keys().copied().collect()
    }

    /// The leg on which the phone of this user was called last.
    pub fn leg_of(&self, user: &str) -> Option<LegId> {
        self.legs
            .iter()
            .rev()
            .find(|(_, leg)| leg.user == user)
            .map(|(leg, _)| *leg)
    }

    /// The phone of this leg dies: it says nothing more, and hears nothing.
    pub fn forget(&mut self, now: Time, leg: LegId) {
        if let Some(line) = self.legs.remove(&leg) {
            self.placements.remove(&leg);
            self.dead.insert(line.user);
            self.media(leg, MediaCommand::Close);
            self.sip.command(now, leg, SignalCommand::Release);
            self.drain(now);
        }
    }

    /// The phones' endpoint, for the judges of the simulator.
    pub fn sip(&self) -> &Endpoint {
        &self.sip
    }

    fn drain(&mut self, now: Time) {
        while let Some(output) = self.sip.poll() {
            match output {
                sip::Output::Send { bytes, .. } if self.is_from_dead(&bytes) => {}
                sip::Output::Send { flow, bytes } => {
                    self.out.push_back(PhoneOutput::Send { flow, bytes });
                }
                sip::Output::Leg { leg, event } => self.signalled(now, leg, event),
                _ => {}
            }
        }
    }

    fn signalled(&mut self, now: Time, leg: LegId, event: SignalEvent) {
        match event {
            SignalEvent::Offered(offered) => {
                let user = match &offered.to {
                    Address::Sip(uri) => {
                        let user = Uri::parse(uri)
                            .ok()
                            .and_then(|uri| uri.user().map(|user| user.into_owned()));
                        user.unwrap_or_default()
                    }
                    other => other.to_string(),
                };
                let known = self.characters.get(&user).cloned();
                let character = known.unwrap_or_else(|| Character::at(&user));
                let after = Span::from_millis(character.ring_after_ms);
                let line = PhoneLeg::new(&user, character, Waiting::ToRing, offered.sdp);
                self.legs.insert(leg, line);
                self.timers.insert((now + after, leg));
            }
            SignalEvent::Answered { sdp, .. } => {
                if let Some(sdp) = sdp {
                    self.media(leg, MediaCommand::Connect { sdp });
                }
                self.begin(now, leg);
            }
            SignalEvent::Acknowledged { sdp } => {
                if let Some(sdp) = sdp {
                    self.media(leg, MediaCommand::Connect { sdp });
                }
                self.begin(now, leg);
            }
            SignalEvent::Reoffered { sdp } => {
                if let Some(line) = self.legs.get_mut(&leg) {
                    line.descriptions.push_back(None);
                }
                self.media(leg, MediaCommand::Renegotiate { sdp });
            }
            SignalEvent::Reanswered { sdp: Some(sdp) } => {
                self.media(leg, MediaCommand::Connect { sdp });
            }
            SignalEvent::Failed { .. } | SignalEvent::Released { .. } => self.end(leg),
            SignalEvent::Progress { .. }
            | SignalEvent::Reanswered { sdp: None }
            | SignalEvent::Digit { .. } => {}
        }
    }

    /// Ringing begins, or is over, or a wait is.
    fn time_passed(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get_mut(&leg) else {
            return;
        };
        match line.waiting {
            Waiting::ToRing => match line.character.answer {
                Answer::Refuse(code, 0) => self.refuse(now, leg, code),
                Answer::Deaf => {}
                Answer::Never => {
                    line.waiting = Waiting::Nothing;
                    self.sip
                        .command(now, leg, SignalCommand::Ring { sdp: None });
                }
                Answer::After(after) | Answer::Refuse(_, after) => {
                    line.waiting = Waiting::ToAnswer;
                    self.timers.insert((now + Span::from_millis(after), leg));
                    self.sip
                        .command(now, leg, SignalCommand::Ring { sdp: None });
                }
            },
            Waiting::ToAnswer => match line.character.answer {
                Answer::Refuse(code, _) => self.refuse(now, leg, code),
                _ => {
                    line.waiting = Waiting::Opening;
                    let opening = line
                        .offer
                        .take()
                        .map_or(Opening::Offer, |sdp| Opening::Answer { sdp });
                    self.media(leg, MediaCommand::Open(opening));
                }
            },
            Waiting::Time => self.next_act(now, leg),
            _ => {}
        }
    }

    fn refuse(&mut self, now: Time, leg: LegId, code: u16) {
        let headers = Vec::new();
        self.sip
            .command(now, leg, SignalCommand::Refuse { code, headers });
        self.legs.remove(&leg);
        self.out.push_back(PhoneOutput::Ended { leg });
    }

    /// The engine has made the phone's description: the call can be placed or answered.
    fn opened(&mut self, now: Time, leg: LegId, sdp: String) {
        if let Some((target, from)) = self.placements.remove(&leg) {
            let placement = Placement {
                to: NameAddr::new(target.clone()),
                target,
                next: Next::At(Hop {
                    transport: Transport::Memory,
                    address: self.platform,
                }),
                from: NameAddr::new(from),
                headers: Vec::new(),
                sdp,
                credentials: None,
                max_forwards: model::limit::MAX_FORWARDS,
                ring_secs_max: model::limit::RING_SECS_MAX,
            };
            self.sip.place(now, leg, placement);
        } else if self.legs.contains_key(&leg) {
            self.sip.command(now, leg, SignalCommand::Answer { sdp });
        }
    }

    /// The call is up.
    fn begin(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get_mut(&leg) else {
            return;
        };
        if !line.answered {
            line.answered = true;
            self.next_act(now, leg);
        }
    }

    fn done(&mut self, now: Time, leg: LegId, what: Waiting) {
        if self.legs.get(&leg).is_some_and(|line| line.waiting == what) {
            self.next_act(now, leg);
        }
    }

    /// A recording of what the phone hears ended in silence. If nothing was heard before, the
    /// prompt hasn't begun, and the phone goes on listening.
    fn heard_silence(&mut self, now: Time, leg: LegId, heard: bool) {
        if self
            .legs
            .get(&leg)
            .is_some_and(|line| line.waiting == Waiting::Silence)
        {
            if heard {
                self.next_act(now, leg);
            } else {
                self.listen(leg);
            }
        }
    }

    fn next_act(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get_mut(&leg) else {
            return;
        };
        let act = line.character.acts.get(line.next_act).cloned();
        line.next_act += 1;
        match act {
            None => line.waiting = Waiting::Nothing,
            Some(Act::Wait(wait_ms)) => {
                line.waiting = Waiting::Time;
                self.timers.insert((now + Span::from_millis(wait_ms), leg));
            }
            Some(Act::HangUp) => self.hang_up(now, leg),
            Some(Act::UntilSilence) => {
                line.waiting = Waiting::Silence;
                self.listen(leg);
            }
            Some(Act::Say(text)) => self.play(leg, speech(&text)),
            Some(Act::Beep) => self.play(leg, Prompt::Tone(Tone::RecordBeep)),
            Some(Act::Fax) => self.play(
                leg,
                Prompt::File {
                    url: FAX_TONE.to_owned(),
                },
            ),
            Some(Act::Press(digits)) => self.play(leg, Prompt::Digits(digits)),
            Some(act @ (Act::Hold | Act::Resume)) => {
                self.hold(now, leg, act == Act::Hold);
                self.next_act(now, leg);
            }
        }
    }

    /// Puts the other on hold, or takes them off it: asks the engine for a new offer, to be sent
    /// with another direction.
    pub fn hold(&mut self, now: Time, leg: LegId, on: bool) {
        if let Some(line) = self.legs.get_mut(&leg).filter(|line| line.answered) {
            line.descriptions.push_back(Some(on));
            self.media(leg, MediaCommand::Renegotiate { sdp: None });
            self.drain(now);
        }
    }

    /// The engine has a new description: our answer to a re-INVITE, or our offer to hold.
    fn renegotiated(&mut self, now: Time, leg: LegId, sdp: String) {
        let command = match self.described(leg) {
            Some(None) | None => SignalCommand::Reply { sdp: Some(sdp) },
            Some(Some(false)) => SignalCommand::Offer { sdp },
            Some(Some(true)) => SignalCommand::Offer {
                sdp: sdp.replace("a=sendrecv", "a=sendonly"),
            },
        };
        self.sip.command(now, leg, command);
    }

    /// What the description that the engine has just made, or refused to make, was for.
    fn described(&mut self, leg: LegId) -> Option<Option<bool>> {
        let line = self.legs.get_mut(&leg)?;
        line.descriptions.pop_front()
    }

    /// The engine can't use a description: a change is refused, a call that begins is given up.
    fn refused(&mut self, now: Time, leg: LegId) {
        match self.described(leg) {
            Some(None) => self
                .sip
                .command(now, leg, SignalCommand::Reply { sdp: None }),
            Some(Some(_)) => {}
            None => {
                self.sip.command(now, leg, SignalCommand::Release);
                self.end(leg);
            }
        }
    }

    fn listen(&mut self, leg: LegId) {
        let spec = RecordSpec {
            dual: false,
            track: RecordingTrack::Inbound,
            trim: false,
            length_ms_max: model::limit::RECORDING_SECS_MAX * 1_000,
            silence_ms: Some(SILENCE_MS),
        };
        let recording = RecordingSid(u128::from(self.play_id().0));
        self.media(leg, MediaCommand::Record { recording, spec });
    }

    fn play(&mut self, leg: LegId, prompt: Prompt) {
        let play = self.play_id();
        if let Some(line) = self.legs.get_mut(&leg) {
            line.waiting = Waiting::Playing(play);
        }
        self.media(
            leg,
            MediaCommand::Play {
                play,
                prompt,
                loops: 1,
            },
        );
    }

    fn end(&mut self, leg: LegId) {
        self.placements.remove(&leg);
        if self.legs.remove(&leg).is_some() {
            self.media(leg, MediaCommand::Close);
            self.out.push_back(PhoneOutput::Ended { leg });
        }
    }

    fn media(&mut self, leg: LegId, command: MediaCommand) {
        self.out.push_back(PhoneOutput::Media { leg, command });
    }

    fn play_id(&mut self) -> PlayId {
        self.next_play += 1;
        PlayId(self.next_play)
    }

    /// Whether the phone of this user has died.
    pub fn is_dead(&self, user: &str) -> bool {
        self.dead.contains(user)
    }

    /// Whether these bytes are for a phone that hears nothing.
    pub fn is_deaf_to(&self, bytes: &[u8]) -> bool {
        // The phone is named in To of what it is asked, in From of what it is answered.
        named(bytes, "To:", "From:").is_some_and(|user| {
            let character = self.characters.get(&user);
            self.dead.contains(&user) || character.is_some_and(|phone| phone.answer == Answer::Deaf)
        })
    }

    /// Whether these bytes would come from a phone that has died.
    fn is_from_dead(&self, bytes: &[u8]) -> bool {
        !self.dead.is_empty()
            && named(bytes, "From:", "To:").is_some_and(|user| self.dead.contains(&user))
    }
}

/// The user in this header of a request, or in that one of a response.
fn named(bytes: &[u8], of_request: &str, of_response: &str) -> Option<String> {
    let head = std::str::from_utf8(&bytes[..bytes.len().min(2_000)]).ok()?;
    let name = if head.starts_with("SIP/2.0") {
        of_response
    } else {
        of_request
    };
    let line = head.lines().find(|line| line.starts_with(name))?;
    let (_, rest) = line.split_once("sip:")?;
    rest.split_once('@').map(|(user, _)| user.to_owned())
}

impl PhoneLeg {
    fn new(user: &str, character: Character, waiting: Waiting, offer: Option<String>) -> PhoneLeg {
        PhoneLeg {
            user: user.to_owned(),
            character,
            next_act: 0,
            waiting,
            offer,
            descriptions: VecDeque::new(),
            answered: false,
        }
    }
}

fn speech(text: &str) -> Prompt {
    let parts = vec![SpeechPart::Text {
        text: text.to_owned(),
        language: None,
    }];
    Prompt::Speech(Speech {
        voice: None,
        language: "en-US".to_owned(),
        parts,
    })
}
