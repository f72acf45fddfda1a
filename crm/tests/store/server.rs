//! A server of PostgreSQL of the tests' own, from the machine's programs: one for each test
//! program, a database for each test, gone afterwards.
//!
//! The server is started as an unprivileged user, because PostgreSQL refuses root.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::{fs, thread, time::Duration};

/// The role that the service connects as.
pub const SERVICE: &str = "crm_service";
/// The role that owns the tables.
pub const OWNER: &str = "crm_owner";
/// Whom a server of root's runs as: a user that every system has.
const NOBODY: &str = "65534";

/// Where a test's database is.
pub struct Database {
    /// For the owner of its tables.
    pub owner: String,
    /// For the service.
    pub service: String,
    /// For who may do everything.
    pub superuser: String,
}

/// A new database with roles, named after its test.
pub fn database(name: &str) -> Database {
    let server = server();
    let run = |sql: &str| server.run("postgres", sql);
    run(&format!("CREATE DATABASE {name} OWNER {OWNER}"));
    let address = |role: &str| {
        let folder = server.folder.display().to_string().replace('/', "%2F");
        format!("postgresql://{role}@{folder}/{name}")
    };
    Database {
        owner: address(OWNER),
        service: address(SERVICE),
        superuser: address("postgres"),
    }
}

struct Server {
    folder: PathBuf,
    programs: PathBuf,
}

/// The one server. It ends with the test program: it is told by a pipe that breaks then.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

fn start() -> Server {
    let programs = programs();
    let folder = tempfile::Builder::new()
        .prefix("crm-pg")
        .tempdir()
        .unwrap()
        .keep();
    let data = folder.join("data");
    if is_root() {
        run(Command::new("chown").args([NOBODY, &folder.display().to_string()]));
    }
    let mut initdb = unprivileged(&programs.join("initdb"));
    initdb.args([
        "--auth=trust",
        "--username=postgres",
        "--no-sync",
        "--encoding=UTF8",
    ]);
    run(initdb.args(["--locale=C.UTF-8", "--pgdata"]).arg(&data));
    // A watcher ends the server when the tests' end of its pipe closes, however they end.
    let script = r#"
        "$1" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=200 \
            >"$2/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -INT "$server"
        wait "$server"
        rm -rf "$2"
    "#;
    let mut watcher = unprivileged(Path::new("/bin/sh"));
    watcher
        .args(["-c", script, "watcher"])
        .arg(programs.join("postgres"))
        .arg(&folder);
    watcher
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Not the terminal's: an interrupt shall end the tests first, and they the server.
    std::os::unix::process::CommandExt::process_group(&mut watcher, 0);
    let watcher: Child = watcher.spawn().unwrap();
    // Its pipe stays open for as long as this program lives.
    std::mem::forget(watcher);
    let server = Server { folder, programs };
    for _ in 0..300 {
        let mut ready = Command::new(server.programs.join("pg_isready"));
        ready.arg("-q").arg("-h").arg(&server.folder);
        if ready.status().unwrap().success() {
            server.run(
                "postgres",
                &format!("CREATE ROLE {OWNER} LOGIN; CREATE ROLE {SERVICE} LOGIN"),
            );
            return server;
        }
        thread::sleep(Duration::from_millis(100));
    }
    let log = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
    panic!("PostgreSQL does not start:\n{log}");
}

impl Server {
    fn run(&self, database: &str, sql: &str) {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args([
            "-q",
            "-X",
            "-v",
            "ON_ERROR_STOP=1",
            "-U",
            "postgres",
            "-d",
            database,
            "-h",
        ]);
        run(psql.arg(&self.folder).arg("-c").arg(sql));
    }
}

/// Where `initdb` and its kin are: Debian keeps them off the path.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    // The latest first.
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&path));
    let has_all = |folder: &PathBuf| {
        let programs = ["initdb", "postgres", "psql", "pg_isready"];
        programs
            .iter()
            .all(|program| folder.join(program).is_file())
    };
    folders.into_iter().find(has_all).expect(
        "the tests need PostgreSQL's programs (initdb, postgres, psql): run `tools/install tests`, \
         or install the package postgresql",
    )
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

/// A program as this user, or as nobody where this user is root.
fn unprivileged(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "--"])
        .arg(program);
    command.current_dir("/");
    command
}

fn run(command: &mut Command) {
    let done = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
}

/// A connection by hand.
pub async fn connect(address: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(address, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
}
