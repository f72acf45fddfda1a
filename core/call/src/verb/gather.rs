//! `<Gather>`: collects keys while its prompts are heard.
//!
//! Keys pressed before the verb begins are not kept: a key answers the prompt that is heard now.
//!
//! Unconfirmed: with `bargeIn="false"` keys are taken while the prompts are heard, and break
//! nothing off. Input that is complete by then waits for the end of the prompts: the customer
//! asked for them to be heard out.

use super::{Goto, Heard, Machine, Step, play, say, unbuilt};
use crate::notice::{self, Fault};
use crate::script::Line;
use crate::timer::Timer;
use crate::turn::Turn;
use crate::webhook;
use model::media::{MediaCommand, PlayId};
use model::{ErrorCode, Span, WebhookKind, limit};
use twiml::verb::{Gather, GatherInput};
use twiml::{Nested, verb};

/// A collection of keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gathering {
    gather: Gather,
    prompts: Prompts,
    digits: String,
    /// The input is complete, by this key or by its length, and waits for the prompts' end.
    complete: Option<Option<char>>,
}

/// What is heard meanwhile, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Prompts {
    /// The prompts that are queued; the first is being heard.
    Playing(Vec<PlayId>),
    Over,
}

/// Begins to listen, and to play what is heard meanwhile.
pub(crate) fn begin(
    gather: Gather,
    page: Option<&str>,
    line: &mut Line<'_>,
    turn: &mut Turn<'_>,
) -> Gathering {
    if gather.input.contains(&GatherInput::Speech) {
        let instead = if gather.input.contains(&GatherInput::Dtmf) {
            "keys are listened for"
        } else {
            "its timeout ends it"
        };
        let fault = unbuilt::missing("Speech in <Gather>", instead);
        notice::error(line.row, &fault, None, turn);
    }
    let (mut plays, mut unheard) = (Vec::new(), 0);
    for nested in &gather.nested {
        let prompt = match nested {
            Nested::Say(say) => Ok(say::noted_prompt(say, line, turn)),
            Nested::Play(play) => play::prompt(play, page, line.row.account).map(Some),
            Nested::Pause(pause) => Ok(Some(silence(pause))),
        };
        match prompt {
            Ok(Some((prompt, loops))) if plays.len() < limit::PLAY_QUEUE_MAX => {
                plays.push(line.leg.play(prompt, loops, turn));
            }
            Ok(Some(_)) => unheard += 1,
            Ok(None) => {}
            Err(fault) => notice::error(line.row, &fault, None, turn),
        }
    }
    if unheard > 0 {
        let most = limit::PLAY_QUEUE_MAX;
        let text = format!("Gather: holds more than {most} prompts; {unheard} are not heard");
        let fault = Fault::new(ErrorCode::GATHER_NESTED, text);
        notice::warning(line.row, &fault, None, turn);
    }
    let mut gathering = Gathering {
        gather,
        prompts: Prompts::Playing(plays),
        digits: String::new(),
        complete: None,
    };
    if gathering.are_over() {
        gathering.prompts = Prompts::Over;
        gathering.wait_for_key(line, turn);
    }
    gathering
}

/// The fault of a prompt as it is told of one in a Gather: a sound that is none has a code here.
fn nested(mut fault: Fault) -> Fault {
    if fault.code == ErrorCode::PLAY_CONTENT_TYPE {
        fault.code = ErrorCode::GATHER_PLAY_CONTENT_TYPE;
    }
    fault
}

fn silence(pause: &verb::Pause) -> (model::media::Prompt, u32) {
    let length_ms = pause.length.saturating_mul(1_000);
    (model::media::Prompt::Silence { length_ms }, 1)
}

impl Gathering {
    fn takes_keys(&self) -> bool {
        // A version that can't hear speech may at least not lose the caller.
        self.gather.input.contains(&GatherInput::Dtmf)
    }

    fn are_over(&self) -> bool {
        match &self.prompts {
            Prompts::Playing(plays) => plays.is_empty(),
            Prompts::Over => false,
        }
    }

    /// Once nothing is heard any more, the wait for a key begins, or is over already.
    fn heard_out(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        self.prompts = Prompts::Over;
        if let Some(key) = self.complete {
            return self.finish(key, line, turn);
        }
        self.wait_for_key(line, turn);
        Step::Wait
    }

    fn wait_for_key(&self, line: &Line<'_>, turn: &mut Turn<'_>) {
        let secs = Span::from_secs(u64::from(self.gather.timeout));
        turn.set(line.row.sid, Timer::Verb, secs);
    }

    fn silence_prompts(&mut self, line: &Line<'_>, turn: &mut Turn<'_>) {
        if let Prompts::Playing(plays) = std::mem::replace(&mut self.prompts, Prompts::Over) {
            for play in plays {
                line.leg.sound(MediaCommand::StopPlay { play }, turn);
            }
        }
    }

    fn digit(&mut self, digit: char, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        if !self.takes_keys() || self.complete.is_some() {
            return Step::Wait;
        }
        if self.gather.barge_in {
            self.silence_prompts(line, turn);
        }
        let finishes = self.gather.finish_on_key.contains(digit);
        if !finishes && self.digits.len() < limit::GATHER_DIGITS_MAX {
            self.digits.push(digit);
        }
        let wanted = self
            .gather
            .num_digits
            .map_or(usize::MAX, |count| count as usize);
        let complete = finishes || self.digits.len() >= wanted;
        let key = finishes.then_some(digit);
        match (complete, &self.prompts) {
            (true, Prompts::Over) => return self.finish(key, line, turn),
            (true, Prompts::Playing(_)) => self.complete = Some(key),
            (false, Prompts::Over) => self.wait_for_key(line, turn),
            (false, Prompts::Playing(_)) => {}
        }
        Step::Wait
    }

    fn finish(&mut self, key: Option<char>, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        self.stop(line, turn);
        if self.digits.is_empty() && !self.gather.action_on_empty_result {
            return Step::Next;
        }
        let finished_on = key.map(String::from).unwrap_or_default();
        // Unconfirmed: where speech was asked for and there is no result, an application that
        // reads one finds an empty text.
        let speech = self.gather.input.contains(&GatherInput::Speech) && self.digits.is_empty();
        let mut parameters = vec![
            ("Digits".to_owned(), std::mem::take(&mut self.digits)),
            ("FinishedOnKey".to_owned(), finished_on),
        ];
        if speech {
            parameters.push(("SpeechResult".to_owned(), String::new()));
        }
        Step::Go(Goto {
            kind: WebhookKind::Action,
            url: self.gather.action.clone(),
            method: webhook::method(self.gather.method),
            parameters,
            inline_code: ErrorCode::URL_FORMAT,
        })
    }
}

impl Machine for Gathering {
    fn hear(&mut self, heard: Heard, line: &mut Line<'_>, turn: &mut Turn<'_>) -> Step {
        match heard {
            Heard::Played(play, fault) => {
                say::write_down(fault.map(nested).as_ref(), line, turn);
                if let Prompts::Playing(plays) = &mut self.prompts {
                    plays.retain(|waiting| *waiting != play);
                }
                if self.are_over() {
                    return self.heard_out(line, turn);
                }
                Step::Wait
            }
            Heard::Digit(digit) => self.digit(digit, line, turn),
            Heard::TimedOut(Timer::Verb) => self.finish(None, line, turn),
            // A caller who hangs up has given no answer: the action is not asked.
            Heard::Ended => {
                turn.stop(line.row.sid, Timer::Verb);
                Step::Next
            }
            _ => Step::Wait,
        }
    }

    fn stop(&mut self, line: &mut Line<'_>, turn: &mut Turn<'_>) {
        turn.stop(line.row.sid, Timer::Verb);
        self.silence_prompts(line, turn);
    }
}
