//! One request whole, for people.

use super::table::{date, millis, outcome};
use crate::screen::Screen;
use crate::table::pairs;
use api::{WebhookInstance, WebhookMessage};
use std::fmt::Write;

/// What was asked, signed and answered, and how long it took.
pub fn show(screen: &Screen, one: &WebhookInstance) -> String {
    let row = &one.row;
    let own = |text: &Option<String>| text.clone().unwrap_or_default();
    let missing = if row.replayable {
        ""
    } else {
        "not possible: a part of it is kept nowhere"
    };
    let mut text = pairs(
        screen,
        &[
            ("Request", &row.sid),
            ("Kind", &row.kind),
            ("Call", &row.call_sid),
            ("Date", &format!("{} UTC", date(&row.date_created))),
            ("Try", &tries(one)),
            ("Token", &row.idempotency_token),
            ("Replay of", &own(&row.replay_of)),
            ("Outcome", &outcome(row)),
            ("Reason", &own(&row.error_message)),
            ("Replay", missing),
        ],
    );
    let _ = write!(text, "\n> {} {}\n", row.method, row.url);
    message(&mut text, '>', &one.request);
    if let Some(signature) = &one.signature {
        let _ = write!(text, "\nSigned string\n  {}\n", plain(&signature.signed));
        if let Some(value) = &signature.value {
            let _ = writeln!(text, "  X-Twilio-Signature: {value}");
        }
        if let Some(hash) = &signature.signed_sha256 {
            let _ = writeln!(
                text,
                "  A part of it is masked or cut; SHA-256 of what was signed: {hash}"
            );
        }
    }
    if let Some(response) = &one.response {
        let status = row.status.map(|status| status.to_string());
        let _ = write!(text, "\n< {}\n", status.unwrap_or_default());
        message(&mut text, '<', response);
    }
    text.push('\n');
    timing(&mut text, one);
    text
}

fn tries(one: &WebhookInstance) -> String {
    let row = &one.row;
    let mut tries = row.attempt.to_string();
    match row.redirects {
        0 => {}
        1 => tries.push_str(", after a redirect"),
        hops => {
            let _ = write!(tries, ", after {hops} redirects");
        }
    }
    if row.from_cache {
        tries.push_str(", answered by what was kept: nothing was sent");
    }
    tries
}

fn message(text: &mut String, mark: char, message: &WebhookMessage) {
    for header in &message.headers {
        let _ = writeln!(text, "{mark} {}: {}", header.name, header.value);
    }
    if !message.body.is_empty() {
        let _ = writeln!(text, "{mark}");
        for line in message.body.lines() {
            let _ = writeln!(text, "{mark} {}", plain(line));
        }
    }
    if message.body_truncated {
        let _ = writeln!(text, "{mark} … there was more");
    }
}

/// What applications and callers say shall not steer the terminal.
fn plain(text: &str) -> String {
    let letters = text.chars();
    letters
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}

fn timing(text: &mut String, one: &WebhookInstance) {
    let timing = &one.timing;
    let phases = [
        ("queued", timing.queued_us),
        ("waited", timing.waited_us),
        ("look-up", timing.lookup_us),
        ("connect", timing.connect_us),
        ("TLS", timing.tls_us),
        ("first byte", timing.first_byte_us),
        ("whole", Some(timing.whole_us)),
    ];
    let told: Vec<String> = phases
        .iter()
        .filter_map(|(name, micros)| micros.map(|micros| format!("{name} {}", millis(micros))))
        .collect();
    let _ = writeln!(text, "Timing: {}", told.join(", "));
}
