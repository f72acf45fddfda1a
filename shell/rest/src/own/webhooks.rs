//! `/ringback/v1/Accounts/{sid}/Webhooks`: what went over the wire to the customer's application,
//! and sending it again.
//!
//! It stands below a root of its own, as the contract may get a resource of this name any day, and
//! its clients must then find that one and not ours.

use crate::fault::Fault;
use crate::page::Paging;
use crate::resource::Resource;
use crate::{Ask, Reply, Rest, check, date};
use model::{
    CallSid, ErrorCode, Original, Span, Time, WebhookAnswer, WebhookKind, WebhookReplay,
    WebhookRow, WebhookSid, WebhookTiming,
};
use store::{TimeRange, WebhookFilter, WebhookPlaced, Write};

pub const ROUTES: &[Resource] = &[
    Resource::json("/ringback/v1/Accounts/AC/Webhooks").get(|rest, ask| Box::pin(list(rest, ask))),
    Resource::json("/ringback/v1/Accounts/AC/Webhooks/WH")
        .get(|rest, ask| Box::pin(fetch(rest, ask))),
    Resource::json("/ringback/v1/Accounts/AC/Webhooks/WH/Replay")
        .post(|rest, ask| Box::pin(replay(rest, ask))),
];

const FILTERS: [&str; 8] = [
    "CallSid",
    "Url",
    "Kind",
    "Status",
    "Failed",
    "Since",
    "Until",
    "IdempotencyToken",
];

/// `GET …/Webhooks`, newest first.
async fn list(rest: &Rest, ask: &Ask) -> Reply {
    let filter = filter(ask)?;
    let paging = Paging::read(ask, WebhookSid::PREFIX, &FILTERS)?;
    let (account, page) = (ask.account.sid, paging.ask());
    let found = rest
        .read(move |store| store.webhooks(account, &filter, &page))
        .await?;
    let place = |placed: &WebhookPlaced| Some(placed.place());
    let show = |placed: &WebhookPlaced| show(&placed.row);
    ask.page(&paging.envelope(("webhooks", "Webhook"), &found, place, show))
}

fn filter(ask: &Ask) -> Result<WebhookFilter, Fault> {
    let query = &ask.query;
    let given = |name: &str| query.given(name).map(str::trim);
    let moment = |name: &str| -> Result<Option<Time>, Fault> {
        let Some(text) = given(name) else {
            return Ok(None);
        };
        let moment = date::parse(text)
            .ok_or_else(|| Fault::parameter(format!("{name} is not a valid date: {text}")))?;
        Ok(Some(moment.begin))
    };
    Ok(WebhookFilter {
        call: check::word(query, "CallSid", |text| text.parse::<CallSid>().ok())?,
        url: given("Url").map(str::to_owned),
        kind: check::word(query, "Kind", WebhookKind::parse)?,
        status: check::word(query, "Status", statuses)?,
        failed: check::flag(query, "Failed")?,
        token: given("IdempotencyToken").map(str::to_owned),
        date: TimeRange {
            from: moment("Since")?,
            to: moment("Until")?,
        },
    })
}

/// `404`, or `5xx` for all of a class.
fn statuses(text: &str) -> Option<(u16, u16)> {
    let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
    let (first, last) = match class {
        Some(class) => {
            let class: u16 = class.parse().ok()?;
            (
                class.checked_mul(100)?,
                class.checked_mul(100)?.checked_add(99)?,
            )
        }
        None => (text.parse().ok()?, text.parse().ok()?),
    };
    ((100..600).contains(&first) && text.len() == 3).then_some((first, last))
}

/// `GET …/Webhooks/{sid}`.
async fn fetch(rest: &Rest, ask: &Ask) -> Reply {
    ask.found("Webhook", &instance(&row(rest, ask)?))
}

/// `POST …/Webhooks/{sid}/Replay`: sends it again, and answers with what came of it. Nothing is
/// told to the call.
async fn replay(rest: &Rest, ask: &Ask) -> Reply {
    let row = row(rest, ask)?;
    let again = again(row).map_err(Fault::parameter)?;
    let rows = rest
        .parts()
        .replayer
        .replay(again, ask.account.clone())
        .await;
    let last = rows.last().map(instance);
    let writes = rows.into_iter().map(|row| Write::Webhook(Box::new(row)));
    rest.write(writes.collect()).await?;
    let last = last.ok_or_else(|| Fault::of(ErrorCode::INTERNAL))?;
    ask.created("Webhook", &last)
}

fn row(rest: &Rest, ask: &Ask) -> Result<WebhookRow, Fault> {
    let (account, sid) = (ask.account.sid, ask.path.sid::<WebhookSid>()?);
    let found = rest.find(|store| store.webhook(account, sid))?;
    found.ok_or_else(|| Fault::not_found(ask.path.whole()))
}

/// What is sent again: the same address and form. What was masked for a reader is unsealed; what
/// is kept nowhere can't be sent, and sending something else in its place would mislead.
fn again(row: WebhookRow) -> Result<WebhookReplay, &'static str> {
    let (url, body) = match row.original {
        Original::Shown => (row.url, row.body),
        Original::Sealed { url, body } => (url, body),
        Original::Gone if row.signed.is_none() => {
            return Err("This request was never sent: its address can't be asked");
        }
        Original::Gone if row.cut => {
            return Err("This request can't be sent again: it was longer than what is kept of it");
        }
        Original::Gone => {
            return Err(
                "This request can't be sent again: it held what looks like the number of \
                        a payment card, which is kept nowhere",
            );
        }
    };
    Ok(WebhookReplay {
        of: row.sid,
        call: row.call,
        kind: row.kind,
        method: row.method,
        url,
        parameters: form_urlencoded::parse(body.as_bytes())
            .into_owned()
            .collect(),
    })
}

fn show(row: &WebhookRow) -> api::Webhook {
    api::Webhook {
        sid: row.sid.to_string(),
        account_sid: row.account.to_string(),
        call_sid: row.call.to_string(),
        kind: row.kind.as_str().to_owned(),
        date_created: moment(row.date),
        method: row.method.as_str().to_owned(),
        url: row.url.clone(),
        status: row.answer.as_ref().map(|answer| answer.status),
        error_code: row.error,
        error_message: row.error_text.clone(),
        duration_us: row.timing.whole.0,
        attempt: row.attempt,
        redirects: row.redirects,
        idempotency_token: row.token.clone(),
        replay_of: row.replay_of.map(|sid| sid.to_string()),
        from_cache: row.kept,
        replayable: row.original != Original::Gone,
        uri: format!("/ringback/v1/Accounts/{}/Webhooks/{}", row.account, row.sid),
    }
}

fn instance(row: &WebhookRow) -> api::WebhookInstance {
    let mut sent = row.headers.iter();
    let value = sent.find(|(name, _)| name.eq_ignore_ascii_case(api::signature::SIGNATURE_HEADER));
    let signature = row.signed.as_ref().map(|signed| api::WebhookSignature {
        value: value.map(|(_, value)| value.clone()),
        signed: signed.text.clone(),
        masked: signed.hash.is_some(),
        signed_sha256: signed
            .hash
            .map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()),
    });
    api::WebhookInstance {
        row: show(row),
        request: message(&row.headers, &row.body, row.cut),
        signature,
        response: row.answer.as_ref().map(response),
        timing: timing(&row.timing),
    }
}

fn response(answer: &WebhookAnswer) -> api::WebhookMessage {
    message(&answer.headers, &answer.body, answer.cut)
}

fn message(headers: &[(String, String)], body: &str, cut: bool) -> api::WebhookMessage {
    let headers = headers.iter().map(|(name, value)| api::WebhookHeader {
        name: name.clone(),
        value: value.clone(),
    });
    api::WebhookMessage {
        headers: headers.collect(),
        body: body.to_owned(),
        body_truncated: cut,
    }
}

fn timing(timing: &WebhookTiming) -> api::WebhookTiming {
    let micros = |phase: Option<Span>| phase.map(|span| span.0);
    api::WebhookTiming {
        queued_us: micros(timing.queued),
        waited_us: micros(timing.waited),
        lookup_us: micros(timing.lookup),
        connect_us: micros(timing.connect),
        tls_us: micros(timing.tls),
        first_byte_us: micros(timing.first_byte),
        whole_us: timing.whole.0,
    }
}

/// `2010-08-31T20:36:28.007Z`: requests of one second are to be told apart.
fn moment(time: Time) -> String {
    let whole = time.iso8601();
    let millis = time.0 / 1_000 % 1_000;
    format!("{}.{millis:03}Z", whole.trim_end_matches('Z'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_one_or_a_class() {
        assert_eq!(statuses("404"), Some((404, 404)));
        assert_eq!(statuses("5xx"), Some((500, 599)));
        for bad in [
            "", "xx", "6xx", "0xx", "20", "2000", "99", "-1xx", "4x", "é",
        ] {
            assert_eq!(statuses(bad), None, "{bad}");
        }
    }

    #[test]
    fn moments_have_milliseconds() {
        let time = Time(1_283_286_988_007_999);
        assert_eq!(moment(time), "2010-08-31T20:36:28.007Z");
    }
}
