//! What customers are told of a call and of its recordings, and in which words.

use crate::config::Config;
use crate::detection::Verdict;
use crate::parameters::{self, Visit};
use crate::recording::Kept;
use crate::turn::Turn;
use crate::verification::Verifying;
use model::callback::CallEvents;
use model::recording::{RecordingSource, RecordingStatus};
use model::{CallRow, CallStatus, Callback, CallbackId, Direction, Method, RecordingRow, Time};

/// Tells whoever wants to know that a call has reached a status.
pub(crate) fn progress(
    row: &CallRow,
    status: CallStatus,
    visit: &Visit,
    recording: Option<Kept>,
    turn: &mut Turn<'_>,
) {
    let Some(subscription) = &row.status_callback else {
        return;
    };
    if !wants(subscription.events, status) {
        return;
    }
    let config = &turn.desk.config;
    let mut parameters = parameters::standard(row, status, visit, config);
    parameters.extend(call_parameters(row, status, turn.now));
    if let Some(kept) = recording.filter(|_| status.is_final()) {
        parameters.extend(recording_parameters(row, kept, config));
    }
    let callback = Callback {
        id: CallbackId(turn.desk.chance.next_u128()),
        account: row.account,
        call: row.sid,
        method: subscription.method,
        url: subscription.url.clone(),
        parameters,
        made: turn.now,
    };
    turn.notify(callback);
}

fn wants(events: CallEvents, status: CallStatus) -> bool {
    match status {
        CallStatus::Queued => false,
        CallStatus::Initiated => events.initiated,
        CallStatus::Ringing => events.ringing,
        CallStatus::InProgress => events.answered,
        _ => events.completed,
    }
}

/// The place of a status in the life of its call, counted over the events that could be told,
/// whether anybody wants them or not. An inbound call can tell only its end.
fn sequence_number(row: &CallRow, status: CallStatus) -> u32 {
    if row.direction == Direction::Inbound {
        return 0;
    }
    match status {
        CallStatus::Queued | CallStatus::Initiated => 0,
        CallStatus::Ringing => 1,
        CallStatus::InProgress => 2,
        _ if row.answer_time.is_some() => 3,
        _ => 2,
    }
}

fn call_parameters(row: &CallRow, status: CallStatus, now: Time) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, value: String| all.push((name.to_owned(), value));
    add("Timestamp", now.rfc2822());
    add("CallbackSource", "call-progress-events".to_owned());
    add("SequenceNumber", sequence_number(row, status).to_string());
    if let Some(answered_by) = row.answered_by {
        add("AnsweredBy", answered_by.to_string());
    }
    if status.is_final() {
        let secs = row.duration_secs.unwrap_or(0);
        add("CallDuration", secs.to_string());
        add("Duration", secs.div_ceil(60).to_string());
        if let Some(code) = row.sip_response_code {
            add("SipResponseCode", code.to_string());
        }
    }
    all
}

/// What an `action` and a terminal callback say of a recording that was kept. Unconfirmed: that a
/// Dial's action names it and its length, as that of a Record does; its address is confirmed.
pub(crate) fn recording_parameters(
    row: &CallRow,
    kept: Kept,
    config: &Config,
) -> Vec<(String, String)> {
    let url = parameters::recording_url(row.account, kept.sid, config);
    vec![
        ("RecordingUrl".to_owned(), url),
        ("RecordingSid".to_owned(), kept.sid.to_string()),
        ("RecordingDuration".to_owned(), kept.secs.to_string()),
    ]
}

/// Only `<Record>` knows of failures. For the others, sound that could not be kept is absent, and
/// `ErrorCode` says why.
fn told_status(recording: &RecordingRow) -> &'static str {
    let verb = recording.source == RecordingSource::RecordVerb;
    match recording.status {
        RecordingStatus::Failed if !verb => RecordingStatus::Absent.as_str(),
        other => other.as_str(),
    }
}

/// Tells who picked up, of a call whose document did not wait for it.
pub(crate) fn detection(row: &CallRow, verdict: Verdict, to: (&str, Method), turn: &mut Turn<'_>) {
    let mut parameters = vec![
        ("CallSid".to_owned(), row.sid.to_string()),
        ("AccountSid".to_owned(), row.account.to_string()),
    ];
    parameters.extend(verdict.parameters());
    send(row, to, parameters, turn);
}

/// Tells how a verification went, once its call is over.
pub(crate) fn verification(
    row: &CallRow,
    verifying: &Verifying,
    visit: &Visit,
    turn: &mut Turn<'_>,
) {
    let Some((url, method)) = &verifying.verification.callback else {
        return;
    };
    let mut parameters = parameters::standard(row, row.status, visit, &turn.desk.config);
    let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
    if verifying.agreed {
        add("VerificationStatus", "success".to_owned());
        let sid = verifying.verification.caller_id.sid;
        add("OutgoingCallerIdSid", sid.to_string());
    } else {
        add("VerificationStatus", "failed".to_owned());
    }
    send(row, (url, *method), parameters, turn);
}

fn send(row: &CallRow, to: (&str, Method), parameters: Vec<(String, String)>, turn: &mut Turn<'_>) {
    let callback = Callback {
        id: CallbackId(turn.desk.chance.next_u128()),
        account: row.account,
        call: row.sid,
        method: to.1,
        url: to.0.to_owned(),
        parameters,
        made: turn.now,
    };
    turn.notify(callback);
}

/// Tells of a recording, if anybody is to be told.
pub(crate) fn recording(recording: &RecordingRow, turn: &mut Turn<'_>) {
    let Some(told) = &recording.callback else {
        return;
    };
    let (account, sid) = (recording.account, recording.sid);
    let url = parameters::recording_url(account, sid, &turn.desk.config);
    let mut parameters = Vec::new();
    let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
    add("AccountSid", account.to_string());
    add("CallSid", recording.call.to_string());
    add("RecordingSid", recording.sid.to_string());
    add("RecordingUrl", url);
    add("RecordingStatus", told_status(recording).to_owned());
    if let Some(secs) = recording.duration_secs {
        add("RecordingDuration", secs.to_string());
    }
    add("RecordingChannels", recording.channels.to_string());
    add("RecordingStartTime", recording.start_time.rfc2822());
    add("RecordingSource", recording.source.as_str().to_owned());
    add("RecordingTrack", recording.track.as_str().to_owned());
    add("ErrorCode", recording.error_code.unwrap_or(0).to_string());
    let callback = Callback {
        id: CallbackId(turn.desk.chance.next_u128()),
        account,
        call: recording.call,
        method: told.method,
        url: told.url.clone(),
        parameters,
        made: turn.now,
    };
    turn.notify(callback);
}
