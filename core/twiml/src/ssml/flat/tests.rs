//! What is heard of each mark.

use super::{Prosody, Segment};
use crate::document::Verb;
use crate::limit;

fn segments_in(language: &str, inner: &str) -> Vec<Segment> {
    let text = format!("<Response><Say>{inner}</Say></Response>");
    let (document, warnings) = crate::parse(&text).unwrap();
    assert_eq!(warnings, []);
    match &document.verbs[0] {
        Verb::Say(say) => say.speech.segments(language),
        other => panic!("{other:?}"),
    }
}

fn segments(inner: &str) -> Vec<Segment> {
    segments_in("en-US", inner)
}

fn words(text: &str) -> Segment {
    Segment::Text {
        text: text.to_owned(),
        language: None,
        prosody: Prosody::default(),
    }
}

fn spoken(text: &str, rate_percent: u16, pitch_percent: u16, gain_db: i16) -> Segment {
    Segment::Text {
        text: text.to_owned(),
        language: None,
        prosody: Prosody {
            rate_percent,
            pitch_percent,
            gain_db,
        },
    }
}

#[test]
fn plain_text_loses_its_layout() {
    assert_eq!(
        segments("\n  Hello,\n   <!-- dear -->  caller &amp; friend.\n"),
        [words("Hello, caller & friend.")]
    );
}

#[test]
fn breaks_part_the_words() {
    let found = segments("One<break time=\"1.5s\"/>two <break strength=\"none\"/>three");
    let expected = [
        words("One"),
        Segment::Break { ms: 1500 },
        words("two three"),
    ];
    assert_eq!(found, expected);
    assert_eq!(segments("a<break/>")[1], Segment::Break { ms: 500 });
    assert_eq!(
        segments("<break time=\"250ms\"/>"),
        [Segment::Break { ms: 250 }]
    );
}

#[test]
fn spelled_things_are_spelled_within_their_sentence() {
    let code = segments("Code <say-as interpret-as=\"digits\">47-1</say-as>.");
    assert_eq!(code, [words("Code 4, 7, 1.")]);
    let name = segments("It is <say-as interpret-as=\"characters\">ab7</say-as>, yes");
    assert_eq!(name, [words("It is A, B, 7, yes")]);
    let portuguese = segments_in("pt-BR", "<say-as interpret-as=\"ordinal\">3</say-as> andar");
    assert_eq!(portuguese, [words("terceiro andar")]);
}

#[test]
fn the_language_of_a_mark_is_that_of_its_words() {
    let found =
        segments("<lang xml:lang=\"pt-BR\"><say-as interpret-as=\"cardinal\">21</say-as></lang>");
    let expected = Segment::Text {
        text: "vinte e um".to_owned(),
        language: Some("pt-BR".into()),
        prosody: Prosody::default(),
    };
    assert_eq!(found, [expected]);
}

#[test]
fn what_must_not_be_heard_is_a_tone() {
    let found = segments("Oh <say-as interpret-as=\"expletive\">darn</say-as>!");
    assert_eq!(found, [words("Oh"), Segment::Bleep { ms: 320 }]);
}

#[test]
fn an_alias_is_spoken_instead() {
    assert_eq!(
        segments("<sub alias=\"et cetera\">etc.</sub>!"),
        [words("et cetera!")]
    );
}

#[test]
fn a_marked_language_is_kept_and_ends() {
    let found = segments("Hi <lang xml:lang=\"fr-FR\">Salut</lang> you");
    let french = Segment::Text {
        text: "Salut".to_owned(),
        language: Some("fr-FR".into()),
        prosody: Prosody::default(),
    };
    assert_eq!(found, [words("Hi"), french, words("you")]);
}

#[test]
fn sentences_end_and_paragraphs_pause() {
    assert_eq!(
        segments("Well <s>One</s><s>Two!</s> three"),
        [words("Well. One. Two! three")]
    );
    let pause = Segment::Break { ms: 600 };
    assert_eq!(
        segments("Title<p>One.</p><p><s>Two</s></p>"),
        [
            words("Title."),
            pause.clone(),
            words("One."),
            pause,
            words("Two.")
        ]
    );
    // The longer of two silences in one place, not both.
    assert_eq!(
        segments("<p>One</p><break time=\"1s\"/>Two"),
        [words("One."), Segment::Break { ms: 1000 }, words("Two")]
    );
}

#[test]
fn rate_pitch_and_volume_hold_for_their_words() {
    let found = segments(
        "a <prosody rate=\"slow\" volume=\"-6dB\">b \
         <prosody pitch=\"high\">c</prosody></prosody>. d",
    );
    assert_eq!(
        found,
        [
            words("a"),
            spoken("b", 75, 100, -6),
            spoken("c.", 75, 120, -6),
            words("d")
        ]
    );
    // What changes nothing cuts nothing.
    assert_eq!(
        segments("a <prosody rate=\"medium\">b</prosody> c"),
        [words("a b c")]
    );
}

#[test]
fn emphasis_is_slower_and_louder() {
    let found = segments("do <emphasis level=\"strong\">not</emphasis> hang up");
    assert_eq!(
        found,
        [words("do"), spoken("not", 85, 110, 4), words("hang up")]
    );
}

#[test]
fn a_pronunciation_and_a_role_leave_the_text() {
    let found = segments(
        "<phoneme alphabet=\"ipa\" ph=\"pɪˈkɑːn\">pecan</phoneme> <w role=\"amazon:VB\">read</w>",
    );
    assert_eq!(found, [words("pecan read")]);
}

#[test]
fn text_beyond_the_bound_is_left_out() {
    let long = "word ".repeat(limit::SAY_CHARACTERS);
    let text = format!("<Response><Say>{long}<break/>never</Say></Response>");
    let (document, warnings) = crate::parse(&text).unwrap();
    assert_eq!(warnings.len(), 1);
    let Verb::Say(say) = &document.verbs[0] else {
        panic!("it is a Say")
    };
    assert!(say.speech.letters() > limit::SAY_CHARACTERS);
    let found = say.speech.segments("en-US");
    let [Segment::Text { text, .. }, Segment::Break { .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert!(text.len() <= limit::SAY_CHARACTERS && text.len() > limit::SAY_CHARACTERS - 9);
}
