//! The authority: made once, kept, replaced where it must be, trusted for its hosts alone.

use super::*;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{CertificateError, RootCertStore};
use std::sync::Arc;

fn at(days: u64) -> SystemTime {
    UNIX_EPOCH + DAY * 20_000 + super::days(days)
}

fn open(folder: &Path, days: u64) -> Authority {
    Authority::open(folder, at(days)).unwrap()
}

/// What a client says that trusts this authority and nobody else.
fn verdict(authority: &Authority, host: &str, now: SystemTime) -> Result<(), rustls::Error> {
    let leaf = authority.sign(host, now).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone()).unwrap();
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::new(default_provider()));
    let verifier = verifier.build().unwrap();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let now = UnixTime::since_unix_epoch(now.duration_since(UNIX_EPOCH).unwrap());
    verifier
        .verify_server_cert(&leaf.certificate, &[], &name, &[], now)
        .map(|_| ())
}

#[test]
fn it_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("deep/intercept");
    let first = open(&home, 0);
    assert_eq!(first.origin(), Origin::First);
    let again = open(&home, 1);
    assert_eq!(again.origin(), Origin::Kept);
    assert_eq!(first.certificate(), again.certificate());
    // And it still signs what its first clients trust.
    assert_eq!(
        again.ends.duration_since(first.ends).unwrap(),
        Duration::ZERO
    );
    let leaf = again.sign("api.twilio.com", at(1)).unwrap();
    assert!(leaf.ends > at(30));
    verdict(&again, "api.twilio.com", at(1)).unwrap();
}

#[test]
fn its_key_is_for_its_owner_alone_and_nothing_is_left_lying() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 0);
    let mode = |name: &str| {
        let found = fs::metadata(folder.path().join(name)).unwrap();
        found.permissions().mode() & 0o7777
    };
    assert_eq!(mode("ca.key"), 0o600);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["ca.key", "ca.pem"]);
}

#[test]
fn a_key_that_others_may_read_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 0);
    let key = folder.path().join("ca.key");
    for mode in [0o640, 0o604, 0o644, 0o620, 0o777] {
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let error = Authority::open(folder.path(), at(0))
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("mode {mode:04o}")), "{error}");
        assert!(error.contains("remove it"), "{error}");
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(open(folder.path(), 0).origin(), Origin::Kept);
}

#[test]
fn what_is_no_key_or_no_certificate_is_told() {
    for name in ["ca.key", "ca.pem"] {
        let folder = tempfile::tempdir().unwrap();
        open(folder.path(), 0);
        let path = folder.path().join(name);
        for bytes in [
            &b""[..],
            b"nonsense",
            b"\xff\xfe\x00",
            b"-----BEGIN PRIVATE KEY-----\nAA",
        ] {
            fs::write(&path, bytes).unwrap();
            let error = Authority::open(folder.path(), at(0))
                .unwrap_err()
                .to_string();
            assert!(error.contains(name), "{error}");
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        let error = Authority::open(folder.path(), at(0))
            .unwrap_err()
            .to_string();
        assert!(error.contains(name), "{error}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Authority::open(&file.join("intercept"), at(0)).unwrap_err();
    assert!(error.to_string().contains("can't be used"), "{error}");
}

#[test]
fn it_is_replaced_before_it_ends_and_when_its_files_do_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path(), 0);
    let last_day = limit::INTERCEPT_AUTHORITY_DAYS - limit::INTERCEPT_AUTHORITY_RENEW_DAYS;
    assert_eq!(open(folder.path(), last_day).origin(), Origin::Kept);
    let second = open(folder.path(), last_day + 1);
    assert_eq!(second.origin(), Origin::Replaced("it was about to end"));
    assert_ne!(first.certificate(), second.certificate());

    // As a stop between the two files leaves it.
    let other = tempfile::tempdir().unwrap();
    open(other.path(), 0);
    fs::copy(other.path().join("ca.key"), folder.path().join("ca.key")).unwrap();
    let third = open(folder.path(), 0);
    assert!(matches!(third.origin(), Origin::Replaced(_)), "{third:?}");
    assert_eq!(open(folder.path(), 0).origin(), Origin::Kept);
    fs::remove_file(folder.path().join("ca.pem")).unwrap();
    assert_eq!(open(folder.path(), 0).origin(), Origin::First);
    verdict(&open(folder.path(), 0), "api.twilio.com", at(0)).unwrap();
}

#[test]
fn one_that_may_sign_for_other_names_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path(), 0);
    let key = KeyPair::from_pem(&fs::read_to_string(folder.path().join("ca.key")).unwrap());
    let key = key.unwrap();
    let (mut params, _) = authority_params(&key, at(0));
    params.name_constraints = None;
    let wide = params.self_signed(&key).unwrap();
    fs::write(folder.path().join("ca.pem"), wide.pem()).unwrap();
    let opened = open(folder.path(), 0);
    assert_eq!(
        opened.origin(),
        Origin::Replaced("the hosts of the API have changed")
    );
}

#[test]
fn clients_take_its_word_for_the_hosts_of_the_api_alone() {
    let folder = tempfile::tempdir().unwrap();
    let authority = open(folder.path(), 0);
    for host in [
        "api.twilio.com",
        "api.dublin.ie1.twilio.com",
        "accounts.twilio.com",
    ] {
        verdict(&authority, host, at(1)).unwrap();
    }
    for host in [
        "example.com",
        "twilio.com",
        "video.twilio.com",
        "127.0.0.1",
        "::1",
    ] {
        let error = verdict(&authority, host, at(1)).unwrap_err();
        let text = format!("{error:?}");
        assert!(text.contains("NameConstraintViolation"), "{host}: {text}");
    }
    // A certificate lives no longer than who signed it.
    let late = at(limit::INTERCEPT_AUTHORITY_DAYS - 1);
    assert_eq!(
        authority.sign("api.twilio.com", late).unwrap().ends,
        authority.ends
    );
    let over = at(limit::INTERCEPT_AUTHORITY_DAYS + 1);
    let error = verdict(&authority, "api.twilio.com", over).unwrap_err();
    let expired = |error: &CertificateError| format!("{error:?}").contains("Expired");
    assert!(
        matches!(&error, rustls::Error::InvalidCertificate(why) if expired(why)),
        "{error:?}"
    );
}

#[test]
fn no_word_about_it_holds_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let authority = open(folder.path(), 0);
    let key = fs::read_to_string(folder.path().join("ca.key")).unwrap();
    let shown = format!("{authority:?}");
    assert!(key.lines().all(|line| !shown.contains(line)), "{shown}");
}
