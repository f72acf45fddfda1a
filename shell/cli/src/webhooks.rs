//! `ringback webhooks`: what went over the wire to the application, and sending it again.

mod show;
mod table;

use crate::answer::{self, json};
use crate::connection::{Connection, Keep};
use crate::fault::Fault;
use crate::flag::{self, say};
use crate::screen::{Form, Screen, print};
use clap::{Args, Subcommand};
use ringback::Client;
use std::process::ExitCode;

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
    /// Where to ask.
    #[command(flatten)]
    pub connection: Connection,
    /// How it is shown.
    #[command(flatten)]
    pub form: Form,
}

/// What can be done.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// List requests to the application, the newest first.
    List(List),
    /// Show one whole: headers, bodies, what was signed, timing, retries.
    Show {
        /// Which, as `list` tells.
        #[arg(value_name = "WH…", value_parser = flag::webhook)]
        sid: String,
    },
    /// Send one again, signed afresh and marked as a replay, and show what came of it.
    Replay {
        /// Which, as `list` tells.
        #[arg(value_name = "WH…", value_parser = flag::webhook)]
        sid: String,
    },
}

/// The filters of the list.
#[derive(Debug, Clone, Default, Args)]
pub struct List {
    /// About this call.
    #[arg(long = "call", value_name = "CA…", value_parser = flag::call)]
    pub call_sid: Option<String>,
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
    /// Begun then or later: 2026-07-06, or 2026-07-06T22:05:25Z (UTC).
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    pub since: Option<String>,
    /// Begun before.
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    pub until: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    pub limit: u64,
}

impl Webhooks {
    /// Does it, and prints what came of it.
    pub async fn run(&self, keep: Keep<'_>) -> Result<ExitCode, Fault> {
        let screen = Screen::of(self.form);
        let client = self.connection.client(keep)?;
        let text = match &self.command {
            Command::List(list) => list.run(&client, &screen).await,
            Command::Show { sid } => show_one(&client, sid, &screen).await,
            Command::Replay { sid } => replay(&client, sid, &screen).await,
        };
        print(&text.map_err(|error| refused(&self.connection.server, error))?);
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(&self, client: &Client, screen: &Screen) -> Result<String, ringback::Error> {
        let mut ask = client.webhooks().list().limit(self.limit);
        say!(ask, self, call_sid url kind status since until);
        if self.failed {
            ask = ask.failed(true);
        }
        Ok(table::table(screen, &ask.send().await?))
    }
}

async fn show_one(client: &Client, sid: &str, screen: &Screen) -> Result<String, ringback::Error> {
    let one = client.webhooks().fetch(sid).send().await?;
    if screen.json {
        return Ok(json(&one));
    }
    // The other requests of its question: retries, redirects.
    let list = client.webhooks().list().call_sid(&one.row.call_sid);
    let question = list.idempotency_token(&one.row.idempotency_token);
    let others = question.limit(100).send().await?;
    let mut text = show::show(screen, &one);
    if others.len() > 1 {
        text.push_str("\nThis question's requests, the newest first\n");
        text.push_str(&table::table(screen, &others));
    }
    Ok(text)
}

async fn replay(client: &Client, sid: &str, screen: &Screen) -> Result<String, ringback::Error> {
    let one = client.webhooks().replay(sid).send().await?;
    if screen.json {
        return Ok(json(&one));
    }
    Ok(format!("Sent again as {}\n\n", one.row.sid) + &show::show(screen, &one))
}

/// A request that the API calls senseless (400) is bad input, like one that never left.
fn refused(url: &str, error: ringback::Error) -> Fault {
    match (error.status(), error.code()) {
        (Some(400), Some(20_001)) => Fault::Input(error.to_string()),
        _ => answer::fault(url, error),
    }
}

#[cfg(test)]
mod tests;
