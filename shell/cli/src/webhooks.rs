//! `ringback webhooks`: what went over the wire to the application, and sending it again.

mod show;
mod table;

use crate::connection::{Connection, Keep};
use crate::fault::Fault;
use clap::{Args, Subcommand};
use ringback::Client;
use std::fmt::Write;

/// What the help ends with.
pub const HELP: &str = "\
Examples:
  ringback webhooks list --failed             what went wrong lately
  ringback webhooks list --call CA0123…       all that a call has asked and told
  ringback webhooks show WH0123…              with the exact string that was signed
  ringback webhooks replay WH0123…            once the application is mended

Credentials are those of TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and
TWILIO_API_SECRET; without them, those of the data folder of `ringback dev`.";

/// Requests to your application as they went over the wire: list, show, send again.
#[derive(Debug, Clone, Args)]
pub struct Webhooks {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// JSON, as the API has it; so it is without a terminal, too.
    #[arg(long, global = true)]
    pub json: bool,
    /// Where to ask.
    #[command(flatten)]
    pub connection: Connection,
}

/// What can be done.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// List requests to the application, the newest first.
    List(List),
    /// Show one whole: headers, bodies, what was signed, timing, retries.
    Show {
        /// Which: WH and 32 hexadecimal digits, as `list` tells.
        sid: String,
    },
    /// Send one again, signed afresh and marked as a replay, and show what came of it.
    Replay {
        /// Which: WH and 32 hexadecimal digits, as `list` tells.
        sid: String,
    },
}

/// The filters of the list.
#[derive(Debug, Clone, Default, Args)]
pub struct List {
    /// About this call.
    #[arg(long, value_name = "CA…")]
    pub call: Option<String>,
    /// With this text in the address: a host, a path.
    #[arg(long, value_name = "TEXT")]
    pub url: Option<String>,
    /// For this: document, action, whisper, fallback, refer, status-callback, recording-callback,
    /// amd-callback, callback.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Answered so: 404, or 5xx for all of a class.
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// Only those that failed.
    #[arg(long)]
    pub failed: bool,
    /// Begun then or later: 2026-07-06, or with a time, 2026-07-06T22:05:25Z.
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Begun before.
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub limit: u64,
}

impl Webhooks {
    /// Does it, and says what is to be printed. `terminal` is whether somebody reads it there.
    pub async fn run(&self, keep: Keep<'_>, terminal: bool) -> Result<String, Fault> {
        let json = self.json || !terminal;
        if let Command::Show { sid } | Command::Replay { sid } = &self.command {
            check(sid)?;
        }
        let client = self.connection.client(keep)?;
        match &self.command {
            Command::List(list) => list.run(&client, json).await,
            Command::Show { sid } => show_one(&client, sid, json).await,
            Command::Replay { sid } => replay(&client, sid, json).await,
        }
    }
}

/// What is no identifier is told before anybody is asked.
fn check(sid: &str) -> Result<(), Fault> {
    let digits = sid.strip_prefix("WH").unwrap_or_default();
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if digits.len() == 32 && hexadecimal {
        return Ok(());
    }
    Err(Fault::Input(format!(
        "{sid:?} is no request: WH and 32 hexadecimal digits are wanted, as `ringback webhooks \
         list` tells them"
    )))
}

impl List {
    async fn run(&self, client: &Client, json: bool) -> Result<String, Fault> {
        let mut ask = client.webhooks().list().limit(self.limit);
        if let Some(call) = &self.call {
            ask = ask.call_sid(call);
        }
        if let Some(text) = &self.url {
            ask = ask.url(text);
        }
        if let Some(kind) = &self.kind {
            ask = ask.kind(kind);
        }
        if let Some(status) = &self.status {
            ask = ask.status(status);
        }
        if self.failed {
            ask = ask.failed(true);
        }
        if let Some(date) = &self.since {
            ask = ask.since(date);
        }
        if let Some(date) = &self.until {
            ask = ask.until(date);
        }
        let rows = ask.send().await.map_err(refused)?;
        if json {
            return written(&rows);
        }
        Ok(table::table(&rows))
    }
}

async fn show_one(client: &Client, sid: &str, json: bool) -> Result<String, Fault> {
    let one = client.webhooks().fetch(sid).send().await.map_err(refused)?;
    if json {
        return written(&one);
    }
    // The other requests of its question: retries, redirects.
    let list = client.webhooks().list().call_sid(&one.row.call_sid);
    let question = list.idempotency_token(&one.row.idempotency_token);
    let others = question.limit(100).send().await.map_err(refused)?;
    let mut text = show::show(&one);
    if others.len() > 1 {
        text.push_str("\nThis question's requests, the newest first\n");
        text.push_str(&table::table(&others));
    }
    Ok(text)
}

async fn replay(client: &Client, sid: &str, json: bool) -> Result<String, Fault> {
    let one = client
        .webhooks()
        .replay(sid)
        .send()
        .await
        .map_err(refused)?;
    if json {
        return written(&one);
    }
    let mut text = String::new();
    let _ = writeln!(text, "Sent again as {}\n", one.row.sid);
    Ok(text + &show::show(&one))
}

/// A request that the API calls senseless (400) is bad input, like one that never left.
fn refused(error: ringback::Error) -> Fault {
    match (error.status(), error.code()) {
        (Some(400), Some(20_001)) => Fault::Input(error.to_string()),
        _ => Fault::from(error),
    }
}

fn written(value: &impl serde::Serialize) -> Result<String, Fault> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n")
        .map_err(|error| Fault::Failed(format!("it can't be written as JSON: {error}")))
}

#[cfg(test)]
mod tests;
