//! What a new call says of answering machine detection.

use crate::check;
use crate::fault::Fault;
use crate::form::Form;
use crate::v2010::call_create::Warning;
use model::detection::{Detection, Told};
use model::{ErrorCode, limit};
use std::ops::RangeInclusive;

/// Reads `MachineDetection` and what goes with it. Keys that are sent after the answer would be
/// heard by the detector, so with `SendDigits` all of it is ignored, wrong values included.
pub fn read(form: &Form, warnings: &mut Vec<Warning>) -> Result<Option<Detection>, Fault> {
    if form.given("SendDigits").is_some() {
        return Ok(None);
    }
    let to_the_end = match form.given("MachineDetection").map(str::trim) {
        None => return older(form),
        Some("Enable") => false,
        Some("DetectMessageEnd") => true,
        Some(other) => return Err(wrong("MachineDetection", other)),
    };
    let usual = Detection::default();
    let within = |name, range, or| Ok::<u32, Fault>(number(form, name, range)?.unwrap_or(or));
    Ok(Some(Detection {
        to_the_end,
        timeout_secs: within(
            "MachineDetectionTimeout",
            limit::DETECTION_SECS_MIN..=limit::DETECTION_SECS_MAX,
            usual.timeout_secs,
        )?,
        speech_ms: within(
            "MachineDetectionSpeechThreshold",
            limit::DETECTION_SPEECH_MS_MIN..=limit::DETECTION_SPEECH_MS_MAX,
            usual.speech_ms,
        )?,
        speech_end_ms: within(
            "MachineDetectionSpeechEndThreshold",
            limit::DETECTION_SPEECH_END_MS_MIN..=limit::DETECTION_SPEECH_END_MS_MAX,
            usual.speech_end_ms,
        )?,
        silence_ms: within(
            "MachineDetectionSilenceTimeout",
            limit::DETECTION_SILENCE_MS_MIN..=limit::DETECTION_SILENCE_MS_MAX,
            usual.silence_ms,
        )?,
        told: told(form, warnings)?,
        hang_up_on_machine: false,
    }))
}

/// The word of clients older than `MachineDetection`.
fn older(form: &Form) -> Result<Option<Detection>, Fault> {
    let hang_up_on_machine = match form.given("IfMachine").map(str::trim) {
        None => return Ok(None),
        Some(word) if word.eq_ignore_ascii_case("Continue") => false,
        Some(word) if word.eq_ignore_ascii_case("Hangup") => true,
        Some(_) => return Err(Fault::of(ErrorCode::IF_MACHINE)),
    };
    Ok(Some(Detection {
        hang_up_on_machine,
        ..Detection::default()
    }))
}

/// Who waits for the verdict. Without an address a verdict that nobody waits for is lost, which
/// is worth a warning and no refusal.
fn told(form: &Form, warnings: &mut Vec<Warning>) -> Result<Told, Fault> {
    if !check::flag(form, "AsyncAmd")? {
        return Ok(Told::Document);
    }
    let method = check::method(
        form,
        "AsyncAmdStatusCallbackMethod",
        ErrorCode::METHOD_INVALID,
    )?;
    let url = check::url(form, "AsyncAmdStatusCallback", ErrorCode::URL_INVALID)?;
    if url.is_none() {
        let code = ErrorCode::DETECTION_CALLBACK_MISSING;
        warnings.push((code, code.text().to_owned()));
    }
    Ok(Told::Callback(url.map(|url| (url, method))))
}

fn number(form: &Form, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Fault> {
    let Some(text) = form.given(name).map(str::trim) else {
        return Ok(None);
    };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| wrong(name, text))
}

fn wrong(name: &str, text: &str) -> Fault {
    let message = format!("{name} is not valid: {text}");
    Fault::new(ErrorCode::DETECTION, message)
}
