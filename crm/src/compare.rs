//! After a crash, or where callbacks were lost: what became of a call is asked of the platform.
//!
//! A callback is sent once. If this program was away then, or the platform itself was killed in
//! the middle of a call, nobody tells the end. So logs that stand still are compared with the
//! platform: all of them when the program starts, and then now and again. What the platform
//! answers is fed to the log like a callback, so nothing moves back.

use crate::app::App;
use crate::call_log::{CallError, Event, LegNews, Outcome, Recording, Refusal, Status};
use crate::limit;
use crate::moment::Moment;
use crate::platform::Access;
use crate::store::{Call, CallFilter, StoreError, Tenant};
use futures_util::stream::{self, StreamExt};
use ringback::{CallDirection, Client, Error, RecordingSource, RecordingStatus};
use std::fmt;
use std::time::Duration;

/// What is said of a call that the platform doesn't have.
const UNKNOWN: &str = "The platform knows no such call.";

/// Calls that are looked at to find one whose asking had no answer.
const LOOKED_AT: u64 = 100;

/// A platform's dates are whole seconds, and its clock isn't ours.
const CLOCKS_APART: Duration = Duration::from_secs(5);

/// Why a call can't be compared now.
#[derive(Debug)]
enum Fault {
    Platform(Error),
    Store(StoreError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Platform(error) => error.fmt(f),
            Fault::Store(error) => error.fmt(f),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault::Platform(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault::Store(error)
    }
}

/// Compares what stands still, as long as the program runs.
pub async fn run(app: App, every: Duration) {
    // Whatever wasn't over when the program began has nobody who waits for it.
    let mut quiet = Duration::ZERO;
    loop {
        match round(&app, quiet).await {
            Ok(()) => quiet = limit::QUIET,
            Err(error) => tracing::error!("calls can't be compared: {error}"),
        }
        tokio::time::sleep(every).await;
    }
}

/// Compares every log that hasn't moved for so long.
async fn round(app: &App, quiet: Duration) -> Result<(), StoreError> {
    for tenant in app.store.tenants().await? {
        if let Err(error) = of_tenant(app, &tenant, quiet).await {
            let organization = tenant.organization_id();
            tracing::error!("calls of {organization} can't be compared: {error}");
        }
    }
    Ok(())
}

async fn of_tenant(app: &App, tenant: &Tenant, quiet: Duration) -> Result<(), StoreError> {
    let now = app.clock.moment();
    let still = |call: &Call| age(now, call.updated_at) >= quiet;
    let mut calls = tenant.unfinished().await?;
    calls.retain(still);
    calls.truncate(limit::COMPARED as usize);
    let wanted = CallFilter {
        outcome: Some(Outcome::Talked),
        from: Some(now.earlier(limit::RECORDING_AWAITED)),
        ..CallFilter::default()
    };
    let talked = tenant.calls(&wanted, limit::COMPARED, None).await?.calls;
    let unheard = |call: &Call| call.log.kept().recording.is_none() && still(call);
    calls.extend(talked.into_iter().filter(unheard));
    if calls.is_empty() {
        return Ok(());
    }
    let Some(integration) = tenant.integration().await? else {
        return Ok(());
    };
    let access = app.access(&integration);
    stream::iter(&calls)
        .for_each_concurrent(limit::COMPARED_AT_ONCE, |call| {
            one(app, tenant, &access, call)
        })
        .await;
    Ok(())
}

/// Compares one log with the platform.
pub async fn one(app: &App, tenant: &Tenant, access: &Access, call: &Call) {
    if let Err(fault) = compare(app, tenant, access, call).await {
        tracing::warn!(
            "{}: it can't be compared with the platform: {fault}",
            call.id
        );
    }
}

async fn compare(app: &App, tenant: &Tenant, access: &Access, call: &Call) -> Result<(), Fault> {
    let client = app.platform.client(access)?;
    let now = app.clock.moment();
    let sid = match call.log.kept().first.call_sid.clone() {
        Some(sid) => sid,
        None if app.placing.running(call.id).is_some() => return Ok(()),
        None => match look_for(&client, tenant, call).await? {
            Some(sid) => sid,
            None => return never_placed(tenant, call, now).await,
        },
    };
    let first = match client.calls().fetch(&sid).send().await {
        Ok(first) => first,
        // In the very first moment another of its machines may not know it yet.
        Err(error) if error.is_not_found() && age(now, call.created_at) > limit::QUIET => {
            return lost(tenant, call, &sid, now).await;
        }
        Err(error) => return Err(error.into()),
    };
    // First the dialled leg, so that a log never ends before it has all that its end rests on.
    let mut children = client
        .calls()
        .list()
        .parent_call_sid(&sid)
        .limit(1)
        .send()
        .await?;
    if let Some(child) = children.pop() {
        let news = LegNews {
            parent_call_sid: Some(sid.clone()),
            ..news(&child, call.log.kept().second.answered_at, now)
        };
        tenant.hear(call.id, &Event::Leg(news)).await?;
    }
    recorded(&client, tenant, call, &sid).await?;
    let news = news(&first, call.log.kept().first.answered_at, now);
    tenant.hear(call.id, &Event::Leg(news)).await?;
    Ok(())
}

/// What the platform says of a leg, as the log hears it.
fn news(leg: &ringback::Call, answered_at: Option<Moment>, now: Moment) -> LegNews {
    let status = Status::parse(&leg.status).unwrap_or(Status::Queued);
    let told = if status.is_end() {
        leg.end_time()
    } else {
        // The beginning that is told may be that of the dialling; what is known is better.
        leg.start_time()
            .filter(|_| status == Status::InProgress && answered_at.is_none())
    };
    let ended = leg.duration().filter(|_| status.is_end());
    LegNews {
        seconds: ended.and_then(|length| u32::try_from(length.as_secs()).ok()),
        ..LegNews::first(&leg.sid, status, told.map_or(now, Moment::from))
    }
}

/// Looks for a recording whose callback didn't come.
async fn recorded(client: &Client, tenant: &Tenant, call: &Call, sid: &str) -> Result<(), Fault> {
    if call.log.kept().recording.is_some() {
        return Ok(());
    }
    let recordings = client
        .recordings()
        .list()
        .call_sid(sid)
        .limit(20)
        .send()
        .await?;
    for recording in recordings {
        let done = recording.status() == RecordingStatus::Completed
            && recording.source() == RecordingSource::DialVerb;
        if done {
            let seconds = recording.duration().unwrap_or_default().as_secs();
            let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
            let heard = Recording::heard(&recording.sid, &recording.media_url, seconds);
            tenant.hear(call.id, &Event::Recorded(heard)).await?;
        }
    }
    Ok(())
}

/// Looks for the call that a log's asking made, whose answer was lost: one from our number to the
/// agent's, made just then, that no other log has.
async fn look_for(client: &Client, tenant: &Tenant, call: &Call) -> Result<Option<String>, Fault> {
    let calls = client.calls();
    let list = calls.list().to(&call.agent_number).from(&call.from_number);
    let mut found = list.limit(LOOKED_AT).send().await?;
    // The oldest first: calls between the same two leave in the order in which they are asked for.
    found.reverse();
    for candidate in found {
        let made = candidate.date_created().map(Moment::from);
        let fits = made.is_some_and(|made| {
            made >= call.created_at.earlier(CLOCKS_APART)
                && age(made, call.created_at) <= limit::NEVER_PLACED
        });
        if fits
            && candidate.direction() == CallDirection::OutboundApi
            && tenant.call_by_sid(&candidate.sid).await?.is_none()
        {
            tracing::info!("{}: it is the platform's {}", call.id, candidate.sid);
            return Ok(Some(candidate.sid));
        }
    }
    Ok(None)
}

/// Nothing at the platform fits: after a while, there is nothing.
async fn never_placed(tenant: &Tenant, call: &Call, now: Moment) -> Result<(), Fault> {
    if age(now, call.created_at) > limit::NEVER_PLACED {
        let refusal = Refusal {
            error: unknown(),
            at: now,
        };
        tenant.hear(call.id, &Event::Refused(refusal)).await?;
    }
    Ok(())
}

/// The platform had the call and knows it no more.
async fn lost(tenant: &Tenant, call: &Call, sid: &str, now: Moment) -> Result<(), Fault> {
    if !call.is_live() {
        return Ok(());
    }
    let news = LegNews {
        error: Some(unknown()),
        ..LegNews::first(sid, Status::Failed, now)
    };
    tenant.hear(call.id, &Event::Leg(news)).await?;
    Ok(())
}

fn unknown() -> CallError {
    CallError {
        code: None,
        message: UNKNOWN.to_owned(),
    }
}

fn age(now: Moment, then: Moment) -> Duration {
    let millis = u64::try_from(now.millis() - then.millis());
    Duration::from_millis(millis.unwrap_or(0))
}
