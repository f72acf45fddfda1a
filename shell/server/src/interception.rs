//! The proxy of `dev --intercept`, joined to the API.

use crate::http::{self, Site};
use crate::plan::Plan;
use crate::start::StartError;
use intercept::{Api, Authority, Base, Door, Leaves, Plain, Proxy, Trust};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The API as the proxy reaches it: without a socket, served as any other connection is.
#[derive(Clone)]
struct Inner {
    site: Site,
    stop: watch::Receiver<bool>,
}

impl Api for Inner {
    async fn serve(&self, stream: Plain, peer: SocketAddr) {
        http::converse(stream, peer, self.site.clone(), self.stop.clone()).await;
    }
}

/// A proxy that serves.
pub struct Interception {
    /// How apps come to trust it.
    pub trust: Trust,
    task: JoinHandle<()>,
}

impl Interception {
    /// Takes the port, if there shall be a proxy.
    pub async fn open(plan: &Plan) -> Result<Option<Door>, StartError> {
        match plan.intercept {
            Some(planned) => Ok(Some(Door::open(planned.listen).await?)),
            None => Ok(None),
        }
    }

    /// Lays what apps need into the data folder, and serves until `stop` is true.
    pub fn start(
        plan: &Plan,
        door: Option<Door>,
        site: &Site,
        stop: &watch::Receiver<bool>,
    ) -> Result<Option<Interception>, StartError> {
        let Some(door) = door else {
            return Ok(None);
        };
        let folder = plan.data.join("intercept");
        let authority = Authority::open(&folder, SystemTime::now())?;
        let base = Base::find(&folder, |name| std::env::var_os(name));
        let trust = Trust::lay(&folder, &authority, door.address, &base)?;
        let proxy = Proxy {
            leaves: Arc::new(Leaves::new(authority)),
            api: Inner {
                site: site.clone(),
                stop: stop.clone(),
            },
            pass: plan.intercept.is_some_and(|planned| planned.pass),
        };
        let task = tokio::spawn(proxy.serve(door, stop.clone()));
        Ok(Some(Interception { trust, task }))
    }

    /// Waits until it has stopped.
    pub async fn join(self) {
        let _ = self.task.await;
    }
}
