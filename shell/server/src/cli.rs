//! The command line: what can be asked, and the help that teaches it.

use crate::media_thread;
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use model::CallSid;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// A self-hosted voice platform that speaks the 2010 API, TwiML and SIP.
#[derive(Debug, Parser)]
#[command(name = "ringback", version, after_help = EXAMPLES)]
#[command(disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  ringback dev                          start here: API, SIP and a virtual phone network
  ringback dev --phones                 the numbers of the virtual phones, and what they do
  ringback dev --intercept              run apps against it that name the original's hosts
  ringback calls create --help          place a call, and follow it
  ringback ladder CA0123…               who sent what to whom in a call, and when
  ringback webhooks list                what your application was asked, and how it answered
  ringback init > ringback.toml         a commented configuration for `serve`
  ringback check --config ringback.toml what a configuration leads to
  ringback serve --config ringback.toml run it
  ringback doctor                       look for what goes wrong in practice
  ringback voices                       the names <Say> may use, and who speaks for each
  ringback amd greeting.wav             person or machine, and why
  ringback explain-signature req.http   why a webhook's signature doesn't match
  ringback sim sim/scenarios            play call flows under a virtual clock";

/// What can be asked of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything on this machine, with virtual phones to call.
    #[command(after_help = DEV_HELP)]
    Dev(Dev),
    /// Run with a configuration file.
    Serve(ConfigFile),
    /// Explain what a configuration file leads to.
    Check(ConfigFile),
    /// Write a commented configuration, with a fresh account, to standard output or a file.
    Init {
        /// Write it here; a file that is there already is left alone.
        file: Option<PathBuf>,
    },
    /// Make an API key that may do all that the account's token may: prints its secret, once, and
    /// the lines for the configuration.
    Key {
        /// What it is called.
        #[arg(default_value = "Main key")]
        name: String,
    },
    /// Play scenario files and compare their ladders.
    #[command(after_help = SIM_HELP)]
    Sim {
        /// Files (a story, a line of three dashes, the ladder), or folders of `*.call` files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// List the names `<Say>` may use, and who speaks for each on this machine.
    Voices {
        /// With the voices of this configuration file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Requests to your application as they went over the wire: list, show, send again.
    #[command(after_help = cli::webhooks::HELP)]
    Webhooks(cli::webhooks::Webhooks),
    /// Place, list, look at, change, delete and follow calls.
    Calls(cli::calls::Calls),
    /// List, look at, delete and download recordings.
    Recordings(cli::recordings::Recordings),
    /// List, take, change and give up numbers.
    Numbers(cli::numbers::Numbers),
    /// Tell who picked up in a sound file, a person or a machine, and why: what was taken for
    /// silence, speech and tones.
    #[command(after_help = crate::amd_command::HELP)]
    Amd(crate::amd_command::Amd),
    /// Write a script by which your shell completes commands.
    #[command(after_help = COMPLETIONS_HELP)]
    Completions {
        /// For this shell.
        shell: clap_complete::Shell,
    },
    /// Look for what goes wrong in practice, each finding with its remedy: ports, addresses, clock,
    /// certificate, applications, open files, disk, speech. Exit 1 if there is a fault.
    Doctor(Doctor),
    /// Show the ladder of a call that has ended.
    Ladder {
        /// The call, as the API names it: CA and 32 hexadecimal digits.
        call: CallSid,
        /// The data folder it lies in.
        #[arg(long, value_name = "DIR", default_value = DATA)]
        data: PathBuf,
    },
    /// Say why a webhook's signature doesn't match what your application computes.
    #[command(after_help = ::cli::explain_signature::HELP)]
    ExplainSignature(::cli::explain_signature::ExplainSignature),
}

/// What is wrong with a line, in one sentence; `None` for what isn't wrong, as a wish for help.
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

const COMPLETIONS_HELP: &str = "\
  source <(ringback completions bash)                      in ~/.bashrc
  source <(ringback completions zsh)                       in ~/.zshrc, behind compinit
  ringback completions fish > ~/.config/fish/completions/ringback.fish";

const DEV_HELP: &str = "\
The credentials are those of TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN where they are set, else
made at the first start and kept in the data folder. The start-up lines hold a curl command that
places a first call.";

const SIM_HELP: &str = "\
Exit 1 and the first differing line when a ladder differs. With UPDATE_EXPECT=1 in the
environment the files are rewritten instead: read the difference as a call flow.";

/// Where `dev` keeps its data.
pub const DATA: &str = "ringback-data";

/// Where the proxy of `dev --intercept` listens if nothing is said.
const INTERCEPT: &str = "127.0.0.1:8888";

/// Ports for the sound of four thousand legs.
const MEDIA_PORTS: &str = "20000-27999";

/// The flags of `ringback dev`.
#[derive(Debug, Clone, Args)]
pub struct Dev {
    /// Where the API listens.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub http: SocketAddr,
    /// Where SIP listens, UDP and TCP.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5060")]
    pub sip: SocketAddr,
    /// The first and the last port for sound; each leg takes two.
    #[arg(
        long, value_name = "FIRST-LAST", default_value = MEDIA_PORTS, value_parser = media_ports
    )]
    pub media_ports: RangeInclusive<u16>,
    /// Where rows and recordings lie.
    #[arg(long, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
    /// Let only owned numbers call, as `serve` does.
    #[arg(long)]
    pub strict: bool,
    /// Show no ladder while calls run.
    #[arg(long)]
    pub quiet: bool,
    /// Answer for the API's own host names, too, so that apps need no change: a proxy for this
    /// machine, at 127.0.0.1:8888 or at ADDR.
    #[arg(
        long, value_name = "ADDR", num_args = 0..=1, require_equals = true,
        default_missing_value = INTERCEPT, value_parser = on_loopback
    )]
    pub intercept: Option<SocketAddr>,
    /// Let the proxy lead to the original's other hosts, with whatever apps send there.
    #[arg(long, requires = "intercept")]
    pub intercept_pass: bool,
    /// List the virtual phones and end.
    #[arg(long)]
    pub phones: bool,
    /// What is logged: error, warn, info, debug, trace, or a filter.
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: String,
}

/// What `ringback doctor` looks at.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// What this file leads to; without it, `ringback dev` as it starts by itself.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The data folder of `dev`.
    #[arg(long, value_name = "DIR", default_value = DATA, conflicts_with = "config")]
    pub data: PathBuf,
    /// The first and the last port for sound of `dev`.
    #[arg(
        long, value_name = "FIRST-LAST", default_value = MEDIA_PORTS, value_parser = media_ports,
        conflicts_with = "config"
    )]
    pub media_ports: RangeInclusive<u16>,
    /// Write JSON, for programs.
    #[arg(long)]
    pub json: bool,
}

/// An address of this machine alone.
fn on_loopback(text: &str) -> Result<SocketAddr, String> {
    let at: SocketAddr = text
        .parse()
        .map_err(|_| "address:port is wanted".to_owned())?;
    if intercept::admits(at.ip()) {
        Ok(at)
    } else {
        Err("the proxy is for apps on this machine: choose a port of 127.0.0.1".to_owned())
    }
}

/// Two ports that leave room for sound between them.
fn media_ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text: &str| text.trim().parse().ok();
    let range = text
        .split_once('-')
        .and_then(|(first, last)| Some(port(first)?..=port(last)?))
        .ok_or("FIRST-LAST is wanted, two ports: 30000-30999")?;
    if media_thread::is_range(&range) {
        Ok(range)
    } else {
        Err("it leaves no ports: give a range above 1023".to_owned())
    }
}

/// A configuration file.
#[derive(Debug, Clone, Args)]
pub struct ConfigFile {
    /// The file, TOML; `ringback init` writes one.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed_and_its_help_teaches() {
        Cli::command().debug_assert();
        let help = Cli::command().render_long_help().to_string();
        for word in [
            "dev",
            "serve",
            "check",
            "init",
            "key",
            "voices",
            "doctor",
            "sim",
            "ladder",
            "webhooks",
            "Examples:",
        ] {
            assert!(help.contains(word), "{word}");
        }
    }

    #[test]
    fn flags_are_read_and_others_refused() {
        let line = [
            "ringback",
            "dev",
            "--http",
            "127.0.0.1:9",
            "--data",
            "x",
            "--strict",
        ];
        let Command::Dev(dev) = Cli::try_parse_from(line).unwrap().command else {
            panic!("it is dev")
        };
        assert_eq!(dev.http, SocketAddr::from(([127, 0, 0, 1], 9)));
        assert!(dev.strict && !dev.phones && dev.intercept.is_none());
        assert_eq!(dev.media_ports, 20_000..=27_999);
        let line = ["ringback", "dev", "--media-ports", "30000-30003"];
        let Command::Dev(dev) = Cli::try_parse_from(line).unwrap().command else {
            panic!("it is dev")
        };
        assert_eq!(dev.media_ports, 30_000..=30_003);
        for (flag, at) in [
            ("--intercept", INTERCEPT),
            ("--intercept=127.0.0.1:1", "127.0.0.1:1"),
        ] {
            let line = ["ringback", "dev", flag, "--intercept-pass"];
            let Command::Dev(dev) = Cli::try_parse_from(line).unwrap().command else {
                panic!("it is dev")
            };
            assert_eq!(dev.intercept, Some(at.parse().unwrap()));
            assert!(dev.intercept_pass);
        }
        for bad in [
            &["ringback", "dev", "--htp", "x"][..],
            &["ringback", "dev", "--sip", "nowhere"],
            &["ringback", "dev", "--intercept-pass"],
            &["ringback", "dev", "--media-ports", "30000"],
            &["ringback", "dev", "--media-ports", "30000-70000"],
            &["ringback", "dev", "--media-ports", "30000-30002"],
            &["ringback", "dev", "--media-ports", "30999-30000"],
            &["ringback", "dev", "--media-ports", "1000-1999"],
            &[
                "ringback",
                "doctor",
                "--config",
                "x",
                "--media-ports",
                "1-2",
            ],
            &["ringback", "dev", "--intercept=8888"],
            &["ringback", "dev", "--intercept=0.0.0.0:8888"],
            &["ringback", "serve"],
            &["ringback", "ladder", "CA1"],
            &["ringback", "sim"],
        ] {
            let complaint = complaint(&Cli::try_parse_from(bad).unwrap_err());
            assert_eq!(complaint.unwrap().lines().count(), 1, "{bad:?}");
        }
        let said = |line: &[&str]| complaint(&Cli::try_parse_from(line).unwrap_err());
        assert_eq!(
            said(&["ringback", "webhooks", "show"]).unwrap(),
            "the following required arguments were not provided: <WH…>"
        );
        assert_eq!(said(&["ringback", "--help"]), None);
        assert_eq!(said(&["ringback"]), None);
    }
}
