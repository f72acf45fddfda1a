//! An explanation as text, fit to be shown: without passwords, digits of cards, and letters that a
//! terminal obeys.

use super::explain::{Explanation, Verdict};
use ringback::signature::SIGNATURE_HEADER;
use std::fmt;

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_verdict(f)?;
        for (number, difference) in self.differences.iter().enumerate() {
            writeln!(f, "  {}. {}", number + 1, shown(&difference.sentence()))?;
        }
        if let Some(signed) = &self.signed {
            writeln!(f, "\nWhat was signed:\n  {}", shown(signed))?;
        }
        if self.verdict != Verdict::Holds {
            writeln!(
                f,
                "\nWhat your application checks, if it takes the request as it is:"
            )?;
            writeln!(f, "  {}", shown(&self.checked))?;
            if let Some(parting) = self.signed.as_ref().and_then(|signed| self.parting(signed)) {
                writeln!(f, "  {parting}")?;
            }
            writeln!(f, "  its signature:   {}", self.checked_signature)?;
            if let Some(signature) = &self.signature {
                writeln!(f, "  the request has: {}", shown(signature))?;
            }
        }
        self.write_computed(f)?;
        self.write_remedies(f)
    }
}

impl Explanation {
    fn write_verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verdict {
            Verdict::Holds => writeln!(f, "The signature holds for the request as it is here."),
            Verdict::Differs => writeln!(
                f,
                "The signature is genuine, and belongs to something else than you check:"
            ),
            Verdict::Unexplained => writeln!(
                f,
                "Nothing explains the signature. {} variants were tried: scheme, host, port, path \
                 and query of the\naddress, the parameters, the token, and the header itself.",
                self.tried
            ),
            Verdict::Absent => writeln!(
                f,
                "The request has no {SIGNATURE_HEADER}: it wasn't signed, or the header was lost \
                 on its way."
            ),
        }
    }

    /// Where the two texts part, as they are shown.
    fn parting(&self, signed: &str) -> Option<String> {
        let (signed, checked) = (shown(signed), shown(&self.checked));
        if signed == checked {
            return None;
        }
        let pairs = signed.chars().zip(checked.chars());
        let at = pairs.take_while(|(one, other)| one == other).count();
        let near = |text: &str| -> String {
            let near: String = text.chars().skip(at.saturating_sub(8)).take(24).collect();
            format!("…{near}…")
        };
        Some(format!(
            "They part at letter {}: {} was signed, {} is checked.",
            at + 1,
            near(&signed),
            near(&checked)
        ))
    }

    fn write_computed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.was_computed {
            return Ok(());
        }
        writeln!(f, "\nWhat your application computed comes from")?;
        match &self.computed {
            None => writeln!(f, "  nothing that was tried"),
            Some(none) if none.is_empty() => writeln!(f, "  the request as it is here"),
            Some(differences) => differences
                .iter()
                .try_for_each(|difference| writeln!(f, "  - {}", shown(&difference.sentence()))),
        }
    }

    fn write_remedies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.verdict == Verdict::Holds && !self.was_computed {
            return writeln!(
                f,
                "\nIf your application refuses it, it puts address or parameters together \
                 otherwise.\nGive the signature that it computed with --computed to learn how."
            );
        }
        if !self.hints.is_empty() {
            writeln!(f, "\nWorth a look:")?;
        }
        for hint in &self.hints {
            writeln!(f, "  - {hint}")?;
        }
        let mut told: Vec<&[&str]> = Vec::new();
        for difference in self
            .differences
            .iter()
            .chain(self.computed.iter().flatten())
        {
            if !told.contains(&difference.remedy()) {
                told.push(difference.remedy());
            }
        }
        if !told.is_empty() {
            writeln!(f, "\nWhat to do:")?;
        }
        for line in told.into_iter().flatten() {
            writeln!(f, "  - {line}")?;
        }
        Ok(())
    }
}

/// A text fit to be shown.
fn shown(text: &str) -> String {
    without_card(&without_password(&without_control(text)))
}

fn without_control(text: &str) -> String {
    let fit = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    text.chars().map(fit).collect()
}

fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, _)) => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***{}", &rest[user.len()..])
        }
        None => text.to_owned(),
    }
}

/// The digits behind `Digits` are hidden where they are as many as a card has (ISO/IEC 7812-1).
fn without_card(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("Digits") {
        let (before, after) = rest.split_at(at + "Digits".len());
        out.push_str(before);
        let value = after.trim_start_matches('=');
        out.push_str(&after[..after.len() - value.len()]);
        let count = value.bytes().take_while(u8::is_ascii_digit).count();
        rest = value;
        if (12..=19).contains(&count) {
            out.push_str(&"*".repeat(count));
            rest = &value[count..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn secrets_and_commands_to_the_terminal_are_not_shown() {
        let text = "https://me:pw@x/a?Digits=4111111111111111&b\u{1b}[2JDigits4111111111111111To";
        assert_eq!(
            shown(text),
            "https://me:***@x/a?Digits=****************&b\u{fffd}[2JDigits****************To"
        );
        assert_eq!(shown("https://x/@aDigits1234"), "https://x/@aDigits1234");
    }
}
