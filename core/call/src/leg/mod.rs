//! One leg: the only place where signalling meets media.
//!
//! ```text
//! outbound   Opening ──▶ Inviting ──▶ Ringing ──▶ Answered ──▶ Ended(HungUp)
//!               └──────────────┴───────────┴─────────────────▶ Ended(Busy, NoAnswer, …)
//! inbound                            Ringing ──▶ Answered ──▶ Ended(HungUp)
//! ```
//! A leg opens its sound first and signals with the description it is given. Whatever ends it,
//! it releases its signalling and closes its sound exactly once.

#[cfg(test)]
mod tests;
mod way;

pub(crate) use way::{Elsewhere, Outbound};

use crate::effect::{LookupId, Question};
use crate::notice::Fault;
use crate::timer::Timer;
use crate::turn::Turn;
use model::media::{MediaCommand, MediaEvent, Opening, PlayId, Prompt};
use model::signal::{Offered, Origin, Route, SignalCommand, SignalEvent};
use model::{Address, CallSid, CallStatus, Cause, ErrorCode, LegId, Span, limit};
use way::{Sound, Wanted, Way};

/// How far a leg has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LegState {
    /// It learns its route and gets its sound; nothing has been said to the far end.
    Opening,
    /// The far end has been asked.
    Inviting,
    /// The far end is being alerted, or is the caller and waits for us.
    Ringing,
    /// Both ends talk.
    Answered,
    /// It is over.
    Ended(Cause),
}

/// One connection to one far end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leg {
    /// Its name on all planes.
    pub id: LegId,
    /// The SIP Call-ID, once it is known.
    pub sip_call_id: Option<String>,
    /// The final response of an outbound leg.
    pub response: Option<u16>,
    /// The headers of that response.
    pub headers: Vec<(String, String)>,
    /// What went wrong, until the call takes it to write it down.
    pub fault: Option<Fault>,
    /// Early sound of the far end can be heard.
    pub early: bool,
    call: CallSid,
    state: LegState,
    sound: Sound,
    connected: bool,
    way: Way,
}

impl Leg {
    /// A leg that we shall place.
    pub fn outbound(id: LegId, call: CallSid, outbound: Outbound) -> Leg {
        let outbound = Box::new(outbound);
        let way = Way::Out {
            outbound,
            route: None,
            lookup: None,
        };
        Leg::new(id, call, LegState::Opening, way)
    }

    /// A leg that a far end offers.
    pub fn inbound(id: LegId, call: CallSid, offered: &Offered) -> Leg {
        let way = Way::In {
            rung: false,
            wanted: Wanted::Nothing,
            own: offered.origin == Origin::Own,
        };
        let mut leg = Leg::new(id, call, LegState::Ringing, way);
        leg.sip_call_id = Some(offered.sip_call_id.clone());
        leg
    }

    fn new(id: LegId, call: CallSid, state: LegState, way: Way) -> Leg {
        Leg {
            id,
            sip_call_id: None,
            response: None,
            headers: Vec::new(),
            fault: None,
            early: false,
            call,
            state,
            sound: Sound::None,
            connected: false,
            way,
        }
    }

    /// What the API calls that.
    pub fn status(&self) -> CallStatus {
        match self.state {
            LegState::Opening => CallStatus::Queued,
            LegState::Inviting => CallStatus::Initiated,
            LegState::Ringing => CallStatus::Ringing,
            LegState::Answered => CallStatus::InProgress,
            LegState::Ended(cause) => cause.status(),
        }
    }

    /// True from the answer to the end.
    pub fn is_answered(&self) -> bool {
        self.state == LegState::Answered
    }

    /// True once it is over.
    pub fn is_ended(&self) -> bool {
        matches!(self.state, LegState::Ended(_))
    }

    /// True while it can be heard and spoken to, as far as the sound engine is concerned.
    pub fn has_sound(&self) -> bool {
        matches!(self.sound, Sound::Open { .. })
    }

    /// True for a leg that a far end offered.
    pub fn is_inbound(&self) -> bool {
        matches!(self.way, Way::In { .. })
    }

    /// True for a caller whom we have not answered yet.
    pub fn is_waiting(&self) -> bool {
        self.is_inbound() && self.state == LegState::Ringing
    }

    /// True if its far end is reached by SIP, so that it can be asked to call elsewhere.
    ///
    /// Unconfirmed: which legs are SIP legs. The contract tells them from those of the telephone
    /// network, which its own carriers bring. Here every trunk is the operator's, as it is with the
    /// contract's own trunks, whose legs may be referred: so each leg that leaves this house is
    /// one, and whether the far end knows REFER is its own to say.
    pub fn is_sip(&self) -> bool {
        match &self.way {
            Way::Out { route, .. } => *route != Some(Route::Own),
            Way::In { own, .. } => !own,
        }
    }

    /// Sets out: asks for its route and its sound.
    pub fn place(&mut self, turn: &mut Turn<'_>) {
        let Way::Out {
            outbound,
            route,
            lookup,
        } = &mut self.way
        else {
            return;
        };
        match &outbound.to {
            Address::Number(number) => {
                let question = Question::Number(number.clone());
                *lookup = Some(turn.lookup(self.call, question));
                let deadline = Span::from_millis(limit::LOOKUP_DEADLINE_MS);
                turn.set(self.call, Timer::Lookup, deadline);
            }
            Address::Sip(_) => *route = Some(Route::Sip),
            // No app can register here yet, so none is registered: what SIP says is 480.
            Address::Client(_) => return self.fail(480, turn),
            Address::Sim(_) | Address::Name(_) => return self.fail(404, turn),
        }
        self.open(Opening::Offer, turn);
    }

    /// Gets its sound.
    pub fn open(&mut self, opening: Opening, turn: &mut Turn<'_>) {
        self.sound = Sound::Opening;
        turn.media(self.id, MediaCommand::Open(opening));
        let deadline = Span::from_millis(limit::MEDIA_DEADLINE_MS);
        turn.set(self.call, Timer::Open, deadline);
    }

    /// The store says whether the number called is ours; false if that was not our question.
    pub fn found(&mut self, asked: LookupId, ours: bool, turn: &mut Turn<'_>) -> bool {
        let Way::Out {
            outbound,
            route,
            lookup,
        } = &mut self.way
        else {
            return false;
        };
        if *lookup != Some(asked) {
            return false;
        }
        *lookup = None;
        *route = Some(if ours { Route::Own } else { Route::Carrier });
        turn.stop(self.call, Timer::Lookup);
        if !ours && !outbound.presentable {
            let from = &outbound.from;
            let text = format!("no carrier can be shown '{from}' as the caller: give a callerId");
            self.fault = Some(Fault::new(ErrorCode::DIAL_FROM, text));
            self.fail(403, turn);
            return true;
        }
        self.invite(turn);
        true
    }

    /// Where a leg that we place goes, as things stand.
    pub fn goes_to(&self) -> Option<&Address> {
        match &self.way {
            Way::Out { outbound, .. } => Some(&outbound.to),
            Way::In { .. } => None,
        }
    }

    fn invite(&mut self, turn: &mut Turn<'_>) {
        let (
            Way::Out {
                outbound,
                route: Some(route),
                ..
            },
            Sound::Open { sdp },
        ) = (&mut self.way, &self.sound)
        else {
            return;
        };
        if self.state != LegState::Opening {
            return;
        }
        let invite = outbound.invite(*route, sdp);
        self.state = LegState::Inviting;
        let ring = Span::from_secs(u64::from(outbound.ring_secs));
        turn.signal(self.id, SignalCommand::Invite(Box::new(invite)));
        // Whoever waits counts from the first place that was tried.
        if !turn.desk.timers.is_set(self.call, Timer::Ring) {
            turn.set(self.call, Timer::Ring, ring);
        }
    }

    /// A carrier says something.
    pub fn signal(&mut self, event: SignalEvent, turn: &mut Turn<'_>) {
        if self.is_ended() {
            return;
        }
        match event {
            SignalEvent::Progress { code, sdp } => self.progress(code, sdp, turn),
            SignalEvent::Answered {
                sdp,
                headers,
                sip_call_id,
            } => {
                self.headers = headers;
                self.sip_call_id = Some(sip_call_id);
                self.answered(sdp, turn);
            }
            SignalEvent::Failed {
                code,
                headers,
                sip_call_id,
                error,
                ..
            } => {
                let to = self.goes_to().map(Address::to_string);
                let to = to.unwrap_or_default();
                let moves_on = self.turn_elsewhere(code, turn);
                let error = error.or(moves_on.then_some(ErrorCode::SIP_UNREACHED));
                if let Some(error) = error {
                    let text = format!("{to}: {}; SIP says {code}", error.text());
                    self.fault = Some(Fault::new(error, text));
                }
                if moves_on {
                    return;
                }
                self.headers = headers;
                self.sip_call_id = Some(sip_call_id);
                self.response = Some(code);
                self.close(Cause::of_response(code), turn);
            }
            SignalEvent::Acknowledged { sdp } | SignalEvent::Reanswered { sdp } => {
                if let Some(sdp) = sdp {
                    self.connect(sdp, turn);
                }
            }
            SignalEvent::Reoffered { sdp } => {
                turn.media(self.id, MediaCommand::Renegotiate { sdp });
                let deadline = Span::from_millis(limit::MEDIA_DEADLINE_MS);
                turn.set(self.call, Timer::Renegotiate, deadline);
            }
            SignalEvent::Released { .. } => {
                let answered = self.state == LegState::Answered;
                self.close(
                    if answered {
                        Cause::HungUp
                    } else {
                        Cause::NoAnswer
                    },
                    turn,
                );
            }
            // A new offer of a leg is the call's; a key and a transfer are the script's.
            SignalEvent::Offered(_)
            | SignalEvent::Digit { .. }
            | SignalEvent::ReferAnswered { .. }
            | SignalEvent::ReferReported { .. }
            | SignalEvent::Referred { .. } => {}
        }
    }

    /// Tries the next place where the same far end may be reached; false if that is not to be.
    ///
    /// Unconfirmed: which failures send a call to the next `<Uri>`. Those that say nothing of whom
    /// is called do: the place is not there, is silent, or is itself in trouble (RFC 3263 §4.3, and
    /// its like). Once somebody was alerted, or has refused, nobody else is tried.
    fn turn_elsewhere(&mut self, code: u16, turn: &mut Turn<'_>) -> bool {
        let unreached = matches!(code, 408 | 416 | 480 | 484 | 500 | 502 | 503 | 504);
        if self.state != LegState::Inviting || !unreached {
            return false;
        }
        let Way::Out { outbound, .. } = &mut self.way else {
            return false;
        };
        if !outbound.turn_elsewhere() {
            return false;
        }
        self.state = LegState::Opening;
        self.invite(turn);
        true
    }

    fn progress(&mut self, code: u16, sdp: Option<String>, turn: &mut Turn<'_>) {
        if !matches!(self.state, LegState::Inviting | LegState::Ringing) || self.is_inbound() {
            return;
        }
        if let Some(sdp) = sdp {
            self.connect(sdp, turn);
            self.early = true;
        }
        if matches!(code, 180 | 183) {
            self.state = LegState::Ringing;
        }
    }

    fn answered(&mut self, sdp: Option<String>, turn: &mut Turn<'_>) {
        if !matches!(self.state, LegState::Inviting | LegState::Ringing) || self.is_inbound() {
            return;
        }
        self.response = Some(200);
        turn.stop(self.call, Timer::Ring);
        match sdp {
            Some(sdp) => self.connect(sdp, turn),
            None if self.connected => {}
            None => {
                let text = "the far end answered without a session description";
                self.fault = Some(Fault::new(ErrorCode::SESSION_DESCRIPTION, text));
                return self.give_up(Cause::Failed, turn);
            }
        }
        self.state = LegState::Answered;
    }

    fn connect(&mut self, sdp: String, turn: &mut Turn<'_>) {
        self.connected = true;
        turn.media(self.id, MediaCommand::Connect { sdp });
    }

    /// The sound engine says something about the session itself.
    pub fn media(&mut self, event: &MediaEvent, turn: &mut Turn<'_>) {
        if self.is_ended() {
            return;
        }
        match event {
            MediaEvent::Opened { sdp } if self.sound == Sound::Opening => {
                self.sound = Sound::Open { sdp: sdp.clone() };
                turn.stop(self.call, Timer::Open);
                self.invite(turn);
                self.tell_wanted(turn);
            }
            MediaEvent::Renegotiated { sdp } => {
                turn.stop(self.call, Timer::Renegotiate);
                turn.signal(
                    self.id,
                    SignalCommand::Reply {
                        sdp: Some(sdp.clone()),
                    },
                );
            }
            MediaEvent::Refused { code, text } => self.refused(*code, text, turn),
            MediaEvent::Lost => {
                self.fault = Some(Fault::new(ErrorCode::NO_SOUND, ErrorCode::NO_SOUND.text()));
                self.hang_up(turn);
            }
            _ => {}
        }
    }

    fn refused(&mut self, code: u16, text: &str, turn: &mut Turn<'_>) {
        let renegotiating = turn.desk.timers.is_set(self.call, Timer::Renegotiate);
        if renegotiating {
            // The call goes on as it was: only the change is refused (RFC 3261 §14.2).
            turn.stop(self.call, Timer::Renegotiate);
            return turn.signal(self.id, SignalCommand::Reply { sdp: None });
        }
        let text = format!("the sound of this call can't be had: {text}");
        self.fault = Some(Fault::new(ErrorCode::SESSION_DESCRIPTION, text));
        if self.is_waiting() {
            return self.refuse(code, Cause::Failed, turn);
        }
        if self.state == LegState::Opening {
            self.response = Some(code);
        }
        self.give_up(Cause::Failed, turn);
    }

    /// A timer of the leg's own has run out.
    pub fn timeout(&mut self, timer: Timer, turn: &mut Turn<'_>) {
        match timer {
            Timer::Ring if !self.is_answered() => {
                self.response = Some(487);
                self.give_up(Cause::NoAnswer, turn);
            }
            Timer::Lookup | Timer::Open => {
                let text = "the platform did not answer itself in time";
                self.fault = Some(Fault::new(ErrorCode::INTERNAL, text));
                if self.is_waiting() {
                    self.refuse(503, Cause::Failed, turn);
                } else {
                    self.response = self.response.or(Some(503));
                    self.give_up(Cause::Failed, turn);
                }
            }
            Timer::Renegotiate if !self.is_ended() => {
                turn.signal(self.id, SignalCommand::Reply { sdp: None });
            }
            Timer::TimeLimit => self.hang_up(turn),
            _ => {}
        }
    }

    /// Tells a caller that somebody is being alerted.
    pub fn ring(&mut self, turn: &mut Turn<'_>) {
        let waiting = self.is_waiting();
        if let Way::In {
            rung: rung @ false, ..
        } = &mut self.way
            && waiting
        {
            *rung = true;
            turn.signal(self.id, SignalCommand::Ring { sdp: None });
        }
    }

    /// Lets a caller who is not answered yet hear us.
    pub fn ring_aloud(&mut self, turn: &mut Turn<'_>) {
        self.want(Wanted::EarlySound, turn);
    }

    /// Answers a caller, as soon as there is a description to answer with.
    pub fn answer(&mut self, turn: &mut Turn<'_>) {
        self.want(Wanted::Answer, turn);
    }

    fn want(&mut self, what: Wanted, turn: &mut Turn<'_>) {
        let waiting = self.is_waiting();
        if let Way::In { wanted, .. } = &mut self.way
            && waiting
            && *wanted != Wanted::Answer
        {
            *wanted = what;
            self.tell_wanted(turn);
        }
    }

    fn tell_wanted(&mut self, turn: &mut Turn<'_>) {
        let (Way::In { wanted, .. }, Sound::Open { sdp }) = (&mut self.way, &self.sound) else {
            return;
        };
        let sdp = sdp.clone();
        match std::mem::replace(wanted, Wanted::Nothing) {
            Wanted::Nothing => {}
            Wanted::EarlySound => {
                turn.signal(self.id, SignalCommand::Ring { sdp: Some(sdp) });
            }
            Wanted::Answer => {
                turn.signal(self.id, SignalCommand::Answer { sdp });
                self.state = LegState::Answered;
            }
        }
    }

    /// Asks the far end to call elsewhere.
    pub fn refer(&self, to: String, turn: &mut Turn<'_>) {
        if self.is_answered() {
            turn.signal(self.id, SignalCommand::Refer { to });
        }
    }

    /// Answers a far end that asks for the other to be sent elsewhere.
    pub fn answer_refer(&self, code: u16, turn: &mut Turn<'_>) {
        if self.is_answered() {
            turn.signal(self.id, SignalCommand::AnswerRefer { code });
        }
    }

    /// Tells that far end how it goes.
    pub fn report(&self, code: u16, turn: &mut Turn<'_>) {
        if self.is_answered() {
            turn.signal(self.id, SignalCommand::Report { code });
        }
    }

    /// Refuses a caller.
    pub fn refuse(&mut self, code: u16, cause: Cause, turn: &mut Turn<'_>) {
        if self.is_waiting() {
            turn.signal(
                self.id,
                SignalCommand::Refuse {
                    code,
                    headers: Vec::new(),
                },
            );
            self.close(cause, turn);
        }
    }

    /// Ends it, however far it is; the cause follows from that.
    pub fn hang_up(&mut self, turn: &mut Turn<'_>) {
        let answered = self.state == LegState::Answered;
        self.give_up(
            if answered {
                Cause::HungUp
            } else {
                Cause::Canceled
            },
            turn,
        );
    }

    /// Ends it as failed: a fault of ours was met.
    pub fn abandon(&mut self, turn: &mut Turn<'_>) {
        self.give_up(Cause::Failed, turn);
    }

    fn give_up(&mut self, cause: Cause, turn: &mut Turn<'_>) {
        match self.state {
            LegState::Ended(_) => return,
            LegState::Opening => {}
            LegState::Inviting | LegState::Ringing | LegState::Answered => {
                if !self.is_inbound() && self.response.is_none() {
                    self.response = Some(487);
                }
                turn.signal(self.id, SignalCommand::Release);
            }
        }
        self.close(cause, turn);
    }

    fn fail(&mut self, code: u16, turn: &mut Turn<'_>) {
        self.response = Some(code);
        self.close(Cause::of_response(code), turn);
    }

    fn close(&mut self, cause: Cause, turn: &mut Turn<'_>) {
        if matches!(self.sound, Sound::Opening | Sound::Open { .. }) {
            turn.media(self.id, MediaCommand::Close);
        }
        self.sound = Sound::Closed;
        self.state = LegState::Ended(cause);
        for timer in [Timer::Lookup, Timer::Open, Timer::Renegotiate, Timer::Ring] {
            turn.stop(self.call, timer);
        }
        turn.stop(self.call, Timer::TimeLimit);
    }

    /// Plays something to the far end.
    pub fn play(&self, prompt: Prompt, loops: u32, turn: &mut Turn<'_>) -> PlayId {
        let play = turn.draw_play();
        self.sound(
            MediaCommand::Play {
                play,
                prompt,
                loops,
            },
            turn,
        );
        play
    }

    /// Asks something of the sound engine, if the leg still has its sound.
    pub fn sound(&self, command: MediaCommand, turn: &mut Turn<'_>) {
        if matches!(self.sound, Sound::Open { .. }) {
            turn.media(self.id, command);
        }
    }
}
