//! The commands of a customer as the built program has them: their help, what they print, and one
//! sentence for bad input. What is kept of it is in `commands/`; `UPDATE_EXPECT=1` writes it anew.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tidy::held;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ringback");
const BUSY: &str = "+12025550102";
const OWN: &str = "+12025550190";

/// What a command did.
struct Done {
    code: i32,
    out: String,
    err: String,
}

/// The program, without a word from this process's environment.
fn program() -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("TWILIO_") || name.starts_with("RINGBACK_") {
            command.env_remove(name);
        }
    }
    command.env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn finish(mut command: Command) -> Done {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Done {
        code: output.status.code().expect("an end of its own"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// `ringback dev` on free ports, until this is dropped.
struct House {
    folder: tempfile::TempDir,
    process: Child,
    url: String,
}

impl House {
    fn open() -> House {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = program()
            .args([
                "dev",
                "--quiet",
                "--http",
                "127.0.0.1:0",
                "--sip",
                "127.0.0.1:0",
                "--data",
            ])
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let url = lines.find_map(|line| {
            let line = line.expect("text");
            line.trim()
                .strip_prefix("API ")
                .map(|url| url.trim().to_owned())
        });
        // Somebody must read what follows.
        std::thread::spawn(move || lines.for_each(drop));
        House {
            folder,
            process,
            url: url.expect("where it listens"),
        }
    }

    fn run(&self, line: &[&str]) -> Done {
        let mut command = program();
        command
            .args(line)
            .env("RINGBACK_URL", &self.url)
            .current_dir(self.folder.path());
        // Credentials are those that `dev` keeps.
        if line[0] != "completions" {
            command.args(["--data", "data"]);
        }
        finish(command)
    }

    /// Runs a command that works, and keeps what it prints, with the command before it.
    fn keep(&self, kept: &mut Kept, line: &[&str]) -> String {
        let done = self.run(line);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{line:?}");
        kept.add(self, line, &done);
        done.out
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Commands and what they printed, with what varies made the same.
#[derive(Default)]
struct Kept {
    text: String,
    sids: BTreeMap<String, usize>,
}

impl Kept {
    fn add(&mut self, house: &House, line: &[&str], done: &Done) {
        let words: Vec<String> = line
            .iter()
            .map(|word| {
                let plain = |c: char| c.is_ascii_alphanumeric() || "-+./_:…".contains(c);
                if word.chars().all(plain) {
                    (*word).to_owned()
                } else {
                    format!("'{word}'")
                }
            })
            .collect();
        let whole = format!("$ ringback {}\n{}{}\n", words.join(" "), done.out, done.err);
        let whole = whole.replace(&house.url, "http://127.0.0.1:8080");
        let whole = masked(&whole, "0000-00-00 00:00:00");
        let whole = masked(&whole, "aaa, 00 aaa 0000 00:00:00 +0000");
        let whole = masked(&whole, "00.0 kB");
        let whole = self.named(&whole);
        self.text += &whole;
    }

    /// Identifiers by the order in which they appear.
    fn named(&mut self, text: &str) -> String {
        let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        let (mut out, bytes, mut at) = (String::new(), text.as_bytes(), 0);
        while at < bytes.len() {
            let run = bytes[at..].iter().take_while(|b| hexadecimal(**b)).count();
            if run == 32 {
                let next = self.sids.len() + 1;
                let digits = text[at..at + 32].to_owned();
                let number = *self.sids.entry(digits).or_insert(next);
                out += &format!("{number:032x}");
                at += 32;
            } else {
                let end = at + run.max(1);
                let end = (end..=bytes.len()).find(|end| text.is_char_boundary(*end));
                let end = end.expect("the text's own end");
                out += &text[at..end];
                at = end;
            }
        }
        out
    }
}

/// Digits and letters that vary made those of the pattern.
fn masked(text: &str, pattern: &str) -> String {
    let fits = |piece: &str| {
        piece.len() == pattern.len()
            && piece
                .bytes()
                .zip(pattern.bytes())
                .all(|(have, want)| match want {
                    b'0' => have.is_ascii_digit(),
                    b'a' => have.is_ascii_alphabetic(),
                    want => have == want,
                })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.get(..pattern.len()).is_some_and(fits) {
            out += pattern;
            rest = &rest[pattern.len()..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// Where what is kept lies.
fn page(name: &str, text: &str) {
    held::page(&format!("shell/server/tests/commands/{name}.txt"), text);
}

#[test]
fn every_help_teaches_as_it_is_kept() {
    for line in [
        "calls",
        "calls create",
        "calls list",
        "calls fetch",
        "calls update",
        "calls delete",
        "calls follow",
        "recordings",
        "recordings list",
        "recordings fetch",
        "recordings delete",
        "recordings download",
        "numbers",
        "numbers list",
        "numbers fetch",
        "numbers create",
        "numbers update",
        "numbers delete",
        "completions",
        "webhooks",
        "webhooks list",
        "webhooks show",
        "webhooks replay",
        "explain-signature",
        "doctor",
        "dev",
        "serve",
        "check",
        "init",
        "key",
        "sim",
        "voices",
        "ladder",
        "amd",
    ] {
        let mut command = program();
        command.args(line.split(' ')).arg("--help");
        let done = finish(command);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{line}");
        assert!(done.out.lines().count() > 5, "{line}");
        page(&format!("help-{}", line.replace(' ', "-")), &done.out);
    }
}

#[test]
fn bad_input_is_one_sentence_and_exit_code_2() {
    let (call, recording) = (format!("CA{:032x}", 1), format!("RE{:032x}", 1));
    let (call, recording) = (call.as_str(), recording.as_str());
    let mut kept = String::new();
    for line in [
        &["calls", "create"][..],
        &["calls", "create", "--to", BUSY, "--from", OWN],
        &[
            "calls", "create", "--to", BUSY, "--from", OWN, "--url", "http://a", "--twiml", "<R/>",
        ],
        &[
            "calls", "create", "--to", BUSY, "--from", OWN, "--url", "http://a", "--method", "PUT",
        ],
        &[
            "calls",
            "create",
            "--to",
            BUSY,
            "--from",
            OWN,
            "--url",
            "http://a",
            "--timeout",
            "soon",
        ],
        &["calls", "list", "--status", "bussy"],
        &["calls", "list", "--since", "yesterday"],
        &["calls", "list", "--limit", "many"],
        &["calls", "list", "--json", "--table"],
        &["calls", "list", "--everything"],
        &["calls", "fetch"],
        &["calls", "fetch", "CA1"],
        &["calls", "update", call],
        &["calls", "update", call, "--status", "busy"],
        &["calls", "delete", recording],
        &["calls", "follow", "CAx"],
        &["calls", "hangup", call],
        &["recordings", "list", "--call", "1"],
        &["recordings", "fetch", call],
        &["recordings", "delete", "RE"],
        &["recordings", "download", recording, "--format", "ogg"],
        &[
            "recordings",
            "download",
            recording,
            "-o",
            "a.mp3",
            "--format",
            "wav",
        ],
        &["recordings", "download", recording, "--channels", "3"],
        &["numbers", "list", "--limit", "-1"],
        &["numbers", "fetch", "12"],
        &["numbers", "create"],
        &[
            "numbers",
            "create",
            "--phone-number",
            OWN,
            "--area-code",
            "415",
        ],
        &["numbers", "update", OWN, "--voice-method", "PUT"],
        &["numbers", "delete", "PN1"],
        &["completions", "tcsh"],
        &["amd"],
        &["amd", "/nowhere/greeting.wav"],
        &["amd", "--speech-threshold", "100", "a.wav"],
        // Neither the environment nor a data folder has credentials.
        &["calls", "list", "--data", "/nowhere"],
        &["calls", "list", "--server", "nonsense"],
    ] {
        let mut command = program();
        command.args(line);
        if line.contains(&"nonsense") || line.contains(&"wav") {
            command.env("TWILIO_ACCOUNT_SID", format!("AC{:032x}", 1));
            command.env("TWILIO_AUTH_TOKEN", "secret");
        }
        let done = finish(command);
        assert_eq!(done.code, 2, "{line:?}: {}{}", done.out, done.err);
        assert_eq!(done.out, "", "{line:?}");
        assert_eq!(done.err.lines().count(), 1, "{line:?}: {}", done.err);
        assert!(done.err.starts_with("ringback: "), "{}", done.err);
        kept += &format!("$ ringback {}\n{}", line.join(" "), done.err);
    }
    page("bad-input", &kept);
}

#[test]
fn a_server_that_is_not_there_is_told_with_the_remedy() {
    let mut command = program();
    command
        .args(["calls", "list", "--server", "http://127.0.0.1:1"])
        .env("TWILIO_ACCOUNT_SID", format!("AC{:032x}", 1))
        .env("TWILIO_AUTH_TOKEN", "secret");
    let done = finish(command);
    let told = "ringback: no server answers at http://127.0.0.1:1: start one with `ringback dev`, \
                or name another with --server or RINGBACK_URL\n";
    assert_eq!(
        (done.code, done.out.as_str(), done.err.as_str()),
        (1, "", told)
    );
}

#[test]
fn commands_print_tables_and_json_of_a_real_server() {
    let house = House::open();
    let mut kept = Kept::default();
    // Numbers.
    house.keep(&mut kept, &["numbers", "list", "--table"]);
    let (voice, name) = ("http://127.0.0.1:9/voice", "電話 Zoë");
    let update = [
        "numbers",
        "update",
        OWN,
        "--voice-url",
        voice,
        "--friendly-name",
        name,
    ];
    house.keep(&mut kept, &[&update[..], &["--table"]].concat());
    house.keep(
        &mut kept,
        &[
            "numbers",
            "create",
            "--phone-number",
            "+12025550191",
            "--table",
        ],
    );
    house.keep(&mut kept, &["numbers", "list", "--table"]);
    house.keep(&mut kept, &["numbers", "fetch", OWN]);
    house.keep(&mut kept, &["numbers", "delete", "+12025550191", "--table"]);
    let gone = house.run(&["numbers", "fetch", "+12025550191"]);
    assert_eq!(gone.code, 1);
    kept.add(&house, &["numbers", "fetch", "+12025550191"], &gone);
    // A call that is busy is followed, and fails the command.
    let twiml = "<Response><Hangup/></Response>";
    let create = [
        "calls", "create", "--to", BUSY, "--from", OWN, "--twiml", twiml,
    ];
    let followed = house.run(&[&create[..], &["--follow", "--table"]].concat());
    assert_eq!((followed.code, followed.err.as_str()), (1, ""));
    let rungs: Vec<&str> = followed.out.lines().collect();
    let place = |word: &str| {
        let found = rungs.iter().position(|rung| rung.contains(word));
        found.unwrap_or_else(|| panic!("no {word}: {}", followed.out))
    };
    assert!(place("INVITE") < place("100 Trying"));
    assert!(place("100 Trying") < place("486 Busy Here"));
    assert!(
        rungs.last().unwrap().ends_with(" busy, 0 s"),
        "{}",
        followed.out
    );
    let call = rungs.last().unwrap().split(' ').next().unwrap().to_owned();
    // One that was answered is completed; in a pipe each event is a line of JSON.
    let person = [
        "calls",
        "create",
        "--to",
        "+12025550101",
        "--from",
        OWN,
        "--twiml",
    ];
    let pause = "<Response><Pause length=\"1\"/></Response>";
    let done = house.run(&[&person[..], &[pause, "--record", "--follow"]].concat());
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    let events: Vec<serde_json::Value> = done
        .out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(events[0]["data"]["status"], "queued");
    assert_eq!(events.last().unwrap()["data"]["reason"], "ended");
    assert!(events.iter().all(|event| event["id"].is_string()));
    // Calls.
    house.keep(&mut kept, &["calls", "list", "--status", "busy", "--table"]);
    house.keep(&mut kept, &["calls", "list", "--to", BUSY, "--limit", "1"]);
    house.keep(&mut kept, &["calls", "fetch", &call, "--table"]);
    house.keep(
        &mut kept,
        &["calls", "list", "--status", "failed", "--table"],
    );
    // Following one that has ended tells all of it.
    let again = house.run(&["calls", "follow", &call, "--table"]);
    assert_eq!(again.code, 1);
    assert!(again.out.contains("486 Busy Here"), "{}", again.out);
    let ended = house.run(&["calls", "update", &call, "--twiml", twiml]);
    assert_eq!(ended.code, 1);
    kept.add(
        &house,
        &["calls", "update", &call, "--twiml", twiml],
        &ended,
    );
    house.keep(&mut kept, &["calls", "delete", &call]);
    let gone = house.run(&["calls", "fetch", &call]);
    assert_eq!(gone.code, 1);
    kept.add(&house, &["calls", "fetch", &call], &gone);
    // What the server refuses is one sentence with its code.
    let refused = [
        "calls", "create", "--to", "nobody", "--from", OWN, "--twiml", twiml,
    ];
    let done = house.run(&refused);
    assert_eq!((done.code, done.out.as_str()), (1, ""));
    kept.add(&house, &refused, &done);
    page("output", &kept.text);
    recordings(&house);
}

/// What a recording takes depends on the machine's haste, so that nothing is kept of it.
fn recordings(house: &House) {
    let list = house.run(&["recordings", "list"]);
    let rows: serde_json::Value = serde_json::from_str(&list.out).expect("JSON");
    let sid = rows[0]["sid"].as_str().expect("a recording").to_owned();
    let table = house.run(&["recordings", "list", "--table"]);
    let lines: Vec<&str> = table.out.lines().collect();
    let head =
        "SID                                 STATUS     SECS  CH  MADE                 CALL SID";
    assert_eq!(lines[0], head);
    assert!(
        lines[1].starts_with(&format!("{sid}  completed  ")),
        "{}",
        lines[1]
    );
    let one = house.run(&["recordings", "fetch", &sid, "--table"]);
    assert!(one.out.contains("Status    completed\n"), "{}", one.out);
    let file = house.folder.path().join(format!("{sid}.wav"));
    let saved = house.run(&["recordings", "download", &sid, "--table"]);
    assert_eq!((saved.code, saved.err.as_str()), (0, ""));
    assert!(
        saved.out.starts_with(&format!("{sid}.wav, ")),
        "{}",
        saved.out
    );
    let sound = std::fs::read(&file).expect("a file");
    assert_eq!((&sound[..4], &sound[8..12]), (&b"RIFF"[..], &b"WAVE"[..]));
    // It is not written over, unless that is said.
    std::fs::write(&file, "mine").expect("a file");
    let refused = house.run(&["recordings", "download", &sid]);
    let told = format!("ringback: {sid}.wav is there already: name another file, or say --force\n");
    assert_eq!((refused.code, refused.err), (1, told));
    assert_eq!(std::fs::read(&file).expect("a file"), b"mine");
    let forced = house.run(&["recordings", "download", &sid, "--force"]);
    assert_eq!(forced.code, 0);
    assert_eq!(std::fs::read(&file).expect("a file"), sound);
    // Nothing half lies about.
    assert!(
        files(house.folder.path())
            .iter()
            .all(|name| !name.ends_with(".part"))
    );
    let deleted = house.run(&["recordings", "delete", &sid, "--table"]);
    assert_eq!(deleted.out, format!("{sid} is deleted.\n"));
    assert_eq!(
        house
            .run(&["recordings", "download", &sid, "-o", "x.wav"])
            .code,
        1
    );
    assert!(!house.folder.path().join("x.wav").exists());
    assert_eq!(
        house.run(&["recordings", "list", "--table"]).out,
        "No recordings.\n"
    );
}

fn files(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).expect("a folder");
    all.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    })
    .collect()
}

#[test]
fn completions_are_written_for_each_shell() {
    for (shell, word) in [
        ("bash", "complete -F _ringback"),
        ("zsh", "#compdef ringback"),
        ("fish", "complete -c ringback"),
    ] {
        let mut command = program();
        command.args(["completions", shell]);
        let done = finish(command);
        assert_eq!(done.code, 0, "{shell}");
        assert!(done.out.contains(word), "{shell}");
        assert!(done.out.contains("status-callback"), "{shell}");
    }
}
