//! Virtual phones: SIP user agents whose socket is in memory, each with a character.
//!
//! A phone uses the same endpoint, the same transactions and the same sound engine as the
//! platform it talks to; this file is only the person who holds it. Drive it like any machine of
//! the core: hand in datagrams, words of its engine and time, then `poll` until it is silent.

mod deaf;
mod person;
mod transfer;

use crate::character::Character;
use media::sound::country::Country;
use media::sound::tone::Tone;
use model::media::SpeechPart;
use model::media::{MediaCommand, MediaEvent, Opening, PlayId, Prompt, Speech};
use model::signal::{SignalCommand, SignalEvent};
use model::{Address, Chance, LegId, Span, Time, VoiceWish};
use sip::message::{Host, Uri};
use sip::{Endpoint, Flow, Listener, Transport};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

/// The address by which a phone asks its driver for the tone of a fax machine.
pub(crate) const FAX_TONE: &str = "phone:fax";
/// The same for the busy tone of a network, which comes where somebody has hung up.
pub(crate) const BUSY_TONE: &str = "phone:busy";

/// The tone that a phone asks its driver for by an address, and how long it takes: the answer of a
/// fax machine three seconds (ITU-T T.30 §4.1).
pub fn own_tone(url: &str) -> Option<(Tone, Span)> {
    match url {
        FAX_TONE => Some((Tone::FaxAnswer, Span::from_secs(3))),
        BUSY_TONE => Some((Tone::Busy(Country::us()), Span::from_secs(10))),
        _ => None,
    }
}
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
    /// What is still to be said to those who have asked a phone to call somebody else.
    news: BTreeSet<(Time, LegId, transfer::News)>,
    /// Users whose phone has died.
    dead: BTreeSet<String>,
    /// Users of whom nothing is heard before this moment.
    unheard: BTreeMap<String, Time>,
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
            news: BTreeSet::new(),
            dead: BTreeSet::new(),
            unheard: BTreeMap::new(),
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
        self.note_called(now, bytes);
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
            MediaEvent::Digit { .. }
            | MediaEvent::RecordEnded { .. }
            | MediaEvent::Detected { .. }
            | MediaEvent::Lost => {}
        }
        self.drain(now);
    }

    /// When `handle_timeout` is next wanted.
    pub fn next_timeout(&self) -> Option<Time> {
        let own = self.timers.first().map(|(due, _)| *due);
        let news = self.news.first().map(|(due, ..)| *due);
        let own = own.into_iter().chain(news);
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
        self.tell_news(now);
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
            SignalEvent::Referred { .. } => self.referred(now, leg),
            SignalEvent::Progress { .. }
            | SignalEvent::Reanswered { sdp: None }
            | SignalEvent::ReferAnswered { .. }
            | SignalEvent::ReferReported { .. }
            | SignalEvent::Digit { .. } => {}
        }
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
    Prompt::Speech(Speech {
        voice: VoiceWish::default(),
        language: "en-US".to_owned(),
        parts: vec![SpeechPart::text(text)],
    })
}
