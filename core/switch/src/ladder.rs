//! The ladder: one line per thing that happened, who to whom, at which millisecond.
//!
//! One renderer for the terminal, the golden files of scenarios, and `ringback ladder`.

use model::{CallSid, Span, Time};
use std::collections::BTreeMap;
use std::fmt;

/// One end of a ladder line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// Call control and what belongs to it.
    Switch,
    /// The sound engine.
    Sound,
    /// The customer's application.
    App,
    /// The API's client.
    Api,
    /// A far end, by the name people know it by: a number, a user, a trunk, a host.
    Far(String),
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Party::Switch => "switch",
            Party::Sound => "sound",
            Party::App => "app",
            Party::Api => "api",
            Party::Far(name) => name,
        })
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Time,
    /// Who did it.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// Which call it belongs to, where one is known.
    pub call: Option<CallSid>,
    /// What, in a few words.
    pub text: String,
}

impl Line {
    /// The line as it is kept: microseconds, parties and text between tabs.
    pub fn to_row(&self) -> String {
        let clean = self.text.replace(['\t', '\n', '\r'], " ");
        format!("{}\t{}\t{}\t{}", self.at.0, self.from, self.to, clean)
    }

    /// Reads a kept line again.
    pub fn from_row(row: &str, call: CallSid) -> Option<Line> {
        let mut parts = row.splitn(4, '\t');
        let at = Time(parts.next()?.parse().ok()?);
        let mut party = || {
            parts.next().map(|name| match name {
                "switch" => Party::Switch,
                "sound" => Party::Sound,
                "app" => Party::App,
                "api" => Party::Api,
                name => Party::Far(name.to_owned()),
            })
        };
        let (from, to) = (party()?, party()?);
        Some(Line {
            at,
            from,
            to,
            call: Some(call),
            text: parts.next()?.to_owned(),
        })
    }
}

/// Renders lines against a beginning, with short names for calls in the order they appear.
#[derive(Debug, Clone)]
pub struct Ladder {
    start: Time,
    calls: BTreeMap<CallSid, usize>,
}

impl Ladder {
    /// A ladder whose clock starts here.
    pub fn new(start: Time) -> Ladder {
        Ladder {
            start,
            calls: BTreeMap::new(),
        }
    }

    /// `CA1`, `CA2`, … in order of first appearance.
    pub fn name(&mut self, call: CallSid) -> String {
        let next = self.calls.len() + 1;
        format!("CA{}", self.calls.entry(call).or_insert(next))
    }

    /// One line: `   0.190  switch         → +12025550101   CA3 CANCEL`.
    pub fn render(&mut self, line: &Line) -> String {
        let at: Span = line.at - self.start;
        let call = line.call.map(|call| self.name(call)).unwrap_or_default();
        let text = format!(
            "{at:>9}  {:<14} → {:<14} {call:<4} {}",
            line.from, line.to, line.text
        );
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_like_a_call_flow_and_survives_its_row() {
        let mut ladder = Ladder::new(Time::from_secs(100));
        let line = Line {
            at: Time::from_secs(104) + Span::from_millis(190),
            from: Party::Switch,
            to: Party::Far("carol".into()),
            call: Some(CallSid(7)),
            text: "CANCEL".into(),
        };
        assert_eq!(
            ladder.render(&line),
            "    4.190  switch         → carol          CA1  CANCEL"
        );
        assert_eq!(Line::from_row(&line.to_row(), CallSid(7)), Some(line));
        assert_eq!(Line::from_row("1\tapp", CallSid(7)), None);
    }
}
