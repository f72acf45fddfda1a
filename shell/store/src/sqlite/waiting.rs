//! Calls that wait for their turn: their plans, sealed, because a plan can hold a SIP password.

use super::call;
use super::call_column::{blob, sid};
use super::column::{form, pairs, unreadable};
use crate::{StoreError, Vault};
use model::detection::{Detection, Told};
use model::new_call::{RecordCall, RecordingCallback, Source, Verification};
use model::recording::RecordingTrack;
use model::signal::Credentials;
use model::{Address, CallRow, CallSid, Method, NewCall, OutgoingCallerId, WaitingCall};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Rows read at once, so that a long queue is not held twice.
const PAGE: i64 = 1_000;

pub fn save(connection: &Connection, vault: &Vault, row: &WaitingCall) -> Result<(), StoreError> {
    let sealed = vault
        .seal(&row.sid.to_string(), &form(&written(&row.call)))
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO waiting (place, call, plan) VALUES (?1, ?2, ?3)")?
        .execute(params![place(row.place), blob(row.sid.0), sealed])?;
    Ok(())
}

pub fn delete(connection: &Connection, at: u64) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM waiting WHERE place = ?1")?
        .execute([place(at)])?;
    Ok(())
}

/// Those behind a place, in order, with their rows.
pub fn behind(
    connection: &Connection,
    vault: &Vault,
    after: Option<u64>,
) -> Result<Vec<(CallRow, WaitingCall)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT place, call, plan FROM waiting WHERE place > ?1 ORDER BY place LIMIT ?2",
    )?;
    let after = after.map_or(-1, place);
    let rows = statement.query_map([after, PAGE], |row| {
        let place = row.get::<_, i64>(0)?.max(0) as u64;
        Ok((place, CallSid(sid(row, 1)?), row.get::<_, Vec<u8>>(2)?))
    })?;
    let mut all = Vec::new();
    for found in rows {
        let (place, sid, sealed) = found?;
        let plan = vault
            .open_sealed(&sid.to_string(), &sealed)
            .map_err(|_| unreadable("plan"))?;
        // Without a row that lives nothing is left to leave.
        let Some(row) = call::live(connection, sid)? else {
            continue;
        };
        let call = read(&row, &plan).ok_or_else(|| unreadable("plan"))?;
        all.push((row, WaitingCall { place, sid, call }));
    }
    Ok(all)
}

fn place(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// A plan as names and values; what the call's row says already is left out, but for an address
/// that loses its headers there.
fn written(call: &NewCall) -> Vec<(String, String)> {
    // Named one by one: a field that is added must be kept, too.
    let NewCall {
        account: _,
        number: _,
        application,
        to,
        from: _,
        caller_id,
        source,
        fallback,
        status_callback: _,
        send_digits,
        ring_secs,
        time_limit_secs,
        record,
        credentials,
        reason,
        detection,
        delay_secs,
    } = call;
    let mut all = Vec::new();
    let mut add = |name: &str, value: &str| all.push((name.to_owned(), value.to_owned()));
    add("to", &to.to_string());
    match source {
        Source::Url { url, method } => {
            add("url", url);
            add("method", method.as_str());
        }
        Source::Twiml(text) => add("twiml", text),
        Source::Verification(asked) => {
            add("code", &asked.code);
            add("caller_id_sid", &asked.caller_id.sid.to_string());
            add("caller_id_number", &asked.caller_id.phone_number);
            add("caller_id_name", &asked.caller_id.friendly_name);
            if let Some((url, method)) = &asked.callback {
                add("verified_url", url);
                add("verified_method", method.as_str());
            }
        }
    }
    if let Some(application) = application {
        add("application", &application.to_string());
    }
    if let Some(caller_id) = caller_id {
        add("caller_id", caller_id);
    }
    if let Some((url, method)) = fallback {
        add("fallback_url", url);
        add("fallback_method", method.as_str());
    }
    if let Some(digits) = send_digits {
        add("send_digits", digits);
    }
    add("ring_secs", &ring_secs.to_string());
    add("time_limit_secs", &time_limit_secs.to_string());
    if let Some(record) = record {
        add("record", if record.dual { "dual" } else { "mono" });
        add("track", record.track.as_str());
        add("trim", if record.trim { "true" } else { "false" });
        if let Some(told) = &record.callback {
            add("recording_url", &told.url);
            add("recording_method", told.method.as_str());
            for (on, event) in [
                (told.in_progress, "in-progress"),
                (told.completed, "completed"),
                (told.absent, "absent"),
            ] {
                if on {
                    add("recording_event", event);
                }
            }
        }
    }
    if let Some(credentials) = credentials {
        add("username", &credentials.username);
        add("password", &credentials.password);
    }
    if let Some(reason) = reason {
        add("reason", reason);
    }
    if let Some(detection) = detection {
        let flag = |on| if on { "true" } else { "false" };
        add("to_the_end", flag(detection.to_the_end));
        add("hang_up_on_machine", flag(detection.hang_up_on_machine));
        add("detection_secs", &detection.timeout_secs.to_string());
        add("speech_ms", &detection.speech_ms.to_string());
        add("speech_end_ms", &detection.speech_end_ms.to_string());
        add("silence_ms", &detection.silence_ms.to_string());
        if let Told::Callback(to) = &detection.told {
            let (url, method) = to.as_ref().map_or(("", Method::Post), |to| (&to.0, to.1));
            add("verdict_url", url);
            add("verdict_method", method.as_str());
        }
    }
    add("delay_secs", &delay_secs.to_string());
    all
}

fn read(row: &CallRow, plan: &str) -> Option<NewCall> {
    let pairs = pairs(plan);
    let events = |event: &str| {
        pairs
            .iter()
            .any(|(name, value)| name == "recording_event" && value == event)
    };
    let values: BTreeMap<&str, &str> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let text = |name: &str| values.get(name).map(|value| (*value).to_owned());
    let method = |name: &str| Method::parse(values.get(name)?);
    let record = match text("record") {
        None => None,
        Some(channels) => Some(RecordCall {
            dual: channels == "dual",
            track: RecordingTrack::parse(values.get("track")?)?,
            trim: *values.get("trim")? == "true",
            callback: match text("recording_url") {
                None => None,
                Some(url) => Some(RecordingCallback {
                    url,
                    method: method("recording_method")?,
                    in_progress: events("in-progress"),
                    completed: events("completed"),
                    absent: events("absent"),
                }),
            },
        }),
    };
    let number = |name: &str| values.get(name)?.parse::<u32>().ok();
    let detection = match text("to_the_end") {
        None => None,
        Some(to_the_end) => Some(Detection {
            to_the_end: to_the_end == "true",
            timeout_secs: number("detection_secs")?,
            speech_ms: number("speech_ms")?,
            speech_end_ms: number("speech_end_ms")?,
            silence_ms: number("silence_ms")?,
            told: match text("verdict_url") {
                None => Told::Document,
                Some(url) if url.is_empty() => Told::Callback(None),
                Some(url) => Told::Callback(Some((url, method("verdict_method")?))),
            },
            hang_up_on_machine: *values.get("hang_up_on_machine")? == "true",
        }),
    };
    Some(NewCall {
        account: row.account,
        number: row.number,
        application: match text("application") {
            None => None,
            Some(sid) => Some(sid.parse().ok()?),
        },
        to: Address::parse(values.get("to")?),
        from: row.from.clone(),
        caller_id: text("caller_id"),
        source: match (text("url"), text("code")) {
            (Some(url), _) => Source::Url {
                url,
                method: method("method")?,
            },
            (None, Some(code)) => Source::Verification(Box::new(Verification {
                caller_id: OutgoingCallerId {
                    sid: values.get("caller_id_sid")?.parse().ok()?,
                    account: row.account,
                    phone_number: text("caller_id_number")?,
                    friendly_name: text("caller_id_name")?,
                    date_created: row.date_created,
                    date_updated: row.date_created,
                },
                code,
                callback: match text("verified_url") {
                    None => None,
                    Some(url) => Some((url, method("verified_method")?)),
                },
            })),
            (None, None) => Source::Twiml(text("twiml")?),
        },
        fallback: match text("fallback_url") {
            None => None,
            Some(url) => Some((url, method("fallback_method")?)),
        },
        status_callback: row.status_callback.clone(),
        send_digits: text("send_digits"),
        ring_secs: values.get("ring_secs")?.parse().ok()?,
        time_limit_secs: values.get("time_limit_secs")?.parse().ok()?,
        record,
        credentials: text("username").map(|username| Credentials {
            username,
            password: text("password").unwrap_or_default(),
        }),
        reason: text("reason"),
        detection,
        delay_secs: number("delay_secs")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::callback::CallEvents;
    use model::{AccountSid, ApplicationSid, Direction, NumberSid, StatusCallback, Time};

    fn row(call: &NewCall) -> CallRow {
        CallRow {
            number: call.number,
            to: call.to.clone(),
            from: call.from.clone(),
            status_callback: call.status_callback.clone(),
            queue_time_ms: 7,
            ..CallRow::new(CallSid(1), call.account, Direction::OutboundApi, Time(1))
        }
    }

    #[test]
    fn a_plan_reads_back_whole_with_little_and_with_much_in_it() {
        let little = NewCall {
            account: AccountSid(1),
            number: None,
            application: None,
            to: Address::parse("+12025550101"),
            from: Address::parse("+12025550190"),
            caller_id: None,
            source: Source::Twiml("<Response><Say>Olá & até já</Say></Response>".to_owned()),
            fallback: None,
            status_callback: None,
            send_digits: None,
            ring_secs: 60,
            time_limit_secs: 14_400,
            record: None,
            credentials: None,
            reason: None,
            detection: None,
            delay_secs: 0,
        };
        let much = NewCall {
            to: Address::parse("sip:bob@x.example?X-a=b%20c&X-d=e"),
            caller_id: Some("+12025550191".to_owned()),
            source: Source::Url {
                url: "https://app.example/a?b=c&d=e#rc=2".to_owned(),
                method: Method::Get,
            },
            fallback: Some(("https://app.example/f".to_owned(), Method::Post)),
            status_callback: Some(StatusCallback {
                url: "https://app.example/s".to_owned(),
                method: Method::Get,
                events: CallEvents::COMPLETED,
            }),
            send_digits: Some("w1#".to_owned()),
            ring_secs: 5,
            time_limit_secs: 9,
            record: Some(RecordCall {
                dual: true,
                track: RecordingTrack::Inbound,
                trim: false,
                callback: Some(RecordingCallback {
                    url: "https://app.example/r".to_owned(),
                    method: Method::Get,
                    in_progress: true,
                    completed: false,
                    absent: true,
                }),
            }),
            credentials: Some(Credentials {
                username: "bob".to_owned(),
                password: "pass=&word".to_owned(),
            }),
            application: Some(ApplicationSid(7)),
            reason: Some("Your parcel".to_owned()),
            detection: Some(Detection {
                to_the_end: true,
                told: Told::Callback(Some(("https://app.example/v".to_owned(), Method::Get))),
                hang_up_on_machine: true,
                ..Detection::default()
            }),
            delay_secs: 9,
            ..little.clone()
        };
        let lost = NewCall {
            detection: Some(Detection {
                told: Told::Callback(None),
                ..Detection::default()
            }),
            ..little.clone()
        };
        let asking = NewCall {
            source: Source::Verification(Box::new(Verification {
                caller_id: OutgoingCallerId {
                    sid: NumberSid(3),
                    account: AccountSid(1),
                    phone_number: "+12025550101".to_owned(),
                    friendly_name: "Bob & Co".to_owned(),
                    date_created: Time(1),
                    date_updated: Time(1),
                },
                code: "012345".to_owned(),
                callback: Some(("https://app.example/v".to_owned(), Method::Get)),
            })),
            ..little.clone()
        };
        for call in [little, much, lost, asking] {
            let plan = form(&written(&call));
            assert_eq!(read(&row(&call), &plan), Some(call));
        }
    }
}
