//! Phones that are asked to call somebody else, and phones that ask for it.

use super::Phones;
use crate::character::Referral;
use model::signal::SignalCommand;
use model::{LegId, Span, Time};

/// What a phone has still to say of the call it was asked to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum News {
    /// It has come to this response.
    Report(u16),
    /// It is enough: the phone hangs up.
    HangUp,
}

/// So long after it has agreed, a phone says that it rings at the new place.
const RINGS_AFTER: Span = Span::from_millis(300);

impl Phones {
    /// Asks the platform to send the other elsewhere.
    pub fn refer(&mut self, now: Time, leg: LegId, to: &str) {
        if self.legs.get(&leg).is_some_and(|line| line.answered) {
            let to = to.to_owned();
            self.sip.command(now, leg, SignalCommand::Refer { to });
            self.drain(now);
        }
    }

    /// The platform asks a phone to call somebody else.
    pub(super) fn referred(&mut self, now: Time, leg: LegId) {
        let Some(line) = self.legs.get(&leg) else {
            return;
        };
        let code = match line.character.referral {
            Referral::Ignore => return,
            Referral::Refuse(code) => code,
            Referral::Accept(..) | Referral::Forget | Referral::Leave => 202,
        };
        let rings = now + RINGS_AFTER;
        let news = match line.character.referral {
            Referral::Accept(code, after_ms) => {
                let end = (now + Span::from_millis(after_ms), News::Report(code));
                vec![(rings, News::Report(180)), end]
            }
            Referral::Leave => vec![
                (rings, News::Report(180)),
                (rings + RINGS_AFTER, News::HangUp),
            ],
            Referral::Refuse(_) | Referral::Forget | Referral::Ignore => Vec::new(),
        };
        self.news
            .extend(news.into_iter().map(|(at, news)| (at, leg, news)));
        let command = SignalCommand::AnswerRefer { code };
        self.sip.command(now, leg, command);
    }

    /// Says what there is to be said by now.
    pub(super) fn tell_news(&mut self, now: Time) {
        while let Some(&(at, leg, news)) = self.news.first()
            && at <= now
        {
            self.news.pop_first();
            match news {
                News::Report(code) => self.sip.command(now, leg, SignalCommand::Report { code }),
                News::HangUp => self.hang_up(now, leg),
            }
        }
    }
}
