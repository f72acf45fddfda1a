//! Showing who we are, and asking who others are: digest authentication at work (RFC 3261 §22,
//! RFC 8760).

use crate::digest::{
    Algorithm, Challenge, Credentials as Answer, NonceState, Nonces, Secret, Subject, ha1,
};
use crate::message::header::Authentication;
use crate::message::{Code, HeaderName, Request, Response};
use crate::stack::Stack;
use model::Span;
use model::signal::Credentials;

/// The challenges one request of ours has been through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    nonces: Vec<String>,
}

/// A request is tried with so many nonces: one per proxy on the way, and a stale one each.
const NONCES_MAX: usize = 4;

impl Tried {
    /// Puts the answer to a 401 or 407 into the request; false if there is none, or if it has
    /// been given already and was not believed.
    pub(crate) fn answer(
        &mut self,
        stack: &mut Stack,
        request: &mut Request,
        response: &Response,
        credentials: Option<&Credentials>,
    ) -> bool {
        let Some(credentials) = credentials else {
            return false;
        };
        let (asked, given) = match response.code {
            Code::UNAUTHORIZED => (HeaderName::WwwAuthenticate, HeaderName::Authorization),
            _ => (
                HeaderName::ProxyAuthenticate,
                HeaderName::ProxyAuthorization,
            ),
        };
        let challenge = Challenge::strongest(&response.headers.authentications(asked));
        let Some(challenge) = challenge else {
            return false;
        };
        let again = self.nonces.contains(&challenge.nonce);
        if again || self.nonces.len() >= NONCES_MAX {
            return false;
        }
        // A second challenge of one realm that is not about age means a wrong password.
        if request.headers.has(given) && !challenge.stale {
            return false;
        }
        self.nonces.push(challenge.nonce.clone());
        let uri = request.uri.to_string();
        let subject = Subject {
            method: &request.method,
            uri: &uri,
            body: &request.body,
        };
        let cnonce = format!("{:016x}", stack.chance.next_u64());
        let secret = Secret::Password(&credentials.password);
        let answer = challenge.answer(&credentials.username, secret, subject, &cnonce, 1);
        request.headers.set(given, answer);
        true
    }
}

/// Who a request shows itself to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// This user, with the right password.
    User(String),
    /// Nobody yet; `stale` if only the nonce was too old.
    Nobody { stale: bool },
    /// Somebody whose answer is wrong.
    Impostor,
}

/// How long one of our nonces may be used.
const NONCE_LIFE: Span = Span::from_secs(300);

/// Checks the credentials of a request against the phones that are known.
pub(crate) fn check(stack: &mut Stack, request: &Request, name: HeaderName) -> Shown {
    let realm = &stack.config.realm;
    let given: Vec<Authentication> = request.headers.authentications(name);
    let answers = given.iter().filter_map(Answer::read);
    let Some(answer) = answers.into_iter().find(|one| one.realm == *realm) else {
        return Shown::Nobody { stale: false };
    };
    let nonces = Nonces::new(stack.config.nonce_secret, NONCE_LIFE);
    match nonces.judge(stack.now, realm, &answer.nonce) {
        NonceState::Fresh => {}
        _ => return Shown::Nobody { stale: true },
    }
    let Some(phone) = stack.config.phones.get(&answer.username) else {
        return Shown::Impostor;
    };
    let ha1 = ha1(answer.algorithm, &answer.username, realm, &phone.password);
    if !answer.verify(&ha1, &request.method, &request.body) {
        return Shown::Impostor;
    }
    // A peer of RFC 2069 does not count: each nonce serves it once.
    stack.nonce_counts.expire(stack.now, NONCE_LIFE);
    if !stack
        .nonce_counts
        .accept(&answer.nonce, answer.nc.unwrap_or(1))
    {
        return Shown::Nobody { stale: true };
    }
    Shown::User(answer.username)
}

/// Adds our challenges to a 401 or 407: MD5, and SHA-256 before it where the configuration says so
/// (RFC 8760 §2.3).
pub(crate) fn challenge(stack: &mut Stack, response: &mut Response, stale: bool) {
    let name = match response.code {
        Code::UNAUTHORIZED => HeaderName::WwwAuthenticate,
        _ => HeaderName::ProxyAuthenticate,
    };
    let nonces = Nonces::new(stack.config.nonce_secret, NONCE_LIFE);
    let algorithms: &[Algorithm] = match stack.config.challenge_sha256 {
        true => &[Algorithm::Sha256, Algorithm::Md5],
        false => &[Algorithm::Md5],
    };
    for &algorithm in algorithms {
        let salt = stack.chance.next_u64();
        let nonce = nonces.mint(stack.now, &stack.config.realm, salt);
        let challenge = Challenge::new(&stack.config.realm, nonce, algorithm, stale);
        response.headers.push(name, challenge.to_header());
    }
}
