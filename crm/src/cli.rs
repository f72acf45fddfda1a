//! The command line: what can be asked, and the help that teaches it.

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// A CRM with a button that calls, on a programmable voice platform.
#[derive(Debug, Parser)]
#[command(name = "ringback-crm", version, after_help = EXAMPLES)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ringback-crm demo                                  start here: sample data and virtual phones
  ringback-crm serve --public-url https://crm.example
  ringback-crm migrate --database postgres://owner@db/crm --service-role crm_service
  ringback-crm serve --database postgres://crm_service@db/crm --public-url https://crm.example";

/// What can be asked of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the page, its interface and the platform's webhooks.
    #[command(after_help = SERVE_HELP)]
    Serve(Serve),
    /// Make the schema of a database, or bring it up to date. Can be repeated.
    Migrate(Migrate),
    /// Make an organization, or a person in one. The password is read from standard input.
    #[command(name = "add-user")]
    AddUser(AddUser),
    /// Try it: sample data, and a platform of virtual phones beside it.
    #[command(after_help = DEMO_HELP)]
    Demo(Demo),
}

const SERVE_HELP: &str = "\
The key file in the data folder seals the credentials in the database: keep a copy of it, apart
from the database's. CRM_KEY (64 hexadecimal digits) goes before it.";

const DEMO_HELP: &str = "\
The platform is the program `ringback`, found beside this one. Its account is that of
TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN where they are set, else made at the first start.";

/// Where rows are kept.
#[derive(Debug, Clone, Args)]
pub struct Kept {
    /// Rows lie here: postgres://…, or a file of SQLite. Usually crm.db in the data folder.
    #[arg(long, value_name = "URL", env = "CRM_DATABASE", hide_env_values = true)]
    pub database: Option<String>,
    /// Where the key lies, and the database if it is a file.
    #[arg(long, value_name = "DIR", default_value = "crm-data")]
    pub data: PathBuf,
}

/// The flags of `ringback-crm serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// Where it listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    pub http: SocketAddr,
    /// Where the platform reaches it: what webhooks are asked at and signed for. Usually http://
    /// and the address of --http.
    #[arg(long, value_name = "URL", env = "CRM_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Where the platform is, unless an organization says otherwise: a Ringback. Without it, the
    /// original's hosts.
    #[arg(long, value_name = "URL", env = "RINGBACK_URL")]
    pub platform: Option<String>,
    /// Every organization's platform is there: none may say otherwise.
    #[arg(long)]
    pub only_this_platform: bool,
    /// A proxy before it, whose word on who asks (X-Forwarded-For) is believed. May be said several
    /// times.
    #[arg(long = "proxy", value_name = "ADDR")]
    pub proxies: Vec<IpAddr>,
    /// Logs that stand still are compared with the platform each so many seconds.
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub compare_every: Duration,
    /// Where rows are kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// The flags of `ringback-crm migrate`.
#[derive(Debug, Clone, Args)]
pub struct Migrate {
    /// With PostgreSQL: the role that `serve` connects as. It is given what it needs, and no more.
    #[arg(long, value_name = "ROLE")]
    pub service_role: Option<String>,
    /// Where rows are kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// The flags of `ringback-crm add-user`.
#[derive(Debug, Clone, Args)]
pub struct AddUser {
    /// By which they sign in.
    #[arg(long)]
    pub email: String,
    /// Their name.
    #[arg(long)]
    pub name: String,
    /// The organization's name. One that isn't there is made.
    #[arg(long)]
    pub organization: String,
    /// What they may do: an agent calls, an owner or admin also sets up the integration.
    #[arg(long, default_value = "agent", value_parser = ["owner", "admin", "agent"])]
    pub role: String,
    /// Their language.
    #[arg(long, default_value = "en", value_parser = ["en", "pt-BR"])]
    pub locale: String,
    /// Where rows are kept.
    #[command(flatten)]
    pub kept: Kept,
}

/// The flags of `ringback-crm demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Where it listens. A port that is taken is replaced by a free one, unless it was named.
    #[arg(long, value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// Where the platform's API listens.
    #[arg(long, value_name = "ADDR")]
    pub platform_http: Option<SocketAddr>,
    /// Where the platform's SIP listens.
    #[arg(long, value_name = "ADDR")]
    pub platform_sip: Option<SocketAddr>,
    /// With PostgreSQL: the role that owns the tables, for the sample's organizations and people.
    #[arg(long, value_name = "URL", env = "CRM_OWNER", hide_env_values = true)]
    pub owner: Option<String>,
    /// Where rows are kept.
    #[command(flatten)]
    pub kept: Kept,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of seconds, 1 or more, is wanted".to_owned()),
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

/// What is wrong with a line, in one sentence; `None` for what isn't wrong, as a wish for help.
#[must_use]
pub fn complaint(error: &clap::Error) -> Option<String> {
    let helps = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if !error.use_stderr() || helps {
        return None;
    }
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let sentence = words.join(" ");
    Some(sentence.trim_start_matches("error: ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
        let asked = Cli::try_parse_from(["ringback-crm", "serve", "--database", "postgres://x"]);
        let Ok(Cli {
            command: Command::Serve(serve),
        }) = asked
        else {
            panic!("it can be read");
        };
        assert_eq!(serve.kept.database.as_deref(), Some("postgres://x"));
        assert_eq!(serve.http.port(), 3000);
    }

    #[test]
    fn a_line_that_is_wrong_is_told_in_one_sentence() {
        let wrong = |line: &[&str]| {
            let line = [&["ringback-crm"], line].concat();
            complaint(&Cli::try_parse_from(line).unwrap_err())
        };
        let complaint = wrong(&["serve", "--compare-every", "0"]).unwrap();
        assert!(
            complaint.ends_with("a number of seconds, 1 or more, is wanted"),
            "{complaint}"
        );
        assert!(wrong(&["dance"]).unwrap().contains("'dance'"));
        assert_eq!(wrong(&[]), None);
        assert_eq!(wrong(&["serve", "--help"]), None);
    }
}
