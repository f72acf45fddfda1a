//! `POST /Calls.json`: place a call.
//!
//! What is asked for is checked in the order clients know: who, from whom, what to run, then
//! whether each of these is right, then the rest.

use super::calls;
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
    Address, CallRow, ErrorCode, Method, NotificationRow, NotificationSid, StatusCallback, limit,
};
use store::Write;

/// Something that is wrong with a call that is placed all the same.
type Warning = (ErrorCode, String);

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

fn read(rest: &Rest, ask: &Ask, warnings: &mut Vec<Warning>) -> Result<NewCall, Fault> {
    let form = &ask.form;
    let to = form
        .given("To")
        .ok_or_else(|| Fault::of(ErrorCode::TO_MISSING))?;
    let from = form
        .given("From")
        .ok_or_else(|| Fault::of(ErrorCode::FROM_MISSING))?;
    let source = source(form)?.ok_or_else(|| no_source(form))?;
    if matches!(source, Source::Url { .. }) && form.given("Twiml").is_some() {
        let code = ErrorCode::URL_AND_TWIML;
        warnings.push((code, code.text().to_owned()));
    }
    let to = callee(to)?;
    let from = caller(from, &to)?;
    let owned = from
        .number()
        .and_then(|number| rest.parts().directory.number(number));
    let owned = owned.filter(|number| number.account == ask.account.sid);
    if rest.parts().strict && from.number().is_some() && owned.is_none() {
        return Err(Fault::new(
            ErrorCode::FROM_UNVERIFIED,
            format!(
                "The source phone number provided, {from}, is not yet verified for your account. \
                 You may only make calls from phone numbers that you've verified or purchased \
                 from Twilio."
            ),
        ));
    }
    let ring = check::seconds(
        form,
        "Timeout",
        limit::RING_SECS_MAX,
        ErrorCode::TIMEOUT_INVALID,
    )?;
    let length = time_limit(form)?;
    Ok(NewCall {
        account: ask.account.sid,
        number: owned.map(|number| number.sid),
        to,
        from,
        caller_id: form.given("CallerId").map(|text| text.trim().to_owned()),
        source,
        fallback: fallback(form)?,
        status_callback: status_callback(form, warnings)?,
        send_digits: send_digits(form)?,
        ring_secs: ring.unwrap_or(limit::RING_SECS_DEFAULT),
        time_limit_secs: length.unwrap_or(limit::CALL_SECS_DEFAULT),
        record: record(form)?,
        credentials: credentials(form)?,
    })
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

/// Applications don't exist yet, so none can be meant.
fn no_source(form: &Form) -> Fault {
    match form.given("ApplicationSid") {
        Some(_) => Fault::of(ErrorCode::APPLICATION_SID),
        None => Fault::of(ErrorCode::URL_INVALID),
    }
}

fn callee(text: &str) -> Result<Address, Fault> {
    let address = Address::parse(text);
    let well = match &address {
        Address::Number(_) => true,
        Address::Client(name) => !name.is_empty(),
        Address::Sip(uri) => {
            let (uri, headers) = uri.split_once('?').unwrap_or((uri, ""));
            if headers.len() > limit::SIP_URI_HEADERS_BYTES_MAX {
                return Err(Fault::of(ErrorCode::SIP_HEADERS));
            }
            uri.len() <= limit::SIP_URI_BYTES_MAX
                && uri
                    .split_once(':')
                    .is_some_and(|(_, rest)| !rest.is_empty())
                && !uri.contains(|c: char| c.is_whitespace() || c.is_control())
        }
        Address::Sim(_) | Address::Name(_) => false,
    };
    let message = || format!("The phone number you are attempting to call, {text}, is not valid.");
    if well {
        Ok(address)
    } else {
        Err(Fault::new(ErrorCode::TO_INVALID, message()))
    }
}

/// Phones and SIP hosts may be shown a name; the telephone network wants a number.
fn caller(text: &str, to: &Address) -> Result<Address, Fault> {
    let address = Address::parse(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '.');
    let well = match &address {
        Address::Number(_) => true,
        Address::Client(name) => !name.is_empty(),
        Address::Sip(_) => matches!(to, Address::Sip(_) | Address::Client(_)),
        Address::Name(name) => matches!(to, Address::Sip(_)) && name.chars().all(plain),
        Address::Sim(_) => false,
    };
    let message =
        || format!("The source phone number provided, {text}, is not a valid phone number.");
    if well {
        Ok(address)
    } else {
        Err(Fault::new(ErrorCode::FROM_INVALID, message()))
    }
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

fn send_digits(form: &Form) -> Result<Option<String>, Fault> {
    let Some(digits) = form.given("SendDigits").map(str::trim) else {
        return Ok(None);
    };
    let known = |c: char| matches!(c, '0'..='9' | 'A'..='D' | 'a'..='d' | '#' | '*' | 'w' | 'W');
    if digits.len() > limit::SEND_DIGITS_MAX || !digits.chars().all(known) {
        return Err(Fault::of(ErrorCode::SEND_DIGITS));
    }
    Ok(Some(digits.to_owned()))
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
    let mut callback = RecordingCallback {
        url: String::new(),
        method,
        in_progress: false,
        completed: false,
        absent: false,
    };
    for name in names.split(' ') {
        match name {
            "in-progress" => callback.in_progress = true,
            "completed" => callback.completed = true,
            "absent" => callback.absent = true,
            _ => {
                let message = format!("RecordingStatusCallbackEvent is not valid: {name}");
                return Err(Fault::parameter(message));
            }
        }
    }
    let url = check::url(form, "RecordingStatusCallback", ErrorCode::URL_INVALID)?;
    Ok(url.map(|url| RecordingCallback { url, ..callback }))
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
