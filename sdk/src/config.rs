//! How a client is set up.

use crate::Error;
use crate::connection::Connection;
use crate::credentials::Credentials;
use crate::path::Product;
use crate::retry::Retries;
use base64::Engine as _;
use reqwest::header::HeaderValue;
use std::fmt;
use std::time::Duration;
use url::Url;

/// The original's hosts.
const DOMAIN: &str = "twilio.com";

/// How a client is set up, for [`Client::with`](crate::Client::with).
#[derive(Clone)]
#[must_use = "it does nothing until a client is made with it"]
pub struct Config {
    credentials: Option<Credentials>,
    account: Option<String>,
    base_url: Option<String>,
    region: Option<String>,
    edge: Option<String>,
    connect_timeout: Duration,
    try_timeout: Duration,
    timeout: Duration,
    retries: Retries,
    user_agent: Option<String>,
    root_certificates: Vec<Vec<u8>>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            credentials: None,
            account: None,
            base_url: None,
            region: None,
            edge: None,
            connect_timeout: Duration::from_secs(5),
            try_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
            retries: Retries::default(),
            user_agent: None,
            root_certificates: Vec::new(),
        }
    }
}

impl Config {
    /// What the environment holds: the credentials (see [`Credentials::from_env`]),
    /// `RINGBACK_URL` for a server of one's own, or `TWILIO_REGION` and `TWILIO_EDGE`.
    pub fn from_env() -> Result<Config, Error> {
        Config::from_names(|name| std::env::var(name).ok())
    }

    fn from_names(names: impl Fn(&str) -> Option<String>) -> Result<Config, Error> {
        let given = |name: &str| names(name).filter(|value| !value.is_empty());
        Ok(Config {
            credentials: Some(Credentials::from_names(&names)?),
            base_url: given("RINGBACK_URL"),
            region: given("TWILIO_REGION"),
            edge: given("TWILIO_EDGE"),
            ..Config::default()
        })
    }

    /// Who asks.
    pub fn credentials(mut self, credentials: Credentials) -> Config {
        self.credentials = Some(credentials);
        self
    }

    /// The account whose things are asked for, if it isn't the one of the credentials: a
    /// subaccount.
    pub fn account(mut self, account_sid: impl Into<String>) -> Config {
        self.account = Some(account_sid.into());
        self
    }

    /// Where the API is, if not at the original's hosts: `http://localhost:8080`. It goes before
    /// region and edge.
    pub fn base_url(mut self, url: impl Into<String>) -> Config {
        self.base_url = Some(url.into());
        self
    }

    /// The original's region: `ie1`, `au1`.
    pub fn region(mut self, region: impl Into<String>) -> Config {
        self.region = Some(region.into());
        self
    }

    /// The place where the original's network is entered: `dublin`, `sydney`.
    pub fn edge(mut self, edge: impl Into<String>) -> Config {
        self.edge = Some(edge.into());
        self
    }

    /// How long opening a connection may take: 5 s.
    pub fn connect_timeout(mut self, timeout: Duration) -> Config {
        self.connect_timeout = timeout;
        self
    }

    /// How long one try may take, to the last byte of its answer: 30 s. Sound may take longer, as
    /// long as something comes.
    pub fn try_timeout(mut self, timeout: Duration) -> Config {
        self.try_timeout = timeout;
        self
    }

    /// How long an operation may take, with all its tries and the pauses between them: 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Config {
        self.timeout = timeout;
        self
    }

    /// How often and how fast a request is made once more where that is safe.
    pub fn retries(mut self, retries: Retries) -> Config {
        self.retries = retries;
        self
    }

    /// What the client's `User-Agent` begins with: the application's name and version.
    pub fn user_agent(mut self, name: impl Into<String>) -> Config {
        self.user_agent = Some(name.into());
        self
    }

    /// An authority (DER) that is trusted beside the machine's own.
    pub fn root_certificate(mut self, der: impl Into<Vec<u8>>) -> Config {
        self.root_certificates.push(der.into());
        self
    }

    /// The connection, and the account that is asked about.
    pub(crate) fn connect(self) -> Result<(Connection, String), Error> {
        let credentials = self
            .credentials
            .ok_or_else(|| Error::input("a client needs credentials"))?;
        credentials.check()?;
        let account = self.account.unwrap_or(credentials.account);
        crate::path::check_part(&account)
            .map_err(|_| Error::input(format!("{account:?} is no account")))?;
        let bases = match &self.base_url {
            Some(url) => Bases::at(url)?,
            None => Bases::original(self.region.as_deref(), self.edge.as_deref())?,
        };
        let pair = format!("{}:{}", credentials.user, credentials.secret);
        let pair = base64::engine::general_purpose::STANDARD.encode(pair);
        let mut authorization = HeaderValue::from_str(&format!("Basic {pair}"))
            .map_err(|_| Error::input("the credentials hold what can't be sent"))?;
        authorization.set_sensitive(true);
        let tls = crate::tls::config(bases.need_tls(), self.root_certificates)?;
        let http = reqwest::Client::builder()
            .user_agent(user_agent(self.user_agent.as_deref())?)
            .redirect(reqwest::redirect::Policy::none())
            // When something is tried again is decided in one place.
            .retry(reqwest::retry::never())
            .connect_timeout(self.connect_timeout.min(self.timeout))
            .tls_backend_preconfigured(tls)
            .build();
        let http =
            http.map_err(|error| Error::input(format!("no client can be built: {error}")))?;
        let connection = Connection {
            http,
            bases,
            authorization,
            retries: self.retries,
            timeout: self.timeout,
            try_timeout: self.try_timeout,
        };
        Ok((connection, account))
    }
}

/// `name ringback/0.1.0 (linux x86_64)`.
fn user_agent(name: Option<&str>) -> Result<HeaderValue, Error> {
    let ours = format!(
        "ringback/{} ({} {})",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let whole = name.map_or(ours.clone(), |name| format!("{name} {ours}"));
    HeaderValue::from_str(&whole).map_err(|_| Error::input("the user agent can't be sent"))
}

/// Without the secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("credentials", &self.credentials)
            .field("account", &self.account)
            .field("base_url", &self.base_url)
            .field("region", &self.region)
            .field("edge", &self.edge)
            .field("retries", &self.retries)
            .finish_non_exhaustive()
    }
}

/// Where each product is.
#[derive(Debug, Clone)]
pub(crate) struct Bases {
    api: Url,
    accounts: Url,
}

impl Bases {
    /// One address for all: there paths alone say what is meant.
    fn at(url: &str) -> Result<Bases, Error> {
        let wrong = |why: &str| Error::input(format!("{url:?} is no address of an API: {why}"));
        let base = Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") || !base.has_host() {
            return Err(wrong("it must begin with http:// or https:// and a host"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("credentials don't stand in it"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("nothing may follow its path"));
        }
        Ok(Bases {
            accounts: base.clone(),
            api: base,
        })
    }

    /// The original's: `api.EDGE.REGION.twilio.com`. An edge without a region means `us1`, as its
    /// own libraries have it.
    fn original(region: Option<&str>, edge: Option<&str>) -> Result<Bases, Error> {
        let region = region.or(edge.map(|_| "us1"));
        for part in [region, edge].into_iter().flatten() {
            let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if part.is_empty() || !part.bytes().all(letters) {
                return Err(Error::input(format!("{part:?} is no region and no edge")));
            }
        }
        let base = |product: &str| {
            let names = [Some(product), edge, region, Some(DOMAIN)];
            let host: Vec<_> = names.into_iter().flatten().collect();
            let url = format!("https://{}", host.join("."));
            Url::parse(&url).map_err(|error| Error::input(format!("{url}: {error}")))
        };
        Ok(Bases {
            api: base("api")?,
            accounts: base("accounts")?,
        })
    }

    fn of(&self, product: Product) -> &Url {
        match product {
            Product::Api | Product::Own => &self.api,
            Product::Accounts => &self.accounts,
        }
    }

    /// A path, or an address that an answer told: from the root, or whole. A whole one must be
    /// at home, or the credentials would go abroad.
    pub fn url(&self, product: Product, place: &str) -> Result<Url, Error> {
        let base = self.of(product);
        let wrong = || Error::input(format!("{place:?} leads away from {base}"));
        let url = if place.starts_with('/') && !place.starts_with("//") {
            let root = base.as_str().trim_end_matches('/');
            Url::parse(&format!("{root}{place}"))
        } else {
            Url::parse(place)
        };
        url.ok()
            .filter(|url| self.are_home_of(url))
            .ok_or_else(wrong)
    }

    /// Whether an address is one of ours.
    pub fn are_home_of(&self, url: &Url) -> bool {
        [&self.api, &self.accounts]
            .iter()
            .any(|base| base.origin() == url.origin())
    }

    fn need_tls(&self) -> bool {
        self.api.scheme() == "https" || self.accounts.scheme() == "https"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(region: Option<&str>, edge: Option<&str>) -> String {
        let bases = Bases::original(region, edge).unwrap();
        bases.url(Product::Api, "/x").unwrap().to_string()
    }

    #[test]
    fn the_originals_hosts_are_named_as_its_libraries_name_them() {
        assert_eq!(host(None, None), "https://api.twilio.com/x");
        assert_eq!(
            host(Some("au1"), Some("sydney")),
            "https://api.sydney.au1.twilio.com/x"
        );
        assert_eq!(
            host(None, Some("dublin")),
            "https://api.dublin.us1.twilio.com/x"
        );
        assert_eq!(host(Some("ie1"), None), "https://api.ie1.twilio.com/x");
        let bases = Bases::original(None, None).unwrap();
        let token = bases
            .url(Product::Accounts, "/v1/AuthTokens/Promote")
            .unwrap();
        assert_eq!(
            token.as_str(),
            "https://accounts.twilio.com/v1/AuthTokens/Promote"
        );
        assert!(Bases::original(Some("ie1.evil.example/"), None).is_err());
    }

    #[test]
    fn what_an_answer_tells_is_followed_at_home_only() {
        let bases = Bases::at("http://localhost:8080/voice/").unwrap();
        let url = |place| bases.url(Product::Api, place).map(|url| url.to_string());
        let next = "/2010-04-01/Accounts/AC1/Calls.json?Page=1&StartTime%3E=2008-01-02";
        assert_eq!(
            url(next).unwrap(),
            format!("http://localhost:8080/voice{next}")
        );
        assert!(url("http://localhost:8080/2010-04-01/x").is_ok());
        for away in [
            "//evil.example/x",
            "http://evil.example/",
            "https://localhost:8080/x",
            "x",
        ] {
            assert!(url(away).is_err(), "{away}");
        }
    }

    #[test]
    fn an_address_that_is_none_is_said_to_be_none() {
        for bad in [
            "localhost:8080",
            "ftp://host",
            "http://",
            "https://a:b@host",
            "http://host/?x=1",
            "",
        ] {
            assert!(matches!(Bases::at(bad), Err(Error::Input(_))), "{bad}");
        }
    }

    #[test]
    fn the_environment_sets_up_all_of_it() {
        let config = Config::from_names(|name| {
            let value = match name {
                "TWILIO_ACCOUNT_SID" => "AC1",
                "TWILIO_AUTH_TOKEN" => "hush",
                "TWILIO_REGION" => "ie1",
                "TWILIO_EDGE" => "dublin",
                _ => return None,
            };
            Some(value.to_owned())
        });
        let config = config.unwrap();
        assert!(!format!("{config:?}").contains("hush"));
        let bases = Bases::original(config.region.as_deref(), config.edge.as_deref()).unwrap();
        assert_eq!(bases.api.host_str(), Some("api.dublin.ie1.twilio.com"));
    }
}
