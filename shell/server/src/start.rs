//! What is made ready before calls can be placed: the account, its numbers, the folder of
//! recordings, and what a crash has left behind.

use crate::plan::{Plan, PlannedAccount, PlannedNumber, PlannedTest};
use crate::sip_socket::BindError;
use crate::speech::Speakers;
use crate::terminal::Terminal;
use model::{
    Account, AccountSid, ApiKey, Chance, Method, Number, NumberSid, RecordingRow, TestCredentials,
    Time,
};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use store::{SecretError, Sounds, Store, StoreError, Write};
use tracing::{error, info, warn};

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

impl From<SecretError> for StartError {
    fn from(error: SecretError) -> Self {
        StartError(error.to_string())
    }
}

impl From<intercept::InterceptError> for StartError {
    fn from(error: intercept::InterceptError) -> Self {
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

/// Who hears of the store's health: of each fault, and of its end.
pub type Health = Box<dyn FnMut(Option<&StoreError>) + Send>;

/// Hears of the store's health: one line when it fails, one when it works again.
pub fn health() -> Health {
    Box::new(|fault| match fault {
        Some(fault) => error!(%fault, "rows can't be written; the API answers 503"),
        None => info!("rows are written again"),
    })
}

/// The account: the one that is named, else the one that is there, else a new one. A token that
/// is given replaces the stored one.
pub fn account(store: &dyn Store, plan: &Plan, now: Time) -> Result<Account, StartError> {
    let planned = &plan.account;
    let known = store.accounts()?;
    let mut account = match planned.sid {
        Some(sid) => known.into_iter().find(|account| account.sid == sid),
        None => known.into_iter().find(|account| account.owner.is_none()),
    }
    .map_or_else(|| new_account(planned, now), Ok)?;
    if let Some(token) = &planned.token {
        account.auth_token.clone_from(token);
    }
    account.test = match &planned.test {
        PlannedTest::None => None,
        PlannedTest::Given(test) => Some(test.clone()),
        PlannedTest::Drawn => Some(account.test.map_or_else(drawn_test, Ok)?),
    };
    planned.settings.settle(&mut account);
    store.commit(&[&Write::Account(Box::new(account.clone()))])?;
    Ok(account)
}

fn new_account(planned: &PlannedAccount, now: Time) -> Result<Account, StartError> {
    let sid = planned.sid.map_or_else(drawn_sid, Ok)?;
    Ok(Account::new(sid, store::draw_token()?, &*planned.name, now))
}

fn drawn_test() -> Result<TestCredentials, StartError> {
    Ok(TestCredentials {
        sid: drawn_sid()?,
        token: store::draw_token()?,
    })
}

fn drawn_sid() -> Result<AccountSid, StartError> {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&random()?[..16]);
    Ok(AccountSid(u128::from_be_bytes(bytes)))
}

/// Gives the accounts that were made through the API the settings the file has for them.
pub fn settle_subaccounts(store: &dyn Store, plan: &Plan) -> Result<(), StartError> {
    let known = store.accounts()?;
    for (sid, settings) in &plan.subaccounts {
        let found = known
            .iter()
            .find(|account| account.sid == *sid && account.owner.is_some());
        let mut account = found.cloned().ok_or_else(|| {
            StartError(format!(
                "subaccount {sid} was never made: make it through the API first, or take it out \
                 of the file"
            ))
        })?;
        settings.settle(&mut account);
        store.commit(&[&Write::Account(Box::new(account))])?;
    }
    Ok(())
}

/// Keeps the main keys of the file, and takes away those that don't stand there any more.
pub fn settle_main_keys(
    store: &dyn Store,
    plan: &Plan,
    account: &Account,
    now: Time,
) -> Result<(), StartError> {
    let Some(planned) = &plan.main_keys else {
        return Ok(());
    };
    let known = store.keys()?;
    for key in known.iter().filter(|key| key.main) {
        if !planned.iter().any(|planned| planned.sid == key.sid) {
            store.commit(&[&Write::DeleteKey(key.sid)])?;
        }
    }
    for key in planned {
        let made = known.iter().find(|known| known.sid == key.sid);
        let key = ApiKey {
            sid: key.sid,
            account: account.sid,
            friendly_name: key.name.clone(),
            secret_hash: key.secret_hash,
            main: true,
            date_created: made.map_or(now, |made| made.date_created),
            date_updated: made.map_or(now, |made| made.date_updated),
        };
        store.commit(&[&Write::Key(Box::new(key))])?;
    }
    Ok(())
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
    let family: Vec<AccountSid> = store
        .accounts()?
        .into_iter()
        .filter(|other| other.sid == account.sid || other.owner == Some(account.sid))
        .map(|other| other.sid)
        .collect();
    for planned in &plan.numbers {
        let found = known
            .iter()
            .find(|number| number.phone_number == planned.number);
        let mut number = match found {
            // What was changed through the API since stays, unless the file says otherwise.
            Some(number) if planned.voice_url.is_none() => {
                if family.contains(&number.account) {
                    continue;
                }
                number.clone()
            }
            Some(number) => number.clone(),
            None => new_number(planned, account.sid, now, chance),
        };
        // One that was handed on to a subaccount stays there.
        if !family.contains(&number.account) {
            number.account = account.sid;
        }
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
        application: None,
        caller_id_lookup: false,
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

/// Tells call control, by the plan, what the engines can speak.
pub fn install_voices(plan: &mut Plan, speakers: &Speakers) -> String {
    plan.voices.install(speakers.installed());
    let voice = plan.voices.default_voice();
    if plan.voices.find(voice).is_none() {
        warn!(voice, "no voice has the name in [speech]: a man speaks");
    }
    speakers.summary()
}

/// Makes recordings playable that a crash has cut: their rows, and how much is left of each
/// (milliseconds). A file may have been finished whose row was not.
pub fn mend_recordings(
    store: &dyn Store,
    sounds: &Sounds,
) -> Result<Vec<(RecordingRow, u32)>, StartError> {
    let mended = sounds.mend()?;
    let mut cut = Vec::new();
    for row in store.unfinished_recordings()? {
        let sound = mended.iter().find(|sound| sound.recording == row.sid);
        let length_ms = match (sound, sounds.read(row.sid)) {
            (Some(sound), _) => sound.length_ms,
            (None, Ok(file)) => file.form.length_ms(file.sound_bytes),
            (None, Err(_)) => 0,
        };
        cut.push((row, u32::try_from(length_ms).unwrap_or(u32::MAX)));
    }
    Ok(cut)
}
