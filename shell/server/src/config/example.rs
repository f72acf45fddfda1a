//! The file that `ringback init` writes: every key with its meaning, and what it is by itself.

use super::ConfigError;

/// The file with a new account in place of `@SID@` and its like.
pub fn fresh_example() -> Result<String, ConfigError> {
    let draw = || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| ConfigError(format!("the system has no random bytes: {error}")))?;
        Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
    };
    Ok(EXAMPLE
        .replace("@SID@", &format!("AC{}", draw()?))
        .replace("@TOKEN@", &draw()?)
        .replace("@TEST_SID@", &format!("AC{}", draw()?))
        .replace("@TEST_TOKEN@", &draw()?))
}

/// A commented configuration that works as it is, once the account has its values.
pub const EXAMPLE: &str = r#"# Configuration of `ringback serve`.
# `ringback check --config FILE` explains what it leads to.
# Keys that stand behind a # show what holds if they are left out.

# Where rows and recordings lie.
#data = "ringback-data"

[account]
# AC and 32 hexadecimal digits. The environment's TWILIO_ACCOUNT_SID goes before it.
sid = "@SID@"
# The token opens the API and signs webhooks. One of token, token_file and token_env; the
# environment's TWILIO_AUTH_TOKEN goes before all of them.
token = "@TOKEN@"
#token_file = "/etc/ringback/token"
#token_env = "RINGBACK_TOKEN"
#name = "My account"
# Credentials for trying things out: requests are checked and answered, and nothing happens.
test_sid = "@TEST_SID@"
test_token = "@TEST_TOKEN@"
# Calls a second that leave through the API, 1 to 1000; the others wait in order.
#calls_per_second = 1
# Requests of the API that may run at the same time; more are answered 429.
#requests_at_once = 1024
# Days that calls are kept after their end.
#retention_days = 396
# Let whoever knows its address fetch the sound of a recording, without credentials.
#public_media = false
# Ask only applications whose certificates hold. false accepts any: self-signed, expired, of
# another host.
#verify_certificates = true

[http]
# The API. Off loopback it needs a certificate, as plain HTTP would show the token.
listen = "127.0.0.1:8080"
#certificate = "/etc/ringback/fullchain.pem"
#key = "/etc/ringback/privkey.pem"
# The address clients see, for links in answers and callbacks.
#public_url = "https://voice.example.com"

[sip]
# Where SIP listens. 0.0.0.0 is every address; then set public_address as well.
udp = ["127.0.0.1:5060"]
tcp = ["127.0.0.1:5060"]
# The address far ends reach this machine by, behind NAT for instance.
#public_address = "203.0.113.10"
# The domain of registered phones: sip:NAME@DOMAIN.
#domain = "voice.example.com"
# Ask phones for a SHA-256 digest before MD5; older phones give up on it.
#challenge_sha256 = false

[media]
# UDP ports for sound, two for each leg.
#port_first = 20000
#port_last = 59999
# Sound threads; one per core if left out.
#threads = 2

[webhooks]
# Webhooks, callbacks and sound files are asked at public addresses only: not at this machine, not
# at private addresses, not at a cloud's metadata service. Name those of your own applications,
# as in allow = ["127.0.0.1", "10.1.0.0/16"].
#allow = []
# And what must not be asked all the same.
#forbid = []

[speech]
# Who speaks where <Say> names nobody: any name that <Say> may use. `ringback voices` lists them.
#voice = "man"
# The language where neither the verb nor the voice has one.
#language = "en-US"

[log]
# error, warn, info, debug, trace, or a filter like "info,server=debug".
#level = "info"
# text or json.
#format = "text"

[limits]
# Live calls; beyond it those that come in are refused, and those that the API creates wait.
#calls = 20000
# New calls a second that come in; more are refused with 503.
#calls_per_second = 1000

# Settings of accounts that were made through the API; what is left out stays as it is.
#[[subaccount]]
#sid = "AC00000000000000000000000000000000"
#calls_per_second = 1
#requests_at_once = 1024
#retention_days = 396
#public_media = false
#verify_certificates = true

# API keys that may do all that the token may, accounts and keys included. `ringback key` makes
# one, with these lines. Keys made through the API may do less, and don't stand here.
#[[main_key]]
#sid = "SK00000000000000000000000000000000"
#secret_hash = "0000000000000000000000000000000000000000000000000000000000000000"
#name = "Deployment"

# Numbers the account owns, made at the first start. Later the API owns them.
#[[number]]
#number = "+12025550190"
#name = "Front desk"
#voice_url = "https://app.example.com/voice"

# Names of callers, told where VoiceCallerIdLookup is on.
#[[caller_name]]
#number = "+12025550101"
#name = "Ann Example"

# What calls cost: the longest prefix of the called number counts. Without a line, no price.
#[[rate]]
#prefix = "+1"
#per_minute = 0.014
#whole_minutes = true           # a minute that has begun counts
#currency = "USD"
#direction = "outbound"         # or "inbound"; both if left out
#account = "AC00000000000000000000000000000000"

# Whose voice a name in <Say> means; such a line goes before the table that is built in, which
# `ringback voices` shows. A name that is in neither is warned of (13511).
#[[voice]]
#name = "Polly.Camila"
#engine = "espeak-ng"           # any that has the language if left out
#voice = "pt-br+f3"             # what the engine calls it
#language = "pt-BR"             # the verb's own if left out
#gender = "woman"               # or "man", for an engine that is to choose by itself

# Phones that may register, and are dialled as sip:NAME@….
#[[phone]]
#user = "alice"
#password = "a long one"

# Carriers. Numbers that are called go to the first one with outbound = true.
#[[trunk]]
#name = "carrier"
#host = "sip.carrier.example:5060"
#transport = "udp"              # or "tcp"
#username = "me"
#password = "secret"
#register = false               # whether we register there
#outbound = true
#options = true                 # ask it by OPTIONS, now and then, if it is alive
#calls_from = ["198.51.100.7"]  # addresses its calls come from; the host's own if left out
"#;
