//! Which hosts are the API's, which are the vendor's and not served here, and which are nobody's
//! business.
//!
//! The authority's certificate is limited to the first kind (`permitted`), so that a stolen key
//! poses as no other site.

/// The vendor's domain.
const DOMAIN: &str = "twilio.com";

/// The products whose requests the API takes.
const PRODUCTS: [&str; 2] = ["api", "accounts"];

/// The regions that clients can name. A list and no pattern: the certificate has to name them.
const REGIONS: [&str; 8] = ["us1", "us2", "ie1", "de1", "sg1", "jp1", "br1", "au1"];

/// What is done for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the API's: answered here.
    Answered,
    /// It is the vendor's, and nothing here answers for it. A request to it would carry real
    /// credentials to the internet.
    Unserved,
    /// Any other: tunnelled unread.
    Other,
}

/// Judges a host by its name, as a client wrote it.
pub fn judge(host: &str) -> Verdict {
    let host = canonical(host);
    let Some(rest) = host.strip_suffix(DOMAIN) else {
        return Verdict::Other;
    };
    let labels: Vec<&str> = match rest.strip_suffix('.') {
        Some(labels) => labels.split('.').collect(),
        None if rest.is_empty() => return Verdict::Unserved,
        // Another domain that ends the same.
        None => return Verdict::Other,
    };
    let product = |label: &str| PRODUCTS.contains(&label);
    let served = match labels[..] {
        [one] => product(one),
        [one, region] => product(one) && REGIONS.contains(&region),
        [one, edge, region] => product(one) && is_label(edge) && REGIONS.contains(&region),
        _ => false,
    };
    if served {
        Verdict::Answered
    } else {
        Verdict::Unserved
    }
}

/// A name as it is compared: small letters, no dot at the end.
pub fn canonical(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.to_ascii_lowercase()
}

/// The names that the authority may sign for, each with all names below it (RFC 5280 §4.2.1.10).
/// An edge stands between product and region, so a region's subtree is permitted whole.
pub fn permitted() -> Vec<String> {
    let products = PRODUCTS.iter();
    let names = products.chain(&REGIONS);
    names.map(|name| format!("{name}.{DOMAIN}")).collect()
}

/// RFC 1123 §2.1.
fn is_label(text: &str) -> bool {
    let within = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(within)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_of_the_api_are_answered_for_and_no_others() {
        for host in [
            "api.twilio.com",
            "API.Twilio.Com",
            "api.twilio.com.",
            "accounts.twilio.com",
            "api.ie1.twilio.com",
            "api.dublin.ie1.twilio.com",
            "api.sao-paulo.br1.twilio.com",
            "accounts.sydney.au1.twilio.com",
        ] {
            assert_eq!(judge(host), Verdict::Answered, "{host}");
        }
        for host in [
            "twilio.com",
            "www.twilio.com",
            "video.twilio.com",
            "media.twiliocdn.twilio.com",
            "api.xx9.twilio.com",
            "api.dublin.twilio.com",
            "api.a.b.ie1.twilio.com",
            "api.-x.ie1.twilio.com",
            "api..ie1.twilio.com",
            "x.api.twilio.com",
            ".twilio.com",
            "video.dublin.ie1.twilio.com",
        ] {
            assert_eq!(judge(host), Verdict::Unserved, "{host}");
        }
        for host in [
            "",
            ".",
            "example.com",
            "apitwilio.com",
            "api.twilio.com.example.com",
            "api.twilio.co",
            "api.twilio.com..",
            "127.0.0.1",
            "::1",
            "com",
        ] {
            assert_eq!(judge(host), Verdict::Other, "{host}");
        }
    }

    #[test]
    fn every_host_that_is_answered_for_lies_within_what_is_permitted() {
        let permitted = permitted();
        for host in [
            "api.twilio.com",
            "accounts.twilio.com",
            "api.ie1.twilio.com",
            "api.dublin.ie1.twilio.com",
            "accounts.umatilla.us2.twilio.com",
        ] {
            let below = |top: &String| host == top || host.ends_with(&format!(".{top}"));
            assert!(permitted.iter().any(below), "{host}");
        }
        assert!(!permitted.iter().any(|top| top == DOMAIN));
    }
}
