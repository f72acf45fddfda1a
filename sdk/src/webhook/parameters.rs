//! The pairs of a request, and how a struct reads itself from them.

use std::fmt;

/// The parameters of a request, in the order in which they came: those of the form first, then
/// those of the query.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Parameters(Vec<(String, String)>);

/// Names only: the values are a customer's data, and may be digits of a card.
impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Parameters {
    /// These pairs.
    #[must_use]
    pub fn new(pairs: Vec<(String, String)>) -> Parameters {
        Parameters(pairs)
    }

    /// The pairs of a form or a query.
    #[must_use]
    pub fn parse(form: &str) -> Parameters {
        let pairs = form_urlencoded::parse(form.as_bytes());
        Parameters(pairs.into_owned().collect())
    }

    /// The first value of this name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        let mut named = self.iter().filter(|(known, _)| *known == name);
        named.next().map(|(_, value)| value)
    }

    /// Every value of this name.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.iter().filter(|(known, _)| *known == name);
        named.map(|(_, value)| value).collect()
    }

    /// Every pair.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The SIP headers that came with the call: `SipHeader_X-Queue` is told as `X-Queue`.
    pub fn sip_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("SipHeader_")?, value)))
    }

    /// Reads them as one kind of request.
    ///
    /// # Errors
    /// When a parameter is missing that this kind always has, or can't be read.
    pub fn read<T: FromParameters>(&self) -> Result<T, BadParameter> {
        T::from_parameters(self)
    }
}

/// A kind of request.
pub trait FromParameters: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// When a parameter is missing that this kind always has, or can't be read.
    fn from_parameters(parameters: &Parameters) -> Result<Self, BadParameter>;
}

impl FromParameters for Parameters {
    fn from_parameters(parameters: &Parameters) -> Result<Self, BadParameter> {
        Ok(parameters.clone())
    }
}

/// The value of one parameter.
pub trait FromParameter: Sized {
    /// Reads it; nothing where it can't be read.
    fn from_parameter(text: Option<&str>) -> Option<Self>;
}

impl FromParameter for String {
    fn from_parameter(text: Option<&str>) -> Option<Self> {
        text.map(str::to_owned)
    }
}

impl FromParameter for u32 {
    fn from_parameter(text: Option<&str>) -> Option<Self> {
        text?.trim().parse().ok()
    }
}

impl FromParameter for f64 {
    fn from_parameter(text: Option<&str>) -> Option<Self> {
        text?.trim().parse().ok()
    }
}

impl FromParameter for bool {
    fn from_parameter(text: Option<&str>) -> Option<Self> {
        match text? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

/// What is unknown is sent as an empty text, or not at all.
impl<T: FromParameter> FromParameter for Option<T> {
    fn from_parameter(text: Option<&str>) -> Option<Self> {
        match text {
            None | Some("") => Some(None),
            some => T::from_parameter(some).map(Some),
        }
    }
}

/// A request that isn't of the kind it was read as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadParameter {
    /// It isn't there.
    Missing(&'static str),
    /// Its value can't be read.
    Invalid(&'static str),
}

impl fmt::Display for BadParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadParameter::Missing(name) => write!(f, "the parameter {name} is missing"),
            BadParameter::Invalid(name) => write!(f, "the parameter {name} can't be read"),
        }
    }
}

impl std::error::Error for BadParameter {}

/// Declares a kind of request: each field with its type and the name of its parameter; a field
/// without a name is a kind of its own.
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$fmeta:meta])* $field:ident : $ty:ty $(= $parameter:literal)?, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$fmeta])* pub $field: $ty, )*
        }
        impl crate::webhook::FromParameters for $name {
            fn from_parameters(
                parameters: &crate::webhook::Parameters,
            ) -> Result<Self, crate::webhook::BadParameter> {
                Ok($name {
                    $($field: parameters!(@read parameters, $ty $(, $parameter)?),)*
                })
            }
        }
    };
    (@read $from:ident, $ty:ty) => {
        <$ty as crate::webhook::FromParameters>::from_parameters($from)?
    };
    (@read $from:ident, $ty:ty, $parameter:literal) => {{
        let text = $from.first($parameter);
        <$ty as crate::webhook::FromParameter>::from_parameter(text).ok_or(match text {
            None => crate::webhook::BadParameter::Missing($parameter),
            Some(_) => crate::webhook::BadParameter::Invalid($parameter),
        })?
    }};
}
pub(crate) use parameters;
