//! What is read, what is refused, and with which words.

use super::*;

const SID: &str = "AC0123456789abcdef0123456789abcdef";

fn account(rest: &str) -> String {
    format!("[account]\nsid = \"{SID}\"\ntoken = \"fedcba9876543210fedcba9876543210\"\n{rest}")
}

fn refusal(rest: &str) -> String {
    Config::parse(&account(rest)).unwrap_err().to_string()
}

#[test]
fn the_example_is_a_configuration_and_its_comments_show_the_defaults() {
    let filled = fresh_example().unwrap();
    assert_ne!(filled, fresh_example().unwrap());
    let config = Config::parse(&filled).unwrap();
    assert_eq!(config.http, HttpConfig::default());
    assert_eq!(config.sip, SipConfig::default());
    // With every key that is commented out switched on it is one, too.
    let all: String = filled
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if key.starts_with('[') || key.split_whitespace().nth(1) == Some("=") => key,
            _ => line,
        })
        .fold(String::new(), |text, line| text + line + "\n");
    let all = all
        .replace("/etc/ringback/fullchain.pem", "c")
        .replace("threads = 2", "");
    let everything = Config::parse(&all).unwrap();
    assert_eq!(everything.media, config.media);
    assert_eq!(everything.log, config.log);
    assert_eq!(everything.limits, config.limits);
    assert_eq!(everything.data, config.data);
    assert_eq!(everything.webhooks, config.webhooks);
    assert_eq!((everything.numbers.len(), everything.phones.len()), (1, 1));
    assert_eq!(everything.account.settings(), config.account.settings());
    assert_eq!(everything.subaccount_settings().unwrap().len(), 1);
    assert_eq!(everything.main_keys().unwrap()[0].name, "Deployment");
    assert!(everything.trunks[0].outbound && !everything.trunks[0].register);
}

#[test]
fn what_is_unknown_or_dangerous_is_refused_with_one_sentence() {
    assert!(refusal("[htp]\n").contains("unknown field `htp`"));
    assert!(refusal("[http]\nlisten = \"127.0.0.1:8080\"\nprot = 1\n").starts_with("line 6"));
    let plain = refusal("[http]\nlisten = \"0.0.0.0:80\"\n");
    assert!(
        plain.contains("certificate") && !plain.contains('\n'),
        "{plain}"
    );
    assert!(refusal("[http]\ncertificate = \"x\"\n").contains("belong together"));
    assert!(refusal("[media]\nport_first = 9\n").contains("leave no ports"));
    assert!(refusal("[log]\nlevel = \"loud\"\n").contains("log.level"));
    assert!(refusal("[webhooks]\nallow = [\"10.1.0.0/33\"]\n").contains("10.1.0.0/33"));
    assert!(refusal("[webhooks]\nforbid = [\"app.example\"]\n").contains("neither an address"));
    assert!(refusal("[[number]]\nnumber = \"12\"\n").contains("E.164"));
    let phone = "[[phone]]\nuser = \"al\"\npassword = \"longenough\"\n";
    assert!(refusal(&[phone, phone].concat()).contains("stands twice"));
    let trunk = "[[trunk]]\nname = \"t\"\nhost = \"h\"\nregister = true\n";
    assert!(refusal(trunk).contains("username"));
}

#[test]
fn accounts_have_settings_within_their_bounds() {
    let (other, key) = (
        "AC00000000000000000000000000000007",
        "SK00000000000000000000000000000008",
    );
    let text = format!(
        "test_sid = \"{other}\"\ntest_token = \"fourteen-and-two\"\ncalls_per_second = 30\n\
         [[subaccount]]\nsid = \"{other}\"\npublic_media = true\n\
         [[main_key]]\nsid = \"{key}\"\nsecret_hash = \"{}\"\n",
        "ab".repeat(32)
    );
    let config = Config::parse(&account(&text)).unwrap();
    assert_eq!(config.account.settings().calls_per_second, Some(30));
    assert_eq!(config.account.settings().retention_days, Some(396));
    assert_eq!(
        config.account.test().unwrap().map(|test| test.sid.0),
        Some(7)
    );
    let subaccounts = config.subaccount_settings().unwrap();
    assert_eq!(subaccounts[0].1.public_media, Some(true));
    assert_eq!(subaccounts[0].1.calls_per_second, None);
    assert_eq!(config.main_keys().unwrap()[0].secret_hash, [0xab; 32]);
    let shown = format!("{config:?}");
    assert!(!shown.contains("fourteen") && !shown.contains("abababab"));

    assert!(refusal("calls_per_second = 0\n").contains("from 1 to 1000"));
    assert!(refusal("calls_per_second = 1001\n").contains("from 1 to 1000"));
    assert!(refusal("retention_days = 0\n").contains("gone at once"));
    assert!(refusal(&format!("test_sid = \"{other}\"\n")).contains("belong together"));
    assert!(
        refusal(&format!(
            "test_sid = \"{SID}\"\ntest_token = \"0123456789abcdef\"\n"
        ))
        .contains("nothing would be a test")
    );
    assert!(refusal("[[subaccount]]\nsid = \"AC1\"\n").contains("subaccount AC1"));
    let bad = format!("[[main_key]]\nsid = \"{key}\"\nsecret_hash = \"+1\"\n");
    assert!(refusal(&bad).contains("ringback key"));
}

#[test]
fn credentials_come_from_the_environment_first_and_are_never_printed() {
    let config = Config::parse(&account("")).unwrap();
    let (sid, token) = config.account.credentials(|_| None).unwrap();
    assert_eq!((sid.to_string().as_str(), token.len()), (SID, 32));
    let other = |name: &str| (name == "TWILIO_AUTH_TOKEN").then(|| "f".repeat(32));
    assert_eq!(config.account.credentials(other).unwrap().1, "f".repeat(32));
    assert!(!format!("{config:?}").contains("fedcba98"));
    assert!(!format!("{:?}", config.account.token).contains("fedc"));

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, format!("{}\n", "c".repeat(32))).unwrap();
    let mut from_file = config.account.clone();
    (from_file.token, from_file.token_file) = (None, Some(path));
    assert_eq!(from_file.credentials(|_| None).unwrap().1, "c".repeat(32));
    from_file.token_file = None;
    assert!(
        from_file
            .credentials(|_| None)
            .unwrap_err()
            .to_string()
            .contains("token_env")
    );
    from_file.token = Some(Secret::new("short"));
    assert!(
        from_file
            .credentials(|_| None)
            .unwrap_err()
            .to_string()
            .contains("too short")
    );
}

#[test]
fn webhooks_go_where_the_file_says() {
    let gate = |rest: &str| Config::parse(&account(rest)).unwrap().webhooks.gate();
    let admits = |rest: &str, address: &str| gate(rest).admits(address.parse().unwrap());
    assert!(!admits("", "127.0.0.1") && admits("", "1.1.1.1"));
    let text = "[webhooks]\nallow = [\"127.0.0.1\", \"fd00::/8\", \"10.1.2.3/16\"]\n\
                forbid = [\"10.1.9.0/24\"]\n";
    for (address, admitted) in [
        ("127.0.0.1", true),
        ("127.0.0.2", false),
        ("fd12::1", true),
        ("10.1.8.1", true),
        ("10.1.9.1", false),
    ] {
        assert_eq!(admits(text, address), admitted, "{address}");
    }
    let lines = |rest: &str| {
        let findings = explain(&Config::parse(&account(rest)).unwrap());
        let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n")
    };
    let told = lines(text);
    assert!(
        told.contains("at public addresses and at 127.0.0.1, fd00::/8"),
        "{told}"
    );
    assert!(told.contains("never at 10.1.9.0/24"), "{told}");
    // That allows one form of the metadata service, which is said.
    assert!(told.contains("metadata service"), "{told}");
    assert!(!lines("").contains("metadata service"));
    let number = |url: &str, rest: &str| {
        lines(&format!(
            "{rest}[[number]]\nnumber = \"+12025550190\"\nvoice_url = \"{url}\"\n"
        ))
    };
    let warned = |url, rest| number(url, rest).contains("put it into webhooks.allow");
    let open = "[webhooks]\nallow = [\"127.0.0.1\"]\n";
    for (url, by_itself, opened) in [
        ("http://127.0.0.1:5000/voice", true, false),
        ("http://localhost:5000/voice", true, false),
        ("http://[::1]/voice", true, true),
        ("https://app.example.com/voice", false, false),
    ] {
        assert_eq!(
            (warned(url, ""), warned(url, open)),
            (by_itself, opened),
            "{url}"
        );
    }
    assert!(lines("verify_certificates = false\n").contains("impostors"));
}

#[test]
fn an_explanation_names_everyone_and_no_secret() {
    let config = Config::parse(&account(
        "[[phone]]\nuser = \"alice\"\npassword = \"hunter2\"\n\
         [[trunk]]\nname = \"carrier\"\nhost = \"sip.x\"\nusername = \"me\"\n\
         password = \"pssst\"\n",
    ))
    .unwrap();
    let lines: Vec<String> = explain(&config).iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    for word in [
        "alice",
        "carrier",
        "127.0.0.1:5060",
        "http://127.0.0.1:8080",
        "20000 legs",
    ] {
        assert!(text.contains(word), "{word} in {text}");
    }
    assert!(!text.contains("hunter2") && !text.contains("pssst"));
    assert!(text.contains("warning: the password of the phone alice is short"));
    assert!(text.contains("warning: SIP listens on this machine only"));
}
