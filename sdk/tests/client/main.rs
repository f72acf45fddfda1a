//! The client against servers that answer what a test tells them to, and against the recorded
//! bodies of the API's description.

mod blocking;
mod lists;
mod operations;
mod recorded;
mod retries;
mod tls;

use loopback::{ACCOUNT, Server};
use ringback::{Client, Config, Credentials, Retries};
use std::time::Duration;

/// Set up for a server of a test, with pauses that nobody notices.
fn config(url: impl Into<String>) -> Config {
    let mut retries = Retries::at_most(3);
    retries.base = Duration::from_millis(1);
    Config::default()
        .credentials(Credentials::token(ACCOUNT, "hush"))
        .base_url(url)
        .retries(retries)
}

fn client(server: &Server) -> Client {
    Client::with(config(server.url())).expect("a client")
}
