//! `ringback recordings`: list, look at, delete and download what was recorded.

mod download;

use crate::answer::{self, date};
use crate::connection::{Connection, Keep};
use crate::fault::Fault;
use crate::flag::{self, say};
use crate::screen::{Form, Screen, print};
use crate::table;
use api::Recording;
use clap::{Args, Subcommand};
use ringback::Client;
use std::process::ExitCode;

/// What can be asked of recordings.
#[derive(Debug, Clone, Args)]
pub struct Recordings {
    /// What to do.
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// List recordings, the newest first.
    List(List),
    /// Show what is known of one.
    Fetch {
        /// Which.
        #[arg(value_name = "RE…", value_parser = flag::recording)]
        sid: String,
    },
    /// Delete one, and its sound.
    Delete {
        /// Which.
        #[arg(value_name = "RE…", value_parser = flag::recording)]
        sid: String,
    },
    /// Save the sound of one as a file.
    Download(download::Download),
}

/// Which recordings are listed.
#[derive(Debug, Clone, Args)]
struct List {
    /// Of this call.
    #[arg(long = "call", value_name = "CA…", value_parser = flag::call)]
    call_sid: Option<String>,
    /// Made then or later: 2026-07-06, or 2026-07-06T22:05:25Z (UTC).
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    since: Option<String>,
    /// Made before.
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    until: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u64,
}

impl Recordings {
    /// Does it, and prints what came of it.
    pub async fn run(&self, keep: Keep<'_>) -> Result<ExitCode, Fault> {
        let screen = Screen::of(self.form);
        let client = self.connection.client(keep)?;
        let wrong = |error| answer::fault(&self.connection.server, error);
        let text = match &self.command {
            Command::List(list) => list.run(&client, &screen).await.map_err(wrong)?,
            Command::Fetch { sid } => {
                let row = client.recordings().fetch(sid).send().await.map_err(wrong)?;
                show(&screen, &row)
            }
            Command::Delete { sid } => {
                client
                    .recordings()
                    .delete(sid)
                    .send()
                    .await
                    .map_err(wrong)?;
                answer::deleted(screen.json, sid)
            }
            Command::Download(download) => {
                download
                    .run(&client, &self.connection.server, &screen)
                    .await?
            }
        };
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

impl List {
    async fn run(&self, client: &Client, screen: &Screen) -> Result<String, ringback::Error> {
        let mut ask = client.recordings().list().limit(self.limit);
        say!(ask, self, call_sid);
        if let Some(since) = &self.since {
            ask = ask.date_created_after(since.as_str());
        }
        if let Some(until) = &self.until {
            ask = ask.date_created_before(until.as_str());
        }
        let rows = ask.send().await?;
        let heads = ["SID", "STATUS", "SECS", "CH", "MADE", "CALL SID"];
        Ok(table::list(screen, "recordings", &rows, heads, |row| {
            [
                row.sid.clone(),
                row.status.clone(),
                row.duration.clone().unwrap_or_default(),
                row.channels.to_string(),
                date(Some(&row.date_created)),
                row.call_sid.clone(),
            ]
        }))
    }
}

fn show(screen: &Screen, row: &Recording) -> String {
    table::one(
        screen,
        row,
        &[
            ("SID", &row.sid),
            ("Status", &row.status),
            ("Call", &row.call_sid),
            ("Source", &row.source),
            ("Channels", &row.channels.to_string()),
            ("Seconds", row.duration.as_deref().unwrap_or_default()),
            ("Begun", &date(Some(&row.start_time))),
            ("Made", &date(Some(&row.date_created))),
            (
                "Error",
                &row.error_code
                    .map_or(String::new(), |code| code.to_string()),
            ),
            ("Sound", &row.media_url),
        ],
    )
}
