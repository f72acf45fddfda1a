//! `/Recordings`, of the account or of one call: list, fetch, delete. What concerns running ones
//! has a file of its own.

use super::{call_recordings, calls, sound};
use crate::fault::Fault;
use crate::page::Paging;
use crate::path::Format;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, blocking, check, date, path};
use model::recording::RecordingStatus;
use model::{CallSid, ErrorCode, RecordingRow, RecordingSid};
use store::{Key, RecordingFilter, Write};

const FILTERS: [&str; 4] = [
    "DateCreated",
    "CallSid",
    "ConferenceSid",
    "IncludeSoftDeleted",
];

pub const ROUTES: &[Resource] = &[
    Resource::list("/Accounts/AC/Recordings").get(|rest, ask| Box::pin(list(rest, ask))),
    Resource::sound("/Accounts/AC/Recordings/RE")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
    Resource::list("/Accounts/AC/Calls/CA/Recordings")
        .get(|rest, ask| Box::pin(list(rest, ask)))
        .post(|rest, ask| Box::pin(call_recordings::create(rest, ask))),
    Resource::sound("/Accounts/AC/Calls/CA/Recordings/RE")
        .get(|rest, ask| Box::pin(fetch(rest, ask)))
        .post(|rest, ask| Box::pin(call_recordings::update(rest, ask)))
        .delete(|rest, ask| Box::pin(delete(rest, ask))),
    // Names the recording that runs; only changing it makes sense.
    Resource::one("/Accounts/AC/Calls/CA/Recordings/Twilio.CURRENT")
        .post(|rest, ask| Box::pin(call_recordings::update(rest, ask))),
];

/// `GET …/Recordings`, newest first.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let call = call(ask);
    let filter = RecordingFilter {
        call: match call {
            Some(_) => Some(calls::row(rest, ask).await?.sid),
            None => check::word(&ask.query, "CallSid", |text| text.parse().ok())?,
        },
        date_created: date::range(&ask.query, "DateCreated")?,
        deleted: call.is_none() && check::flag(&ask.query, "IncludeSoftDeleted")?,
    };
    let paging = Paging::read(ask, RecordingSid::PREFIX, &FILTERS)?;
    let (account, page) = (ask.account.sid, paging.ask());
    let found = if call.is_none() && ask.query.given("ConferenceSid").is_some() {
        // No recording belongs to a conference yet.
        store::Page {
            rows: Vec::new(),
            more: false,
        }
    } else {
        rest.read(move |store| store.recordings(account, &filter, &page))
            .await?
    };
    let place = |row: &RecordingRow| {
        Some(Key {
            date: row.date_created,
            sid: row.sid.0,
        })
    };
    let names = ("recordings", "Recording");
    match call {
        Some(_) => ask.page(&paging.envelope(names, &found, place, show_of_call)),
        None => ask.page(&paging.envelope(names, &found, place, |row| show(rest, row))),
    }
}

/// `GET …/Recordings/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    let row = row(rest, ask).await?;
    if matches!(ask.format, Format::Wav | Format::Mp3) {
        return sound::fetch(rest, ask, &row).await;
    }
    match call(ask) {
        Some(_) => ask.found("Recording", &show_of_call(&row)),
        None => ask.found("Recording", &show(rest, &row)),
    }
}

/// The call in the path, if a recording was asked for by way of one.
fn call(ask: &Ask) -> Option<CallSid> {
    ask.path.sid().ok()
}

/// `DELETE …/Recordings/{sid}`: the sound goes, the row is remembered for forty days.
async fn delete(rest: &Rest, ask: &Ask) -> Reply {
    let row = row(rest, ask).await?;
    let sid = row.sid;
    match row.status {
        RecordingStatus::Deleted => return Err(Fault::not_found(ask.path.whole())),
        // The contract has no word for this. Refused like a call that lives: sound that is still
        // written would come back behind the deletion.
        running if running.is_unfinished() => {
            return Err(Fault::of(ErrorCode::CALL_NOT_COMPLETE));
        }
        _ => {}
    }
    // The row first: sound without a row would never be found again.
    rest.write(vec![Write::DeleteRecording {
        recording: sid,
        at: rest.now(),
    }])
    .await?;
    let sounds = rest.parts().sounds.clone();
    let removed = blocking(move || sounds.delete(sid)).await?;
    removed.map_err(|_| Fault::of(ErrorCode::UNAVAILABLE))?;
    ask.gone()
}

/// The row of a recording of this account, and of this call if one is named. A deleted one is
/// only there for who asks for deleted ones.
pub async fn row(rest: &Rest, ask: &Ask) -> Result<RecordingRow, Fault> {
    let (account, call) = (ask.account.sid, call(ask));
    let sid: RecordingSid = ask.path.sid()?;
    let deleted = call.is_none() && check::flag(&ask.query, "IncludeSoftDeleted")?;
    let found = rest.find(|store| store.recording(account, sid))?;
    found
        .filter(|row| call.is_none_or(|call| row.call == call))
        .filter(|row| deleted || row.status != RecordingStatus::Deleted)
        .ok_or_else(|| Fault::not_found(ask.path.whole()))
}

/// Clients know no `failed`: sound that could not be kept is absent, and the code says why.
fn status(row: &RecordingRow) -> String {
    match row.status {
        RecordingStatus::Failed => RecordingStatus::Absent.as_str().to_owned(),
        other => other.as_str().to_owned(),
    }
}

fn show(rest: &Rest, row: &RecordingRow) -> api::Recording {
    let path = format!("{}/Recordings/{}", path::account(row.account), row.sid);
    let row_of_call = show_of_call(row);
    api::Recording {
        account_sid: row_of_call.account_sid,
        api_version: row_of_call.api_version,
        call_sid: row_of_call.call_sid,
        conference_sid: None,
        date_created: row_of_call.date_created,
        date_updated: row_of_call.date_updated,
        start_time: row_of_call.start_time,
        duration: row_of_call.duration,
        sid: row_of_call.sid,
        price: None,
        price_unit: row_of_call.price_unit,
        status: row_of_call.status,
        channels: row.channels,
        source: row_of_call.source,
        error_code: row.error_code,
        uri: format!("{path}.json"),
        encryption_details: None,
        subresource_uris: api::RecordingUris {
            add_on_results: format!("{path}/AddOnResults.json"),
            transcriptions: format!("{path}/Transcriptions.json"),
        },
        media_url: format!("{}{path}", rest.parts().base_url),
    }
}

/// A recording as its call shows it.
pub fn show_of_call(row: &RecordingRow) -> api::CallRecording {
    let account = path::account(row.account);
    api::CallRecording {
        account_sid: row.account.to_string(),
        api_version: api::API_VERSION.to_owned(),
        call_sid: row.call.to_string(),
        conference_sid: None,
        date_created: row.date_created.rfc2822(),
        date_updated: row.date_updated.rfc2822(),
        start_time: row.start_time.rfc2822(),
        duration: row.duration_secs.map(|secs| secs.to_string()),
        sid: row.sid.to_string(),
        price: None,
        uri: format!("{account}/Calls/{}/Recordings/{}.json", row.call, row.sid),
        encryption_details: None,
        price_unit: "USD".to_owned(),
        status: status(row),
        channels: row.channels,
        source: row.source.as_str().to_owned(),
        error_code: row.error_code,
        track: row.track.as_str().to_owned(),
    }
}
