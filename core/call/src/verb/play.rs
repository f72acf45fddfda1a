//! `<Play>`: plays a sound, or sends keys.

use super::say::Speaking;
use crate::notice::{self, Fault};
use crate::relative;
use crate::script::Line;
use crate::turn::Turn;
use model::media::Prompt;
use model::{AccountSid, ErrorCode, limit};
use twiml::verb::Play;

/// A sound waits for its end as speech does.
pub(crate) type Playing = Speaking;

/// What is to be heard and how often.
pub(crate) fn prompt(
    play: &Play,
    page: Option<&str>,
    account: AccountSid,
) -> Result<(Prompt, u32), Fault> {
    let loops = play.repeat.times().min(limit::PLAY_LOOPS_MAX);
    if let Some(digits) = play.digits.as_ref().filter(|digits| !digits.is_empty()) {
        let digits = digits.chars().take(limit::PLAY_DIGITS_MAX).collect();
        return Ok((Prompt::Digits(digits), loops));
    }
    match relative::resolve(page, &play.url).filter(|_| !play.url.trim().is_empty()) {
        Some(url) => Ok((Prompt::File { url, account }, loops)),
        None => {
            let text = format!("Play: '{}' is no address of a sound", play.url);
            Err(Fault::new(ErrorCode::URL_FORMAT, text))
        }
    }
}

/// Begins to play; a sound without a usable address is passed over and written down.
pub(crate) fn begin(
    play: &Play,
    page: Option<&str>,
    line: &Line<'_>,
    turn: &mut Turn<'_>,
) -> Option<Playing> {
    let digits = play.digits.as_deref().unwrap_or_default();
    if play.url.trim().is_empty() && digits.is_empty() {
        // Nothing to play was warned of when the document was read (12200).
        return None;
    }
    match prompt(play, page, line.row.account) {
        Ok((prompt, loops)) => Some(Playing::begin(prompt, loops, line, turn)),
        Err(fault) => {
            notice::error(line.row, &fault, None, turn);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_resolved_and_keys_come_first() {
        let play = |url: &str| Play {
            url: url.to_owned(),
            ..Play::default()
        };
        let page = Some("https://h/app/doc");
        let file = |url: &str| Prompt::File {
            url: url.to_owned(),
            account: AccountSid(7),
        };
        let prompt = |play: &Play, page| super::prompt(play, page, AccountSid(7));
        assert_eq!(
            prompt(&play("a.mp3"), page),
            Ok((file("https://h/app/a.mp3"), 1))
        );
        assert!(prompt(&play("a.mp3"), None).is_err());
        assert!(prompt(&play(""), page).is_err());
        let keys = Play {
            digits: Some("1w2".to_owned()),
            ..play("a.mp3")
        };
        assert_eq!(
            prompt(&keys, None),
            Ok((Prompt::Digits("1w2".to_owned()), 1))
        );
    }
}
