//! `<Gather>`: asks the caller for keys or speech.

use crate::document::Nested;
use crate::limit;
use crate::value::{Keys, Method, SpeechTimeout, words};
use crate::verb::is_language;
use crate::warning::Code;

words! {
    /// What input is listened for.
    pub enum GatherInput { Dtmf = "dtmf", Speech = "speech", }
}

element! {
    /// Listens for keys or speech while its nested verbs are heard.
    pub struct Gather = "Gather", nesting Code::GatherNesting;
    /// What input is listened for.
    input: Vec<GatherInput> = vec![GatherInput::Dtmf], "input", Code::GatherInput,
        if |input| !input.is_empty();
    /// Where the input is sent; absent means the current document.
    action: Option<String> = None, "action", Code::Schema;
    /// How the action is requested.
    method: Method = Method::Post, "method", Code::GatherMethod;
    /// Seconds to wait for the first and every further key.
    timeout: u32 = 5, "timeout", Code::GatherTimeout, in 1..=86400;
    /// The key that ends the input; no key where this is empty.
    finish_on_key: Keys = hash(), "finishOnKey", Code::GatherFinishOnKey,
        if |keys| keys.as_str().len() <= 1;
    /// How many keys end the input; absent means any number.
    num_digits: Option<u32> = None, "numDigits", Code::GatherNumDigits, in 1..=10000;
    /// Whether the action is requested although there was no input.
    action_on_empty_result: bool = false, "actionOnEmptyResult", Code::GatherActionOnEmpty;
    /// The silence that ends speech; absent means `timeout`.
    speech_timeout: Option<SpeechTimeout> = None, "speechTimeout", Code::GatherSpeechTimeout;
    /// Seconds that speech may last.
    max_speech_time: u32 = 60, "maxSpeechTime", Code::GatherMaxSpeechTime, in 1..=60;
    /// The language of the speech; absent means `en-US`.
    language: Option<String> = None, "language", Code::GatherLanguage,
        if |language| language.as_deref().is_some_and(is_language);
    /// Words that are likely to be heard, with commas between.
    hints: Option<String> = None, "hints", Code::GatherHints,
        if |hints| hints.as_deref().is_some_and(are_hints);
    /// The model that recognises speech; absent means `default`.
    speech_model: Option<String> = None, "speechModel", Code::GatherSpeechModel,
        if |model| model.as_deref().is_some_and(is_model);
    /// Whether the model is the costlier variant of `phone_call`.
    enhanced: bool = false, "enhanced", Code::Schema;
    /// Whether rude words are blotted out.
    profanity_filter: bool = true, "profanityFilter", Code::GatherProfanityFilter;
    /// Where unfinished results are told.
    partial_result_callback: Option<String> = None, "partialResultCallback", Code::Schema;
    /// How the partial result callback is requested.
    partial_result_callback_method: Method = Method::Post,
        "partialResultCallbackMethod", Code::GatherPartialMethod;
    /// Whether input breaks off the nested verbs.
    barge_in: bool = true, "bargeIn", Code::GatherBargeIn;
    /// Whether more is logged.
    debug: bool = false, "debug", Code::Schema;
    -> content {
        /// What is heard meanwhile.
        nested: Vec<Nested>,
    }
    settle |gather, node, reader| {
        let plays = node.children().filter(|child| child.has_tag_name("Play"));
        for play in plays.filter(|play| play.has_attribute("digits")) {
            let message = "of digits may not stand in Gather".to_owned();
            reader.warn(Code::GatherNesting, play, None, message);
        }
        gather
            .nested
            .retain(|nested| !matches!(nested, Nested::Play(play) if play.digits.is_some()));
        if gather.speech_timeout == Some(SpeechTimeout::Auto) && gather.speech_model.is_some() {
            gather.speech_timeout = None;
            let message = "cannot have speechTimeout auto with a speech model".to_owned();
            reader.warn(Code::GatherAutoWithModel, node, None, message);
        }
    };
}

fn hash() -> Keys {
    Keys::new("#").expect("the hash is a key")
}

fn are_hints(text: &str) -> bool {
    let mut hints = text.split(',');
    let count = text.split(',').count();
    count <= limit::HINTS && hints.all(|hint| hint.trim().chars().count() <= limit::HINT_CHARACTERS)
}

fn is_model(text: &str) -> bool {
    const MODELS: [&str; 3] = ["default", "numbers_and_commands", "phone_call"];
    const FAMILIES: [&str; 3] = ["experimental_", "googlev2_", "deepgram_"];
    MODELS.contains(&text) || FAMILIES.iter().any(|family| text.starts_with(family))
}
