//! TLS to PostgreSQL: what the database's address says of it, in the words of libpq, and whom to
//! believe for each of them.
//!
//! | `sslmode` | |
//! |---|---|
//! | `disable` | in clear |
//! | `prefer` | encrypted if the server can; also without the word |
//! | `require` | encrypted or not at all; with `sslrootcert` as `verify-ca`, as libpq has it |
//! | `verify-ca` | and the server's certificate comes from an authority that is believed |
//! | `verify-full` | and it is for the host that the address names |
//!
//! Believed are the authorities in `sslrootcert`, a file, and without it (or with `system`) the
//! machine's own list.

use super::error::StoreError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::Socket;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_rustls::TlsConnector;

/// What a server is asked to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    Nothing,
    Authority,
    Full,
}

/// A server, and how it is reached.
pub(super) struct Server {
    /// What PostgreSQL's protocol needs.
    pub config: tokio_postgres::Config,
    /// What is spoken below it.
    pub tls: Tls,
}

impl Server {
    /// Reads the address of a database.
    pub fn parse(database: &str) -> Result<Server, StoreError> {
        let wrong = |why: String| {
            StoreError::NotReady(format!("the address of the database can't be read: {why}"))
        };
        let asked = Asked::take(database);
        let mut config: tokio_postgres::Config =
            asked.rest.parse().map_err(|error: tokio_postgres::Error| {
                let why = std::error::Error::source(&error).map(ToString::to_string);
                wrong(why.unwrap_or_default())
            })?;
        let (mode, proof) = asked.judge().map_err(wrong)?;
        let sockets = !config.get_hosts().is_empty()
            && config
                .get_hosts()
                .iter()
                .all(|host| matches!(host, Host::Unix(_)));
        // A socket of this machine has none, whatever is asked, as libpq has it.
        let mode = if sockets { SslMode::Disable } else { mode };
        config.ssl_mode(mode).application_name("ringback-crm");
        let roots = match proof {
            Proof::Nothing => RootCertStore::empty(),
            _ if sockets => RootCertStore::empty(),
            _ => roots(asked.root.as_deref()).map_err(StoreError::NotReady)?,
        };
        let proof = if sockets { Proof::Nothing } else { proof };
        let tls = Tls::new(proof, roots).map_err(StoreError::NotReady)?;
        Ok(Server { config, tls })
    }
}

/// What an address asks for, taken out of it: of these words the protocol's own reader knows less.
struct Asked {
    rest: String,
    mode: Option<String>,
    root: Option<String>,
}

impl Asked {
    fn take(database: &str) -> Asked {
        let mut asked = Asked {
            rest: database.to_owned(),
            mode: None,
            root: None,
        };
        // A password before the `@` may have a question mark.
        let host = database.find('@').unwrap_or_default();
        let Some(query) = database[host..].find('?').map(|at| host + at) else {
            return asked;
        };
        let others = database[query + 1..].split('&').filter(|pair| {
            let value = |name: &str| pair.strip_prefix(name)?.strip_prefix('=').map(decoded);
            let (mode, root) = (value("sslmode"), value("sslrootcert"));
            let is_ours = mode.is_some() || root.is_some();
            asked.mode = mode.or(asked.mode.take());
            asked.root = root.or(asked.root.take());
            !is_ours
        });
        let others: Vec<&str> = others.collect();
        asked.rest = database[..query].to_owned();
        if !others.is_empty() {
            asked.rest += "?";
            asked.rest += &others.join("&");
        }
        asked
    }

    fn judge(&self) -> Result<(SslMode, Proof), String> {
        let judged = match (self.mode.as_deref().unwrap_or("prefer"), &self.root) {
            ("disable", _) => (SslMode::Disable, Proof::Nothing),
            ("prefer", _) => (SslMode::Prefer, Proof::Nothing),
            ("require", None) => (SslMode::Require, Proof::Nothing),
            ("require" | "verify-ca", _) => (SslMode::Require, Proof::Authority),
            ("verify-full", _) => (SslMode::Require, Proof::Full),
            (other, _) => {
                return Err(format!(
                    "sslmode is {other:?}: disable, prefer, require, verify-ca and verify-full are \
                     known"
                ));
            }
        };
        // Any stranger has a certificate of some public authority.
        if self.root.as_deref() == Some("system") && judged.1 != Proof::Full {
            return Err("sslrootcert=system needs sslmode=verify-full".to_owned());
        }
        Ok(judged)
    }
}

/// Percent-encoding, undone.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|two| str::from_utf8(two).ok());
        let byte = digits
            .filter(|_| *first == b'%')
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The authorities that are believed.
fn roots(file: Option<&str>) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    match file {
        None | Some("system") => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(
                    "this machine has no list of authorities: name a file with sslrootcert".into(),
                );
            }
        }
        Some(file) => {
            let wrong = |why: &dyn std::fmt::Display| format!("sslrootcert {file}: {why}");
            let found = CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                roots.add(certificate).map_err(|error| wrong(&error))?;
            }
            if roots.is_empty() {
                return Err(wrong(&"there is no certificate in it"));
            }
        }
    }
    Ok(roots)
}

/// TLS as one address asks for it.
#[derive(Clone)]
pub(super) struct Tls(TlsConnector);

impl Tls {
    fn new(proof: Proof, roots: RootCertStore) -> Result<Tls, String> {
        let wrong = |error: &dyn std::fmt::Display| format!("no TLS: {error}");
        let provider = Arc::new(ring::default_provider());
        let chain = match proof {
            Proof::Nothing => None,
            Proof::Authority | Proof::Full => Some(
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()
                    .map_err(|error| wrong(&error))?,
            ),
        };
        let verifier = Verifier {
            chain,
            any_host: proof != Proof::Full,
            provider: provider.clone(),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        // Asked for by servers that are spoken to without a question before.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(Tls(TlsConnector::from(Arc::new(config))))
    }
}

/// Believes what the address asks it to. That whoever shows a certificate has its key is looked at
/// in any case.
#[derive(Debug)]
struct Verifier {
    /// None believes everybody.
    chain: Option<Arc<WebPkiServerVerifier>>,
    any_host: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use CertificateError::{NotValidForName, NotValidForNameContext};
        let Some(chain) = &self.chain else {
            return Ok(ServerCertVerified::assertion());
        };
        match chain.verify_server_cert(certificate, between, name, ocsp, now) {
            // The name is looked at last: the chain is good.
            Err(rustls::Error::InvalidCertificate(
                NotValidForName | NotValidForNameContext { .. },
            )) if self.any_host => Ok(ServerCertVerified::assertion()),
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        known.supported_schemes()
    }
}

impl MakeTlsConnect<Socket> for Tls {
    type Stream = Session;
    type TlsConnect = Handshake;
    type Error = io::Error;

    /// Is also called where no TLS will be spoken, and then perhaps without a host.
    fn make_tls_connect(&mut self, host: &str) -> io::Result<Handshake> {
        Ok(Handshake {
            connector: self.0.clone(),
            host: host.to_owned(),
        })
    }
}

/// A handshake to come.
pub(super) struct Handshake {
    connector: TlsConnector,
    host: String,
}

impl TlsConnect<Socket> for Handshake {
    type Stream = Session;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Session>> + Send>>;

    fn connect(self, stream: Socket) -> Self::Future {
        Box::pin(async move {
            let name = ServerName::try_from(self.host).map_err(io::Error::other)?;
            let stream = self.connector.connect(name, stream).await?;
            Ok(Session(stream))
        })
    }
}

/// A connection below TLS.
pub(super) struct Session(tokio_rustls::client::TlsStream<Socket>);

impl TlsStream for Session {
    /// A password is proved by SCRAM without it, which `channel_binding=require` refuses.
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Session {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Session {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(database: &str) -> (String, Result<(SslMode, Proof), String>) {
        let asked = Asked::take(database);
        let judged = asked.judge();
        (asked.rest, judged)
    }

    #[test]
    fn an_address_says_what_is_to_be_proved() {
        let plain = "postgres://u:p?w@db:5433/crm";
        for (query, mode, proof) in [
            ("", SslMode::Prefer, Proof::Nothing),
            ("?sslmode=disable", SslMode::Disable, Proof::Nothing),
            ("?sslmode=prefer", SslMode::Prefer, Proof::Nothing),
            ("?sslmode=require", SslMode::Require, Proof::Nothing),
            (
                "?sslmode=require&sslrootcert=%2Fx",
                SslMode::Require,
                Proof::Authority,
            ),
            (
                "?sslrootcert=/x&sslmode=verify-ca",
                SslMode::Require,
                Proof::Authority,
            ),
            ("?sslmode=verify-full", SslMode::Require, Proof::Full),
            (
                "?sslmode=verify-full&sslrootcert=system",
                SslMode::Require,
                Proof::Full,
            ),
        ] {
            let (rest, judged) = taken(&format!("{plain}{query}"));
            assert_eq!(
                (rest.as_str(), judged),
                (plain, Ok((mode, proof))),
                "{query}"
            );
        }
        let (rest, judged) = taken(&format!("{plain}?a=1&sslmode=require&b=2"));
        assert_eq!(rest, format!("{plain}?a=1&b=2"));
        assert_eq!(judged, Ok((SslMode::Require, Proof::Nothing)));
        assert_eq!(Asked::take("?sslrootcert=%2Fa%20b%").root.unwrap(), "/a b%");
    }

    #[test]
    fn what_it_must_not_say() {
        for (query, word) in [
            ("sslmode=allow", "allow"),
            ("sslmode=", "known"),
            (
                "sslmode=require&sslrootcert=system",
                "needs sslmode=verify-full",
            ),
            ("sslmode=verify-ca&sslrootcert=/nowhere.pem", "/nowhere.pem"),
            ("sslcert=x", "sslcert"),
        ] {
            let Err(StoreError::NotReady(why)) =
                Server::parse(&format!("postgres://db/crm?{query}"))
            else {
                panic!("{query} was taken")
            };
            assert!(why.contains(word), "{query}: {why}");
        }
    }

    #[test]
    fn a_socket_of_this_machine_has_no_tls() {
        let server = Server::parse("postgres:///crm?host=/run/postgresql&sslmode=verify-full");
        let mode = server.ok().map(|server| server.config.get_ssl_mode());
        assert_eq!(mode, Some(SslMode::Disable));
    }
}
