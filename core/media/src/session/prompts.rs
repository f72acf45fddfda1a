//! The prompts of one leg, in order. The player gets those whose sound is here; the first that
//! still waits for its sound holds up those behind it.

use std::collections::VecDeque;
use std::sync::Arc;

use model::limit::{PLAY_QUEUE_MAX, SOUND_FILE_SAMPLES_MAX};
use model::media::{MediaEvent, PlayEnd, PlayId, Prompt, Tone as ToneName};
use model::{ErrorCode, LegId};

use crate::engine::{Feed, Outlet};
use crate::player::{PlayEnd as PlayerEnd, Player, PlayerEvent, Source};
use crate::sound::Frame;
use crate::sound::country::Country;
use crate::sound::dial::DigitString;
use crate::sound::tone::Tone;

/// How far a prompt's sound has come.
enum Supply {
    /// Nothing is here yet.
    Awaited,
    /// The first parts are here.
    Parts(Vec<Arc<[i16]>>, Rest),
    /// It is here, or needs none from outside.
    Ready(Source),
    /// It can't be had.
    Failed(ErrorCode, String),
}

/// What is to come after the first parts.
enum Rest {
    More,
    Nothing,
    /// The sound broke off.
    Fault(ErrorCode, String),
}

/// A prompt the player doesn't have yet.
struct Waiting {
    play: PlayId,
    loops: u32,
    supply: Supply,
}

/// The queue of one leg.
#[derive(Default)]
pub struct Prompts {
    waiting: VecDeque<Waiting>,
    /// Made for the first prompt: most legs of a bridge never hear one.
    player: Option<Box<Player>>,
    /// Why a stream that the player has was broken off.
    broken: Vec<(PlayId, ErrorCode, String)>,
}

impl Prompts {
    /// Queues a prompt and asks for its sound if that comes from outside.
    pub fn play(
        &mut self,
        leg: LegId,
        play: PlayId,
        prompt: &Prompt,
        loops: u32,
        out: &mut dyn Outlet,
    ) {
        let supply = match prompt {
            Prompt::Speech(_) | Prompt::File { .. } => Supply::Awaited,
            Prompt::Silence { length_ms } => Supply::Ready(Source::Silence {
                length_ms: *length_ms,
            }),
            Prompt::Tone(ToneName::RecordBeep) => Supply::Ready(Source::Tone(Tone::RecordBeep)),
            Prompt::Tone(ToneName::Ringback(country)) => {
                let country = Country::from_code(country).unwrap_or(Country::us());
                Supply::Ready(Source::Tone(Tone::Ringback(country)))
            }
            Prompt::Digits(text) => match DigitString::parse(text) {
                Ok(digits) => Supply::Ready(Source::Digits(digits)),
                Err(error) => Supply::Failed(ErrorCode::SEND_DIGITS, error.to_string()),
            },
        };
        if self.waiting.len() >= PLAY_QUEUE_MAX {
            let text = "as many prompts wait as may wait".to_owned();
            let end = PlayEnd::Failed {
                code: ErrorCode::DOCUMENT_FAULT,
                text,
            };
            out.event(leg, MediaEvent::Played { play, end });
            return;
        }
        let wanted = matches!(supply, Supply::Awaited);
        self.waiting.push_back(Waiting {
            play,
            loops: loops.max(1),
            supply,
        });
        if wanted {
            out.want(leg, play, prompt);
        }
        self.advance(leg, out);
    }

    /// Takes sound from outside.
    pub fn feed(&mut self, leg: LegId, play: PlayId, feed: Feed, out: &mut dyn Outlet) {
        match self.waiting.iter_mut().find(|waiting| waiting.play == play) {
            Some(waiting) => waiting.feed(feed),
            None => self.feed_player(play, feed),
        }
        self.advance(leg, out);
    }

    fn feed_player(&mut self, play: PlayId, feed: Feed) {
        let Some(player) = &mut self.player else {
            return;
        };
        // What was stopped takes no more: nobody is told, since whoever stopped it knows.
        let _ = match feed {
            Feed::Samples(samples) | Feed::Chunk(samples) => player.supply(play.0, samples),
            Feed::End => player.complete(play.0),
            Feed::Failed { code, text } => {
                let broken = player.break_off(play.0);
                if broken.is_ok() {
                    self.broken.push((play, code, text));
                }
                broken
            }
        };
    }

    /// Stops a prompt, playing or waiting.
    pub fn stop(&mut self, leg: LegId, play: PlayId, out: &mut dyn Outlet) {
        if let Some(at) = self.waiting.iter().position(|waiting| waiting.play == play) {
            self.waiting.remove(at);
            out.event(
                leg,
                MediaEvent::Played {
                    play,
                    end: PlayEnd::Stopped,
                },
            );
        } else if let Some(player) = &mut self.player {
            player.stop(play.0);
        }
        self.advance(leg, out);
    }

    /// Whether there is something to say at this moment.
    pub fn speaks(&self) -> bool {
        self.player.as_ref().is_some_and(|player| !player.is_idle())
    }

    /// The key the player is pressing, and for how many samples already.
    pub fn pressed(&self) -> Option<(char, u32)> {
        self.player.as_ref()?.pressed_digit()
    }

    /// The next 20 ms; false if there is nothing to say.
    pub fn next_frame(&mut self, leg: LegId, frame: &mut Frame, out: &mut dyn Outlet) -> bool {
        let Some(player) = &mut self.player else {
            return false;
        };
        if player.is_idle() && self.waiting.is_empty() {
            return false;
        }
        let speaks = player.next_frame(frame);
        self.advance(leg, out);
        speaks
    }

    /// Moves what is ready into the player and tells what is over.
    fn advance(&mut self, leg: LegId, out: &mut dyn Outlet) {
        loop {
            self.tell(leg, out);
            let idle = self.player.as_ref().is_none_or(|player| player.is_idle());
            let Some(front) = self.waiting.front() else {
                return;
            };
            let go = match front.supply {
                Supply::Awaited => false,
                Supply::Parts(..) | Supply::Ready(_) => true,
                Supply::Failed(..) => idle,
            };
            if !go {
                return;
            }
            let Some(front) = self.waiting.pop_front() else {
                return;
            };
            self.start(leg, front, out);
        }
    }

    fn start(&mut self, leg: LegId, front: Waiting, out: &mut dyn Outlet) {
        let play = front.play;
        let player = self.player.get_or_insert_with(|| Box::new(Player::new()));
        let taken = match front.supply {
            Supply::Ready(source) => player.play(play.0, source, front.loops),
            Supply::Parts(parts, rest) => {
                let mut taken = player.play(play.0, Source::Parts, front.loops);
                for part in parts {
                    taken = taken.and_then(|()| player.supply(play.0, part));
                }
                match rest {
                    Rest::More => taken,
                    Rest::Nothing => taken.and_then(|()| player.complete(play.0)),
                    Rest::Fault(code, text) => {
                        self.broken.push((play, code, text));
                        taken.and_then(|()| player.break_off(play.0))
                    }
                }
            }
            Supply::Awaited => Ok(()),
            Supply::Failed(code, text) => {
                let end = PlayEnd::Failed { code, text };
                out.event(leg, MediaEvent::Played { play, end });
                Ok(())
            }
        };
        if let Err(error) = taken {
            let end = PlayEnd::Failed {
                code: ErrorCode::DOCUMENT_FAULT,
                text: error.to_string(),
            };
            out.event(leg, MediaEvent::Played { play, end });
        }
    }

    fn tell(&mut self, leg: LegId, out: &mut dyn Outlet) {
        let Some(player) = &mut self.player else {
            return;
        };
        while let Some(event) = player.poll_event() {
            let PlayerEvent::Finished { id, why, .. } = event else {
                continue;
            };
            let play = PlayId(id);
            let broken = self.broken.iter().position(|(name, ..)| *name == play);
            let end = match (broken, why) {
                (Some(at), why) => {
                    let (_, code, text) = self.broken.remove(at);
                    match why {
                        PlayerEnd::Played => PlayEnd::Failed { code, text },
                        PlayerEnd::Stopped => PlayEnd::Stopped,
                    }
                }
                (None, PlayerEnd::Played) => PlayEnd::Finished,
                (None, PlayerEnd::Stopped) => PlayEnd::Stopped,
            };
            out.event(leg, MediaEvent::Played { play, end });
        }
    }
}

impl Waiting {
    fn feed(&mut self, feed: Feed) {
        match (feed, &mut self.supply) {
            (Feed::Failed { code, text }, Supply::Parts(_, rest)) => {
                *rest = Rest::Fault(code, text);
            }
            (Feed::Failed { code, text }, supply @ Supply::Awaited) => {
                *supply = Supply::Failed(code, text);
            }
            (Feed::Samples(samples), supply @ Supply::Awaited) => {
                *supply = Supply::Ready(Source::Samples(samples));
            }
            (Feed::Chunk(part), supply @ Supply::Awaited) => {
                *supply = Supply::Parts(vec![part], Rest::More);
            }
            (Feed::Chunk(part), Supply::Parts(parts, Rest::More)) => {
                let here: usize = parts.iter().map(|part| part.len()).sum();
                if here + part.len() <= SOUND_FILE_SAMPLES_MAX {
                    parts.push(part);
                }
            }
            (Feed::End, supply @ Supply::Awaited) => {
                *supply = Supply::Ready(Source::Samples(Arc::from([])));
            }
            (Feed::End, Supply::Parts(_, rest @ Rest::More)) => *rest = Rest::Nothing,
            (_, Supply::Ready(_) | Supply::Failed(..) | Supply::Parts(..)) => {}
        }
    }
}
