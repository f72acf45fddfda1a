//! What call control asks, done.

use model::limit::RECORDINGS_PER_LEG_MAX;
use model::media::{MediaCommand, MediaEvent, Opening, RecordEnd, RecordSpec};
use model::{LegId, RecordingSid, Time};

use super::{Engine, Kept, Outlet};
use crate::amd::Detector;
use crate::sdp::SdpError;
use crate::session::Session;
use crate::session::tape::Tape;

/// Not Acceptable Here, and Service Unavailable (RFC 3261 §21).
const NOT_ACCEPTABLE_HERE: u16 = 488;
const SERVICE_UNAVAILABLE: u16 = 503;

impl Engine {
    /// Does what call control asks about one leg. `port` is the RTP port for `Open`, or none if
    /// no port is left; other commands don't look at it. A leg that was refused at `Open` isn't
    /// there. Commands about a leg that isn't there do nothing.
    pub fn command(
        &mut self,
        now: Time,
        leg: LegId,
        port: Option<u16>,
        command: MediaCommand,
        out: &mut dyn Outlet,
    ) {
        if let MediaCommand::Open(opening) = command {
            self.open(now, leg, port, opening, out);
            return;
        }
        let Some(slot) = self.slot(leg) else { return };
        match command {
            MediaCommand::Join { peer } => self.join(slot, peer),
            MediaCommand::Listen { peer } => self.listen(slot, peer),
            MediaCommand::Echo => self.echo(slot),
            MediaCommand::Part => self.part(slot),
            MediaCommand::Close => self.close(now, slot, out),
            other => {
                let plays = matches!(other, MediaCommand::Play { .. });
                if let Some(session) = self.session_mut(slot) {
                    let spoke = session.prompts.speaks();
                    command_session(now, session, other, out);
                    if plays && !spoke {
                        self.hasten(slot);
                    }
                }
            }
        }
    }

    fn open(
        &mut self,
        now: Time,
        leg: LegId,
        port: Option<u16>,
        opening: Opening,
        out: &mut dyn Outlet,
    ) {
        let Some(port) = port else {
            let text = "no port is left for sound".to_owned();
            out.event(
                leg,
                MediaEvent::Refused {
                    code: SERVICE_UNAVAILABLE,
                    text,
                },
            );
            return;
        };
        if let Some(slot) = self.slot(leg) {
            self.close(now, slot, out);
        }
        let mut session = Session::new(&self.config, &mut self.chance, leg, port);
        let sdp = match opening {
            Opening::Offer => session.offer(),
            Opening::Answer { sdp } => match session.answer(now, &sdp) {
                Ok(sdp) => sdp,
                Err(error) => {
                    refuse(leg, error, out);
                    return;
                }
            },
        };
        let slot = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(None);
            (self.sessions.len() - 1) as u32
        });
        self.sessions[slot as usize] = Some(Box::new(session));
        self.index.insert(leg, slot);
        self.place(slot);
        out.event(leg, MediaEvent::Opened { sdp });
    }

    fn close(&mut self, now: Time, slot: u32, out: &mut dyn Outlet) {
        self.part(slot);
        self.displace(slot);
        let Some(mut session) = self.sessions.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.free.push(slot);
        self.index.remove(&session.leg);
        for tape in &mut session.tapes {
            tape.stop();
            tape.give(session.leg, out);
        }
        if session.mouth.is_open
            && let Some(terms) = &session.terms
        {
            let (to, mux) = (terms.remote_rtcp, terms.rtcp_mux);
            let to = match &session.latch {
                Some(latch) if mux => latch.target(),
                _ => to,
            };
            session.write_report(now, true, &mut self.packet);
            out.packet(session.leg, to, !mux, &self.packet);
        }
    }
}

fn command_session(now: Time, session: &mut Session, command: MediaCommand, out: &mut dyn Outlet) {
    let leg = session.leg;
    match command {
        MediaCommand::Connect { sdp } => {
            if let Err(error) = session.connect(now, &sdp) {
                refuse(leg, error, out);
            }
        }
        MediaCommand::Renegotiate { sdp: Some(sdp) } => match session.answer(now, &sdp) {
            Ok(sdp) => out.event(leg, MediaEvent::Renegotiated { sdp }),
            Err(error) => refuse(leg, error, out),
        },
        MediaCommand::Renegotiate { sdp: None } => {
            let sdp = session.offer();
            out.event(leg, MediaEvent::Renegotiated { sdp });
        }
        MediaCommand::Play {
            play,
            prompt,
            loops,
        } => {
            session.prompts.play(leg, play, &prompt, loops, out);
        }
        MediaCommand::StopPlay { play } => session.prompts.stop(leg, play, out),
        MediaCommand::Record { recording, spec } => record(session, recording, &spec, out),
        MediaCommand::PauseRecord {
            recording,
            behavior,
        } => {
            if let Some(tape) = session.tape(recording) {
                tape.pause(behavior);
            }
        }
        MediaCommand::ResumeRecord { recording } => {
            if let Some(tape) = session.tape(recording) {
                tape.resume();
            }
        }
        MediaCommand::StopRecord { recording } => {
            if let Some(tape) = session.tape(recording) {
                tape.stop();
                tape.give(leg, out);
                session.tapes.retain(|tape| tape.recording != recording);
            }
        }
        MediaCommand::Detect(settings) => {
            session.detector = Some(Box::new(Detector::new(settings)));
        }
        MediaCommand::Open(_)
        | MediaCommand::Join { .. }
        | MediaCommand::Listen { .. }
        | MediaCommand::Echo
        | MediaCommand::Part
        | MediaCommand::Close => {}
    }
}

fn record(session: &mut Session, recording: RecordingSid, spec: &RecordSpec, out: &mut dyn Outlet) {
    if session.tapes.len() < RECORDINGS_PER_LEG_MAX {
        session.tapes.push(Tape::new(recording, spec));
        return;
    }
    let end = RecordEnd::Failed;
    let channels = if spec.dual { 2 } else { 1 };
    out.event(session.leg, MediaEvent::RecordEnded { recording, end });
    let kept = Kept {
        end,
        channels,
        samples: 0,
        length_ms: 0,
        heard: false,
    };
    out.record_end(session.leg, recording, kept);
}

fn refuse(leg: LegId, error: SdpError, out: &mut dyn Outlet) {
    out.event(
        leg,
        MediaEvent::Refused {
            code: NOT_ACCEPTABLE_HERE,
            text: error.to_string(),
        },
    );
}
