//! The search for the text that a signature belongs to: the fewest differences first, and no
//! longer than a bound.

use super::address::{self, Address};
use super::difference::Difference;
use super::parameters;
use super::request::Request;
use ringback::signature::sign_text;

/// So many signatures are tried at most: a second or two.
pub(super) const TRIES: usize = 400_000;

/// With so many addresses, the likeliest ones, empty parameters are tried.
const ADDRESSES_WITH_EMPTY_ONES: usize = 4;

/// More differences than this at once explain nothing.
const DIFFERENCES: usize = 4;

/// What the signature belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The text that was signed.
    pub text: String,
    /// The address in it.
    pub(super) address: Address,
    /// The place of the token among those given.
    pub token: usize,
    /// In what it differs from the request as seen.
    pub differences: Vec<Difference>,
}

/// A token as it may have been meant.
struct Token {
    place: usize,
    text: String,
    differences: Vec<Difference>,
}

/// A search with its count of tries.
pub(super) struct Search<'a> {
    request: &'a Request,
    tokens: Vec<Token>,
    addresses: Vec<(Address, Vec<Difference>)>,
    pub tried: usize,
    /// How many may still be tried for this signature.
    left: usize,
}

impl<'a> Search<'a> {
    pub fn new(
        request: &'a Request,
        seen: &Address,
        given: Option<&Address>,
        tokens: &[String],
    ) -> Search<'a> {
        let mut addresses: Vec<(Address, Vec<Difference>)> = Vec::new();
        let mut known = std::collections::BTreeSet::new();
        for candidate in address::candidates(request, seen, given) {
            if known.insert(candidate.text()) {
                let differences = address::between(&candidate, seen);
                addresses.push((candidate, differences));
            }
        }
        // What was configured is likelier than anything else that isn't what was seen.
        let cost = |(candidate, differences): &(Address, Vec<Difference>)| {
            if Some(candidate) == given.map(bare).as_ref() {
                0
            } else {
                differences.len()
            }
        };
        addresses.sort_by_key(cost);
        Search {
            request,
            tokens: spelled(tokens),
            addresses,
            tried: 0,
            left: TRIES,
        }
    }

    /// What this signature belongs to.
    pub fn find(&mut self, signature: &str) -> Option<Found> {
        let signatures = repaired(signature);
        self.left = TRIES;
        for bound in 0..=DIFFERENCES {
            if let Some(found) = self.find_with(&signatures, bound) {
                return Some(found);
            }
        }
        self.find_with_empty_ones(&signatures)
    }

    /// Looks for exactly so many differences.
    fn find_with(
        &mut self,
        signatures: &[(String, Option<&'static str>)],
        bound: usize,
    ) -> Option<Found> {
        let mut suffixes = Vec::new();
        let mut query = None;
        for (address, of_address) in &self.addresses {
            if of_address.len() > bound {
                continue;
            }
            if query.as_ref() != Some(&address.query) {
                suffixes = parameters::candidates(self.request, &address.pairs());
                query = Some(address.query.clone());
            }
            let text = address.text();
            for (suffix, of_suffix) in &suffixes {
                let so_far = of_address.len() + usize::from(of_suffix.is_some());
                if so_far > bound {
                    continue;
                }
                let whole = format!("{text}{suffix}");
                for token in &self.tokens {
                    // Fewer differences were tried before; one more may be the header's own.
                    let without_header = so_far + token.differences.len();
                    let header = bound.checked_sub(without_header);
                    let fits = header == Some(0) || header == Some(1) && signatures.len() > 1;
                    if !fits || self.left == 0 {
                        continue;
                    }
                    self.left -= 1;
                    self.tried += 1;
                    let made = sign_text(&token.text, &whole);
                    let hit = signatures.iter().find(|(signature, how)| {
                        let more = usize::from(how.is_some());
                        *signature == made && header == Some(more)
                    });
                    if let Some((_, how)) = hit {
                        let mut differences = of_address.clone();
                        differences.extend(of_suffix.clone());
                        differences.extend(token.differences.clone());
                        differences.extend(how.map(Difference::SignatureDamaged));
                        return Some(Found {
                            text: whole,
                            address: address.clone(),
                            token: token.place,
                            differences,
                        });
                    }
                }
            }
        }
        None
    }

    fn find_with_empty_ones(
        &mut self,
        signatures: &[(String, Option<&'static str>)],
    ) -> Option<Found> {
        if !self.request.is_form() {
            return None;
        }
        let mut left = TRIES;
        let likeliest: Vec<_> = self
            .addresses
            .iter()
            .take(ADDRESSES_WITH_EMPTY_ONES)
            .cloned()
            .collect();
        for (suffix, difference) in parameters::with_empty_ones(self.request) {
            for (address, of_address) in &likeliest {
                for token in &self.tokens {
                    left = left.checked_sub(1)?;
                    self.tried += 1;
                    let whole = format!("{}{suffix}", address.text());
                    let made = sign_text(&token.text, &whole);
                    if let Some((_, how)) = signatures.iter().find(|(one, _)| *one == made) {
                        let mut differences = of_address.clone();
                        differences.push(difference);
                        differences.extend(token.differences.clone());
                        differences.extend(how.map(Difference::SignatureDamaged));
                        return Some(Found {
                            text: whole,
                            address: address.clone(),
                            token: token.place,
                            differences,
                        });
                    }
                }
            }
        }
        None
    }
}

/// Without what is never signed.
fn bare(address: &Address) -> Address {
    Address {
        user: None,
        fragment: None,
        ..address.clone()
    }
}

/// Each token as given, and without what stands around it by mistake.
fn spelled(tokens: &[String]) -> Vec<Token> {
    let mut all = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let other = (place > 0).then_some(Difference::OtherToken(place));
        let bare = token.trim().trim_matches(['"', '\'']).trim();
        all.push(Token {
            place,
            text: token.clone(),
            differences: other.clone().into_iter().collect(),
        });
        if bare != token {
            all.push(Token {
                place,
                text: bare.to_owned(),
                differences: other
                    .into_iter()
                    .chain([Difference::TokenDressed])
                    .collect(),
            });
        }
    }
    all
}

/// The signature as it came, and as it may have been before it was damaged.
fn repaired(signature: &str) -> Vec<(String, Option<&'static str>)> {
    let plain = signature.trim().to_owned();
    let mut all = vec![(plain.clone(), None)];
    let mut add = |text: String, how| {
        if !all.iter().any(|(known, _)| *known == text) {
            all.push((text, Some(how)));
        }
    };
    let padded = |text: &str| format!("{}=", text.trim_end_matches('='));
    add(padded(&plain), "the = at its end is missing");
    add(plain.replace(' ', "+"), "+ became a space, as in a form");
    add(
        padded(&plain.replace('-', "+").replace('_', "/")),
        "it is in the alphabet for addresses",
    );
    add(
        super::query::decoded(&plain, false),
        "it is percent-encoded",
    );
    let unquoted = plain.trim_matches(['"', '\'']).to_owned();
    add(unquoted, "it has quotation marks around it");
    if let Some((first, _)) = plain.split_once(',') {
        add(first.trim().to_owned(), "it stands there more than once");
    }
    if let Some(base64) = base64_of_hex(&plain) {
        add(base64, "it is hexadecimal, not base64");
    }
    all
}

/// The twenty bytes of a hexadecimal signature in base64.
fn base64_of_hex(text: &str) -> Option<String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if text.len() != 40 || !text.is_ascii() {
        return None;
    }
    let byte = |at: usize| u32::from_str_radix(&text[at..at + 2], 16).ok();
    let bytes: Vec<u32> = (0..40).step_by(2).map(byte).collect::<Option<_>>()?;
    let mut out = String::with_capacity(28);
    for group in bytes.chunks(3) {
        let part = |at: usize| group.get(at).copied().unwrap_or(0);
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for at in 0..=group.len() {
            let index = bits >> (18 - 6 * at) & 63;
            out.push(char::from(LETTERS[usize::try_from(index).ok()?]));
        }
    }
    out.push('=');
    Some(out)
}
