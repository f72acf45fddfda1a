//! `POST /Calls/{sid}/Recordings` and `POST …/Recordings/{sid}`: begin, pause, resume and end a
//! recording while its call lasts.

use super::{call_create, calls, recordings};
use crate::fault::Fault;
use crate::form::Form;
use crate::{Ask, Reply, Rest, check};
use call::command::{RecordCall, RecordingChange};
use call::{Command, Refusal};
use model::recording::{PauseBehavior, RecordingStatus};
use model::{ErrorCode, RecordingRow, RecordingSid};

/// `POST …/Recordings`: 201, or 200 with the recording that the API has begun before and that
/// still runs.
pub async fn create(rest: &Rest, ask: &Ask) -> Reply {
    let call = calls::row(rest, ask).await?;
    let record = read(&ask.form)?;
    if call.status.is_final() {
        return Err(Refusal::not_eligible().into());
    }
    let (account, call) = (ask.account.sid, call.sid);
    let command = |ask| Command::Record {
        ask,
        account,
        call,
        record,
    };
    let answer = rest.parts().desk.ask_recording(command).await;
    match answer.ok_or_else(|| Fault::of(ErrorCode::UNAVAILABLE))? {
        Ok((row, true)) => ask.created("Recording", &recordings::show_of_call(&row)),
        Ok((row, false)) => ask.found("Recording", &recordings::show_of_call(&row)),
        // It ended between our reading and call control's.
        Err(refusal) if refusal.code == ErrorCode::NOT_FOUND => Err(Refusal::not_eligible().into()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST …/Recordings/{sid}` or `…/Recordings/Twilio.CURRENT`.
pub async fn update(rest: &Rest, ask: &Ask) -> Reply {
    let (recording, call) = match ask.path.sid::<RecordingSid>() {
        Ok(_) => {
            let row = recordings::row(rest, ask).await?;
            (Some(row), ask.path.sid()?)
        }
        Err(_) => (None, calls::row(rest, ask).await?.sid),
    };
    let change = change(&ask.form)?;
    let over = |row: &RecordingRow| !row.status.is_unfinished();
    if recording.as_ref().is_some_and(over) {
        return Err(Refusal::not_eligible().into());
    }
    let (account, sid) = (ask.account.sid, recording.map(|row| row.sid));
    let command = |ask| Command::ChangeRecording {
        ask,
        account,
        call,
        recording: sid,
        change,
    };
    let answer = rest.parts().desk.ask_recording(command).await;
    match answer.ok_or_else(|| Fault::of(ErrorCode::UNAVAILABLE))? {
        Ok((row, _)) => ask.found("Recording", &recordings::show_of_call(&row)),
        Err(refusal) if refusal.code == ErrorCode::NOT_FOUND => match sid {
            // The call is over, and its recordings with it.
            Some(_) => Err(Refusal::not_eligible().into()),
            None => Err(Fault::not_found(ask.path.whole())),
        },
        Err(refusal) => Err(refusal.into()),
    }
}

/// Recordings begun here are not trimmed unless that is asked for, unlike those of `Record=true`.
fn read(form: &Form) -> Result<RecordCall, Fault> {
    let terms = call_create::recording_terms(form)?;
    Ok(RecordCall {
        dual: terms.dual.unwrap_or(false),
        track: terms.track.unwrap_or_default(),
        trim: terms.trim.unwrap_or(false),
        callback: terms.callback,
    })
}

/// `Status` names what may be asked for and what only happens; the latter is refused.
fn change(form: &Form) -> Result<RecordingChange, Fault> {
    let behavior = check::word(form, "PauseBehavior", PauseBehavior::parse)?;
    let status = check::word(form, "Status", |text| match RecordingStatus::parse(text)? {
        // Without a pause there is nothing for the behaviour to be about: it is passed over.
        RecordingStatus::Paused => Some(RecordingChange::Pause(behavior.unwrap_or_default())),
        RecordingStatus::InProgress => Some(RecordingChange::Resume),
        RecordingStatus::Stopped => Some(RecordingChange::Stop),
        _ => None,
    })?;
    status.ok_or_else(|| Fault::parameter("Status is required"))
}
