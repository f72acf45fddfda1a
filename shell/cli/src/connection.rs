//! Which server a command speaks to, and as whom.
//!
//! The environment says it as it does for every client of the API. Where it says nothing, the data
//! folder of `ringback dev` does: what runs on this machine needs no settings.

use crate::fault::Fault;
use clap::Args;
use ringback::{Client, Config, Credentials};
use std::path::{Path, PathBuf};

/// Where `ringback dev` listens.
pub const URL: &str = "http://127.0.0.1:8080";
/// Where it keeps its data.
pub const DATA: &str = "ringback-data";

/// The flags of every command that speaks to a server.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
pub struct Connection {
    /// Where the API is.
    #[arg(long, global = true, value_name = "URL", env = "RINGBACK_URL", default_value = URL)]
    #[arg(hide_env_values = true)]
    pub server: String,
    /// The data folder of `ringback dev`, whose account is taken where TWILIO_ACCOUNT_SID is not
    /// set.
    #[arg(long, global = true, value_name = "DIR", default_value = DATA)]
    pub data: PathBuf,
}

/// What a data folder knows: its account and the token, if there is one; or why it can't be read.
pub type Keep<'a> = &'a dyn Fn(&Path) -> Result<Option<(String, String)>, String>;

impl Connection {
    /// A client of that server.
    pub fn client(&self, keep: Keep<'_>) -> Result<Client, Fault> {
        let named = std::env::var("TWILIO_ACCOUNT_SID").is_ok_and(|sid| !sid.is_empty());
        let credentials = if named {
            Credentials::from_env().map_err(Fault::from)?
        } else {
            self.kept(keep)?
        };
        let config = Config::default()
            .credentials(credentials)
            .base_url(&self.server);
        Client::with(config).map_err(Fault::from)
    }

    fn kept(&self, keep: Keep<'_>) -> Result<Credentials, Fault> {
        match keep(&self.data).map_err(Fault::Input)? {
            Some((sid, token)) => Ok(Credentials::token(sid, token)),
            None => Err(Fault::Input(format!(
                "no credentials: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or name the data \
                 folder of `ringback dev` with --data ({} holds no account)",
                self.data.display()
            ))),
        }
    }
}
