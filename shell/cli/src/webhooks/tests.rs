//! Help and output as they stand in `tests/webhooks/`; `UPDATE_EXPECT=1` writes them anew.

use super::*;
use api::{
    Webhook, WebhookHeader, WebhookInstance, WebhookMessage, WebhookSignature, WebhookTiming,
};
use clap::Parser;
use std::path::{Path, PathBuf};

#[derive(Debug, Parser)]
#[command(name = "ringback webhooks", disable_help_subcommand = true, after_help = HELP)]
struct Line {
    #[command(flatten)]
    webhooks: Webhooks,
}

/// As wide as it needs to be, without colours.
const PAPER: Screen = Screen {
    json: false,
    width: None,
    colour: false,
    watched: false,
};

fn held(name: &str, text: &str) {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/webhooks/{name}"));
    if std::env::var("UPDATE_EXPECT").is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, kept, "{name}: UPDATE_EXPECT=1 writes it anew");
}

fn row(n: u8) -> Webhook {
    Webhook {
        sid: format!("WH{:032x}", n),
        account_sid: format!("AC{:032x}", 1),
        call_sid: format!("CA{:032x}", 7),
        kind: "action".into(),
        date_created: "2026-07-06T22:05:25.007Z".into(),
        method: "POST".into(),
        url: "https://app.example.com/gather?x=1".into(),
        status: Some(200),
        error_code: None,
        error_message: None,
        duration_us: 12_345,
        attempt: 1,
        redirects: 0,
        idempotency_token: "0b0e0f0a-0000-4000-8000-000000000001".into(),
        replay_of: None,
        from_cache: false,
        replayable: true,
        uri: String::new(),
    }
}

fn rows() -> Vec<Webhook> {
    vec![
        Webhook {
            kind: "status-callback".into(),
            status: None,
            error_code: Some(11_205),
            duration_us: 5_001_234,
            ..row(1)
        },
        Webhook {
            status: Some(500),
            error_code: Some(11_200),
            attempt: 2,
            redirects: 1,
            ..row(2)
        },
        Webhook {
            kind: "document".into(),
            method: "GET".into(),
            from_cache: true,
            ..row(3)
        },
        Webhook {
            replay_of: Some(format!("WH{:032x}", 1)),
            ..row(4)
        },
    ]
}

fn whole() -> WebhookInstance {
    let header = |name: &str, value: &str| WebhookHeader {
        name: name.into(),
        value: value.into(),
    };
    WebhookInstance {
        row: row(1),
        request: WebhookMessage {
            headers: vec![
                header("host", "app.example.com"),
                header("x-twilio-signature", "abc="),
                header("cookie", "session=***"),
            ],
            body: "Digits=1&To=%2B12025550101".into(),
            body_truncated: false,
        },
        signature: Some(WebhookSignature {
            value: Some("abc=".into()),
            signed: "https://app.example.com/gather?x=1Digits1To+12025550101".into(),
            masked: false,
            signed_sha256: None,
        }),
        response: Some(WebhookMessage {
            headers: vec![header("content-type", "text/xml")],
            body: "<Response>\n  <Say>\u{1b}[2JHi</Say>\n".into(),
            body_truncated: true,
        }),
        timing: WebhookTiming {
            queued_us: None,
            waited_us: Some(3),
            lookup_us: Some(1_000),
            connect_us: Some(2_000),
            tls_us: Some(4_000),
            first_byte_us: Some(5_000),
            whole_us: 12_345,
        },
    }
}

#[test]
fn the_help_teaches() {
    for command in ["", "list", "show", "replay"] {
        let words = ["ringback webhooks", command, "--help"];
        let words = words.into_iter().filter(|word| !word.is_empty());
        let help = Line::try_parse_from(words).unwrap_err().to_string();
        let name = if command.is_empty() {
            "webhooks"
        } else {
            command
        };
        held(&format!("help-{name}.txt"), &help);
    }
}

#[test]
fn the_filter_and_the_server_are_two_things() {
    let words = [
        "webhooks",
        "list",
        "--url",
        "/gather",
        "--server",
        "http://127.0.0.1:9",
    ];
    let line = Line::try_parse_from(words).unwrap().webhooks;
    let Command::List(list) = line.command else {
        panic!("it is a list")
    };
    assert_eq!(list.url.as_deref(), Some("/gather"));
    assert_eq!(line.connection.server, "http://127.0.0.1:9");
}

#[test]
fn a_table_has_a_line_for_each_request() {
    held("list.txt", &table::table(&PAPER, &rows()));
    assert_eq!(table::table(&PAPER, &[]), "No requests.\n");
}

#[test]
fn one_is_shown_with_all_that_is_known() {
    held("show.txt", &show::show(&PAPER, &whole()));
    let mut masked = whole();
    masked.signature = Some(WebhookSignature {
        value: Some("abc=".into()),
        signed: "https://app.example.com/gatherDigits***".into(),
        masked: true,
        signed_sha256: Some("ab".repeat(32)),
    });
    masked.response = None;
    masked.row = Webhook {
        status: None,
        error_code: Some(11_205),
        error_message: Some("Nobody listens there".into()),
        replayable: false,
        replay_of: Some(format!("WH{:032x}", 9)),
        attempt: 2,
        redirects: 2,
        ..row(1)
    };
    held("show-masked.txt", &show::show(&PAPER, &masked));
    held("show.json", &json(&whole()));
}

#[test]
fn what_makes_no_sense_is_told_before_anybody_is_asked() {
    for bad in ["", "WH1", "CA00000000000000000000000000000001", "WHé"] {
        let said = Line::try_parse_from(["webhooks", "show", bad]);
        assert_eq!(said.unwrap_err().exit_code(), 2, "{bad}");
    }
    for (flag, bad) in [("--call", "CA1"), ("--since", "yesterday")] {
        let said = Line::try_parse_from(["webhooks", "list", flag, bad]);
        assert_eq!(said.unwrap_err().exit_code(), 2, "{flag}");
    }
    assert!(Line::try_parse_from(["webhooks", "show", &row(1).sid]).is_ok());
}
