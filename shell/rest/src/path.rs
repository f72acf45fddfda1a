//! Which resource a path names.
//!
//! Resources of the 2010 API are served as JSON under `.json`. No suffix, `.xml` and `.csv` ask
//! for representations that don't exist yet, and are answered with 404 rather than with JSON: a
//! client that expects XML would place a call, fail to read the answer, and place it again.
//! Recordings alone have sound under no suffix, `.wav` and `.mp3`.

use hyper::Method;
use model::{AccountSid, CallSid, NotificationSid, NumberSid, RecordingSid};

/// A resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    Accounts,
    Account(AccountSid),
    Calls(AccountSid),
    Call(AccountSid, CallSid),
    Events(AccountSid, CallSid),
    Notifications(AccountSid, Option<CallSid>),
    Notification(AccountSid, Option<CallSid>, NotificationSid),
    Recordings(AccountSid, Option<CallSid>),
    Recording(AccountSid, Option<CallSid>, RecordingSid),
    Sound(AccountSid, Option<CallSid>, RecordingSid, SoundForm),
    Numbers(AccountSid),
    Number(AccountSid, NumberSid),
}

/// How the sound of a recording is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundForm {
    Wav,
    Mp3,
}

const ROOT: &str = "/2010-04-01";

/// Whether a path belongs to this API at all.
pub fn is_ours(path: &str) -> bool {
    path == ROOT
        || path
            .strip_prefix(ROOT)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// The path of an account, without a suffix.
pub fn account(account: AccountSid) -> String {
    format!("{ROOT}/Accounts/{account}")
}

impl Route {
    /// Reads a path.
    pub fn parse(path: &str, accepts_json: bool) -> Option<Route> {
        let rest = path.strip_prefix(ROOT)?.strip_prefix("/Accounts")?;
        let (stem, suffix) = match rest.rsplit_once('.') {
            Some((stem, suffix)) if !suffix.contains('/') => (stem, Some(suffix)),
            _ => (rest, None),
        };
        let mut parts = stem.split('/');
        // What stands before the first slash must be nothing, or the word went on.
        parts.next().filter(|before| before.is_empty())?;
        let parts: Vec<&str> = parts.collect();
        let form = match suffix {
            Some("wav") => SoundForm::Wav,
            Some("mp3") => SoundForm::Mp3,
            None if !accepts_json => SoundForm::Wav,
            Some("json") => return Route::of_json(&parts),
            None => return Route::of_json(&parts).filter(|r| matches!(r, Route::Recording(..))),
            Some(_) => return None,
        };
        match Route::of_json(&parts)? {
            Route::Recording(account, call, recording) => {
                Some(Route::Sound(account, call, recording, form))
            }
            _ => None,
        }
    }

    fn of_json(parts: &[&str]) -> Option<Route> {
        let Some((account, below)) = parts.split_first() else {
            return Some(Route::Accounts);
        };
        let account: AccountSid = account.parse().ok()?;
        Some(match *below {
            [] => Route::Account(account),
            ["Calls"] => Route::Calls(account),
            ["Calls", call] => Route::Call(account, call.parse().ok()?),
            ["Calls", call, "Events"] => Route::Events(account, call.parse().ok()?),
            ["Calls", call, "Notifications"] => {
                Route::Notifications(account, Some(call.parse().ok()?))
            }
            ["Calls", call, "Notifications", sid] => {
                Route::Notification(account, Some(call.parse().ok()?), sid.parse().ok()?)
            }
            ["Calls", call, "Recordings"] => Route::Recordings(account, Some(call.parse().ok()?)),
            ["Calls", call, "Recordings", sid] => {
                Route::Recording(account, Some(call.parse().ok()?), sid.parse().ok()?)
            }
            ["Notifications"] => Route::Notifications(account, None),
            ["Notifications", sid] => Route::Notification(account, None, sid.parse().ok()?),
            ["Recordings"] => Route::Recordings(account, None),
            ["Recordings", sid] => Route::Recording(account, None, sid.parse().ok()?),
            ["IncomingPhoneNumbers"] => Route::Numbers(account),
            ["IncomingPhoneNumbers", sid] => Route::Number(account, sid.parse().ok()?),
            _ => return None,
        })
    }

    /// Whose it is.
    pub fn account(&self) -> Option<AccountSid> {
        match *self {
            Route::Accounts => None,
            Route::Account(account)
            | Route::Calls(account)
            | Route::Call(account, _)
            | Route::Events(account, _)
            | Route::Notifications(account, _)
            | Route::Notification(account, ..)
            | Route::Recordings(account, _)
            | Route::Recording(account, ..)
            | Route::Sound(account, ..)
            | Route::Numbers(account)
            | Route::Number(account, _) => Some(account),
        }
    }

    /// Whether this can be done with it.
    pub fn allows(&self, method: &Method) -> bool {
        let reads = method == Method::GET;
        let writes = method == Method::POST;
        let deletes = method == Method::DELETE;
        match self {
            Route::Calls(_) | Route::Numbers(_) => reads || writes,
            Route::Call(..) | Route::Number(..) => reads || writes || deletes,
            Route::Recording(..) | Route::Sound(..) => reads || deletes,
            Route::Accounts
            | Route::Account(_)
            | Route::Events(..)
            | Route::Notifications(..)
            | Route::Notification(..)
            | Route::Recordings(..) => reads,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AC: &str = "AC00000000000000000000000000000001";
    const RE: &str = "RE00000000000000000000000000000002";
    const CA: &str = "CA00000000000000000000000000000003";

    fn parse(path: &str) -> Option<Route> {
        Route::parse(path, false)
    }

    #[test]
    fn json_has_a_suffix_and_sound_may_have_none() {
        let (account, recording) = (AccountSid(1), RecordingSid(2));
        let base = format!("/2010-04-01/Accounts/{AC}");
        assert_eq!(parse("/2010-04-01/Accounts.json"), Some(Route::Accounts));
        assert_eq!(
            parse(&format!("{base}.json")),
            Some(Route::Account(account))
        );
        let sound = |form| Some(Route::Sound(account, None, recording, form));
        assert_eq!(
            parse(&format!("{base}/Recordings/{RE}")),
            sound(SoundForm::Wav)
        );
        assert_eq!(
            parse(&format!("{base}/Recordings/{RE}.wav")),
            sound(SoundForm::Wav)
        );
        assert_eq!(
            parse(&format!("{base}/Recordings/{RE}.mp3")),
            sound(SoundForm::Mp3)
        );
        assert_eq!(
            parse(&format!("{base}/Calls/{CA}/Recordings/{RE}.mp3")),
            Some(Route::Sound(
                account,
                Some(CallSid(3)),
                recording,
                SoundForm::Mp3
            ))
        );
        assert_eq!(
            Route::parse(&format!("{base}/Recordings/{RE}"), true),
            Some(Route::Recording(account, None, recording))
        );
    }

    #[test]
    fn what_is_not_served_is_not_found() {
        let base = format!("/2010-04-01/Accounts/{AC}");
        for path in [
            "/2010-04-01".to_owned(),
            "/2010-04-01/Accounts".to_owned(),
            format!("{base}/Calls"),
            format!("{base}/Calls.xml"),
            format!("{base}/Calls.csv"),
            format!("{base}/calls.json"),
            format!("{base}/Calls/{CA}"),
            format!("{base}/Calls/{CA}.wav"),
            format!("{base}/Calls/CA1.json"),
            format!("{base}/Calls/{CA}/Nothing.json"),
            format!("{base}//Calls.json"),
            format!("/2010-04-01/Accountsx/{AC}.json"),
        ] {
            assert_eq!(parse(&path), None, "{path}");
        }
        assert!(is_ours("/2010-04-01/x") && !is_ours("/2010-04-010") && !is_ours("/health"));
    }
}
