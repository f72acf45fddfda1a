//! The kinds of attribute values: how each is read, and how it is written again.

use crate::limit;
use crate::schema::Kind;

/// What became of an attribute's text.
pub(crate) enum Read<T> {
    /// A value of its kind.
    Valid(T),
    /// A list of which some words are unknown; the known ones remain.
    Partly(T),
    /// No value of its kind.
    Invalid,
}

/// A kind of attribute value.
pub(crate) trait Value: Sized {
    /// What the table of the language says of it.
    const KIND: Kind;
    /// Reads the value an attribute has.
    fn read(text: &str) -> Read<Self>;
    /// Writes the value, or nothing where it is absent.
    fn write(&self) -> Option<String>;
    /// Whether the value lies in the range; only numbers can lie outside.
    fn within(&self, _lowest: u32, _highest: u32) -> bool {
        true
    }
}

/// What can be given for an attribute of type `T`: the value itself, and what plainly means it.
pub trait Setting<T> {
    /// The value it means.
    fn setting(self) -> T;
}

impl<T> Setting<Option<T>> for Option<T> {
    fn setting(self) -> Option<T> {
        self
    }
}

/// Each line: what may be given, for what, and how the one becomes the other.
macro_rules! settings {
    ($($given:ty => $wanted:ty: $how:expr;)*) => {
        $(impl Setting<$wanted> for $given {
            fn setting(self) -> $wanted {
                let how: fn($given) -> $wanted = $how;
                how(self)
            }
        })*
    };
}

settings! {
    bool => bool: |flag| flag;
    bool => Option<bool>: Some;
    u32 => u32: |count| count;
    u32 => Option<u32>: Some;
    u32 => Loop: Loop;
    u32 => Option<SpeechTimeout>: |seconds| Some(SpeechTimeout::Seconds(seconds));
    u32 => Vec<u32>: |count| vec![count];
    Vec<u32> => Vec<u32>: |counts| counts;
    Loop => Loop: |times| times;
    Keys => Keys: |keys| keys;
    SpeechTimeout => Option<SpeechTimeout>: Some;
    String => String: |text| text;
    String => Option<String>: Some;
    &str => String: str::to_owned;
    &str => Option<String>: |text| Some(text.to_owned());
    &String => String: String::clone;
    &String => Option<String>: |text| Some(text.clone());
    Option<&str> => Option<String>: |text| text.map(str::to_owned);
}

impl<const N: usize> Setting<Vec<u32>> for [u32; N] {
    fn setting(self) -> Vec<u32> {
        self.to_vec()
    }
}

fn from_option<T>(value: Option<T>) -> Read<T> {
    value.map_or(Read::Invalid, Read::Valid)
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;
    fn read(text: &str) -> Read<Self> {
        match T::read(text) {
            Read::Valid(value) => Read::Valid(Some(value)),
            Read::Partly(value) => Read::Partly(Some(value)),
            Read::Invalid => Read::Invalid,
        }
    }
    fn write(&self) -> Option<String> {
        self.as_ref().and_then(Value::write)
    }
    fn within(&self, lowest: u32, highest: u32) -> bool {
        self.as_ref()
            .is_none_or(|value| value.within(lowest, highest))
    }
}

impl Value for String {
    const KIND: Kind = Kind::Text;
    fn read(text: &str) -> Read<Self> {
        Read::Valid(text.to_owned())
    }
    fn write(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Value for bool {
    const KIND: Kind = Kind::Flag;
    fn read(text: &str) -> Read<Self> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("true") {
            Read::Valid(true)
        } else if text.eq_ignore_ascii_case("false") {
            Read::Valid(false)
        } else {
            Read::Invalid
        }
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Value for u32 {
    const KIND: Kind = Kind::Count;
    fn read(text: &str) -> Read<Self> {
        from_option(text.trim().parse().ok())
    }
    fn write(&self) -> Option<String> {
        Some(self.to_string())
    }
    fn within(&self, lowest: u32, highest: u32) -> bool {
        (lowest..=highest).contains(self)
    }
}

/// How often a sound is repeated, as written: 0 means for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loop(pub u32);

impl Loop {
    /// How often the sound is really played.
    #[must_use]
    pub fn times(self) -> u32 {
        if self.0 == 0 {
            limit::LOOPS
        } else {
            self.0.min(limit::LOOPS)
        }
    }
}

impl Value for Loop {
    const KIND: Kind = Kind::Count;
    fn read(text: &str) -> Read<Self> {
        from_option(text.trim().parse().ok().map(Loop))
    }
    fn write(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

/// The keys that end an input; none of them means that no key does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys(String);

impl Keys {
    /// The keys in this text, if it holds nothing but keys.
    #[must_use]
    pub fn new(text: &str) -> Option<Keys> {
        let known = text
            .chars()
            .all(|key| key.is_ascii_digit() || key == '*' || key == '#');
        known.then(|| Keys(text.to_owned()))
    }
    /// `#`.
    #[must_use]
    pub fn hash() -> Keys {
        Keys("#".to_owned())
    }
    /// `*`.
    #[must_use]
    pub fn star() -> Keys {
        Keys("*".to_owned())
    }
    /// No key.
    #[must_use]
    pub fn none() -> Keys {
        Keys(String::new())
    }
    /// Whether this key is among them.
    #[must_use]
    pub fn contains(&self, key: char) -> bool {
        self.0.contains(key)
    }
    /// The keys as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Keys {
    const KIND: Kind = Kind::Keys;
    fn read(text: &str) -> Read<Self> {
        from_option(Keys::new(text.trim()))
    }
    fn write(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

/// The silence that ends speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeechTimeout {
    /// The recogniser decides.
    Auto,
    /// This many seconds.
    Seconds(u32),
}

impl Value for SpeechTimeout {
    const KIND: Kind = Kind::CountOrAuto;
    fn read(text: &str) -> Read<Self> {
        match text.trim() {
            "auto" => Read::Valid(SpeechTimeout::Auto),
            text => from_option(
                text.parse()
                    .ok()
                    .filter(|s| *s > 0)
                    .map(SpeechTimeout::Seconds),
            ),
        }
    }
    fn write(&self) -> Option<String> {
        Some(match self {
            SpeechTimeout::Auto => "auto".to_owned(),
            SpeechTimeout::Seconds(seconds) => seconds.to_string(),
        })
    }
}

/// A word out of a closed list.
pub(crate) trait Word: Sized + PartialEq + 'static {
    const WORDS: &'static [&'static str];
    fn from_word(text: &str) -> Option<Self>;
    fn word(&self) -> &'static str;
}

impl<T: Word> Value for Vec<T> {
    const KIND: Kind = Kind::List(T::WORDS);
    fn read(text: &str) -> Read<Self> {
        let (mut known, mut unknown) = (Vec::new(), false);
        for word in text.split_ascii_whitespace() {
            match T::from_word(word) {
                Some(value) if known.contains(&value) => {}
                Some(value) => known.push(value),
                None => unknown = true,
            }
        }
        match (unknown, known.is_empty()) {
            (false, _) => Read::Valid(known),
            (true, false) => Read::Partly(known),
            (true, true) => Read::Invalid,
        }
    }
    fn write(&self) -> Option<String> {
        Some(self.iter().map(Word::word).collect::<Vec<_>>().join(" "))
    }
}

impl Value for Vec<u32> {
    const KIND: Kind = Kind::Counts;
    fn read(text: &str) -> Read<Self> {
        from_option(
            text.split_ascii_whitespace()
                .map(|word| word.parse().ok())
                .collect(),
        )
    }
    fn write(&self) -> Option<String> {
        Some(
            self.iter()
                .map(u32::to_string)
                .collect::<Vec<_>>()
                .join(" "),
        )
    }
}

/// A word that is none of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord(pub String);

impl std::fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "'{}' is none of the words it may be", self.0)
    }
}

impl std::error::Error for UnknownWord {}

/// Declares a closed list of words as an enum; `| "x"` gives an older spelling of the same.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $($variant:ident = $text:literal $(| $alias:literal)*,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = concat!("Written `", $text, "`.")] $variant,)*
        }
        impl $name {
            /// The word as it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }
        impl crate::value::Setting<$name> for $name {
            fn setting(self) -> $name {
                self
            }
        }
        impl crate::value::Setting<Option<$name>> for $name {
            fn setting(self) -> Option<$name> {
                Some(self)
            }
        }
        impl crate::value::Setting<Vec<$name>> for $name {
            fn setting(self) -> Vec<$name> {
                vec![self]
            }
        }
        impl crate::value::Setting<Vec<$name>> for Vec<$name> {
            fn setting(self) -> Vec<$name> {
                self
            }
        }
        impl<const N: usize> crate::value::Setting<Vec<$name>> for [$name; N] {
            fn setting(self) -> Vec<$name> {
                self.to_vec()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = crate::UnknownWord;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                <$name as crate::value::Word>::from_word(text)
                    .ok_or_else(|| crate::UnknownWord(text.to_owned()))
            }
        }
        impl crate::value::Word for $name {
            const WORDS: &'static [&'static str] = &[$($text),*];
            fn from_word(text: &str) -> Option<Self> {
                match text {
                    $($text $(| $alias)* => Some($name::$variant),)*
                    _ => None,
                }
            }
            fn word(&self) -> &'static str {
                self.as_str()
            }
        }
        impl crate::value::Value for $name {
            const KIND: crate::schema::Kind =
                crate::schema::Kind::Word(<$name as crate::value::Word>::WORDS);
            fn read(text: &str) -> crate::value::Read<Self> {
                match <$name as crate::value::Word>::from_word(text.trim()) {
                    Some(value) => crate::value::Read::Valid(value),
                    None => crate::value::Read::Invalid,
                }
            }
            fn write(&self) -> Option<String> {
                Some(self.as_str().to_owned())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How a URL is requested.
    pub enum Method { Get = "GET" | "get" | "Get", Post = "POST" | "post" | "Post", }
}
words! {
    /// A step of a dialled call of which the customer wants to be told.
    pub enum ProgressEvent {
        Initiated = "initiated",
        Ringing = "ringing",
        Answered = "answered",
        Completed = "completed",
    }
}
words! {
    /// A step of a recording of which the customer wants to be told.
    pub enum RecordingEvent {
        InProgress = "in-progress",
        Completed = "completed",
        Absent = "absent",
    }
}
words! {
    /// Which side of the call is recorded.
    pub enum RecordingTrack { Both = "both", Inbound = "inbound", Outbound = "outbound", }
}
words! {
    /// Whether silence at both ends of a recording is cut away.
    pub enum Trim { TrimSilence = "trim-silence", DoNotTrim = "do-not-trim", }
}
words! {
    /// Which side of the call is streamed.
    pub enum StreamTrack {
        Inbound = "inbound_track",
        Outbound = "outbound_track",
        Both = "both_tracks",
    }
}
words! {
    /// How the answering side is looked at: is it a person or a machine?
    pub enum Answering { Enable = "Enable" | "enable", DetectMessageEnd = "DetectMessageEnd", }
}
words! {
    /// How much jitter a conference evens out.
    pub enum Jitter { Large = "large", Medium = "medium", Small = "small", Off = "off", }
}

#[cfg(test)]
mod tests {
    use super::{Keys, Loop, Read, Value};

    #[test]
    fn for_ever_has_an_end() {
        assert_eq!(Loop(0).times(), 1000);
        assert_eq!(Loop(3).times(), 3);
        assert_eq!(Loop(5000).times(), 1000);
    }

    #[test]
    fn no_key_is_not_the_usual_key() {
        let none = Keys::new("").unwrap();
        assert!(!none.contains('#'));
        assert!(Keys::new("*#").unwrap().contains('#'));
        assert_eq!(Keys::new("A"), None);
    }

    #[test]
    fn truth_is_read_in_any_case() {
        assert!(matches!(bool::read(" True "), Read::Valid(true)));
        assert!(matches!(bool::read("FALSE"), Read::Valid(false)));
        assert!(matches!(bool::read("1"), Read::Invalid));
    }
}
