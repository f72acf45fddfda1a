//! The facts call control is told once, at the start.

use crate::{Rate, TokenKey};
use model::Voices;
use std::collections::BTreeMap;

/// What call control must know of the place it runs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The version every webhook names: `2010-04-01`.
    pub api_version: String,
    /// Where the API is found from outside, without a slash at the end: recordings' addresses
    /// begin with it.
    pub api_base: String,
    /// True: `callerId` may be any E.164 number (`dev`). False: only a number of ours, or one
    /// end of the call.
    pub any_caller_id: bool,
    /// Live calls; beyond it far ends are refused, and what the API creates waits.
    pub calls_max: usize,
    /// New calls a second from far ends; `None`: no bound. What the API creates has its
    /// account's rate.
    pub calls_per_second: Option<u32>,
    /// What a caller hears when the application fails and has no fallback.
    pub apology: String,
    /// What call tokens are signed with.
    pub token_key: TokenKey,
    /// Names by number, for calls to numbers whose callers' names are looked up.
    pub caller_names: BTreeMap<String, String>,
    /// What calls cost; empty: nothing is rated.
    pub rates: Vec<Rate>,
    /// Whose voice a name means, and what can be spoken.
    pub voices: Voices,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            api_version: "2010-04-01".to_owned(),
            api_base: "http://127.0.0.1:8080".to_owned(),
            any_caller_id: true,
            calls_max: model::limit::CALLS_MAX,
            calls_per_second: None,
            apology: "We are sorry, an application error has occurred. Goodbye.".to_owned(),
            token_key: TokenKey([0; 32]),
            caller_names: BTreeMap::new(),
            rates: Vec::new(),
            voices: Voices::default(),
        }
    }
}
