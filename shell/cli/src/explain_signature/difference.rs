//! What differs between what was signed and what was checked, in a sentence, and what to do about
//! it.

/// One thing in which the two differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each field is what was signed, or what was seen"
)]
pub enum Difference {
    /// Another scheme.
    Scheme { signed: String, seen: String },
    /// Another host.
    Host { signed: String, seen: String },
    /// Another port, or one where there was none.
    Port {
        signed: Option<String>,
        seen: Option<String>,
    },
    /// `user:password@` was kept.
    UserInfo,
    /// What stands behind `#` was kept.
    Fragment,
    /// The beginning of the path is missing.
    PrefixLost(String),
    /// The path begins with more than was asked.
    PrefixAdded(String),
    /// The slash at the end is missing.
    SlashLost,
    /// A slash was put at the end.
    SlashAdded,
    /// The path's letters are written otherwise.
    PathEncoding { signed: String, seen: String },
    /// Another path.
    Path { signed: String, seen: String },
    /// The query, or a part of it, is missing.
    QueryLost(String),
    /// The query has more than was asked.
    QueryAdded(String),
    /// The query's parameters stand in another order.
    QueryOrder { signed: String, seen: String },
    /// The query's letters are written otherwise.
    QueryEncoding { signed: String, seen: String },
    /// A repeated parameter of the query stands there another number of times.
    QueryRepeated { signed: String, seen: String },
    /// `&` was made `&amp;`.
    AmpersandEscaped,
    /// `bodySHA256` is missing in the query.
    HashLost,
    /// The body isn't the one that was hashed; how it was changed, where that is known.
    BodyChanged(Option<&'static str>),
    /// The form isn't part of what was signed.
    FormNotSigned(usize),
    /// Spaces at the end of a value are missing.
    Trimmed(String),
    /// Empty parameters are missing.
    EmptyLost(Vec<String>),
    /// A plus was taken for a space.
    PlusLost,
    /// The ends of lines in a value were changed.
    LineEnds,
    /// UTF-8 was read as Latin-1.
    Charset,
    /// A parameter was added.
    ParameterAdded(String),
    /// The parameters were put under the signature as they came.
    Unsorted,
    /// They were sorted without regard to case.
    SortedByLetter,
    /// A repeated parameter was signed each time.
    RepeatedAll,
    /// Of a repeated parameter one value was signed.
    RepeatedOnce,
    /// The values of a repeated parameter were joined by commas.
    RepeatedJoined,
    /// Values were trimmed before they were signed.
    ValuesTrimmed,
    /// Empty parameters were left out of what was signed.
    EmptyNotSigned,
    /// The values were signed as they are encoded.
    NotDecoded,
    /// The plus of a form was kept as a plus.
    PlusKept,
    /// The body itself was put behind the address.
    BodyAppended,
    /// The query's parameters were signed once more as parameters.
    QueryAsForm,
    /// The query's parameters were signed together with the form's.
    QueryWithForm,
    /// The fields of a JSON body were signed as a form.
    JsonAsForm,
    /// Another of the tokens signed; its place among those given.
    OtherToken(usize),
    /// The token was given with more around it.
    TokenDressed,
    /// The signature was changed on its way; how.
    SignatureDamaged(&'static str),
}

/// Behind a proxy, each framework wants to be told.
const PROXY: &[&str] = &[
    "Any framework: check with the address you configured, not with one put together from the \
     request.",
    "Express: app.set(\"trust proxy\", 1), or webhook({ protocol: \"https\", host: \"…\" })",
    "Flask: app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1, x_host=1, x_port=1, x_prefix=1)",
    "Django: SECURE_PROXY_SSL_HEADER, USE_X_FORWARDED_HOST; FastAPI: uvicorn --proxy-headers",
    "Rails: config.assume_ssl = true; Laravel: trustProxies(at: \"*\")",
    "axum: ringback::signature::Validator::public_url(\"https://your.example\")",
];
/// The address must be taken as it stood in the request line.
const RAW_URL: &[&str] = &[
    "Any framework: take path and query as they stood in the request line, before anything parsed \
     them.",
    "Express: req.originalUrl, not req.url or req.path",
    "Flask: request.query_string, undecoded; gunicorn has the whole line in environ[\"RAW_URI\"]",
    "PHP: $_SERVER[\"REQUEST_URI\"]; Laravel's fullUrl() puts the query in another order",
    "axum: OriginalUri, as the extractors of ringback do",
];
/// The body must be taken before anything parsed it.
const RAW_BODY: &[&str] = &[
    "Any framework: hash the bytes that came in, before anything parsed them.",
    "Express: express.json({ verify: (req, res, body) => { req.rawBody = body } }), then \
     validateRequestWithBody",
    "Flask: request.get_data(); FastAPI: await request.body(); Next.js: await request.text()",
    "Rails: request.raw_post; Laravel: $request->getContent()",
    "axum: ringback::axum::SignedBody",
];
/// The form must be complete and decoded once.
const FORM: &[&str] = &[
    "Any framework: every parameter of the form, decoded once, empty ones and spaces included.",
    "Express: app.use(express.urlencoded({ extended: false })) before the check",
    "Flask: request.form; PHP: $_POST; FastAPI: parse_qsl(body, keep_blank_values=True)",
    "Laravel: take the webhook out of TrimStrings and ConvertEmptyStringsToNull",
    "axum: ringback::axum::Signed",
];
/// By hand it is easily done wrongly.
const RULES: &[&str] = &[
    "The rule: the address, then the form's names sorted by bytes, each with its decoded value \
     behind it, of a repeated name each distinct value once, sorted; nothing between them.",
    "Use a library: RequestValidator of the official ones, ringback::signature::Validator in Rust.",
];
const TOKEN: &[&str] = &[
    "Webhooks are signed with the primary auth token of the account or subaccount that owns the \
     call, also where an API key placed it.",
    "While you rotate, accept both: ringback::signature::Validator::of([new, old])",
];
const HEADER: &[&str] =
    &["Pass the header X-Twilio-Signature on as it came: base64, with + and / and = in it."];

impl Difference {
    /// What differs.
    pub fn sentence(&self) -> String {
        let port = |port: &Option<String>| port.clone().unwrap_or_else(|| "none".to_owned());
        match self {
            Difference::Scheme { signed, seen } => {
                format!("scheme: {signed} was signed, your application saw {seen}")
            }
            Difference::Host { signed, seen } => {
                format!("host: {signed} was signed, your application saw {seen}")
            }
            Difference::Port { signed, seen } => format!(
                "port: {} was signed, your application saw {}",
                port(signed),
                port(seen)
            ),
            Difference::UserInfo => {
                "user and password: they stand in your address and are never signed".to_owned()
            }
            Difference::Fragment => {
                "fragment: what stands behind # in your address is never signed".to_owned()
            }
            Difference::PrefixLost(prefix) => {
                format!("path: a proxy took {prefix} away from its beginning")
            }
            Difference::PrefixAdded(prefix) => {
                format!("path: {prefix} was put before it, and wasn't signed")
            }
            Difference::SlashLost => {
                "trailing slash: the signed path ends with one, yours doesn't".to_owned()
            }
            Difference::SlashAdded => {
                "trailing slash: your path ends with one, the signed one doesn't".to_owned()
            }
            Difference::PathEncoding { signed, seen } => {
                format!("encoding of the path: {signed} was signed, your application saw {seen}")
            }
            Difference::Path { signed, seen } => {
                format!("path: {signed} was signed, your application saw {seen}")
            }
            Difference::QueryLost(query) => {
                format!("query: {query} was signed, your application lost it")
            }
            Difference::QueryAdded(query) => {
                format!("query: {query} wasn't signed; something on the way added it")
            }
            Difference::QueryOrder { signed, seen } => {
                format!("order of the query: {signed} was signed, your application saw {seen}")
            }
            Difference::QueryEncoding { signed, seen } => {
                format!("encoding of the query: {signed} was signed, your application saw {seen}")
            }
            Difference::QueryRepeated { signed, seen } => format!(
                "repeated parameter of the query: {signed} was signed, your application saw {seen}"
            ),
            _ => self.sentence_of_the_rest(),
        }
    }

    fn sentence_of_the_rest(&self) -> String {
        match self {
            Difference::BodyChanged(Some(how)) => format!("body: it was {how} after it was hashed"),
            Difference::FormNotSigned(0) => "parameters: none were signed".to_owned(),
            Difference::FormNotSigned(count) => format!(
                "parameters: the address alone was signed, the {count} parameters of the form \
                 weren't"
            ),
            Difference::Trimmed(name) => {
                format!("value of {name}: spaces at its end or beginning were trimmed away")
            }
            Difference::EmptyLost(names) => {
                format!("empty parameters were dropped: {}", names.join(", "))
            }
            Difference::ParameterAdded(name) => {
                format!("parameter {name}: it wasn't signed; something on the way added it")
            }
            Difference::OtherToken(place) => format!(
                "token: number {} of those given signed this, not the first: it was rotated, or \
                 belongs to another account",
                place + 1
            ),
            Difference::SignatureDamaged(how) => {
                format!("header X-Twilio-Signature: {how}")
            }
            other => other.plain().to_owned(),
        }
    }

    /// The sentences that need nothing filled in.
    fn plain(&self) -> &'static str {
        match self {
            Difference::AmpersandEscaped => {
                "query: & and &amp; were mixed up, as where an address is copied from XML or HTML"
            }
            Difference::HashLost => {
                "bodySHA256: it was signed as part of the query, your application lost it"
            }
            Difference::PlusLost => {
                "plus: + in a number was taken for a space, which is what it means in a form"
            }
            Difference::LineEnds => "ends of lines: CRLF and LF were exchanged in a value",
            Difference::Charset => "character set: UTF-8 was read as Latin-1",
            Difference::Unsorted => {
                "order of the parameters: they were signed in the order they came"
            }
            Difference::SortedByLetter => {
                "order of the parameters: they were sorted without regard to case, not by bytes"
            }
            Difference::RepeatedAll => {
                "repeated parameter: each repetition was signed, not each distinct value once"
            }
            Difference::RepeatedOnce => "repeated parameter: only one of its values was signed",
            Difference::RepeatedJoined => "repeated parameter: its values were joined by commas",
            Difference::ValuesTrimmed => "values: spaces around them were trimmed before signing",
            Difference::EmptyNotSigned => "empty parameters were left out of what was signed",
            Difference::NotDecoded => "values: they were signed still encoded (%2B instead of +)",
            Difference::PlusKept => "values: + of the form was kept, and means a space",
            Difference::BodyAppended => "body: it was put behind the address as it is",
            Difference::QueryAsForm => {
                "query: its parameters were signed once more, as if they had come in a form"
            }
            Difference::QueryWithForm => {
                "query: its parameters were signed together with those of the form"
            }
            Difference::JsonAsForm => {
                "JSON: its fields were signed as a form, not the address with bodySHA256 alone"
            }
            Difference::TokenDressed => {
                "token: yours has spaces, a line's end or quotation marks around it"
            }
            Difference::BodyChanged(_) => {
                "body: it isn't the one whose bodySHA256 was signed; it was parsed and written \
                 anew, or changed"
            }
            _ => "what was signed is another text",
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &'static [&'static str] {
        match self {
            Difference::Scheme { .. }
            | Difference::Host { .. }
            | Difference::Port { .. }
            | Difference::PrefixLost(_)
            | Difference::PrefixAdded(_) => PROXY,
            Difference::UserInfo
            | Difference::Fragment
            | Difference::SlashLost
            | Difference::SlashAdded
            | Difference::PathEncoding { .. }
            | Difference::Path { .. }
            | Difference::QueryLost(_)
            | Difference::QueryAdded(_)
            | Difference::QueryOrder { .. }
            | Difference::QueryEncoding { .. }
            | Difference::QueryRepeated { .. }
            | Difference::AmpersandEscaped
            | Difference::HashLost => RAW_URL,
            Difference::BodyChanged(_) | Difference::JsonAsForm | Difference::BodyAppended => {
                RAW_BODY
            }
            Difference::Trimmed(_)
            | Difference::EmptyLost(_)
            | Difference::PlusLost
            | Difference::LineEnds
            | Difference::Charset
            | Difference::ParameterAdded(_) => FORM,
            Difference::OtherToken(_) | Difference::TokenDressed => TOKEN,
            Difference::SignatureDamaged(_) => HEADER,
            _ => RULES,
        }
    }
}
