//! `ringback calls`: place, list, look at, change, delete and follow calls.

mod create;
mod follow;

use crate::answer::{self, date};
use crate::connection::{Connection, Keep};
use crate::fault::Fault;
use crate::flag::{self, say};
use crate::screen::{Form, Screen, print};
use crate::table;
use api::{Call, CallEnd, CallStatus, Method};
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use ringback::Client;
use std::process::ExitCode;

/// What can be asked of calls.
#[derive(Debug, Clone, Args)]
pub struct Calls {
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
    /// Place a call.
    #[command(after_help = create::HELP)]
    Create(Box<create::Create>),
    /// List calls, the newest first.
    List(List),
    /// Show one call.
    Fetch {
        /// Which.
        #[arg(value_name = "CA…", value_parser = flag::call)]
        sid: String,
    },
    /// Change a call that lasts: what it runs, or that it ends.
    Update(Update),
    /// Delete a call that has ended.
    Delete {
        /// Which.
        #[arg(value_name = "CA…", value_parser = flag::call)]
        sid: String,
    },
    /// Show the ladder of a call as it runs, until it ends.
    #[command(after_help = follow::HELP)]
    Follow {
        /// Which.
        #[arg(value_name = "CA…", value_parser = flag::call)]
        sid: String,
    },
}

/// Which calls are listed.
#[derive(Debug, Clone, Args)]
struct List {
    /// That have come this far.
    #[arg(long, value_parser = PossibleValuesParser::new(CallStatus::KNOWN))]
    status: Option<String>,
    /// To this number or SIP address.
    #[arg(long, value_name = "NUMBER")]
    to: Option<String>,
    /// From this number or SIP address.
    #[arg(long, value_name = "NUMBER")]
    from: Option<String>,
    /// That this call's `<Dial>` placed.
    #[arg(long, value_name = "CA…", value_parser = flag::call)]
    parent_call_sid: Option<String>,
    /// Begun then or later: 2026-07-06, or 2026-07-06T22:05:25Z (UTC).
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    since: Option<String>,
    /// Begun before.
    #[arg(long, value_name = "DATE", value_parser = flag::date)]
    until: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u64,
}

/// What is changed.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args([
    "url", "twiml", "status", "fallback_url", "status_callback", "time_limit",
]))]
struct Update {
    /// Which call.
    #[arg(value_name = "CA…", value_parser = flag::call)]
    sid: String,
    /// End it: canceled while it waits or rings, completed at any time.
    #[arg(long, value_parser = PossibleValuesParser::new(CallEnd::KNOWN))]
    status: Option<String>,
    /// Asked for the document that goes on with it.
    #[arg(long)]
    url: Option<String>,
    /// How --url is asked.
    #[arg(long, value_parser = PossibleValuesParser::new(Method::KNOWN))]
    method: Option<String>,
    /// The document that goes on with it.
    #[arg(long, value_name = "XML", conflicts_with = "url")]
    twiml: Option<String>,
    /// Asked when the document fails.
    #[arg(long, value_name = "URL")]
    fallback_url: Option<String>,
    /// How --fallback-url is asked.
    #[arg(long, value_parser = PossibleValuesParser::new(Method::KNOWN), value_name = "METHOD")]
    fallback_method: Option<String>,
    /// Told when it has ended.
    #[arg(long, value_name = "URL")]
    status_callback: Option<String>,
    /// How --status-callback is told.
    #[arg(long, value_parser = PossibleValuesParser::new(Method::KNOWN), value_name = "METHOD")]
    status_callback_method: Option<String>,
    /// How long it may last.
    #[arg(long, value_name = "SECONDS")]
    time_limit: Option<u32>,
}

impl Calls {
    /// Does it, and prints what came of it.
    pub async fn run(&self, keep: Keep<'_>) -> Result<ExitCode, Fault> {
        let screen = Screen::of(self.form);
        let client = self.connection.client(keep)?;
        let calls = client.calls();
        let wrong = |error| answer::fault(&self.connection.server, error);
        let text = match &self.command {
            Command::Create(create) => {
                let call = create.ask(&client).send().await.map_err(wrong)?;
                if create.follow {
                    return self.follow(&client, &call.sid, &screen).await;
                }
                show(&screen, &call)
            }
            Command::List(list) => list.run(&client, &screen).await.map_err(wrong)?,
            Command::Fetch { sid } => {
                let call = calls.fetch(sid).send().await.map_err(wrong)?;
                show(&screen, &call)
            }
            Command::Update(update) => {
                let mut ask = calls.update(&update.sid);
                say!(ask, update, status url method twiml fallback_url fallback_method);
                say!(ask, update, status_callback status_callback_method time_limit);
                show(&screen, &ask.send().await.map_err(wrong)?)
            }
            Command::Delete { sid } => {
                calls.delete(sid).send().await.map_err(wrong)?;
                answer::deleted(screen.json, sid)
            }
            Command::Follow { sid } => return self.follow(&client, sid, &screen).await,
        };
        print(&text);
        Ok(ExitCode::SUCCESS)
    }

    async fn follow(&self, client: &Client, sid: &str, screen: &Screen) -> Result<ExitCode, Fault> {
        follow::follow(client, &self.connection.server, sid, screen).await
    }
}

impl List {
    async fn run(&self, client: &Client, screen: &Screen) -> Result<String, ringback::Error> {
        let mut ask = client.calls().list().limit(self.limit);
        say!(ask, self, status to from parent_call_sid);
        if let Some(since) = &self.since {
            ask = ask.start_time_after(since.as_str());
        }
        if let Some(until) = &self.until {
            ask = ask.start_time_before(until.as_str());
        }
        let rows = ask.send().await?;
        let heads = ["SID", "STATUS", "FROM", "TO", "SECS", "BEGUN"];
        Ok(table::list(screen, "calls", &rows, heads, |call| {
            [
                call.sid.clone(),
                call.status.clone(),
                call.from.clone(),
                call.to.clone(),
                call.duration.clone().unwrap_or_default(),
                date(call.start_time.as_deref().or(call.date_created.as_deref())),
            ]
        }))
    }
}

fn show(screen: &Screen, call: &Call) -> String {
    let own = |text: &Option<String>| text.clone().unwrap_or_default();
    table::one(
        screen,
        call,
        &[
            ("SID", &call.sid),
            ("Status", &call.status),
            ("Direction", &call.direction),
            ("From", &call.from),
            ("To", &call.to),
            ("Parent", &own(&call.parent_call_sid)),
            ("Forwarded from", &own(&call.forwarded_from)),
            ("Caller's name", &own(&call.caller_name)),
            ("Answered by", &own(&call.answered_by)),
            ("Made", &date(call.date_created.as_deref())),
            ("Begun", &date(call.start_time.as_deref())),
            ("Ended", &date(call.end_time.as_deref())),
            ("Seconds", &own(&call.duration)),
            ("Price", &own(&call.price)),
        ],
    )
}
