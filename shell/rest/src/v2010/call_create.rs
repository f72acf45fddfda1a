//! `POST /Calls.json`: place a call.
//!
//! What is asked for is checked in the order clients know: who, from whom, what to run, then
//! whether each of these is right, then the rest.

use super::{call_detection, call_ends, calls};
use crate::fault::Fault;
use crate::form::Form;
use crate::{Ask, Reply, Rest, check};
use call::Command;
use call::command::{NewCall, RecordCall, RecordingCallback, Source};
use model::call::NotificationLevel;
use model::callback::CallEvents;
use model::recording::RecordingTrack;
use model::signal::Credentials;
use model::{
    Address, ApplicationSid, CallRow, ErrorCode, Method, NotificationRow, NotificationSid,
    StatusCallback, limit,
};
use store::Write;

/// Something that is wrong with a call that is placed all the same.
pub type Warning = (ErrorCode, String);

/// `POST /Calls.json`.
pub async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let mut warnings = Vec::new();
    let call = read(rest, ask, &mut warnings)?;
    let owner = &ask.account;
    let answer = rest
        .parts()
        .desk
        .ask(|ask| Command::Create {
            ask,
            call: Box::new(call),
            calls_per_second: owner.calls_per_second,
        })
        .await;
    let row = answer.ok_or_else(|| Fault::of(ErrorCode::UNAVAILABLE))??;
    warn(rest, ask, &row, warnings);
    ask.created("Call", &calls::show(&row))
}

pub fn read(rest: &Rest, ask: &Ask, warnings: &mut Vec<Warning>) -> Result<NewCall, Fault> {
    let form = &ask.form;
    let to = form
        .given("To")
        .ok_or_else(|| Fault::of(ErrorCode::TO_MISSING))?;
    let from = form
        .given("From")
        .ok_or_else(|| Fault::of(ErrorCode::FROM_MISSING))?;
    let run = match form.given("ApplicationSid") {
        Some(sid) => Run::by_application(rest, ask, sid)?,
        None => Run::by_request(form, warnings)?,
    };
    let ends = call_ends::read(rest, ask, to, from)?;
    trunk(form, &ends.to)?;
    // Kept for nobody: there are no apps to be notified yet.
    check::url(form, "ClientNotificationUrl", ErrorCode::URL_INVALID)?;
    let ring = check::seconds(
        form,
        "Timeout",
        limit::RING_SECS_MAX,
        ErrorCode::TIMEOUT_INVALID,
    )?;
    let length = time_limit(form)?;
    Ok(NewCall {
        account: ask.account.sid,
        number: ends.number,
        application: run.application,
        to: ends.to,
        from: ends.from,
        caller_id: ends.caller_id,
        source: run.source,
        fallback: run.fallback,
        status_callback: run.status_callback,
        send_digits: check::keys(form, "SendDigits")?,
        ring_secs: ring.unwrap_or(limit::RING_SECS_DEFAULT),
        time_limit_secs: length.unwrap_or(limit::CALL_SECS_DEFAULT),
        record: record(form)?,
        credentials: credentials(form)?,
        reason: reason(form)?,
        detection: call_detection::read(form, warnings)?,
        delay_secs: 0,
    })
}

/// What a call runs, and who is told of it.
struct Run {
    application: Option<ApplicationSid>,
    source: Source,
    fallback: Option<(String, Method)>,
    status_callback: Option<StatusCallback>,
}

impl Run {
    fn by_request(form: &Form, warnings: &mut Vec<Warning>) -> Result<Run, Fault> {
        let source = source(form)?.ok_or_else(|| Fault::of(ErrorCode::URL_INVALID))?;
        if matches!(source, Source::Url { .. }) && form.given("Twiml").is_some() {
            let code = ErrorCode::URL_AND_TWIML;
            warnings.push((code, code.text().to_owned()));
        }
        Ok(Run {
            application: None,
            source,
            fallback: fallback(form)?,
            status_callback: status_callback(form, warnings)?,
        })
    }

    /// An application goes before `Url` and `Twiml`: it makes `Method`, the fallback and the
    /// status callback of the request ignored, and without them an address means little.
    fn by_application(rest: &Rest, ask: &Ask, sid: &str) -> Result<Run, Fault> {
        let unknown = || Fault::of(ErrorCode::APPLICATION_SID);
        let sid = sid.trim().parse().map_err(|_| unknown())?;
        let found = rest.parts().directory.application(ask.account.sid, sid);
        let row = found.ok_or_else(unknown)?;
        let url = row.voice_url.filter(|url| !url.is_empty());
        let url = url.ok_or_else(|| Fault::of(ErrorCode::URL_INVALID))?;
        let fallback = row.voice_fallback_url;
        Ok(Run {
            application: Some(sid),
            source: Source::Url {
                url,
                method: row.voice_method,
            },
            fallback: fallback.map(|url| (url, row.voice_fallback_method)),
            // An application is told of the end alone.
            status_callback: row.status_callback.map(|url| StatusCallback {
                url,
                method: row.status_callback_method,
                events: CallEvents::COMPLETED,
            }),
        })
    }
}

/// A trunk of the customer's means something for numbers only. There are none by this API yet,
/// so each that is named is unknown.
fn trunk(form: &Form, to: &Address) -> Result<(), Fault> {
    match form.given("Byoc") {
        Some(_) if to.number().is_some() => Err(Fault::of(ErrorCode::BYOC_SID)),
        _ => Ok(()),
    }
}

fn reason(form: &Form) -> Result<Option<String>, Fault> {
    let Some(reason) = form.given("CallReason").map(str::trim) else {
        return Ok(None);
    };
    let long = reason.chars().count() > limit::CALL_REASON_CHARS_MAX;
    if long || reason.contains(char::is_control) {
        return Err(Fault::parameter(
            "CallReason must be a line of 50 characters or less",
        ));
    }
    Ok(Some(reason.to_owned()))
}

/// What the call runs, if anything is named. `Url` wins over `Twiml`.
pub fn source(form: &Form) -> Result<Option<Source>, Fault> {
    if let Some(url) = form.given("Url").map(str::trim) {
        if !check::is_url(url) {
            let message = format!("Url is not a valid URL: {url}");
            return Err(Fault::new(ErrorCode::URL_INVALID, message));
        }
        let method = check::method(form, "Method", ErrorCode::METHOD_INVALID)?;
        return Ok(Some(Source::Url {
            url: url.to_owned(),
            method,
        }));
    }
    let Some(twiml) = form.given("Twiml") else {
        return Ok(None);
    };
    if twiml.chars().count() > limit::TWIML_PARAMETER_CHARS_MAX {
        return Err(Fault::of(ErrorCode::TWIML_TOO_LONG));
    }
    Ok(Some(Source::Twiml(twiml.to_owned())))
}

/// What is asked when the document fails.
pub fn fallback(form: &Form) -> Result<Option<(String, Method)>, Fault> {
    let method = check::method(form, "FallbackMethod", ErrorCode::METHOD_INVALID)?;
    let url = check::url(form, "FallbackUrl", ErrorCode::URL_INVALID)?;
    Ok(url.map(|url| (url, method)))
}

/// How long the call may last.
pub fn time_limit(form: &Form) -> Result<Option<u32>, Fault> {
    check::seconds(
        form,
        "TimeLimit",
        limit::CALL_SECS_MAX,
        ErrorCode::INVALID_PARAMETER,
    )
}

/// An address that can't be told is a warning: the call itself is not at fault (21609).
fn status_callback(
    form: &Form,
    warnings: &mut Vec<Warning>,
) -> Result<Option<StatusCallback>, Fault> {
    let method = check::method(form, "StatusCallbackMethod", ErrorCode::METHOD_INVALID)?;
    let events = match form.words("StatusCallbackEvent") {
        None => CallEvents::COMPLETED,
        Some(names) => CallEvents::parse(&names).ok_or_else(|| Fault::of(ErrorCode::CALL_EVENT))?,
    };
    let Some(url) = form.given("StatusCallback").map(str::trim) else {
        return Ok(None);
    };
    if !check::is_url(url) {
        let text = format!("Invalid Url: invalid statusCallbackUrl: {url}");
        warnings.push((ErrorCode::STATUS_CALLBACK_URL, text));
        return Ok(None);
    }
    Ok(Some(StatusCallback {
        url: url.to_owned(),
        method,
        events,
    }))
}

fn record(form: &Form) -> Result<Option<RecordCall>, Fault> {
    let terms = recording_terms(form)?;
    Ok(check::flag(form, "Record")?.then(|| RecordCall {
        dual: terms.dual.unwrap_or(false),
        track: terms.track.unwrap_or_default(),
        trim: terms.trim.unwrap_or(true),
        callback: terms.callback,
    }))
}

/// What was said of a recording, as far as it was.
pub struct RecordingTerms {
    pub dual: Option<bool>,
    pub track: Option<RecordingTrack>,
    pub trim: Option<bool>,
    pub callback: Option<RecordingCallback>,
}

/// Reads what is said of a recording.
pub fn recording_terms(form: &Form) -> Result<RecordingTerms, Fault> {
    Ok(RecordingTerms {
        dual: check::word(form, "RecordingChannels", |text| match text {
            "mono" => Some(false),
            "dual" => Some(true),
            _ => None,
        })?,
        track: check::word(form, "RecordingTrack", RecordingTrack::parse)?,
        trim: check::word(form, "Trim", |text| match text {
            "trim-silence" => Some(true),
            "do-not-trim" => Some(false),
            _ => None,
        })?,
        callback: recording_callback(form)?,
    })
}

fn recording_callback(form: &Form) -> Result<Option<RecordingCallback>, Fault> {
    let method = check::method(
        form,
        "RecordingStatusCallbackMethod",
        ErrorCode::METHOD_INVALID,
    )?;
    let names = form.words("RecordingStatusCallbackEvent");
    let names = names.as_deref().unwrap_or("completed");
    let url = check::url(form, "RecordingStatusCallback", ErrorCode::URL_INVALID)?;
    // The names are checked whether or not anybody is told.
    let callback = RecordingCallback::parse(url.clone().unwrap_or_default(), method, names);
    let callback = callback.map_err(|name| {
        Fault::parameter(format!("RecordingStatusCallbackEvent is not valid: {name}"))
    })?;
    Ok(url.map(|_| callback))
}

fn credentials(form: &Form) -> Result<Option<Credentials>, Fault> {
    let Some(username) = form.given("SipAuthUsername") else {
        return Ok(None);
    };
    let password = form.given("SipAuthPassword");
    let password = password.ok_or_else(|| Fault::of(ErrorCode::SIP_PASSWORD_MISSING))?;
    for (text, code) in [
        (username, ErrorCode::SIP_USERNAME),
        (password, ErrorCode::SIP_PASSWORD),
    ] {
        if text.chars().count() > limit::SIP_AUTH_CHARS_MAX {
            return Err(Fault::of(code));
        }
    }
    for (text, code) in [
        (username, ErrorCode::SIP_USERNAME_CHARS),
        (password, ErrorCode::SIP_PASSWORD_CHARS),
    ] {
        if text.contains(char::is_control) {
            return Err(Fault::of(code));
        }
    }
    Ok(Some(Credentials {
        username: username.to_owned(),
        password: password.to_owned(),
    }))
}

/// Writes warnings to the call's notifications; nobody waits for them.
fn warn(rest: &Rest, ask: &Ask, call: &CallRow, warnings: Vec<Warning>) {
    let writes = warnings.into_iter().map(|(code, text)| {
        Write::Notification(Box::new(NotificationRow {
            sid: rest.draw(NotificationSid::draw),
            account: call.account,
            call: call.sid,
            level: NotificationLevel::Warning,
            code: code.0,
            text,
            request_method: Some(Method::Post),
            request_url: Some(format!("{}{}", rest.parts().base_url, ask.path.whole())),
            date: rest.now(),
        }))
    });
    let writes: Vec<Write> = writes.collect();
    if !writes.is_empty() {
        rest.parts().writer.write(writes);
    }
}
