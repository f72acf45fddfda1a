//! `<Transcription>`: the call written down as it goes on.

use crate::noun::{Config, Parameter};
use crate::value::{Method, StreamTrack};
use crate::warning::Code;

element! {
    /// Writes the call down as it goes on.
    pub struct Transcription = "Transcription";
    /// A name by which it can be stopped.
    name: Option<String> = None, "name", Code::Schema;
    /// The side that is written down.
    track: StreamTrack = StreamTrack::Both, "track", Code::Schema;
    /// Where the text is told.
    status_callback_url: Option<String> = None, "statusCallbackUrl", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    /// The language; absent means `en-US`.
    language_code: Option<String> = None, "languageCode", Code::Schema;
    /// The engine; absent means `google`.
    transcription_engine: Option<String> = None, "transcriptionEngine", Code::Schema;
    /// The model; absent means `telephony`.
    speech_model: Option<String> = None, "speechModel", Code::Schema;
    /// Whether rude words are blotted out.
    profanity_filter: bool = true, "profanityFilter", Code::Schema;
    /// Whether unfinished text is told.
    partial_results: bool = false, "partialResults", Code::Schema;
    /// Words that are likely to be heard.
    hints: Option<String> = None, "hints", Code::Schema;
    /// Whether commas and full stops are set.
    enable_automatic_punctuation: bool = true, "enableAutomaticPunctuation", Code::Schema;
    /// What the incoming side is called in the text.
    inbound_track_label: Option<String> = None, "inboundTrackLabel", Code::Schema;
    /// What the outgoing side is called in the text.
    outbound_track_label: Option<String> = None, "outboundTrackLabel", Code::Schema;
    /// The service that studies the text.
    intelligence_service: Option<String> = None, "intelligenceService", Code::Schema;
    /// Whether the engine's own data is told too.
    enable_provider_data: bool = false, "enableProviderData", Code::Schema;
    /// The configuration of the conversation it belongs to.
    conversation_configuration: Option<String> = None, "conversationConfiguration", Code::Schema;
    /// The conversation it belongs to.
    conversation_id: Option<String> = None, "conversationId", Code::Schema;
    -> content {
        /// Settings of the engine.
        configs: Vec<Config> => config(Config),
        /// Values handed on.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}
