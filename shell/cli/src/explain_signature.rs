//! `ringback explain-signature`: in what a webhook as the application saw it differs from what
//! was signed.

mod address;
mod curl;
mod difference;
mod explain;
mod parameters;
mod query;
mod request;
mod search;
mod show;

pub use difference::Difference;
pub use explain::{Explanation, Question, Verdict, explain};
pub use request::{INPUT_BYTES, Request, read};

use clap::Args;
use std::ffi::OsString;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// What stands below the help of the command.
pub const HELP: &str = "\
The request is raw HTTP (first line, headers, empty line, body), a line for curl, or a HAR.
The token is read from TWILIO_AUTH_TOKEN unless you name other places; it is never an argument.

  ringback explain-signature request.http --url https://example.com/voice
  ringback explain-signature request.har --token-env OLD_TOKEN --token-env NEW_TOKEN

Exit code 0: the signature holds. 1: something differs, or nothing explains it. 2: bad input.";

/// Say why a webhook's signature doesn't match what your application computes.
#[derive(Debug, Args)]
pub struct ExplainSignature {
    /// The file with the request; `-` or nothing reads it from standard input
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The address as it is configured where the webhook comes from
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// An environment variable with the auth token; more than one while you rotate
    #[arg(long, value_name = "NAME")]
    pub token_env: Vec<String>,
    /// A file with the auth token
    #[arg(long, value_name = "FILE")]
    pub token_file: Vec<PathBuf>,
    /// The signature your application computed, to learn from what
    #[arg(long, value_name = "SIGNATURE")]
    pub computed: Option<String>,
    /// Which request of a HAR, from 1; the first signed one unless given
    #[arg(long, value_name = "NUMBER")]
    pub entry: Option<usize>,
}

impl ExplainSignature {
    /// Reads what is asked about and explains it. What can't be read is one sentence.
    pub fn run(&self, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Explanation, String> {
        let tokens = self.tokens(variable)?;
        let text = self.text()?;
        let request = read(&text, self.entry)?;
        explain(&Question {
            request: &request,
            tokens: &tokens,
            url: self.url.as_deref(),
            computed: self.computed.as_deref(),
        })
    }

    fn tokens(&self, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Vec<String>, String> {
        let usual = ["TWILIO_AUTH_TOKEN".to_owned()];
        let names = if self.token_env.is_empty() && self.token_file.is_empty() {
            &usual[..]
        } else {
            &self.token_env[..]
        };
        let mut tokens = Vec::new();
        for name in names {
            let value = variable(name).filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| {
                format!("there is no auth token: set {name}, or name a --token-file")
            })?;
            let value = value.into_string();
            tokens.push(value.map_err(|_| format!("what {name} holds is no token"))?);
        }
        for file in &self.token_file {
            let text = open(file)?;
            // A file ends with a line's end that isn't part of the token.
            let token = text.trim_end_matches(['\r', '\n']);
            if token.is_empty() {
                return Err(format!("{} holds no token", file.display()));
            }
            tokens.push(token.to_owned());
        }
        Ok(tokens)
    }

    fn text(&self) -> Result<String, String> {
        match &self.file {
            Some(file) if file != Path::new("-") => open(file),
            _ => {
                let input = std::io::stdin();
                if input.is_terminal() {
                    eprintln!("Paste the request, then press Ctrl-D on a line of its own.");
                }
                bounded(input.lock()).map_err(|why| format!("standard input {why}"))
            }
        }
    }
}

fn open(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path);
    let file = file.map_err(|error| format!("{} can't be read: {error}", path.display()))?;
    bounded(file).map_err(|why| format!("{} {why}", path.display()))
}

fn bounded(from: impl Read) -> Result<String, String> {
    let mut bytes = Vec::new();
    let bound = INPUT_BYTES + 1;
    from.take(u64::try_from(bound).unwrap_or(u64::MAX))
        .read_to_end(&mut bytes)
        .map_err(|error| format!("can't be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "isn't text".to_owned())
}
