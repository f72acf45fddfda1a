//! The person who holds a phone: lets it ring, answers it or not, then does one thing after the
//! other.

use super::{Phones, SILENCE_MS, Waiting, speech};
use crate::character::{Act, Answer};
use crate::phone::{BUSY_TONE, FAX_TONE, PhoneOutput};
use model::media::{MediaCommand, Opening, Prompt, RecordSpec, Tone};
use model::recording::RecordingTrack;
use model::signal::SignalCommand;
use model::{AccountSid, LegId, RecordingSid, Span, Time};
use sip::message::header::NameAddr;
use sip::{Hop, Next, Placement, Transport};

impl Phones {
    /// Ringing begins, or is over, or a wait is.
    pub(super) fn time_passed(&mut self, now: Time, leg: LegId) {
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

    pub(super) fn refuse(&mut self, now: Time, leg: LegId, code: u16) {
        let headers = self.headers(leg);
        self.sip
            .command(now, leg, SignalCommand::Refuse { code, headers });
        self.legs.remove(&leg);
        self.out.push_back(PhoneOutput::Ended { leg });
    }

    /// The headers that this phone sends along.
    fn headers(&self, leg: LegId) -> Vec<(String, String)> {
        let line = self.legs.get(&leg);
        line.map_or(Vec::new(), |line| line.character.headers.clone())
    }

    /// The engine has made the phone's description: the call can be placed or answered.
    pub(super) fn opened(&mut self, now: Time, leg: LegId, sdp: String) {
        if let Some((target, from)) = self.placements.remove(&leg) {
            let headers = self.headers(leg);
            let placement = Placement {
                to: NameAddr::new(target.clone()),
                target,
                next: Next::At(Hop {
                    transport: Transport::Memory,
                    address: self.platform,
                }),
                from: NameAddr::new(from),
                headers,
                sdp,
                credentials: None,
                max_forwards: model::limit::MAX_FORWARDS,
                ring_secs_max: model::limit::RING_SECS_MAX,
                unheard_secs: None,
            };
            self.sip.place(now, leg, placement);
        } else if self.legs.contains_key(&leg) {
            self.sip.command(now, leg, SignalCommand::Answer { sdp });
        }
    }

    /// The call is up.
    pub(super) fn begin(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get_mut(&leg) else {
            return;
        };
        if !line.answered {
            line.answered = true;
            self.next_act(now, leg);
        }
    }

    pub(super) fn done(&mut self, now: Time, leg: LegId, what: Waiting) {
        if self.legs.get(&leg).is_some_and(|line| line.waiting == what) {
            self.next_act(now, leg);
        }
    }

    /// A recording of what the phone hears ended in silence. If nothing was heard before, the
    /// prompt hasn't begun, and the phone goes on listening.
    pub(super) fn heard_silence(&mut self, now: Time, leg: LegId, heard: bool) {
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

    pub(super) fn next_act(&mut self, now: Time, leg: LegId) {
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
            Some(Act::Fax) => self.play(leg, own(FAX_TONE)),
            Some(Act::BusyTone) => self.play(leg, own(BUSY_TONE)),
            Some(Act::Press(digits)) => self.play(leg, Prompt::Digits(digits)),
            Some(Act::Refer(to)) => {
                self.refer(now, leg, &to);
                self.next_act(now, leg);
            }
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
    pub(super) fn renegotiated(&mut self, now: Time, leg: LegId, sdp: String) {
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
    pub(super) fn refused(&mut self, now: Time, leg: LegId) {
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
}

/// A tone that is asked for by its address.
fn own(url: &str) -> Prompt {
    Prompt::File {
        url: url.to_owned(),
        account: AccountSid(0),
    }
}
