//! Which way a leg goes, and what is kept for each way.

use crate::effect::LookupId;
use model::signal::{Credentials, Invite, Route};
use model::{Address, limit};

/// Where a leg that we place goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outbound {
    /// Who is called.
    pub to: Address,
    /// Who calls, as the far end sees it.
    pub from: Address,
    /// The customer's headers.
    pub headers: Vec<(String, String)>,
    /// For a far end that asks who we are.
    pub credentials: Option<Credentials>,
    /// How long it rings.
    pub ring_secs: u32,
    /// Hops left on the way out.
    pub max_forwards: u8,
    /// Rounds through our own numbers so far.
    pub own_hops: u8,
}

/// What the sound engine has done for a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sound {
    None,
    Opening,
    Open { sdp: String },
    Closed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    Out {
        outbound: Box<Outbound>,
        route: Option<Route>,
        lookup: Option<LookupId>,
    },
    In {
        rung: bool,
        wanted: Wanted,
        /// It comes from a leg of our own.
        own: bool,
    },
}

/// What we want to tell a caller as soon as there is a description to tell it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Nothing,
    EarlySound,
    Answer,
}

impl Outbound {
    /// What a carrier is told of it.
    pub(super) fn invite(&self, route: Route, sdp: &str) -> Invite {
        let max_forwards = match route {
            Route::Own => limit::MAX_FORWARDS.saturating_sub(self.own_hops + 1),
            Route::Carrier | Route::Sip => self.max_forwards,
        };
        Invite {
            to: self.to.clone(),
            from: self.from.clone(),
            route,
            sdp: sdp.to_owned(),
            headers: self.headers.clone(),
            credentials: self.credentials.clone(),
            max_forwards,
        }
    }
}
