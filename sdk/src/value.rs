//! What a parameter can be.

use std::time::{Duration, SystemTime};

/// A parameter's value, as it is sent.
pub(crate) trait Value {
    /// The words it knows; none if it is no word.
    #[cfg(test)]
    const WORDS: &'static [&'static str] = &[];
    /// The contract's name for its type.
    #[cfg(test)]
    const KIND: &'static str = "string";

    fn text(self) -> String;
}

impl Value for String {
    fn text(self) -> String {
        self
    }
}

impl Value for bool {
    #[cfg(test)]
    const KIND: &'static str = "boolean";

    fn text(self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    #[cfg(test)]
    const KIND: &'static str = "integer";

    fn text(self) -> String {
        self.to_string()
    }
}

macro_rules! words {
    ($($word:ident)+) => {
        $(impl Value for api::$word {
            #[cfg(test)]
            const WORDS: &'static [&'static str] = api::$word::KNOWN;

            fn text(self) -> String {
                self.as_str().to_owned()
            }
        })+
    };
}

words! {
    AccountStatus CallEnd CallProgress CallStatus EmergencyStatus LogLevel MachineDetection Method
    PauseBehavior ReceiveMode RecordingChannels RecordingEvent RecordingStatus RecordingTrack Trim
}

macro_rules! duration {
    ($(#[$doc:meta])* $name:ident, $count:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub u32);

        impl From<u32> for $name {
            fn from(count: u32) -> $name {
                $name(count)
            }
        }

        impl From<Duration> for $name {
            fn from(duration: Duration) -> $name {
                let count: fn(Duration) -> u128 = $count;
                $name(u32::try_from(count(duration)).unwrap_or(u32::MAX))
            }
        }

        impl Value for $name {
            #[cfg(test)]
            const KIND: &'static str = "integer";

            fn text(self) -> String {
                self.0.to_string()
            }
        }
    };
}

duration! {
    /// Whole seconds: a number, or a [`Duration`], of which a part of a second counts as one.
    Secs, |duration| u128::from(duration.as_secs()) + u128::from(duration.subsec_nanos() > 0)
}

duration! {
    /// Milliseconds: a number, or a [`Duration`].
    Millis, |duration| duration.as_millis()
}

/// A day or a moment: a text in one of the API's forms (`2009-07-06`, `2009-07-06T20:36:28Z`), or
/// a [`SystemTime`]. A day without a time means all of it, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When(String);

impl From<&str> for When {
    fn from(text: &str) -> When {
        When(text.to_owned())
    }
}

impl From<String> for When {
    fn from(text: String) -> When {
        When(text)
    }
}

impl From<SystemTime> for When {
    fn from(time: SystemTime) -> When {
        When(api::write_date(time))
    }
}

impl Value for When {
    fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counted_in_their_unit() {
        assert_eq!(Secs::from(Duration::from_millis(1_200)).text(), "2");
        assert_eq!(Secs::from(15).text(), "15");
        assert_eq!(Secs::from(Duration::MAX).0, u32::MAX);
        assert_eq!(Millis::from(Duration::from_secs(2)).text(), "2000");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_283_286_988);
        assert_eq!(When::from(time).text(), "2010-08-31T20:36:28Z");
    }
}
