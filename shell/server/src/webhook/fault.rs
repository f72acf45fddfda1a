//! What can go wrong with one request to an application, each with its number and sentence.

use super::overrides::Policy;
use model::ErrorCode;
use std::io;

/// Why an attempt brought no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The address can't be read, or its fragment can't: the number says which.
    Url(ErrorCode),
    /// The host's name leads nowhere.
    Host(String),
    /// The host's address is one that the operator forbids.
    Forbidden,
    /// No connection within the time for it.
    ConnectTimeout,
    /// Nobody listens there.
    ConnectRefused,
    /// The connection could not be made, or broke.
    Connection(String),
    /// TLS could not be agreed.
    Tls(String),
    /// The certificate isn't one to trust: the number says why.
    Certificate(ErrorCode),
    /// The answer, or the rest of it, did not come in time.
    ReadTimeout,
    /// The time for everything together ran out.
    TotalTimeout,
    /// What came is not HTTP.
    Protocol(String),
    /// More redirects than are followed.
    Redirects,
    /// So many requests wait for this host that another would not get its turn.
    Crowded,
}

impl Fault {
    /// The catalogue's number.
    pub fn code(&self) -> ErrorCode {
        match self {
            Fault::Url(code) | Fault::Certificate(code) => *code,
            // Unconfirmed: the catalogue knows no number for this; a host that isn't a public
            // one is a bad host, and applications that look at numbers know this one.
            Fault::Host(_) | Fault::Forbidden => ErrorCode::BAD_HOST,
            Fault::ConnectTimeout => ErrorCode::CONNECT_TIMEOUT,
            Fault::ConnectRefused => ErrorCode::CONNECT_REFUSED,
            Fault::Connection(_) => ErrorCode::CONNECTION_FAILURE,
            Fault::Tls(_) => ErrorCode::TLS_HANDSHAKE,
            Fault::ReadTimeout | Fault::TotalTimeout | Fault::Crowded => ErrorCode::TOTAL_TIMEOUT,
            Fault::Protocol(_) => ErrorCode::PROTOCOL_VIOLATION,
            Fault::Redirects => ErrorCode::REDIRECTS,
        }
    }

    /// One sentence for the customer.
    pub fn text(&self) -> String {
        if *self == Fault::Forbidden {
            return "The host of this URL has an address that must not be asked here".to_owned();
        }
        let detail = match self {
            Fault::Host(detail)
            | Fault::Connection(detail)
            | Fault::Tls(detail)
            | Fault::Protocol(detail) => detail.as_str(),
            Fault::Crowded => "too many requests wait for this host",
            _ => "",
        };
        match detail {
            "" => self.code().text().to_owned(),
            detail => format!("{}: {detail}", self.code().text()),
        }
    }

    /// Whether the policy tries again after this.
    pub fn is_retried(&self, policy: Policy) -> bool {
        match self {
            Fault::ConnectTimeout | Fault::Tls(_) => policy.connect,
            Fault::ReadTimeout => policy.read,
            Fault::ConnectRefused | Fault::Connection(_) | Fault::Protocol(_) => policy.others,
            // A certificate, a name, an address or a loop is the same the next time.
            _ => false,
        }
    }
}

/// Why connecting failed.
pub(super) fn of_connect(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Fault::ConnectRefused,
        io::ErrorKind::TimedOut => Fault::ConnectTimeout,
        _ => Fault::Connection(error.to_string()),
    }
}

/// Why a TLS handshake failed.
pub(super) fn of_tls(error: &io::Error) -> Fault {
    use rustls::CertificateError as Cause;
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(cause)) => Fault::Certificate(match cause {
            Cause::NotValidForName | Cause::NotValidForNameContext { .. } => {
                ErrorCode::CERTIFICATE_NAME
            }
            Cause::Expired | Cause::ExpiredContext { .. } => ErrorCode::CERTIFICATE_EXPIRED,
            Cause::NotValidYet | Cause::NotValidYetContext { .. } => ErrorCode::CERTIFICATE_EXPIRED,
            _ => ErrorCode::CERTIFICATE_UNTRUSTED,
        }),
        Some(error) => Fault::Tls(error.to_string()),
        None => Fault::Tls(error.to_string()),
    }
}

/// Why a request on an open connection failed.
pub(super) fn of_exchange(error: &hyper::Error) -> Fault {
    if error.is_parse() {
        return Fault::Protocol(error.to_string());
    }
    let text = std::error::Error::source(error).map_or(error.to_string(), ToString::to_string);
    if error.is_incomplete_message() {
        return Fault::Connection("it was closed before the answer was complete".to_owned());
    }
    Fault::Connection(text)
}
