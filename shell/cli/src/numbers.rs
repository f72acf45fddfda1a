//! `ringback numbers`: the numbers an account owns, and what a call to them runs.

use crate::answer::{self, date};
use crate::connection::{Connection, Keep};
use crate::fault::Fault;
use crate::flag::{self, say};
use crate::screen::{Form, Screen, print};
use crate::table;
use api::{IncomingPhoneNumber, Method, ReceiveMode};
use clap::builder::PossibleValuesParser as Words;
use clap::{Args, Subcommand};
use ringback::Client;
use std::process::ExitCode;

/// What can be asked of numbers.
#[derive(Debug, Clone, Args)]
pub struct Numbers {
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
    /// List the account's numbers.
    List(List),
    /// Show one.
    Fetch {
        /// Which: its identifier, or the number itself.
        #[arg(value_name = "PN…|NUMBER", value_parser = flag::number)]
        number: String,
    },
    /// Take a number.
    Create(Box<Create>),
    /// Change what a call to one runs. An empty address takes one away.
    Update(Box<Update>),
    /// Give one up.
    Delete {
        /// Which: its identifier, or the number itself.
        #[arg(value_name = "PN…|NUMBER", value_parser = flag::number)]
        number: String,
    },
}

/// Which numbers are listed.
#[derive(Debug, Clone, Args)]
struct List {
    /// That fit: +1415*, with * for any digit.
    #[arg(long, value_name = "PATTERN")]
    phone_number: Option<String>,
    /// That are called so.
    #[arg(long, value_name = "NAME")]
    friendly_name: Option<String>,
    /// No more than so many.
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: u64,
}

#[derive(Debug, Clone, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["phone_number", "area_code"]))]
struct Create {
    /// This one, in E.164: +12025550190.
    #[arg(long, value_name = "NUMBER")]
    phone_number: Option<String>,
    /// Any of this area.
    #[arg(long, value_name = "CODE", conflicts_with = "phone_number")]
    area_code: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Clone, Args)]
struct Update {
    /// Which: its identifier, or the number itself.
    #[arg(value_name = "PN…|NUMBER", value_parser = flag::number)]
    number: String,
    /// Hand it on to another account of the family.
    #[arg(long, value_name = "AC…")]
    account_sid: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// What a number can be told.
#[derive(Debug, Clone, Args)]
struct Settings {
    /// What it is called.
    #[arg(long, value_name = "NAME")]
    friendly_name: Option<String>,
    /// Asked for a document when somebody calls.
    #[arg(long, value_name = "URL")]
    voice_url: Option<String>,
    /// How --voice-url is asked.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    voice_method: Option<String>,
    /// Asked when --voice-url fails.
    #[arg(long, value_name = "URL")]
    voice_fallback_url: Option<String>,
    /// How --voice-fallback-url is asked.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    voice_fallback_method: Option<String>,
    /// The application that calls are left to: it goes before --voice-url.
    #[arg(long, value_name = "AP…")]
    voice_application_sid: Option<String>,
    /// Whether callers' names are looked up.
    #[arg(long, value_name = "BOOL")]
    voice_caller_id_lookup: Option<bool>,
    /// Whether calls are voice or fax.
    #[arg(long, value_name = "MODE", value_parser = Words::new(ReceiveMode::KNOWN))]
    voice_receive_mode: Option<String>,
    /// Told when a call has ended.
    #[arg(long, value_name = "URL")]
    status_callback: Option<String>,
    /// How --status-callback is told.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    status_callback_method: Option<String>,
    /// Asked when a message comes in.
    #[arg(long, value_name = "URL")]
    sms_url: Option<String>,
    /// How --sms-url is asked.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    sms_method: Option<String>,
    /// Asked when --sms-url fails.
    #[arg(long, value_name = "URL")]
    sms_fallback_url: Option<String>,
    /// How --sms-fallback-url is asked.
    #[arg(long, value_name = "METHOD", value_parser = Words::new(Method::KNOWN))]
    sms_fallback_method: Option<String>,
    /// The application that messages are left to.
    #[arg(long, value_name = "AP…")]
    sms_application_sid: Option<String>,
    /// The trunk that calls are handed to: it goes before everything else.
    #[arg(long, value_name = "TK…")]
    trunk_sid: Option<String>,
    /// The identity that some countries ask for.
    #[arg(long, value_name = "RI…")]
    identity_sid: Option<String>,
    /// The address that some countries ask for.
    #[arg(long, value_name = "AD…")]
    address_sid: Option<String>,
    /// Where help is sent to.
    #[arg(long, value_name = "AD…")]
    emergency_address_sid: Option<String>,
    /// The papers that some countries ask for.
    #[arg(long, value_name = "BU…")]
    bundle_sid: Option<String>,
}

/// Says the settings to a request.
macro_rules! settle {
    ($ask:ident, $from:expr) => {
        say!($ask, $from, friendly_name voice_url voice_method voice_fallback_url);
        say!($ask, $from, voice_fallback_method voice_application_sid voice_caller_id_lookup);
        say!($ask, $from, voice_receive_mode status_callback status_callback_method);
        say!($ask, $from, sms_url sms_method sms_fallback_url sms_fallback_method);
        say!($ask, $from, sms_application_sid trunk_sid identity_sid address_sid);
        say!($ask, $from, emergency_address_sid bundle_sid);
    };
}

impl Numbers {
    /// Does it, and prints what came of it.
    pub async fn run(&self, keep: Keep<'_>) -> Result<ExitCode, Fault> {
        let screen = Screen::of(self.form);
        let client = self.connection.client(keep)?;
        let numbers = client.incoming_phone_numbers();
        let url = self.connection.server.as_str();
        let wrong = |error| answer::fault(url, error);
        let text = match &self.command {
            Command::List(list) => list.run(&client, &screen).await.map_err(wrong)?,
            Command::Fetch { number } => {
                let sid = find(&client, url, number).await?;
                show(&screen, &numbers.fetch(sid).send().await.map_err(wrong)?)
            }
            Command::Create(create) => {
                let mut ask = match (&create.phone_number, &create.area_code) {
                    (Some(number), _) => numbers.create(number),
                    (None, area) => numbers.create_in_area(area.clone().unwrap_or_default()),
                };
                settle!(ask, create.settings);
                show(&screen, &ask.send().await.map_err(wrong)?)
            }
            Command::Update(update) => {
                let sid = find(&client, url, &update.number).await?;
                let mut ask = numbers.update(sid);
                say!(ask, update, account_sid);
                settle!(ask, update.settings);
                show(&screen, &ask.send().await.map_err(wrong)?)
            }
            Command::Delete { number } => {
                let sid = find(&client, url, number).await?;
                numbers.delete(&sid).send().await.map_err(wrong)?;
                answer::deleted(screen.json, &sid)
            }
        };
        print(&text);
        Ok(ExitCode::SUCCESS)
    }
}

/// The identifier of a number that may be named by itself.
async fn find(client: &Client, url: &str, number: &str) -> Result<String, Fault> {
    if !number.starts_with('+') {
        return Ok(number.to_owned());
    }
    let list = client.incoming_phone_numbers().list().phone_number(number);
    let found = list
        .send()
        .await
        .map_err(|error| answer::fault(url, error))?;
    let found = found.into_iter().find(|row| row.phone_number == number);
    found
        .map(|row| row.sid)
        .ok_or_else(|| Fault::Failed(format!("the account has no number {number}")))
}

impl List {
    async fn run(&self, client: &Client, screen: &Screen) -> Result<String, ringback::Error> {
        let mut ask = client.incoming_phone_numbers().list().limit(self.limit);
        say!(ask, self, phone_number friendly_name);
        let rows = ask.send().await?;
        let heads = ["SID", "NUMBER", "NAME", "VOICE"];
        Ok(table::list(screen, "numbers", &rows, heads, |row| {
            [
                row.sid.clone(),
                row.phone_number.clone(),
                row.friendly_name.clone(),
                answers(row),
            ]
        }))
    }
}

/// What a call to a number runs.
fn answers(row: &IncomingPhoneNumber) -> String {
    let given = [&row.voice_application_sid, &row.voice_url];
    let mut given = given.into_iter().flatten();
    given
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_default()
}

fn show(screen: &Screen, row: &IncomingPhoneNumber) -> String {
    let asked = |method: &str, url: Option<&str>| match url {
        None | Some("") => String::new(),
        Some(url) => format!("{method} {url}"),
    };
    let application = row.voice_application_sid.clone().unwrap_or_default();
    let voice = asked(&row.voice_method, row.voice_url.as_deref());
    let fallback = asked(
        &row.voice_fallback_method,
        row.voice_fallback_url.as_deref(),
    );
    let callback = asked(&row.status_callback_method, Some(&row.status_callback));
    table::one(
        screen,
        row,
        &[
            ("SID", &row.sid),
            ("Number", &row.phone_number),
            ("Name", &row.friendly_name),
            ("Voice application", &application),
            ("Voice", &voice),
            ("Voice fallback", &fallback),
            ("Status callback", &callback),
            ("Made", &date(Some(&row.date_created))),
        ],
    )
}
