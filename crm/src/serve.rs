//! `ringback-crm serve`: everything that runs, from its start to its end.

use crate::app::{App, Setup};
use crate::cli::{Kept, Serve};
use crate::clock::Clock;
use crate::compare;
use crate::http::{listen, router};
use crate::seal::MasterKey;
use crate::store::Store;
use crate::sweep;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Why a command didn't do what was asked.
#[derive(Debug)]
pub enum Fault {
    /// It made no sense.
    Input(String),
    /// It failed.
    Failed(String),
}

/// It failed, and this says why.
pub fn failed(why: impl std::fmt::Display) -> Fault {
    Fault::Failed(why.to_string())
}

/// The key that the data folder, or the environment, holds.
///
/// # Errors
/// When it can't be read or made.
pub fn key(kept: &Kept) -> Result<MasterKey, Fault> {
    match std::env::var("CRM_KEY") {
        Ok(key) => {
            MasterKey::from_hex(&key).map_err(|error| Fault::Input(format!("CRM_KEY: {error}")))
        }
        Err(_) => MasterKey::from_file(&kept.data.join("crm.key")).map_err(failed),
    }
}

/// The database's name.
#[must_use]
pub fn database(kept: &Kept) -> String {
    let usual = || kept.data.join("crm.db").to_string_lossy().into_owned();
    kept.database.clone().unwrap_or_else(usual)
}

/// Serves until it is told to end.
///
/// # Errors
/// When it can't begin.
pub async fn serve(asked: Serve) -> Result<(), Fault> {
    let key = key(&asked.kept)?;
    let store = Store::open(&database(&asked.kept), &key)
        .await
        .map_err(failed)?;
    let listener = TcpListener::bind(asked.http).await;
    let listener = listener.map_err(|error| failed(format!("{}: {error}", asked.http)))?;
    let at = listener.local_addr().map_err(failed)?;
    let public_url = asked.public_url.unwrap_or_else(|| format!("http://{at}"));
    let setup = Setup {
        public_url: public_url.clone(),
        platform: asked.platform,
        only_this_platform: asked.only_this_platform,
        clock: Clock::of_the_machine(),
        proxies: asked.proxies,
    };
    let app = App::new(store, &key, setup).map_err(|error| Fault::Input(error.to_string()))?;
    tracing::info!("listening on http://{at}, reached at {public_url}");
    run(listener, app, asked.compare_every, told_to_end()?).await;
    tracing::info!("ended");
    Ok(())
}

/// Runs everything until `end` comes; then streams are ended, and requests may finish.
pub async fn run(
    listener: TcpListener,
    app: App,
    compare_every: Duration,
    end: impl Future<Output = ()>,
) {
    let hub = tokio::spawn(app.hub.clone().run());
    let comparing = tokio::spawn(compare::run(app.clone(), compare_every));
    let sweeping = tokio::spawn(sweep::run(app.clone()));
    let streams = app.hub.clone();
    let end = async move {
        end.await;
        streams.close();
    };
    listen::serve(listener, router(app), end).await;
    comparing.abort();
    sweeping.abort();
    hub.abort();
}

/// Comes back when the program is told to end: by Ctrl-C, or by SIGTERM.
///
/// # Errors
/// When the system doesn't let us hear of it.
pub fn told_to_end() -> Result<impl Future<Output = ()>, Fault> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
