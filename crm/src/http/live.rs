//! `GET /api/events`: the log moves in every open browser.

use super::Refusal;
use super::session::{SignedIn, Token};
use crate::app::App;
use crate::hub::{Change, Deaf, Listener};
use crate::limit;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::Instant;

/// How long a browser waits before it comes back.
const COME_BACK: Duration = Duration::from_millis(500);

/// A stream of the organization's changes.
pub async fn events(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let heard = headers.get("last-event-id");
    // What is no count of ours was heard too long ago, as one of another database is.
    let heard = heard.map(|id| {
        id.to_str()
            .ok()
            .and_then(|id| id.parse().ok())
            .unwrap_or(-1)
    });
    let listener = app.hub.listen(&signed_in.tenant, heard).await;
    let mut listener = listener.map_err(|deaf| match deaf {
        Deaf::Full => {
            let sentence = "Too many browsers listen to this organization.";
            Refusal::too_many("too-many-listeners", sentence, limit::KEEP_ALIVE)
        }
        Deaf::Store(error) => error.into(),
    })?;
    // It was looked at a moment ago, so it hasn't ended.
    let left = signed_in.token.until - app.clock.unix_seconds();
    let deadline = Instant::now() + Duration::from_secs(left);
    let first = first(&mut listener);
    let keep_alive = KeepAlive::new().interval(limit::KEEP_ALIVE);
    let reader = Reader {
        app,
        token: signed_in.token,
        listener,
        first,
        deadline,
        look_again: Instant::now() + limit::MEMBER_CHECKED,
    };
    let events = stream::unfold(reader, |mut reader| async {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    let events = Sse::new(events).keep_alive(keep_alive);
    let mut response = events.into_response();
    // A proxy that gathers an answer before it passes it on would make a stream of nothing.
    let name = HeaderName::from_static("x-accel-buffering");
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static("no"));
    Ok(response)
}

/// What somebody is told at once: what they missed, and where they are.
fn first(listener: &mut Listener) -> VecDeque<Event> {
    let missed = std::mem::take(&mut listener.missed);
    let mut first: VecDeque<Event> = missed.iter().map(call).collect();
    if !listener.complete {
        first.push_back(Event::default().event("reload").data("{}"));
    }
    // A count without an event: whoever loses the line before anything is told knows where to come
    // back to.
    let here = Event::default().id(listener.reached.to_string());
    first.push_back(here.retry(COME_BACK));
    first
}

fn call(change: &Change) -> Event {
    let event = Event::default().event("call");
    event.id(change.revision.to_string()).data(&*change.told)
}

/// One browser's stream.
struct Reader {
    app: App,
    token: Token,
    listener: Listener,
    first: VecDeque<Event>,
    /// When the token ends.
    deadline: Instant,
    /// When it is looked at again whether they still belong here.
    look_again: Instant,
}

impl Reader {
    /// What was missed, and then what comes, until the token ends, the reader is too slow, or
    /// isn't a member any more.
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.first.pop_front() {
            return Some(event);
        }
        loop {
            let now = Instant::now();
            if now >= self.deadline || (now >= self.look_again && !self.is_member().await) {
                return None;
            }
            let until = self.deadline.min(self.look_again);
            if let Ok(next) = tokio::time::timeout_at(until, self.listener.next()).await {
                return next.ok().map(|change| call(&change));
            }
        }
    }

    async fn is_member(&mut self) -> bool {
        self.look_again = Instant::now() + limit::MEMBER_CHECKED;
        let Token {
            user, organization, ..
        } = self.token;
        let tenant = self.app.store.tenant(user, organization).await;
        matches!(tenant, Ok(Some(_)))
    }
}
