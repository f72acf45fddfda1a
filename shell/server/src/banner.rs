//! What `ringback dev` prints when it is up: who you are, what you own, how to call.

use intercept::Trust;
use model::{Account, Number};
use sim::Character;
use std::fmt::Write;

/// The facts of the first screen.
pub struct Banner<'a> {
    /// Where the API is reached, without a slash at the end.
    pub api: &'a str,
    /// Where SIP is reached, as `127.0.0.1:5060`.
    pub sip: &'a str,
    /// The account and its token.
    pub account: &'a Account,
    /// What it owns.
    pub numbers: &'a [Number],
    /// One sentence on the voices.
    pub voices: &'a str,
    /// The data folder.
    pub data: &'a str,
    /// Whether the virtual phones are the carrier.
    pub phones: bool,
    /// How apps come to trust the proxy, if there is one.
    pub intercept: Option<&'a Trust>,
}

impl Banner<'_> {
    /// The screen.
    pub fn text(&self) -> String {
        let Banner {
            api,
            sip,
            account,
            voices,
            data,
            ..
        } = self;
        let (sid, token) = (account.sid, &account.auth_token);
        let numbers: Vec<_> = self
            .numbers
            .iter()
            .map(|n| n.phone_number.as_str())
            .collect();
        let from = numbers.first().copied().unwrap_or("+12025550190");
        let numbers = numbers.join(", ");
        let mut text = String::new();
        let _ = writeln!(text, "ringback is up.\n");
        let _ = writeln!(text, "  API          {api}");
        let _ = writeln!(text, "  SIP          {sip} (UDP and TCP)");
        let _ = writeln!(text, "  Account SID  {sid}");
        let _ = writeln!(text, "  Auth token   {token}");
        if let Some(test) = &account.test {
            let _ = writeln!(text, "  Test SID     {}", test.sid);
            let _ = writeln!(text, "  Test token   {}", test.token);
        }
        let _ = writeln!(text, "  Numbers      {numbers}");
        let _ = writeln!(text, "  Voices       {voices}");
        let _ = writeln!(text, "  Data         {data}\n");
        if self.phones {
            let _ = writeln!(
                text,
                "The carrier is a virtual phone network: `ringback dev --phones`"
            );
            let _ = writeln!(text, "lists its numbers. Place a first call:\n");
        } else {
            let _ = writeln!(text, "Place a first call:\n");
        }
        let _ = writeln!(text, "{}\n", curl(api, &sid.to_string(), token, from));
        let _ = writeln!(text, "Its ladder appears here as it runs. Ctrl-C ends.");
        if let Some(trust) = self.intercept {
            let _ = writeln!(text, "\n{}", trust.text());
        }
        text
    }
}

/// A line for a shell that places a call, to be pasted as it is.
pub fn curl(api: &str, sid: &str, token: &str, from: &str) -> String {
    format!(
        "  curl -X POST {api}/2010-04-01/Accounts/{sid}/Calls.json \\\n    \
         -u {sid}:{token} \\\n    \
         --data-urlencode 'To=+12025550101' \\\n    \
         --data-urlencode 'From={from}' \\\n    \
         --data-urlencode 'Twiml=<Response><Say>Hello from Ringback.</Say></Response>'"
    )
}

/// The table of the virtual phones, for `--phones`.
pub fn phones() -> String {
    let mut text = String::from("The virtual phone network:\n\n");
    for (number, character) in Character::table() {
        let _ = writeln!(text, "  {number}  {}", character.summary);
    }
    let _ = writeln!(text, "  any other     like +12025550101\n");
    text.push_str("Your own numbers (+12025550190 and what you add by IncomingPhoneNumbers)\n");
    text.push_str("answer with their VoiceUrl.\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_every_phone() {
        let text = phones();
        for last in 101..=109 {
            assert!(text.contains(&format!("+12025550{last}")), "{last}");
        }
    }

    #[test]
    fn the_curl_line_can_be_pasted() {
        let line = curl("http://127.0.0.1:8080", "AC1", "secret", "+12025550190");
        assert!(line.contains("-u AC1:secret"));
        // Each line but the last goes on.
        let lines: Vec<_> = line.lines().collect();
        let (last, others) = lines.split_last().unwrap();
        assert!(others.iter().all(|line| line.ends_with('\\')));
        assert_eq!(last.matches('\'').count(), 2);
    }
}
