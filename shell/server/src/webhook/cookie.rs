//! The cookies an application sets during one call, sent back in the same call (RFC 6265).

use super::url::Url;
use model::limit;

/// The cookies of one call.
#[derive(Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    name: String,
    value: String,
    /// Without a leading dot.
    domain: String,
    /// The host that set it alone gets it back.
    host_only: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Takes one `Set-Cookie` header of an answer from `url`; what breaks a rule is ignored.
    pub fn set(&mut self, url: &Url, header: &str) {
        let Some((cookie, keep)) = read(url, header) else {
            return;
        };
        self.cookies.retain(|old| {
            (&old.name, &old.domain, &old.path) != (&cookie.name, &cookie.domain, &cookie.path)
        });
        if keep {
            if self.cookies.len() >= limit::COOKIES_PER_CALL_MAX {
                self.cookies.remove(0);
            }
            self.cookies.push(cookie);
        }
    }

    /// The `Cookie` header for a request to `url`, longest paths first (RFC 6265 §5.4).
    pub fn header(&self, url: &Url) -> Option<String> {
        let path = url.path.split('?').next().unwrap_or("/");
        let mut fitting: Vec<&Cookie> = self
            .cookies
            .iter()
            .filter(|c| domain_fits(&url.host, &c.domain, c.host_only))
            .filter(|c| path_fits(path, &c.path) && (url.tls || !c.secure))
            .collect();
        fitting.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = fitting
            .iter()
            .map(|c| format!("{}={}", c.name, c.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

/// A cookie, and whether it is to be kept (an expired one deletes its namesake).
fn read(url: &Url, header: &str) -> Option<(Cookie, bool)> {
    let mut parts = header.split(';');
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let printable = |text: &str| text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if name.is_empty()
        || name.len() + value.len() > limit::COOKIE_BYTES_MAX
        || !printable(name)
        || !printable(value)
    {
        return None;
    }
    let folder = url.path.split('?').next().unwrap_or("/");
    let folder = folder
        .rfind('/')
        .filter(|at| *at > 0)
        .map_or("/", |at| &folder[..at]);
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: url.host.clone(),
        host_only: true,
        path: folder.to_owned(),
        secure: false,
    };
    let (mut keep, mut age_given) = (true, false);
    for part in parts {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match key.trim().to_ascii_lowercase().as_str() {
            "domain" if !value.is_empty() => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                // A name without a dot would reach every host below a top level domain.
                if !domain_fits(&url.host, &domain, false)
                    || (!domain.contains('.') && domain != url.host)
                {
                    return None;
                }
                cookie.domain = domain;
                cookie.host_only = false;
            }
            "path" if value.starts_with('/') => cookie.path = value.to_owned(),
            "secure" => cookie.secure = true,
            "max-age" => {
                age_given = true;
                keep = value.parse::<i64>().is_ok_and(|secs| secs > 0);
            }
            // A call is over before a date can pass: only dates long past delete.
            "expires" if !age_given => keep = !value.contains(" 1970 ") && !value.contains("-1970"),
            _ => {}
        }
    }
    Some((cookie, keep))
}

fn domain_fits(host: &str, domain: &str, host_only: bool) -> bool {
    let below = || {
        let numeric =
            host.starts_with('[') || host.bytes().all(|b| b == b'.' || b.is_ascii_digit());
        !numeric
            && host
                .strip_suffix(domain)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    host == domain || (!host_only && below())
}

fn path_fits(path: &str, wanted: &str) -> bool {
    path.strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || wanted.ends_with('/') || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_cookie_comes_back_where_it_belongs() {
        let mut jar = Jar::default();
        jar.set(&url("http://app.example/ivr/menu"), "session=abc; HttpOnly");
        jar.set(&url("http://app.example/ivr/menu"), "all=1; Path=/");
        jar.set(
            &url("http://app.example/"),
            "wide=2; Domain=.app.example; Path=/ivr",
        );
        jar.set(&url("https://app.example/"), "safe=3; Secure; path=/");
        let header = |text| jar.header(&url(text));
        assert_eq!(
            header("http://app.example/ivr/next?x").as_deref(),
            Some("session=abc; wide=2; all=1")
        );
        assert_eq!(header("http://app.example/other").as_deref(), Some("all=1"));
        assert_eq!(
            header("http://sub.app.example/ivr").as_deref(),
            Some("wide=2")
        );
        assert_eq!(
            header("https://app.example/").as_deref(),
            Some("all=1; safe=3")
        );
        assert_eq!(header("http://evil.example/ivr"), None);
        assert_eq!(header("http://xapp.example/ivr"), None);
        assert_eq!(header("http://app.example/ivrx").as_deref(), Some("all=1"));
    }

    #[test]
    fn cookies_are_replaced_deleted_refused_and_bounded() {
        let here = url("http://h.example/");
        let mut jar = Jar::default();
        jar.set(&here, "a=1");
        jar.set(&here, "a=2");
        assert_eq!(jar.header(&here).as_deref(), Some("a=2"));
        jar.set(&here, "a=; Max-Age=0");
        assert_eq!(jar.header(&here), None);
        jar.set(&here, "a=1");
        jar.set(&here, "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
        for bad in [
            "a=1; Domain=example",
            "a=1; Domain=other.example",
            "=x",
            "a",
            "a=\u{1}",
        ] {
            jar.set(&here, bad);
        }
        jar.set(&here, &format!("big={}", "x".repeat(5_000)));
        assert_eq!(jar.header(&here), None);
        for n in 0..200 {
            jar.set(&here, &format!("c{n}=1"));
        }
        assert_eq!(jar.cookies.len(), limit::COOKIES_PER_CALL_MAX);
    }
}
