//! What is made ready before calls can be placed: the account, its numbers, the folder of
//! recordings, and what a crash has left behind.

use crate::plan::{Plan, PlannedNumber};
use crate::sip_socket::BindError;
use crate::terminal::Terminal;
use model::recording::RecordingStatus;
use model::{Account, AccountSid, Chance, Method, Number, NumberSid, Time};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use store::{Sounds, Store, StoreError, Write};
use tracing::{error, info};

/// Why the program can't start: one sentence.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl StartError {
    /// A sentence of one's own.
    pub fn new(text: impl Into<String>) -> StartError {
        StartError(text.into())
    }

    /// A listener that can't be opened.
    pub fn bind(kind: &'static str, address: SocketAddr, error: &io::Error) -> StartError {
        let error = io::Error::new(error.kind(), error.to_string());
        StartError(
            BindError {
                kind,
                address,
                error,
            }
            .to_string(),
        )
    }
}

impl From<BindError> for StartError {
    fn from(error: BindError) -> Self {
        StartError(error.to_string())
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        StartError(error.to_string())
    }
}

impl From<io::Error> for StartError {
    fn from(error: io::Error) -> Self {
        StartError(format!("the operating system refuses: {error}"))
    }
}

/// Bytes from the operating system.
pub fn random() -> Result<[u8; 32], StartError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| StartError(format!("the system has no random bytes: {error}")))?;
    Ok(bytes)
}

/// The folder of recordings.
pub fn open_sounds(data: &Path) -> Result<Sounds, StartError> {
    let folder = data.join("recordings");
    Sounds::open(&folder)
        .map_err(|error| StartError(format!("{} can't be used: {error}", folder.display())))
}

/// The terminal, if ladders are shown as they happen.
pub fn terminal(plan: &Plan, now: Time) -> Result<Option<Terminal>, StartError> {
    Ok(if plan.terminal {
        Some(crate::node::show(now)?)
    } else {
        None
    })
}

/// Hears of the store's health: one line when it fails, one when it works again.
pub fn health() -> Box<dyn FnMut(Option<&StoreError>) + Send> {
    Box::new(|fault| match fault {
        Some(fault) => error!(%fault, "rows can't be written; the API answers 503"),
        None => info!("rows are written again"),
    })
}

/// The account: the one that is named, else the one that is there, else a new one. A token that
/// is given replaces the stored one.
pub fn account(store: &dyn Store, plan: &Plan, now: Time) -> Result<Account, StartError> {
    let known = store.accounts()?;
    let mut account = match plan.account_sid {
        Some(sid) => known.into_iter().find(|account| account.sid == sid),
        None => known.into_iter().next(),
    }
    .map_or_else(|| new_account(plan, now), Ok)?;
    if let Some(token) = &plan.auth_token {
        account.auth_token.clone_from(token);
    }
    store.commit(&[&Write::Account(Box::new(account.clone()))])?;
    Ok(account)
}

fn new_account(plan: &Plan, now: Time) -> Result<Account, StartError> {
    // Token and identifier come from different bytes: one must not betray the other.
    let token: String = random()?[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&random()?[..16]);
    let sid = AccountSid(u128::from_be_bytes(bytes));
    let sid = plan.account_sid.unwrap_or(sid);
    Ok(Account::new(sid, token, plan.account_name.clone(), now))
}

/// Gives the account the numbers it shall own from the start.
pub fn own_numbers(
    store: &dyn Store,
    plan: &Plan,
    account: &Account,
    now: Time,
    chance: &mut Chance,
) -> Result<(), StartError> {
    let known = store.all_numbers()?;
    for planned in &plan.numbers {
        let found = known
            .iter()
            .find(|number| number.phone_number == planned.number);
        let mut number = match found {
            // What was changed through the API since stays, unless the file says otherwise.
            Some(number) if planned.voice_url.is_none() => {
                if number.account == account.sid {
                    continue;
                }
                number.clone()
            }
            Some(number) => number.clone(),
            None => new_number(planned, account.sid, now, chance),
        };
        number.account = account.sid;
        if planned.voice_url.is_some() {
            number.voice_url.clone_from(&planned.voice_url);
        }
        store.commit(&[&Write::Number(Box::new(number))])?;
    }
    Ok(())
}

fn new_number(
    planned: &PlannedNumber,
    account: AccountSid,
    now: Time,
    chance: &mut Chance,
) -> Number {
    let phone_number = &planned.number;
    Number {
        sid: NumberSid::draw(chance),
        account,
        phone_number: phone_number.clone(),
        friendly_name: planned.name.clone().unwrap_or_else(|| phone_number.clone()),
        voice_url: None,
        voice_method: Method::Post,
        voice_fallback_url: None,
        voice_fallback_method: Method::Post,
        status_callback: None,
        status_callback_method: Method::Post,
        date_created: now,
        date_updated: now,
    }
}

/// Recordings that a crash has cut end with what is left of them.
pub fn mend_recordings(store: &dyn Store, sounds: &Sounds, now: Time) -> Result<(), StartError> {
    let mended = sounds.mend()?;
    for mut row in store.unfinished_recordings()? {
        let sound = mended.iter().find(|sound| sound.recording == row.sid);
        let length_ms = sound.map_or(0, |sound| sound.length_ms);
        row.status = if length_ms > 0 {
            RecordingStatus::Completed
        } else {
            RecordingStatus::Absent
        };
        row.duration_secs = Some((length_ms.div_ceil(1_000)).min(u64::from(u32::MAX)) as u32);
        row.date_updated = now;
        store.commit(&[&Write::Recording(Box::new(row))])?;
    }
    Ok(())
}
