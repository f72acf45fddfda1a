//! The resources of the 2010 API, one file each.

mod accounts;
mod call_create;
mod call_update;
mod calls;
mod events;
mod incoming_phone_numbers;
mod notifications;
mod recordings;
mod sound;
mod sound_stream;

use crate::path::Route;
use crate::{Ask, Reply, Rest};
use hyper::Method;

/// Answers a request that has been let in, for a method the route allows.
pub async fn reply(rest: &Rest, route: Route, ask: Ask) -> Reply {
    let writes = ask.method == Method::POST;
    let deletes = ask.method == Method::DELETE;
    match route {
        Route::Accounts => accounts::list(&ask),
        Route::Account(_) => accounts::fetch(&ask),
        Route::Calls(_) if writes => call_create::create(rest, &ask).await,
        Route::Calls(_) => calls::list(rest, &ask).await,
        Route::Call(_, call) if writes => call_update::update(rest, &ask, call).await,
        Route::Call(_, call) if deletes => calls::delete(rest, &ask, call).await,
        Route::Call(_, call) => calls::fetch(rest, &ask, call).await,
        Route::Events(_, call) => events::list(rest, &ask, call).await,
        Route::Notifications(_, call) => notifications::list(rest, &ask, call).await,
        Route::Notification(_, call, sid) => notifications::fetch(rest, &ask, call, sid).await,
        Route::Recordings(_, call) => recordings::list(rest, &ask, call).await,
        Route::Recording(_, call, sid) | Route::Sound(_, call, sid, _) if deletes => {
            recordings::delete(rest, &ask, call, sid).await
        }
        Route::Recording(_, call, sid) => recordings::fetch(rest, &ask, call, sid).await,
        Route::Sound(_, call, sid, form) => sound::fetch(rest, &ask, call, sid, form).await,
        Route::Numbers(_) if writes => incoming_phone_numbers::create(rest, &ask).await,
        Route::Numbers(_) => incoming_phone_numbers::list(rest, &ask).await,
        Route::Number(_, sid) if writes => incoming_phone_numbers::update(rest, &ask, sid).await,
        Route::Number(_, sid) if deletes => incoming_phone_numbers::delete(rest, &ask, sid).await,
        Route::Number(_, sid) => incoming_phone_numbers::fetch(rest, &ask, sid).await,
    }
}
