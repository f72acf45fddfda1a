//! The program `ringback-crm`.

use clap::Parser;
use crm::cli::{self, Cli, Command};
use crm::serve::Fault;
use crm::{admin, demo, serve};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let asked = match Cli::try_parse() {
        Ok(asked) => asked,
        Err(error) => match cli::complaint(&error) {
            Some(complaint) => {
                eprintln!("ringback-crm: {complaint}");
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    // The demo's terminal is for what it prints.
    let usual = match asked.command {
        Command::Demo(_) => "warn",
        _ => "info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("ringback-crm: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match asked.command {
            Command::Serve(asked) => serve::serve(asked).await,
            Command::Migrate(asked) => admin::migrate(asked).await,
            Command::AddUser(asked) => admin::add_user(asked).await,
            Command::Demo(asked) => demo::demo(asked).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let (sentence, code) = match fault {
                Fault::Input(sentence) => (sentence, 2),
                Fault::Failed(sentence) => (sentence, 1),
            };
            eprintln!("ringback-crm: {sentence}");
            ExitCode::from(code)
        }
    }
}
