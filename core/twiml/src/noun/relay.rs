//! `<ConversationRelay>` and its kin: the call talks with a program.

use crate::noun::{Config, Parameter};
use crate::value::Method;
use crate::warning::Code;

element! {
    /// How one language is spoken and understood.
    pub struct Language = "Language";
    /// The language.
    code: Option<String> = None, "code", Code::Schema;
    /// Who speaks it.
    tts_provider: Option<String> = None, "ttsProvider", Code::Schema;
    /// The voice.
    voice: Option<String> = None, "voice", Code::Schema;
    /// Who understands it.
    transcription_provider: Option<String> = None, "transcriptionProvider", Code::Schema;
    /// The model that understands it.
    speech_model: Option<String> = None, "speechModel", Code::Schema;
    /// Whether what is understood is formatted.
    asr_smart_format: Option<String> = None, "asrSmartFormat", Code::Schema;
    /// Whether numbers are written out before speech.
    tts_text_normalization: Option<String> = None, "ttsTextNormalization", Code::Schema;
    /// In which language they are written out.
    tts_language_text_normalization: Option<String> = None,
        "ttsLanguageTextNormalization", Code::Schema;
    /// Words that are likely to be heard.
    hints: Option<String> = None, "hints", Code::Schema;
    -> content {}
}

element! {
    /// A relay between the speech of the call and the text of a program.
    pub struct ConversationRelay = "ConversationRelay";
    /// Where it goes; `wss` only.
    url: Option<String> = None, "url", Code::Schema;
    /// What is said first.
    welcome_greeting: Option<String> = None, "welcomeGreeting", Code::Schema;
    /// What breaks off the greeting; absent means `any`.
    welcome_greeting_interruptible: Option<String> = None,
        "welcomeGreetingInterruptible", Code::Schema;
    /// The language both ways.
    language: Option<String> = None, "language", Code::Schema;
    /// The language spoken.
    tts_language: Option<String> = None, "ttsLanguage", Code::Schema;
    /// The language understood.
    transcription_language: Option<String> = None, "transcriptionLanguage", Code::Schema;
    /// Who speaks.
    tts_provider: Option<String> = None, "ttsProvider", Code::Schema;
    /// The voice.
    voice: Option<String> = None, "voice", Code::Schema;
    /// Who understands.
    transcription_provider: Option<String> = None, "transcriptionProvider", Code::Schema;
    /// The model that understands.
    speech_model: Option<String> = None, "speechModel", Code::Schema;
    /// What breaks off speech; absent means `any`.
    interruptible: Option<String> = None, "interruptible", Code::Schema;
    /// How easily speech is broken off; absent means `high`.
    interrupt_sensitivity: Option<String> = None, "interruptSensitivity", Code::Schema;
    /// Words that are likely to be heard.
    hints: Option<String> = None, "hints", Code::Schema;
    /// What more is told.
    debug: Option<String> = None, "debug", Code::Schema;
    /// Whether numbers are written out first; absent means `off`.
    elevenlabs_text_normalization: Option<String> = None,
        "elevenlabsTextNormalization", Code::Schema;
    /// The service that studies the talk.
    intelligence_service: Option<String> = None, "intelligenceService", Code::Schema;
    /// Whether numbers are formatted.
    deepgram_smart_format: Option<String> = None,
        "deepgramSmartFormat" | "deepgramsmartformat", Code::Schema;
    /// The silence that ends speech.
    speech_timeout: Option<String> = None,
        "speechTimeout" | "speechtimeout", Code::Schema;
    /// Whether small words of assent are ignored.
    ignore_backchannel: Option<String> = None,
        "ignoreBackchannel" | "ignorebackchannel", Code::Schema;
    /// How background noise is reduced.
    background_noise_reduction: Option<String> = None,
        "backgroundNoiseReduction" | "backgroundnoisereduction", Code::Schema;
    /// What further is told.
    events: Option<String> = None, "events", Code::Schema;
    /// Whether keys are heard.
    dtmf_detection: bool = false, "dtmfDetection", Code::Schema;
    /// What input during speech is told; absent means `none`.
    report_input_during_agent_speech: Option<String> = None,
        "reportInputDuringAgentSpeech", Code::Schema;
    /// Whether new text breaks off the old.
    preemptible: bool = false, "preemptible", Code::Schema;
    /// Whether unfinished speech is told.
    partial_prompts: bool = false, "partialPrompts", Code::Schema;
    /// Whether rude words are blotted out.
    profanity_filter: Option<bool> = None, "profanityFilter", Code::Schema;
    /// Whether what is understood is formatted.
    asr_smart_format: Option<String> = None, "asrSmartFormat", Code::Schema;
    /// Whether numbers are written out before speech.
    tts_text_normalization: Option<String> = None, "ttsTextNormalization", Code::Schema;
    /// In which language they are written out.
    tts_language_text_normalization: Option<String> = None,
        "ttsLanguageTextNormalization", Code::Schema;
    /// Whether that is done by the language.
    elevenlabs_language_text_normalization: Option<String> = None,
        "elevenlabsLanguageTextNormalization", Code::Schema;
    /// Whether unfinished speech is told at the end of the call.
    partial_prompt_on_hangup: Option<String> = None, "partialPromptOnHangup", Code::Schema;
    /// How early the end of a turn is assumed.
    eager_eot_threshold: Option<String> = None, "eagerEotThreshold", Code::Schema;
    /// How the end of a turn is found.
    turn_detection: Option<String> = None, "turnDetection", Code::Schema;
    /// Whether the echo of speech is left out.
    echo_prompt_filtering: Option<String> = None, "echoPromptFiltering", Code::Schema;
    /// What else is told with the words.
    include_in_prompt: Option<String> = None, "includeInPrompt", Code::Schema;
    /// Who the caller is.
    customer_name: Option<String> = None, "customerName", Code::Schema;
    /// Whether the program is connected anew when it is lost.
    application_reconnect: Option<String> = None, "applicationReconnect", Code::Schema;
    -> content {
        /// Further languages.
        languages: Vec<Language> => with_language(Language),
        /// Values handed on.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

element! {
    /// An assistant that speaks with the caller.
    pub struct Assistant = "Assistant";
    /// The assistant.
    id: Option<String> = None, "id", Code::Schema;
    /// What is said first.
    welcome_greeting: Option<String> = None, "welcomeGreeting", Code::Schema;
    /// What breaks off the greeting; absent means `any`.
    welcome_greeting_interruptible: Option<String> = None,
        "welcomeGreetingInterruptible", Code::Schema;
    /// The language both ways.
    language: Option<String> = None, "language", Code::Schema;
    /// The language spoken.
    tts_language: Option<String> = None, "ttsLanguage", Code::Schema;
    /// The language understood.
    transcription_language: Option<String> = None, "transcriptionLanguage", Code::Schema;
    /// Who speaks.
    tts_provider: Option<String> = None, "ttsProvider", Code::Schema;
    /// The voice.
    voice: Option<String> = None, "voice", Code::Schema;
    /// Who understands.
    transcription_provider: Option<String> = None, "transcriptionProvider", Code::Schema;
    /// The model that understands.
    speech_model: Option<String> = None, "speechModel", Code::Schema;
    /// What breaks off speech; absent means `any`.
    interruptible: Option<String> = None, "interruptible", Code::Schema;
    /// How easily speech is broken off; absent means `high`.
    interrupt_sensitivity: Option<String> = None, "interruptSensitivity", Code::Schema;
    /// Words that are likely to be heard.
    hints: Option<String> = None, "hints", Code::Schema;
    /// What more is told.
    debug: Option<String> = None, "debug", Code::Schema;
    /// Whether numbers are written out first; absent means `off`.
    elevenlabs_text_normalization: Option<String> = None,
        "elevenlabsTextNormalization", Code::Schema;
    /// The service that studies the talk.
    intelligence_service: Option<String> = None, "intelligenceService", Code::Schema;
    /// Whether keys are heard.
    dtmf_detection: bool = false, "dtmfDetection", Code::Schema;
    /// What input during speech is told; absent means `none`.
    report_input_during_agent_speech: Option<String> = None,
        "reportInputDuringAgentSpeech", Code::Schema;
    /// Whether new text breaks off the old.
    preemptible: bool = false, "preemptible", Code::Schema;
    /// Whether unfinished speech is told.
    partial_prompts: bool = false, "partialPrompts", Code::Schema;
    /// Whether rude words are blotted out.
    profanity_filter: Option<bool> = None, "profanityFilter", Code::Schema;
    -> content {
        /// Further languages.
        languages: Vec<Language> => with_language(Language),
        /// Values handed on.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

element! {
    /// A configured session of an assistant.
    pub struct AiSession = "AiSession";
    /// The connector.
    ai_connector: Option<String> = None, "aiConnector", Code::Schema;
    /// The configuration.
    ai_session_configuration: Option<String> = None, "aiSessionConfiguration", Code::Schema;
    -> content {}
}

element! {
    /// A configured session of a relay.
    pub struct ConversationRelaySession = "ConversationRelaySession";
    /// The connector.
    connector: Option<String> = None, "connector", Code::Schema;
    /// The configuration.
    session_configuration: Option<String> = None, "sessionConfiguration", Code::Schema;
    -> content {}
}

element! {
    /// A virtual agent of another house.
    pub struct VirtualAgent = "VirtualAgent";
    /// The connector.
    connector_name: Option<String> = None, "connectorName", Code::Schema;
    /// The language.
    language: Option<String> = None, "language", Code::Schema;
    /// Whether the mood of the caller is studied.
    sentiment_analysis: bool = false, "sentimentAnalysis", Code::Schema;
    /// Where its steps are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    -> content {
        /// Settings of the agent.
        configs: Vec<Config> => config(Config),
        /// Values handed on.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}
