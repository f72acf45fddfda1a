//! What a path says: which resource, and in which form the answer is wanted.
//!
//! `/2010-04-01/Accounts/AC…/Calls/CA….json` is a stem and a suffix. Only the suffixes we know are
//! cut off, for names may hold dots (`Twilio.CURRENT`).

use crate::fault::Fault;
use model::AccountSid;
use std::str::FromStr;

/// Where the 2010 API begins.
pub const ROOT: &str = "/2010-04-01";

/// The part of the accounts API that is served; its paths have no suffix and its answers are JSON.
/// Patterns name it whole.
const ACCOUNTS_V1: &str = "/v1/AuthTokens";

/// Where resources of our own begin, which no contract knows. Their paths have no suffix, and
/// patterns name them whole.
const OWN: &str = "/ringback/v1";

/// The form an answer is given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Of everything.
    Json,
    /// Of everything.
    Xml,
    /// Of lists.
    Csv,
    /// Of recordings.
    Wav,
    /// Of recordings.
    Mp3,
}

/// A path taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// As requested, without the query.
    whole: String,
    /// How much of `whole` is left without its suffix.
    stem: usize,
    suffix: Option<Format>,
    accepts_json: bool,
}

/// What kind of thing a resource is: not everything is had in every form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A single thing.
    One,
    /// A list.
    List,
    /// One that is also had as sound.
    Sound,
    /// One that is had as JSON only, and without a suffix.
    Json,
}

impl Path {
    /// Takes a path apart. `accepts_json` says whether the client named JSON in its `Accept`.
    pub fn read(path: &str, accepts_json: bool) -> Path {
        let cut = path.rsplit_once('.').and_then(|(stem, suffix)| {
            let format = match suffix {
                "json" => Format::Json,
                "xml" => Format::Xml,
                "csv" => Format::Csv,
                "wav" => Format::Wav,
                "mp3" => Format::Mp3,
                _ => return None,
            };
            Some((stem.len(), format))
        });
        Path {
            whole: path.to_owned(),
            stem: cut.map_or(path.len(), |(stem, _)| stem),
            suffix: cut.map(|(_, format)| format),
            accepts_json,
        }
    }

    /// As it was requested.
    pub fn whole(&self) -> &str {
        &self.whole
    }

    /// Whether it belongs to this API at all.
    pub fn is_ours(&self) -> bool {
        self.below_root().is_some() || self.is_v1() || self.below_own().is_some()
    }

    fn is_v1(&self) -> bool {
        let below = self.whole.strip_prefix(ACCOUNTS_V1);
        below.is_some_and(|below| below.starts_with('/'))
    }

    /// What follows the root: nothing, or something that begins with a slash.
    fn below_root(&self) -> Option<&str> {
        let below = self.whole[..self.stem].strip_prefix(ROOT)?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }

    /// What follows the root of our own resources.
    fn below_own(&self) -> Option<&str> {
        let below = self.whole.strip_prefix(OWN)?;
        below.starts_with('/').then_some(below)
    }

    /// Whether it is of this pattern. In a pattern, two capitals stand for an identifier that
    /// begins with them; the rest is meant as it stands.
    pub fn fits(&self, pattern: &str) -> bool {
        let below = if pattern.starts_with(ACCOUNTS_V1) || pattern.starts_with(OWN) {
            self.whole.as_str()
        } else if let Some(below) = self.below_root() {
            below
        } else {
            return false;
        };
        let (mut wanted, mut have) = (pattern.split('/'), below.split('/'));
        loop {
            match (wanted.next(), have.next()) {
                (None, None) => return true,
                (Some(wanted), Some(have)) if part_fits(wanted, have) => {}
                _ => return false,
            }
        }
    }

    /// The account it is below.
    pub fn account(&self) -> Option<AccountSid> {
        let below = self.below_root().or_else(|| self.below_own())?;
        let mut parts = below.strip_prefix("/Accounts/")?.split('/');
        parts.next()?.parse().ok()
    }

    /// The first identifier of this kind in it; it is not found if there is none.
    pub(crate) fn sid<T: FromStr>(&self) -> Result<T, Fault> {
        let parts = self.whole[..self.stem].split('/');
        let mut found = parts.filter_map(|part| part.parse().ok());
        found.next().ok_or_else(|| Fault::not_found(&self.whole))
    }

    /// The form in which a resource of this kind is wanted, if it is had in that form. Without a
    /// suffix, XML is meant (for sound: WAV). A client that names JSON in `Accept` gets JSON then:
    /// it could read nothing else, and one that wants XML doesn't name JSON.
    pub fn format(&self, kind: Kind) -> Option<Format> {
        match (self.suffix, kind) {
            (None, _) if self.accepts_json => Some(Format::Json),
            (None, Kind::Json) => Some(Format::Json),
            (Some(_), Kind::Json) => None,
            (None, Kind::Sound) => Some(Format::Wav),
            (None, _) => Some(Format::Xml),
            (Some(Format::Csv), Kind::One | Kind::Sound) => None,
            (Some(Format::Wav | Format::Mp3), Kind::One | Kind::List) => None,
            (Some(format), _) => Some(format),
        }
    }

    /// The form in which a failure is told. There is none for tables: who asked for one is told in
    /// JSON. A player that asked for sound looks at the status; a person sees XML.
    pub fn fault_format(&self) -> Format {
        match self.suffix {
            Some(Format::Json | Format::Csv) => Format::Json,
            Some(_) => Format::Xml,
            None if self.accepts_json || self.below_root().is_none() => Format::Json,
            None => Format::Xml,
        }
    }
}

fn part_fits(wanted: &str, have: &str) -> bool {
    match wanted.as_bytes() {
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
            let digits = have.strip_prefix(wanted).map(str::as_bytes);
            let small = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
            digits.is_some_and(|digits| digits.len() == 32 && digits.iter().all(small))
        }
        _ => wanted == have,
    }
}

/// The path of an account, without a suffix.
pub fn account(account: AccountSid) -> String {
    format!("{ROOT}/Accounts/{account}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{CallSid, RecordingSid};

    const AC: &str = "AC00000000000000000000000000000001";
    const RE: &str = "RE00000000000000000000000000000002";
    const CA: &str = "CA00000000000000000000000000000003";

    fn fits(path: &str, pattern: &str) -> bool {
        Path::read(path, false).fits(pattern)
    }

    #[test]
    fn a_pattern_names_the_kinds_of_its_identifiers() {
        let base = format!("{ROOT}/Accounts/{AC}");
        assert!(fits("/2010-04-01.json", "") && fits(ROOT, ""));
        assert!(fits("/2010-04-01/Accounts.json", "/Accounts"));
        assert!(fits(&base, "/Accounts/AC"));
        assert!(fits(
            &format!("{base}/Calls/{CA}/Recordings/{RE}.mp3"),
            "/Accounts/AC/Calls/CA/Recordings/RE"
        ));
        let current = format!("{base}/Calls/{CA}/Recordings/Twilio.CURRENT");
        let pattern = "/Accounts/AC/Calls/CA/Recordings/Twilio.CURRENT";
        assert!(fits(&current, pattern) && fits(&format!("{current}.json"), pattern));
        for (path, pattern) in [
            (format!("{base}/calls.json"), "/Accounts/AC/Calls"),
            (format!("{base}//Calls.json"), "/Accounts/AC/Calls"),
            (format!("{base}/Calls/.json"), "/Accounts/AC/Calls"),
            (format!("{base}/Calls.txt"), "/Accounts/AC/Calls"),
            (format!("{base}/Calls/CA1.json"), "/Accounts/AC/Calls/CA"),
            (format!("{base}/Calls/{RE}.json"), "/Accounts/AC/Calls/CA"),
            (format!("{ROOT}/Accountsx/{AC}.json"), "/Accounts/AC"),
            ("/2010-04-010/Accounts".to_owned(), "/Accounts"),
            ("/health".to_owned(), ""),
        ] {
            assert!(!fits(&path, pattern), "{path}");
        }
    }

    #[test]
    fn identifiers_are_found_by_their_kind() {
        let path = format!("{ROOT}/Accounts/{AC}/Calls/{CA}/Recordings/{RE}.json");
        let path = Path::read(&path, false);
        assert_eq!(path.account(), Some(AccountSid(1)));
        assert_eq!(path.sid(), Ok(CallSid(3)));
        assert_eq!(path.sid(), Ok(RecordingSid(2)));
        assert!(path.sid::<model::NumberSid>().is_err());
    }

    #[test]
    fn the_suffix_says_the_form() {
        let format = |path: &str, accepts_json, kind| Path::read(path, accepts_json).format(kind);
        for (suffix, one, list, sound) in [
            ("", Some(Format::Xml), Some(Format::Xml), Some(Format::Wav)),
            (
                ".xml",
                Some(Format::Xml),
                Some(Format::Xml),
                Some(Format::Xml),
            ),
            (
                ".json",
                Some(Format::Json),
                Some(Format::Json),
                Some(Format::Json),
            ),
            (".csv", None, Some(Format::Csv), None),
            (".wav", None, None, Some(Format::Wav)),
            (".mp3", None, None, Some(Format::Mp3)),
        ] {
            let path = format!("/x{suffix}");
            assert_eq!(format(&path, false, Kind::One), one, "{suffix}");
            assert_eq!(format(&path, false, Kind::List), list, "{suffix}");
            assert_eq!(format(&path, false, Kind::Sound), sound, "{suffix}");
        }
        for kind in [Kind::One, Kind::List, Kind::Sound] {
            assert_eq!(format("/x", true, kind), Some(Format::Json));
        }
        assert_eq!(format("/x.xml", true, Kind::One), Some(Format::Xml));
    }
}
