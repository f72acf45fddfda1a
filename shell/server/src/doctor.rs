//! `ringback doctor`: what goes wrong in practice, looked for before it does.
//!
//! `look` gathers facts and judges nothing; `judge` judges facts and touches nothing.

mod judge;
mod look;

pub use judge::{
    Address, Certificate, Clock, Facts, Folder, Hook, Port, PortState, Ports, Speech, judge,
};
pub use look::{Subject, look};

use serde_json::json;
use std::fmt::Write;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, but not for everything, or not for long.
    Warning,
    /// Calls will fail.
    Fault,
}

impl Level {
    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Fault => "fault",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at, in a word.
    pub check: &'static str,
    /// How bad it is.
    pub level: Level,
    /// How it is: one sentence.
    pub text: String,
    /// What helps: one sentence; empty if nothing is wrong.
    pub remedy: String,
}

/// Whether anything forbids that calls work.
pub fn has_fault(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.level == Level::Fault)
}

fn count(findings: &[Finding], level: Level) -> usize {
    let of = findings.iter().filter(|finding| finding.level == level);
    of.count()
}

/// For a person.
pub fn text(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let (level, check) = (finding.level.word(), finding.check);
        let _ = writeln!(text, "{level:<8} {check:<12} {}", finding.text);
        if !finding.remedy.is_empty() {
            let _ = writeln!(text, "{:<21} → {}", "", finding.remedy);
        }
    }
    let (faults, warnings) = (
        count(findings, Level::Fault),
        count(findings, Level::Warning),
    );
    let _ = writeln!(
        text,
        "{} looked at: {faults} faults, {warnings} warnings",
        findings.len()
    );
    text
}

/// For a program.
pub fn json(findings: &[Finding]) -> String {
    let all: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check,
                "level": finding.level.word(),
                "text": finding.text,
                "remedy": finding.remedy,
            })
        })
        .collect();
    let whole = json!({
        "faults": count(findings, Level::Fault),
        "warnings": count(findings, Level::Warning),
        "findings": all,
    });
    format!("{whole:#}\n")
}
