//! Short names for what the ladder shows: commands, events, prompts, requests.

use call::command::RecordingChange;
use call::{Command, Granted, Refusal};
use model::media::{
    MediaCommand, MediaEvent, Opening, PlayEnd, Prompt, Prosody, Speech, SpeechPart, Tone,
};
use model::{Callback, Gender, VoiceWish, WebReply};
use std::fmt::Write;

/// What the API asks.
pub(crate) fn command(command: &Command) -> String {
    match command {
        Command::Create { call, .. } => format!("create {} → {}", call.from, call.to),
        Command::Update { update, .. } => {
            let status = update
                .status
                .map(|status| format!(" {status:?}").to_lowercase());
            let source = update.source.as_ref().map(|_| " document");
            let limit = update
                .time_limit_secs
                .map(|secs| format!(" limit {secs} s"));
            format!(
                "update{}{}{}",
                status.unwrap_or_default(),
                source.unwrap_or_default(),
                limit.unwrap_or_default()
            )
        }
        Command::Record { record, .. } if record.dual => "record dual".to_owned(),
        Command::Record { .. } => "record".to_owned(),
        Command::ChangeRecording { change, .. } => match change {
            RecordingChange::Pause(behavior) => format!("pause recording, {}", behavior.as_str()),
            RecordingChange::Resume => "resume recording".to_owned(),
            RecordingChange::Stop => "stop recording".to_owned(),
        },
        Command::Forget { .. } => "delete".to_owned(),
    }
}

/// What the API is answered.
pub(crate) fn answer(result: &Result<Granted, Refusal>) -> String {
    match result {
        Ok(Granted::Call(row)) => row.status.to_string(),
        Ok(Granted::Recording { row, begun: true }) => {
            format!("recording {}, begun", row.status.as_str())
        }
        Ok(Granted::Recording { row, .. }) => format!("recording {}", row.status.as_str()),
        Err(refusal) => format!("refused {}: {}", refusal.code, refusal.text),
    }
}

/// What the engine is asked; `None` for what only repeats a session description.
pub(crate) fn media_command(command: &MediaCommand) -> Option<String> {
    Some(match command {
        MediaCommand::Open(Opening::Offer | Opening::Answer { .. })
        | MediaCommand::Connect { .. }
        | MediaCommand::Renegotiate { .. }
        | MediaCommand::Close => return None,
        MediaCommand::Play {
            prompt: what,
            loops: 1,
            ..
        } => format!("play {}", prompt(what)),
        MediaCommand::Play {
            prompt: what,
            loops,
            ..
        } => {
            format!("play {} {loops} times", prompt(what))
        }
        MediaCommand::StopPlay { .. } => "stop playing".to_owned(),
        MediaCommand::Join { peer } => format!("join {peer}"),
        MediaCommand::Listen { peer } => format!("listen to {peer}"),
        MediaCommand::Echo => "echo".to_owned(),
        MediaCommand::Part => "part".to_owned(),
        MediaCommand::Record { spec, .. } if spec.dual => "record dual".to_owned(),
        MediaCommand::Record { .. } => "record".to_owned(),
        MediaCommand::PauseRecord { behavior, .. } => {
            format!("pause recording, {}", behavior.as_str())
        }
        MediaCommand::ResumeRecord { .. } => "resume recording".to_owned(),
        MediaCommand::StopRecord { .. } => "stop recording".to_owned(),
        MediaCommand::Detect(settings) if settings.to_the_end => {
            "listen for who answered, to the end of a message".to_owned()
        }
        MediaCommand::Detect(_) => "listen for who answered".to_owned(),
    })
}

/// What the engine says; `None` for session descriptions, which the SIP rungs imply.
pub(crate) fn media_event(event: &MediaEvent) -> Option<String> {
    Some(match event {
        MediaEvent::Opened { .. } | MediaEvent::Renegotiated { .. } => return None,
        MediaEvent::Refused { code, text } => format!("refused {code}: {text}"),
        MediaEvent::Digit { digit, .. } => format!("digit {digit}"),
        MediaEvent::Played {
            end: PlayEnd::Finished,
            ..
        } => "played".to_owned(),
        MediaEvent::Played {
            end: PlayEnd::Stopped,
            ..
        } => "stopped".to_owned(),
        MediaEvent::Played {
            end: PlayEnd::Failed { code, .. },
            ..
        } => format!("failed {code}"),
        MediaEvent::RecordEnded { end, .. } => format!("recording over: {end:?}").to_lowercase(),
        MediaEvent::Recorded {
            length_ms,
            heard: true,
            ..
        } => {
            format!("recorded {}.{:03} s", length_ms / 1_000, length_ms % 1_000)
        }
        MediaEvent::Recorded { .. } => "recorded nothing".to_owned(),
        MediaEvent::Detected { answered_by } => format!("answered by {answered_by}"),
        MediaEvent::Lost => "no sound comes any more".to_owned(),
    })
}

fn prompt(prompt: &Prompt) -> String {
    match prompt {
        Prompt::Speech(speech) => spoken(speech),
        Prompt::File { url, .. } => url.clone(),
        Prompt::Tone(Tone::Ringback(country)) => format!("ringback {country}"),
        Prompt::Tone(Tone::RecordBeep) => "beep".to_owned(),
        Prompt::Digits(digits) => format!("digits {digits}"),
        Prompt::Silence { length_ms } => format!("silence {length_ms} ms"),
    }
}

/// What is spoken, and how: `"Your code is 4, 7, 1." (woman, pt-BR)`.
fn spoken(speech: &Speech) -> String {
    let mut text = String::new();
    let mut parts = speech.parts.iter().peekable();
    let several = speech.parts.len() > 1;
    while let Some(part) = parts.next() {
        match part {
            SpeechPart::Text {
                text: words,
                language,
                prosody,
            } => {
                let length = if several { 60 } else { 40 };
                let _ = write!(text, "{:?}", short(words, length));
                let mut ways: Vec<String> = Vec::new();
                ways.extend(language.clone());
                let Prosody {
                    rate_percent,
                    pitch_percent,
                    gain_db,
                } = *prosody;
                if rate_percent != 100 {
                    ways.push(format!("rate {rate_percent} %"));
                }
                if pitch_percent != 100 {
                    ways.push(format!("pitch {pitch_percent} %"));
                }
                if gain_db != 0 {
                    ways.push(format!("{gain_db:+} dB"));
                }
                if !ways.is_empty() {
                    let _ = write!(text, " [{}]", ways.join(", "));
                }
            }
            SpeechPart::Break { length_ms } => {
                let _ = write!(text, "{length_ms} ms");
            }
            SpeechPart::Bleep { length_ms } => {
                let _ = write!(text, "bleep {length_ms} ms");
            }
        }
        // A ladder is read line by line: a long text is shown by its beginning.
        if text.len() > 160 && parts.peek().is_some() {
            text.push_str(" …");
            break;
        }
        if parts.peek().is_some() {
            text.push(' ');
        }
    }
    let mut who: Vec<String> = Vec::new();
    let VoiceWish {
        gender,
        engine,
        voice,
    } = &speech.voice;
    match (engine, voice, gender) {
        (Some(engine), Some(voice), _) => who.push(format!("{engine}/{voice}")),
        (Some(one), None, _) | (None, Some(one), _) => who.push(one.clone()),
        (None, None, Gender::Woman) => who.push("woman".to_owned()),
        (None, None, Gender::Man) => {}
    }
    who.extend((speech.language != "en-US").then(|| speech.language.clone()));
    if !who.is_empty() {
        let _ = write!(text, " ({})", who.join(", "));
    }
    text
}

/// A callback: its kind and where it goes.
pub(crate) fn callback(callback: &Callback) -> String {
    let value = |name: &str| {
        let found = callback.parameters.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    };
    let what = match (value("RecordingStatus"), value("CallStatus")) {
        (Some(status), _) => format!("recording {status}"),
        (None, Some(status)) => {
            let number = value("SequenceNumber")
                .map(|n| format!(" #{n}"))
                .unwrap_or_default();
            format!("{status}{number}")
        }
        (None, None) => "callback".to_owned(),
    };
    format!(
        "{} {} {what}",
        callback.method.as_str(),
        path(&callback.url)
    )
}

/// A web reply in a few words.
pub(crate) fn reply(reply: &WebReply) -> String {
    match reply {
        WebReply::Answered { status, body, .. } => {
            let text = String::from_utf8_lossy(body);
            let verbs = text
                .find("<Response")
                .and_then(|at| text[at..].find('>').map(|n| at + n + 1));
            let verbs = verbs.map_or(&*text, |at| &text[at..]);
            let verbs = verbs.split("</Response").next().unwrap_or("").trim();
            format!(
                "{status} {}",
                short(&verbs.split_whitespace().collect::<Vec<_>>().join(" "), 60)
            )
            .trim_end()
            .to_owned()
        }
        WebReply::Failed { code, .. } => format!("failed {code}"),
    }
}

/// The part of an address after its host, or all of it if that is short.
pub(crate) fn path(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.find('/').map_or(after, |slash| &after[slash..])
}

fn short(text: &str, chars: usize) -> String {
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(chars).collect();
    cut.push('…');
    cut
}
