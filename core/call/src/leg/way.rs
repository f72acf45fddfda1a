//! Which way a leg goes, and what is kept for each way.

use crate::effect::LookupId;
use model::signal::{Credentials, Invite, Route};
use model::{Address, limit};
use std::collections::VecDeque;

/// Where a leg that we place goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outbound {
    /// Who is called.
    pub to: Address,
    /// Who calls, as the far end sees it.
    pub from: Address,
    /// Headers for wherever it goes.
    pub headers: Vec<(String, String)>,
    /// Further headers, for this place.
    pub headers_there: Vec<(String, String)>,
    /// For a far end that asks who we are.
    pub credentials: Option<Credentials>,
    /// How long it rings.
    pub ring_secs: u32,
    /// Hops left on the way out.
    pub max_forwards: u8,
    /// Rounds through our own numbers so far.
    pub own_hops: u8,
    /// Where it goes instead, one after another, if the first place can't be reached.
    pub further: VecDeque<Elsewhere>,
    /// A carrier may be shown who calls.
    pub presentable: bool,
}

/// Another place where the same far end may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// Who is called there.
    pub to: Address,
    /// Headers for this place.
    pub headers: Vec<(String, String)>,
    /// For a far end that asks who we are.
    pub credentials: Option<Credentials>,
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
            headers: [&self.headers[..], &self.headers_there].concat(),
            credentials: self.credentials.clone(),
            max_forwards,
            unheard_secs: (!self.further.is_empty()).then_some(limit::SIP_UNHEARD_SECS),
        }
    }

    /// Turns to the next place, if there is one.
    pub(super) fn turn_elsewhere(&mut self) -> bool {
        let Some(next) = self.further.pop_front() else {
            return false;
        };
        self.to = next.to;
        self.headers_there = next.headers;
        self.credentials = next.credentials;
        true
    }
}
