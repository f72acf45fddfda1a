//! The program `ringback`.

use clap::{CommandFactory, Parser};
use model::{Account, AccountSid, Time};
use server::banner::{self, Banner};
use server::cli::{self as line, Cli, Command, ConfigFile, Dev, Doctor};
use server::config::{self, Config};
use server::doctor::{self, Subject};
use server::ladder_command;
use server::log::LogFormat;
use server::metrics::Metrics;
use server::node::Node;
use server::plan::{DevFlags, Plan, PlannedIntercept};
use server::speech::Speakers;
use server::voices_command;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One sentence that says why the program ends without having done what was asked.
type Fault = String;

fn main() -> ExitCode {
    let asked = match Cli::try_parse() {
        Ok(asked) => asked,
        Err(error) => match line::complaint(&error) {
            Some(complaint) => {
                eprintln!("ringback: {complaint}");
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    let outcome = match asked.command {
        Command::Dev(flags) if flags.phones => {
            print!("{}", banner::phones());
            Ok(())
        }
        Command::Dev(flags) => dev(flags),
        Command::Serve(file) => serve(&file),
        Command::Check(file) => check(&file),
        Command::Init { file } => init(file),
        Command::Key { name } => main_key(&name),
        Command::Voices { config } => voices(config),
        Command::Doctor(flags) => return doctor(&flags),
        Command::Sim { files } => return sim(&files),
        Command::ExplainSignature(asked) => return explain_signature(&asked),
        Command::Amd(asked) => return amd(&asked),
        Command::Calls(asked) => return client(asked.run(&owner)),
        Command::Recordings(asked) => return client(asked.run(&owner)),
        Command::Numbers(asked) => return client(asked.run(&owner)),
        Command::Webhooks(asked) => return client(asked.run(&owner)),
        Command::Completions { shell } => {
            completions(shell);
            Ok(())
        }
        Command::Ladder { call, data } => ladder_command::ladder(&data, call).map(|text| {
            // A reader who has seen enough closes the pipe.
            let _ = write!(std::io::stdout(), "{text}");
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("ringback: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn amd(asked: &server::amd_command::Amd) -> ExitCode {
    match asked.run() {
        Ok(text) => {
            // A reader who has seen enough closes the pipe.
            let _ = write!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            eprintln!("ringback: {fault}");
            ExitCode::from(2)
        }
    }
}

fn explain_signature(asked: &::cli::explain_signature::ExplainSignature) -> ExitCode {
    match asked.run(&|name| std::env::var_os(name)) {
        Ok(explanation) => {
            // A reader who has seen enough closes the pipe.
            let _ = write!(std::io::stdout(), "{explanation}");
            ExitCode::from(explanation.code())
        }
        Err(fault) => {
            eprintln!("ringback: {fault}");
            ExitCode::from(2)
        }
    }
}

fn text(error: impl Display) -> Fault {
    error.to_string()
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn dev(flags: Dev) -> Result<(), Fault> {
    server::log::start(&flags.log, LogFormat::Text).map_err(text)?;
    let data = flags.data.display().to_string();
    let plan = Plan::dev(DevFlags {
        http: flags.http,
        sip: flags.sip,
        media_ports: flags.media_ports,
        data: flags.data,
        strict: flags.strict,
        quiet: flags.quiet,
        intercept: flags.intercept.map(|listen| PlannedIntercept {
            listen,
            pass: flags.intercept_pass,
        }),
        account_sid: environment("TWILIO_ACCOUNT_SID"),
        auth_token: environment("TWILIO_AUTH_TOKEN"),
    })
    .map_err(text)?;
    run(plan, |node| {
        let sip = node
            .sip
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        let banner = Banner {
            api: &format!("http://{}", node.http),
            sip: &sip,
            account: &node.account,
            numbers: &node.numbers,
            voices: &node.voices,
            data: &data,
            phones: true,
            intercept: node.trust.as_ref(),
        };
        let _ = write!(std::io::stdout(), "{}", banner.text());
    })
}

fn serve(file: &ConfigFile) -> Result<(), Fault> {
    let config = Config::load(&file.config).map_err(text)?;
    server::log::start(&config.log.level, config.log.format).map_err(text)?;
    for finding in config::explain(&config) {
        if let config::Finding::Warning(warning) = finding {
            tracing::warn!("{warning}");
        }
    }
    let plan = Plan::serve(&config, environment).map_err(text)?;
    run(plan, |node| {
        tracing::info!(http = %node.http, voices = node.voices, "ringback is up");
    })
}

/// Runs a node until a signal ends it.
fn run(plan: Plan, announce: impl FnOnce(&Node)) -> Result<(), Fault> {
    server::descriptors::raise();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime can't be started: {error}"))?;
    runtime.block_on(async {
        // Before anything is started, so that no signal is missed.
        let mut interrupt = signal(SignalKind::interrupt()).map_err(text)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(text)?;
        let node = Node::start(plan).await.map_err(text)?;
        announce(&node);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        tokio::select! {
            () = node.stop() => Ok(()),
            // Whoever asks a second time doesn't want to wait.
            _ = interrupt.recv() => Err("stopped at once, without waiting for calls".to_owned()),
        }
    })
}

fn check(file: &ConfigFile) -> Result<(), Fault> {
    let config = Config::load(&file.config).map_err(text)?;
    config.account.credentials(environment).map_err(text)?;
    for finding in config::explain(&config) {
        println!("{finding}");
    }
    Ok(())
}

fn voices(file: Option<PathBuf>) -> Result<(), Fault> {
    let table = match file {
        Some(file) => Config::load(&file).map_err(text)?.voices(),
        None => model::Voices::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime can't be started: {error}"))?;
    let speakers = runtime.block_on(Speakers::find(Metrics::new()));
    let listed = voices_command::voices(table, &speakers);
    // A reader who has seen enough closes the pipe.
    let _ = write!(std::io::stdout(), "{listed}");
    Ok(())
}

/// Runs a command that is a client of a server.
fn client(work: impl Future<Output = Result<ExitCode, cli::fault::Fault>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(work),
        Err(error) => {
            let text = format!("the runtime can't be started: {error}");
            Err(cli::fault::Fault::Failed(text))
        }
    };
    outcome.unwrap_or_else(|fault| {
        eprintln!("ringback: {fault}");
        fault.code()
    })
}

fn completions(shell: clap_complete::Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "ringback", &mut script);
    // A reader who has seen enough closes the pipe.
    let _ = std::io::stdout().write_all(&script);
}

/// The account of a data folder and its token: what `dev` has made there.
fn owner(data: &Path) -> Result<Option<(String, String)>, Fault> {
    let found = store::read_owner(data)
        .map_err(|error| format!("the data folder {} can't be read: {error}", data.display()))?;
    Ok(found.map(|account| (account.sid.to_string(), account.auth_token)))
}

/// Exit 1 with a fault that was found, 2 with a file that can't be used.
fn doctor(flags: &Doctor) -> ExitCode {
    let looked = subject(flags).and_then(|subject| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("the runtime can't be started: {error}"))?;
        Ok(doctor::judge(&runtime.block_on(doctor::look(&subject))))
    });
    match looked {
        Ok(findings) => {
            let shown = match flags.json {
                true => doctor::json(&findings),
                false => doctor::text(&findings),
            };
            // A reader who has seen enough closes the pipe.
            let _ = write!(std::io::stdout(), "{shown}");
            ExitCode::from(u8::from(doctor::has_fault(&findings)))
        }
        Err(fault) => {
            eprintln!("ringback: {fault}");
            ExitCode::from(2)
        }
    }
}

fn subject(flags: &Doctor) -> Result<Subject, Fault> {
    let account = |sid, token: String| Account::new(sid, token, "", Time::default());
    let Some(file) = &flags.config else {
        let nobody = account(AccountSid(0), String::new());
        return Ok(Subject::of_dev(&flags.data, &flags.media_ports, nobody));
    };
    let config = Config::load(file).map_err(text)?;
    let (sid, token) = config.account.credentials(environment).map_err(text)?;
    let mut account = account(sid, token);
    account.verify_certificates = config.account.verify_certificates;
    Ok(Subject::of_file(&config, file, account))
}

fn init(file: Option<PathBuf>) -> Result<(), Fault> {
    let example = config::fresh_example().map_err(text)?;
    let Some(file) = file else {
        print!("{example}");
        return Ok(());
    };
    let fault = |error| format!("{} can't be written: {error}", file.display());
    let mut options = std::fs::OpenOptions::new();
    // It holds the token: nobody else may read it.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut written = options
        .write(true)
        .create_new(true)
        .open(&file)
        .map_err(fault)?;
    written.write_all(example.as_bytes()).map_err(fault)
}

/// The secret is printed and kept nowhere: the file gets its hash.
fn main_key(name: &str) -> Result<(), Fault> {
    let digits = store::draw_token().map_err(text)?;
    let secret = store::draw_key_secret().map_err(text)?;
    let hash = store::hash_secret(&secret);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    println!(
        "# User name SK{digits}, password {secret}\n\
         # The password is shown this once. `serve` knows the key with these lines in its file:\n\
         [[main_key]]\nsid = \"SK{digits}\"\nsecret_hash = \"{hash}\"\nname = {name:?}"
    );
    Ok(())
}

fn sim(files: &[PathBuf]) -> ExitCode {
    let update = environment("UPDATE_EXPECT").is_some_and(|value| value == "1");
    let fine = sim::run_files(files, update, &mut std::io::stdout());
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
