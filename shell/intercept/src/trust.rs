//! How apps find the proxy and come to trust its authority: files for them, and words for people.
//!
//! Most languages take one file of authorities and forget the machine's own list, so there is a
//! bundle of both: whoever trusts it still reaches every other host.

use crate::authority::replace;
use crate::{Authority, InterceptError, Origin};
use model::limit;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where systems keep the list of authorities they trust.
const LISTS: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt", // Debian, Arch, Alpine
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Fedora and its kin
    "/etc/pki/tls/certs/ca-bundle.crt",   // older ones of them
    "/etc/ssl/ca-bundle.pem",             // openSUSE
    "/etc/ssl/cert.pem",                  // macOS, the BSDs
    "/usr/local/share/certs/ca-root-nss.crt", // FreeBSD
];

/// What a user has set already goes before the system's: a company's own list, for example.
const VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// The list of authorities that ours is added to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    path: Option<PathBuf>,
    text: String,
}

impl Base {
    /// Finds the list of this machine. What the environment names within `own` is a bundle of
    /// ours: it isn't taken, or authorities that were replaced would stay in it for ever.
    pub fn find(own: &Path, environment: impl Fn(&str) -> Option<OsString>) -> Base {
        let named = VARIABLES.iter().filter_map(|name| environment(name));
        let named = named.map(PathBuf::from).filter(|path| !within(path, own));
        let mut paths = named.chain(LISTS.iter().map(PathBuf::from));
        let found = paths.find_map(|path| Some((read(&path)?, path)));
        found.map_or_else(Base::default, |(text, path)| Base {
            path: Some(path),
            text,
        })
    }
}

fn within(path: &Path, folder: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole(path).starts_with(whole(folder))
}

fn read(path: &Path) -> Option<String> {
    let mut text = String::new();
    let file = fs::File::open(path).ok()?;
    let mut file = file.take(limit::INTERCEPT_BUNDLE_BYTES_MAX);
    file.read_to_string(&mut text).ok()?;
    text.contains(BEGIN).then_some(text)
}

/// What apps need, as it lies in the folder.
#[derive(Debug, Clone)]
pub struct Trust {
    proxy: SocketAddr,
    /// The authority's certificate alone.
    ca: PathBuf,
    /// The machine's list and the authority's certificate.
    bundle: PathBuf,
    /// Sets the environment, for a shell.
    script: PathBuf,
    folder: PathBuf,
    base: Option<PathBuf>,
    origin: Origin,
}

impl Trust {
    /// Writes the files.
    pub fn lay(
        folder: &Path,
        authority: &Authority,
        proxy: SocketAddr,
        base: &Base,
    ) -> Result<Trust, InterceptError> {
        // Apps are started elsewhere.
        let folder = folder.canonicalize().map_err(|error| {
            InterceptError::new(format!("{} can't be used: {error}", folder.display()))
        })?;
        let ca = folder.join("ca.pem");
        let trust = Trust {
            proxy,
            bundle: folder.join("bundle.pem"),
            script: folder.join("env.sh"),
            base: base.path.clone(),
            origin: authority.origin(),
            folder,
            ca,
        };
        let own = fs::read_to_string(&trust.ca).map_err(|error| {
            InterceptError::new(format!("{} can't be read: {error}", trust.ca.display()))
        })?;
        let bundle = format!("{}\n{own}", base.text.trim_end());
        replace(&trust.bundle, bundle.trim_start().as_bytes(), 0o644)?;
        replace(&trust.script, trust.environment().as_bytes(), 0o644)?;
        Ok(trust)
    }

    /// The script that a shell reads with `.`.
    pub fn script(&self) -> &Path {
        &self.script
    }

    /// Its text. Loopback is left out of the proxy: an app's own webhooks go there.
    fn environment(&self) -> String {
        let (ca, bundle) = (quoted(&self.ca), quoted(&self.bundle));
        format!(
            "# Written by `ringback dev --intercept`: leads an app's requests to the API here.\n\
             export HTTPS_PROXY='{proxy}' https_proxy='{proxy}'\n\
             # The Node library reads this one, also for https.\n\
             export HTTP_PROXY='{proxy}'\n\
             NO_PROXY=\"${{NO_PROXY:-${{no_proxy-}}}}\"\n\
             case \",$NO_PROXY,\" in\n\
             *,127.0.0.1,*) ;;\n\
             *) NO_PROXY=\"${{NO_PROXY:+$NO_PROXY,}}{LOCAL}\" ;;\n\
             esac\n\
             export NO_PROXY no_proxy=\"$NO_PROXY\"\n\
             # Added to what Node trusts.\n\
             export NODE_EXTRA_CA_CERTS={ca}\n\
             # In place of what others trust: this machine's list with the local authority.\n\
             export REQUESTS_CA_BUNDLE={bundle}\n\
             export SSL_CERT_FILE={bundle}\n\
             export CURL_CA_BUNDLE={bundle}\n",
            proxy = self.url(),
        )
    }

    fn url(&self) -> String {
        format!("http://{}", self.proxy)
    }

    /// How to trust, language by language, for the first screen.
    pub fn text(&self) -> String {
        let Trust { proxy, folder, .. } = self;
        let (host, port, url) = (proxy.ip(), proxy.port(), self.url());
        let (ca, bundle, script) = (quoted(&self.ca), quoted(&self.bundle), quoted(&self.script));
        let store = quoted(&folder.join("cacerts"));
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{url} answers for api.twilio.com; every other host is tunnelled\n\
             unread. Run an app unchanged, with the credentials above, in a shell that has read\n\
             \n  . {script}\n\n\
             which sets for\n"
        );
        let mut line = |who: &str, what: &str| {
            let _ = writeln!(text, "  {who:<12} {what}");
        };
        line("all", &format!("HTTPS_PROXY={url} NO_PROXY={LOCAL}"));
        line("Python", &format!("REQUESTS_CA_BUNDLE={bundle}"));
        line(
            "Node",
            &format!("HTTP_PROXY={url} (its library reads no other)"),
        );
        line("", &format!("NODE_EXTRA_CA_CERTS={ca}"));
        line("Ruby, Go", &format!("SSL_CERT_FILE={bundle}"));
        line(
            ".NET",
            "the same (Go and .NET: on Linux; macOS asks its key chain)",
        );
        line("curl", &format!("CURL_CA_BUNDLE={bundle}"));
        text.push_str("\nOthers read no environment:\n\n");
        let mut line = |who: &str, what: &str| {
            let _ = writeln!(text, "  {who:<12} {what}");
        };
        line(
            "PHP",
            &format!("php -d curl.cainfo={bundle} -d openssl.cafile={bundle} app.php"),
        );
        line(
            "Java",
            &format!("cp \"$JAVA_HOME/lib/security/cacerts\" {store}"),
        );
        line(
            "",
            &format!("keytool -importcert -noprompt -alias ringback -file {ca} \\"),
        );
        line("", &format!("  -keystore {store} -storepass changeit"));
        line(
            "",
            &format!("java -Dhttps.proxyHost={host} -Dhttps.proxyPort={port} \\"),
        );
        line(
            "",
            &format!("  -Djavax.net.ssl.trustStore={store} -jar app.jar"),
        );
        match self.origin {
            Origin::Kept => {}
            Origin::First => text.push_str(
                "\nThe local authority is new. It can speak for the API's hosts alone, and its key \
                 stays\nin that folder.\n",
            ),
            Origin::Replaced(reason) => {
                let _ = writeln!(
                    text,
                    "\nThe local authority is a new one, because {reason}: what trusts the old \
                     one by\nanything but the files above has to trust it anew."
                );
            }
        }
        if self.base.is_none() {
            text.push_str(
                "\nThis machine has no list of authorities: the bundle holds the local one alone, \
                 and apps\nthat use it trust no other host. Install ca-certificates and start \
                 again.\n",
            );
        }
        text
    }
}

/// What is reached without the proxy.
const LOCAL: &str = "localhost,127.0.0.1,::1";

/// A path as a shell reads it whole.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::time::SystemTime;

    const PROXY: &str = "127.0.0.1:8888";

    struct Laid {
        _folder: tempfile::TempDir,
        at: PathBuf,
        trust: Trust,
    }

    fn lay(name: &str, base: &Base) -> Laid {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().canonicalize().unwrap().join(name);
        let authority = Authority::open(&at, SystemTime::now()).unwrap();
        let trust = Trust::lay(&at, &authority, PROXY.parse().unwrap(), base).unwrap();
        Laid {
            _folder: folder,
            at,
            trust,
        }
    }

    fn some_base() -> Base {
        Base {
            path: Some("/list.pem".into()),
            text: format!("# theirs\n{BEGIN}\nAAAA\n-----END CERTIFICATE-----\n"),
        }
    }

    /// What a shell has set after it has read the script.
    fn sourced(laid: &Laid, before: &[(&str, &str)], name: &str) -> String {
        let line = format!(". \"$1\" && . \"$1\" && printf %s \"${name}\"");
        let mut shell = Command::new("sh");
        shell.args(["-euc", &line, "sh"]).arg(laid.trust.script());
        for variable in ["NO_PROXY", "no_proxy"] {
            shell.env_remove(variable);
        }
        let out = shell.envs(before.iter().copied()).output().unwrap();
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    #[test]
    fn a_shell_reads_the_script_also_from_a_folder_with_an_odd_name() {
        for name in ["plain", "it's a \"folder\" $HOME"] {
            let laid = lay(name, &some_base());
            let file = |name: &str| laid.at.join(name).display().to_string();
            for (variable, value) in [
                ("HTTPS_PROXY", "http://127.0.0.1:8888".to_owned()),
                ("https_proxy", "http://127.0.0.1:8888".to_owned()),
                ("HTTP_PROXY", "http://127.0.0.1:8888".to_owned()),
                ("NODE_EXTRA_CA_CERTS", file("ca.pem")),
                ("REQUESTS_CA_BUNDLE", file("bundle.pem")),
                ("SSL_CERT_FILE", file("bundle.pem")),
                ("CURL_CA_BUNDLE", file("bundle.pem")),
            ] {
                assert_eq!(sourced(&laid, &[], variable), value, "{name}: {variable}");
            }
        }
    }

    #[test]
    fn what_was_not_to_be_proxied_stays_so_and_nothing_is_named_twice() {
        let laid = lay("x", &some_base());
        for variable in ["NO_PROXY", "no_proxy"] {
            assert_eq!(sourced(&laid, &[], variable), LOCAL);
            for name in ["NO_PROXY", "no_proxy"] {
                let both = sourced(&laid, &[(name, ".corp")], variable);
                assert_eq!(both, format!(".corp,{LOCAL}"));
            }
        }
    }

    #[test]
    fn the_bundle_is_the_machines_list_and_ours() {
        let laid = lay("x", &some_base());
        let bundle = fs::read_to_string(laid.at.join("bundle.pem")).unwrap();
        let own = fs::read_to_string(laid.at.join("ca.pem")).unwrap();
        assert_eq!(bundle, format!("{}{own}", some_base().text));
        assert!(!laid.trust.text().contains("no list of authorities"));
        let alone = lay("x", &Base::default());
        let bundle = fs::read_to_string(alone.at.join("bundle.pem")).unwrap();
        assert_eq!(bundle.matches(BEGIN).count(), 1);
        assert!(alone.trust.text().contains("no list of authorities"));
    }

    #[test]
    fn the_list_is_the_users_own_but_never_our_bundle() {
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (folder.path().join("own"), folder.path().join("other.pem"));
        fs::create_dir(&own).unwrap();
        fs::write(&other, BEGIN).unwrap();
        fs::write(own.join("bundle.pem"), BEGIN).unwrap();
        let found = |pairs: &[(&str, PathBuf)]| {
            let pairs = pairs.to_vec();
            Base::find(&own, move |name| {
                let pair = pairs.iter().find(|(known, _)| *known == name)?;
                Some(pair.1.clone().into_os_string())
            })
        };
        let named = found(&[
            ("SSL_CERT_FILE", own.join("bundle.pem")),
            ("REQUESTS_CA_BUNDLE", other.clone()),
        ]);
        assert_eq!(named.path, Some(other));
        // The system's, or none.
        let missing = found(&[("SSL_CERT_FILE", own.join("bundle.pem"))]);
        assert!(
            missing
                .path
                .is_none_or(|path| path.starts_with("/etc") || path.starts_with("/usr"))
        );
    }

    #[test]
    fn every_language_is_told_and_no_key() {
        let laid = lay("x", &some_base());
        let text = laid.trust.text();
        for word in [
            "Python", "Node", "Ruby", "Go", "PHP", "Java", ".NET", "curl", "keytool",
        ] {
            assert!(text.contains(word), "{word}");
        }
        let script = fs::read_to_string(laid.trust.script()).unwrap();
        let key = fs::read_to_string(laid.at.join("ca.key")).unwrap();
        let line = key.lines().nth(1).unwrap();
        for told in [text, script, format!("{:?}", laid.trust)] {
            assert!(!told.contains(line) && !told.contains("ca.key"));
        }
    }
}
