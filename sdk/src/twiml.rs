//! What an application answers, built so that it can't be written wrongly.
//!
//! Every verb and noun is a type with a method for each of its attributes, named as the attribute
//! is (`numDigits` is `num_digits`; `loop` is `repeat`, `for` is `step`), and a method for each
//! element that may stand in it. What may not stand there doesn't compile. Text is escaped.
//! Attributes that have their default are left out.
//!
//! ```
//! use ringback::twiml::{Gather, Response};
//!
//! let menu = Gather::new().num_digits(1).action("/menu").say("Press 1 for sales & support");
//! let answer = Response::new().say("Hello").gather(menu).hangup(());
//! assert_eq!(
//!     answer.to_string(),
//!     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>Hello</Say>\
//!      <Gather action=\"/menu\" numDigits=\"1\"><Say>Press 1 for sales &amp; support</Say>\
//!      </Gather><Hangup/></Response>"
//! );
//! assert!(answer.warnings().is_empty());
//! ```
//!
//! A Dial can't stand in a Gather:
//!
//! ```compile_fail
//! use ringback::twiml::{Dial, Gather};
//! Gather::new().dial(Dial::new());
//! ```
//!
//! nor by way of `with`, which takes what its own methods take:
//!
//! ```compile_fail
//! use ringback::twiml::{Dial, Gather};
//! Gather::new().with(Dial::new());
//! ```
//!
//! A number stands in a Dial, not in a Connect, and a stream the other way round:
//!
//! ```compile_fail
//! use ringback::twiml::{Connect, Number};
//! Connect::new().with(Number::new("+12025550101"));
//! ```
//!
//! ```compile_fail
//! use ringback::twiml::{Dial, Stream};
//! Dial::new().with(Stream::new());
//! ```
//!
//! A verb stands in no noun, and a noun in no response:
//!
//! ```compile_fail
//! use ringback::twiml::{Number, Response};
//! Response::new().with(Number::new("+12025550101"));
//! ```
//!
//! An attribute takes what it can be, and no element takes another's:
//!
//! ```compile_fail
//! use ringback::twiml::Gather;
//! Gather::new().num_digits("one");
//! ```
//!
//! ```compile_fail
//! use ringback::twiml::{Method, Say};
//! Say::new("Hello").method(Method::Get);
//! ```
//!
//! Marks of SSML keep their order too: a paragraph can't stand in a sentence.
//!
//! ```compile_fail
//! use ringback::twiml::ssml::{P, S};
//! S::new("One.").with(P::new("Two."));
//! ```
//!
//! ```
//! use ringback::twiml::ssml::{Break, InterpretAs, P, S, SayAs};
//! use ringback::twiml::{Response, Say};
//!
//! let code = SayAs::new("4711").interpret_as(InterpretAs::Digits);
//! let say = Say::new("Your code is ").with(code).with(Break::new().time("1s"));
//! let say = say.with(P::new("").with(S::new("Goodbye.")));
//! assert!(Response::new().say(say).to_string().contains(
//!     "<Say>Your code is <say-as interpret-as=\"digits\">4711</say-as><break time=\"1s\"/>\
//!      <p><s>Goodbye.</s></p></Say>"
//! ));
//! ```

#[doc(inline)]
pub use ::twiml::Document as Response;
pub use ::twiml::noun::*;
pub use ::twiml::verb::*;
pub use ::twiml::{
    Answering, Code, Jitter, Keys, Loop, Method, Nested, ParseError, ProgressEvent, RecordingEvent,
    RecordingTrack, Setting, SpeechTimeout, StreamTrack, Trim, UnknownWord, Verb, Warning, parse,
};

/// The marks of spoken text.
pub mod ssml {
    pub use ::twiml::ssml::mark::*;
    pub use ::twiml::ssml::{
        BreakStrength, DateFormat, EmphasisLevel, Inside, InterpretAs, PhonemeAlphabet, Speech,
    };
}
