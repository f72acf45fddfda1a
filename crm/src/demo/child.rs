//! The platform of the demo: the program `ringback` with its virtual phones, beside ours.

use crate::limit;
use ringback::{Client, Config, Credentials, Retries};
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// The program's name.
const PROGRAM: &str = "ringback";

/// How long to wait between two looks whether it is there.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How it is started.
#[derive(Clone)]
pub struct Plan {
    /// Where its API listens.
    pub http: SocketAddr,
    /// Where its SIP listens.
    pub sip: SocketAddr,
    /// Where its data lie.
    pub data: PathBuf,
    /// Its account.
    pub account_sid: String,
    /// The account's token.
    pub auth_token: String,
}

/// A platform that runs: ours, or one that was there already.
#[derive(Debug)]
pub struct Platform {
    child: Option<Child>,
}

impl Plan {
    /// Where its API is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Where it writes what it has to say.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }

    /// A client with its credentials that asks once.
    ///
    /// # Errors
    /// When the account makes no sense.
    pub fn client(&self) -> Result<Client, ringback::Error> {
        let credentials = Credentials::token(&self.account_sid, &self.auth_token);
        let config = Config::default()
            .credentials(credentials)
            .base_url(self.url())
            .retries(Retries::none())
            .timeout(Duration::from_secs(10));
        Client::with(config)
    }

    /// Starts it and waits until it answers. One that is there already, with the same account, is
    /// used as it is: a demo that was killed leaves it behind.
    ///
    /// # Errors
    /// One sentence that says why there is none.
    pub async fn start(&self) -> Result<Platform, String> {
        let client = self.client().map_err(|error| error.to_string())?;
        if client.version().send().await.is_ok() {
            return Ok(Platform { child: None });
        }
        let program = beside(PROGRAM)?;
        let mut child = self
            .spawn(&program)
            .map_err(|error| format!("{} can't be started: {error}", program.display()))?;
        let deadline = Instant::now() + limit::PLATFORM_START;
        loop {
            let fault = match client.version().send().await {
                Ok(_) => return Ok(Platform { child: Some(child) }),
                Err(fault) => fault,
            };
            let ended = child.try_wait().map_err(|error| error.to_string())?;
            if let Some(ended) = ended {
                return Err(format!(
                    "the platform ended at once ({ended}): {}",
                    self.last_words()
                ));
            }
            if Instant::now() > deadline {
                return Err(format!("the platform does not answer: {fault}"));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    fn spawn(&self, program: &Path) -> io::Result<Child> {
        if let Some(folder) = self.data.parent() {
            fs::create_dir_all(folder)?;
        }
        let log = File::create(self.log())?;
        Command::new(program)
            .arg("dev")
            .args(["--http", &self.http.to_string()])
            .args(["--sip", &self.sip.to_string()])
            .arg("--data")
            .arg(&self.data)
            .env("TWILIO_ACCOUNT_SID", &self.account_sid)
            .env("TWILIO_AUTH_TOKEN", &self.auth_token)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            // Ctrl-C on the terminal is ours: we end it after its last callbacks could come.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }

    /// The last line that it wrote.
    fn last_words(&self) -> String {
        let text = fs::read_to_string(self.log()).unwrap_or_default();
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        last.unwrap_or("it said nothing").to_owned()
    }
}

impl Platform {
    /// Whether it was there before us; then it goes on without us.
    #[must_use]
    pub fn was_there(&self) -> bool {
        self.child.is_none()
    }

    /// Comes back if the platform ends by itself.
    pub async fn ended(&mut self) -> String {
        match &mut self.child {
            Some(child) => match child.wait().await {
                Ok(status) => status.to_string(),
                Err(error) => error.to_string(),
            },
            None => std::future::pending().await,
        }
    }

    /// Ends it: its calls are ended and told.
    pub async fn stop(mut self) {
        let Some(child) = &mut self.child else {
            return;
        };
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(id) = id {
            let process = nix::unistd::Pid::from_raw(id);
            // That it is gone already is as good.
            let _ = nix::sys::signal::kill(process, nix::sys::signal::Signal::SIGTERM);
        }
        if tokio::time::timeout(limit::PLATFORM_END, child.wait())
            .await
            .is_err()
        {
            let _ = child.kill().await;
        }
    }
}

/// A program in the folder of this one.
fn beside(name: &str) -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let folder = own.parent().ok_or("this program is in no folder")?;
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() {
        return Ok(program);
    }
    Err(format!(
        "the program {} is missing: cargo build --package server builds it, and so does ./run crm",
        program.display()
    ))
}

/// The address that was named, or else this port of this machine, or any free one.
#[must_use]
pub fn free(named: Option<SocketAddr>, usual: u16) -> SocketAddr {
    if let Some(named) = named {
        return named;
    }
    let here = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // SIP takes the port by both transports; for HTTP it does no harm.
    let both = |port: u16| {
        let stream = TcpListener::bind(here(port)).ok()?;
        let at = stream.local_addr().ok()?;
        UdpSocket::bind(at).ok()?;
        Some(at)
    };
    both(usual)
        .or_else(|| both(0))
        .unwrap_or_else(|| here(usual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_replaced_unless_it_was_named() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = taken.local_addr().unwrap();
        let other = free(None, at.port());
        assert_ne!(other.port(), at.port());
        assert_ne!(other.port(), 0);
        assert_eq!(free(Some(at), 1), at);
    }

    #[tokio::test]
    async fn without_the_program_a_sentence_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let plan = Plan {
            http: free(None, 0),
            sip: free(None, 0),
            data: folder.path().join("ringback"),
            account_sid: format!("AC{}", "0".repeat(32)),
            auth_token: "f".repeat(32),
        };
        // The test's own program is in a folder without it.
        let fault = plan.start().await.unwrap_err();
        assert!(fault.contains("is missing"), "{fault}");
    }
}
