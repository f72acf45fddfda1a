//! What makes building a document short: the commonest element from what it needs most.
//!
//! The methods that set attributes and add children come from the declarations of the elements
//! themselves, see `element.rs`: an attribute that is declared has its method, and a child that
//! may not stand in an element has none there.

use crate::document::Document;
use crate::noun::{Config, Header, Number, Parameter, Sip};
use crate::ssml::{Inside, Speech};
use crate::verb::{Dial, Echo, Hangup, Leave, Pause, Reject, RejectReason, Say};
use crate::warning::Warning;
use std::fmt;

impl Document {
    /// What a server that reads this document would warn of: nouns that can't ring together,
    /// numbers out of their bounds, a Say without words.
    #[must_use]
    pub fn warnings(&self) -> Vec<Warning> {
        match crate::parse(&crate::write(self)) {
            Ok((_, warnings)) => warnings,
            Err(error) => vec![Warning {
                code: error.code,
                line: error.line,
                column: error.column,
                message: error.message,
                element: "Response".to_owned(),
                attribute: None,
            }],
        }
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if f.alternate() {
            crate::write_pretty(self)
        } else {
            crate::write(self)
        };
        f.write_str(&text)
    }
}

impl From<()> for Hangup {
    fn from((): ()) -> Hangup {
        Hangup::new()
    }
}

impl From<()> for Leave {
    fn from((): ()) -> Leave {
        Leave::new()
    }
}

impl From<()> for Echo {
    fn from((): ()) -> Echo {
        Echo::new()
    }
}

/// Seconds.
impl From<u32> for Pause {
    fn from(seconds: u32) -> Pause {
        Pause::new().length(seconds)
    }
}

impl From<RejectReason> for Reject {
    fn from(reason: RejectReason) -> Reject {
        Reject::new().reason(reason)
    }
}

/// A telephone number.
impl From<&str> for Dial {
    fn from(number: &str) -> Dial {
        Dial::new().number(Number::new(number))
    }
}

impl From<Speech> for Say {
    fn from(speech: Speech) -> Say {
        Say::new(speech)
    }
}

impl Say {
    /// Adds words.
    #[must_use]
    pub fn and(mut self, text: &str) -> Say {
        self.speech = self.speech.and(text);
        self
    }

    /// Adds a mark of SSML.
    #[must_use]
    pub fn with(mut self, mark: impl Inside<Speech>) -> Say {
        self.speech = self.speech.with(mark);
        self
    }
}

impl Sip {
    /// Adds a header that is sent along.
    #[must_use]
    pub fn header(mut self, header: impl Into<Header>) -> Sip {
        let headers = self.headers.take().unwrap_or_default();
        self.headers = Some(headers.header(header));
        self
    }
}

/// A name and a value.
macro_rules! named {
    ($($name:ident)*) => {$(
        impl<N: Into<String>, V: Into<String>> From<(N, V)> for $name {
            fn from((name, value): (N, V)) -> $name {
                $name::new().name(name.into()).value(value.into())
            }
        }
    )*};
}

named! { Parameter Config Header }

#[cfg(test)]
mod tests {
    use crate::ssml::mark::{Break, Emphasis, SayAs};
    use crate::ssml::{BreakStrength, InterpretAs};
    use crate::verb::{Dial, Gather, Play, Record, Reject, RejectReason, Say};
    use crate::{Code, Document, Keys, Method, noun, parse};

    fn body(document: &Document) -> String {
        let text = document.to_string();
        let (again, _) = parse(&text).expect("what is built can be read");
        assert_eq!(&again, document, "{text}");
        let body = text.split_once("<Response>").expect("a response").1;
        body.trim_end_matches("</Response>").to_owned()
    }

    #[test]
    fn a_menu() {
        let menu = Gather::new()
            .num_digits(1)
            .action("/menu?a=1&b=2")
            .method(Method::Get)
            .finish_on_key(Keys::none())
            .say("Press 1 for \"sales\" & <help>")
            .pause(2)
            .play(Play::new("https://example.com/a.mp3").repeat(0));
        let document = Document::new().say("Hello").gather(menu).hangup(());
        assert_eq!(
            body(&document),
            "<Say>Hello</Say><Gather action=\"/menu?a=1&amp;b=2\" method=\"GET\" \
             finishOnKey=\"\" numDigits=\"1\"><Say>Press 1 for \"sales\" &amp; &lt;help&gt;</Say>\
             <Pause length=\"2\"/><Play loop=\"0\">https://example.com/a.mp3</Play></Gather>\
             <Hangup/>"
        );
        assert_eq!(document.warnings(), []);
        assert!(format!("{document:#}").contains("\n  <Say>Hello</Say>\n"));
    }

    #[test]
    fn a_dial_with_every_shape_of_child() {
        let sip = noun::Sip::new("sip:a@example.com").header(("X-Who", "me"));
        let dial = Dial::new()
            .timeout(20)
            .number("+12025550101")
            .sip(sip)
            .client(
                noun::Client::default()
                    .identity("alice")
                    .parameter(("k", "v")),
            );
        assert_eq!(
            body(&Document::new().dial(dial)),
            "<Dial timeout=\"20\"><Number>+12025550101</Number><Sip>sip:a@example.com<Headers>\
             <Header name=\"X-Who\" value=\"me\"/></Headers></Sip><Client><Identity>alice\
             </Identity><Parameter name=\"k\" value=\"v\"/></Client></Dial>"
        );
        let two = Dial::new().conference("Room").number("+12025550101");
        let warnings = Document::new().dial(two).warnings();
        assert_eq!(warnings[0].code, Code::ConferenceMixed);
        assert_eq!(
            body(&Document::new().reject(RejectReason::Busy)),
            "<Reject reason=\"busy\"/>"
        );
        let record = Record::new().action(None::<&str>).max_length(30);
        assert_eq!(
            body(&Document::new().record(record)),
            "<Record maxLength=\"30\"/>"
        );
        let too_short = Document::new()
            .with(Reject::new())
            .gather(Gather::new().timeout(0));
        assert_eq!(too_short.warnings()[0].code, Code::GatherTimeout);
    }

    #[test]
    fn speech_with_marks() {
        let code = SayAs::new("4711").interpret_as(InterpretAs::Digits);
        let say = Say::new("Your code is ")
            .voice("alice")
            .and(" ")
            .with(code)
            .with(Break::new().time("1s").strength(BreakStrength::Strong))
            .and("Say it")
            .with(Emphasis::new("again").with(Break::new()).text(" & again"));
        assert_eq!(
            body(&Document::new().say(say)),
            "<Say voice=\"alice\">Your code is <say-as interpret-as=\"digits\">4711</say-as>\
             <break strength=\"strong\" time=\"1s\"/>Say it<emphasis>again<break/> &amp; again\
             </emphasis></Say>"
        );
        assert_eq!(
            "dtmf"
                .parse::<crate::verb::GatherInput>()
                .unwrap()
                .to_string(),
            "dtmf"
        );
        let plain = Document::new().say(" two\n words ");
        assert!(
            plain.to_string().contains("<Say>two words</Say>"),
            "{plain}"
        );
        assert!("DTMF".parse::<crate::verb::GatherInput>().is_err());
    }
}
