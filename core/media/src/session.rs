//! One leg: what was agreed with the far end, its ear, its mouth, its prompts and its recordings.

pub mod ear;
pub mod latch;
pub mod mouth;
pub mod prompts;
pub mod tape;

use std::collections::VecDeque;

use model::limit::MEDIA_LOST_SECS;
use model::{Chance, LegId, RecordingSid, Span, Time};

use crate::amd::Detector;
use crate::engine::{EngineConfig, LegStats};
use crate::room::Hears;
use crate::rtp::packet::Header;
use crate::rtp::report::{self, Report, SenderReport};
use crate::rtp::session::{Outgoing, samples_at};
use crate::sdp::offer::Wish;
use crate::sdp::write::{Line, Origin, write};
use crate::sdp::{Flow, SdpError, Terms, parse};
use crate::sound::Frame;
use ear::Ear;
use latch::Latch;
use mouth::Mouth;
use prompts::Prompts;
use tape::Tape;

/// Frames of a peer on another engine that may wait: its ticks and ours are not in step.
const GUESTS_MAX: usize = 4;

/// One leg.
pub struct Session {
    /// Its name.
    pub leg: LegId,
    /// The phase whose ticks drive it.
    pub phase: usize,
    /// What was agreed; none until a description of the far end came.
    pub terms: Option<Terms>,
    /// Where the far end is.
    pub latch: Option<Latch>,
    /// What it says.
    pub ear: Ear,
    /// Whether anybody needs its sound decoded.
    pub ear_on: bool,
    /// What it hears.
    pub mouth: Mouth,
    /// What it is played.
    pub prompts: Prompts,
    /// The key of a prompt that is down.
    pub prompt_key: bool,
    /// Its recordings.
    pub tapes: Vec<Tape>,
    /// Finds out who picked up, while that is asked for.
    pub detector: Option<Box<Detector>>,
    /// Whom it hears.
    pub hears: Hears,
    /// The slots of those who hear it by themselves, not by a room.
    pub heard_by: Vec<u32>,
    /// The leg on another engine its sound is sent to.
    pub lent_to: Option<LegId>,
    /// A key it released, for that engine.
    pub lent_key: Option<(char, u32)>,
    /// Sound of a peer on another engine.
    pub guests: VecDeque<Frame>,
    wish: Wish,
    origin: Origin,
    lines: Vec<Line>,
    name: String,
    /// We offered and wait for the answer, or have it: silence is sent without being asked.
    offered: bool,
    heard_at: Option<Time>,
    watched_from: Option<Time>,
    report_at: Option<Time>,
    foreign: u64,
    round_trip: Option<Span>,
    far_lost: u8,
}

impl Session {
    /// One of its recordings.
    pub fn tape(&mut self, recording: RecordingSid) -> Option<&mut Tape> {
        self.tapes
            .iter_mut()
            .find(|tape| tape.recording == recording)
    }

    /// A leg with a port, of which nothing is agreed yet.
    pub fn new(config: &EngineConfig, chance: &mut Chance, leg: LegId, port: u16) -> Session {
        let wish = Wish {
            port,
            codecs: config.codecs.clone(),
            own_order: config.own_order,
            telephone_event: config.telephone_event,
            rtcp_mux: config.rtcp_mux,
        };
        // An SDP session number is best below 2^63 (RFC 3264 §5), and short ones upset nobody.
        let session = chance.next_u64() >> 20;
        let (ssrc, start) = (chance.next_u64() as u32, chance.next_u64());
        Session {
            leg,
            phase: 0,
            terms: None,
            latch: None,
            ear: Ear::new(),
            ear_on: false,
            mouth: Mouth::new(Outgoing::new(ssrc, start as u16, (start >> 32) as u32)),
            prompts: Prompts::default(),
            prompt_key: false,
            tapes: Vec::new(),
            detector: None,
            hears: Hears::Nobody,
            heard_by: Vec::new(),
            lent_to: None,
            lent_key: None,
            guests: VecDeque::new(),
            wish,
            origin: Origin {
                session,
                version: session,
                address: config.address,
            },
            lines: Vec::new(),
            name: format!("ringback@{}", config.address),
            offered: false,
            heard_at: None,
            watched_from: None,
            report_at: None,
            foreign: 0,
            round_trip: None,
            far_lost: 0,
        }
    }

    /// Makes an offer.
    pub fn offer(&mut self) -> String {
        self.offered = true;
        let line = self.wish.offer(Flow::SendRecv);
        self.describe(vec![line])
    }

    /// Answers an offer.
    pub fn answer(&mut self, now: Time, sdp: &str) -> Result<String, SdpError> {
        let answer = self.wish.answer(&parse::parse(sdp)?)?;
        self.agree(now, answer.terms);
        Ok(self.describe(answer.lines))
    }

    /// Takes the far end's answer to our offer.
    pub fn connect(&mut self, now: Time, sdp: &str) -> Result<(), SdpError> {
        let terms = self.wish.accept(&parse::parse(sdp)?)?;
        self.agree(now, terms);
        if self.offered {
            self.mouth.is_open = true;
            self.watched_from.get_or_insert(now);
        }
        Ok(())
    }

    fn describe(&mut self, lines: Vec<Line>) -> String {
        if lines != self.lines && !self.lines.is_empty() {
            self.origin.version += 1;
        }
        self.lines = lines;
        write(&self.origin, &self.lines)
    }

    fn agree(&mut self, now: Time, terms: Terms) {
        match &mut self.latch {
            Some(latch) => latch.describe(terms.remote),
            None => self.latch = Some(Latch::new(terms.remote)),
        }
        self.mouth.agree(&terms);
        self.ear.detect_tones(terms.receive_event.is_empty());
        let received = self
            .terms
            .as_ref()
            .is_some_and(|terms| terms.flow.receives());
        if terms.flow.receives() && !received {
            // A hold is over: the far end gets its time anew.
            self.watched_from = self.watched_from.map(|_| now);
        }
        self.terms = Some(terms);
        self.report_at.get_or_insert(now + report::INTERVAL);
    }

    /// The terms, while they let us send.
    pub fn sending_terms(&self) -> Option<&Terms> {
        self.terms.as_ref().filter(|terms| terms.flow.sends())
    }

    /// Counts a packet that isn't the far end's.
    pub fn refuse_packet(&mut self) {
        self.foreign += 1;
    }

    /// Whether a packet of an agreed type is the far end's; notes that it is there.
    pub fn admit(&mut self, now: Time, from: std::net::SocketAddr, header: &Header) -> bool {
        let latch = self.latch.as_mut();
        if !latch.is_some_and(|latch| latch.judge(now, from, header)) {
            self.foreign += 1;
            return false;
        }
        self.heard_at = Some(now);
        self.mouth.is_open = true;
        true
    }

    /// Whether the far end has just been found to be gone.
    pub fn is_lost(&mut self, now: Time) -> bool {
        if self.mouth.is_open {
            self.watched_from.get_or_insert(now);
        }
        let receives = self
            .terms
            .as_ref()
            .is_some_and(|terms| terms.flow.receives());
        let latest = self.heard_at.max(self.watched_from).filter(|_| receives);
        let patience = Span::from_secs(MEDIA_LOST_SECS);
        let lost = latest.is_some_and(|latest| now.since(latest) >= patience);
        if lost {
            // Told again after as long: the first time, the far end may not have answered yet.
            self.watched_from = Some(now);
        }
        lost
    }

    /// Takes RTCP.
    pub fn handle_report(&mut self, now: Time, from: std::net::SocketAddr, bytes: &[u8]) {
        let target = self.latch.as_ref().map(|latch| latch.target().ip());
        if target != Some(from.ip()) {
            self.foreign += 1;
            return;
        }
        let ours = self.mouth.outgoing.ssrc();
        let theirs = self.ear.incoming.ssrc();
        let (incoming, far_lost, round_trip) = (
            &mut self.ear.incoming,
            &mut self.far_lost,
            &mut self.round_trip,
        );
        let is_rtcp = report::parse(bytes, |item| match item {
            Report::Sender { ssrc, report } if Some(ssrc) == theirs => {
                incoming.note_sender_report(now, report::ntp_middle(report.ntp));
            }
            Report::Block { block, .. } if block.ssrc == ours => {
                *far_lost = block.fraction_lost;
                *round_trip = report::round_trip(now, &block).or(*round_trip);
            }
            _ => {}
        });
        if is_rtcp {
            self.heard_at = Some(now);
        } else {
            self.foreign += 1;
        }
    }

    /// Whether it is time for a report; plans the next one.
    pub fn is_report_due(&mut self, now: Time, chance: &mut Chance) -> bool {
        if !self.mouth.is_open || self.report_at.is_none_or(|at| now < at) {
            return false;
        }
        // Half to one and a half of the interval, so that legs don't fall into step (§6.3.1).
        let half = report::INTERVAL.0 / 2;
        self.report_at = Some(now + Span(half + chance.below(2 * half)));
        true
    }

    /// Writes our report.
    pub fn write_report(&mut self, now: Time, bye: bool, packet: &mut Vec<u8>) {
        let block = self.ear.incoming.report(now);
        let outgoing = &self.mouth.outgoing;
        let sender = (outgoing.packets() > 0).then(|| SenderReport {
            ntp: report::ntp(now),
            timestamp: outgoing.clock(),
            packets: outgoing.packets() as u32,
            octets: outgoing.octets() as u32,
        });
        packet.clear();
        report::write(
            packet,
            outgoing.ssrc(),
            sender.as_ref(),
            block.as_ref(),
            &self.name,
            bye,
        );
    }

    /// Takes a frame of a peer on another engine.
    pub fn take_guest(&mut self, frame: Frame) {
        if self.guests.len() >= GUESTS_MAX {
            self.guests.pop_front();
        }
        self.guests.push_back(frame);
    }

    /// The counters.
    pub fn stats(&self, now: Time) -> LegStats {
        let incoming = &self.ear.incoming;
        let (late, duplicate) = self.ear.jitter.counts();
        let waiting = self.ear.jitter.delay(now).clamp(0, samples_at(now)) / 8;
        LegStats {
            received: incoming.received(),
            lost: incoming.lost(),
            late,
            duplicate,
            foreign: self.foreign,
            jitter_ms: incoming.jitter() / 8.0,
            delay_ms: if self.ear_on { waiting as u32 } else { 0 },
            concealed: self.ear.concealed(),
            sent: self.mouth.outgoing.packets(),
            round_trip_ms: self.round_trip.map(|span| span.millis() as u32),
            far_lost: self.far_lost,
        }
    }
}
