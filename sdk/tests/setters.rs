//! A call of every method that sets an attribute of the reference, written by
//! `tests/every_setter.rs`.

use ringback::twiml::ssml::*;
use ringback::twiml::*;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

fn word<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a word of the list")
}

macro_rules! setters {
    ($($made:expr => {
        $($setter:ident($given:expr) $name:literal;)*
    })*) => {
        #[test]
        fn each_changes_its_element() {
            let mut changed: BTreeMap<(&str, &str), bool> = BTreeMap::new();
            $(
                let plain = format!("{:?}", $made);
                $({
                    let set = format!("{:?}", $made.$setter($given));
                    *changed.entry((stringify!($made), $name)).or_default() |= set != plain;
                })*
                let _ = plain;
            )*
            // What has one word can only be that word.
            changed.remove(&("Pay::new()", "input"));
            let same: Vec<_> = changed.iter().filter(|(_, changed)| !**changed).collect();
            assert!(same.is_empty(), "{same:?}");
            assert!(changed.len() > 230, "{}", changed.len());
        }
    };
}

setters! {
    AiSession::new() => {
        ai_connector("1") "aiConnector";
        ai_session_configuration("1") "aiSessionConfiguration";
    }
    Application::new("x") => {
        copy_parent_to(true) "copyParentTo";
        copy_parent_to(false) "copyParentTo";
        customer_id("1") "customerId";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ProgressEvent>("initiated")) "statusCallbackEvent";
        status_callback_event(word::<ProgressEvent>("completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        url("1") "url";
    }
    ApplicationSid::new("x") => {
    }
    Assistant::new() => {
        debug("1") "debug";
        dtmf_detection(true) "dtmfDetection";
        dtmf_detection(false) "dtmfDetection";
        elevenlabs_text_normalization("1") "elevenlabsTextNormalization";
        hints("1") "hints";
        id("1") "id";
        intelligence_service("1") "intelligenceService";
        interrupt_sensitivity("1") "interruptSensitivity";
        interruptible("1") "interruptible";
        language("1") "language";
        partial_prompts(true) "partialPrompts";
        partial_prompts(false) "partialPrompts";
        preemptible(true) "preemptible";
        preemptible(false) "preemptible";
        profanity_filter(true) "profanityFilter";
        profanity_filter(false) "profanityFilter";
        report_input_during_agent_speech("1") "reportInputDuringAgentSpeech";
        speech_model("1") "speechModel";
        transcription_language("1") "transcriptionLanguage";
        transcription_provider("1") "transcriptionProvider";
        tts_language("1") "ttsLanguage";
        tts_provider("1") "ttsProvider";
        voice("1") "voice";
        welcome_greeting("1") "welcomeGreeting";
        welcome_greeting_interruptible("1") "welcomeGreetingInterruptible";
    }
    Autopilot::new("x") => {
    }
    Client::new("x") => {
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ProgressEvent>("initiated")) "statusCallbackEvent";
        status_callback_event(word::<ProgressEvent>("completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        url("1") "url";
    }
    Conference::new("x") => {
        beep(word::<Beep>("true")) "beep";
        beep(word::<Beep>("onExit")) "beep";
        coach("1") "coach";
        end_conference_on_exit(true) "endConferenceOnExit";
        end_conference_on_exit(false) "endConferenceOnExit";
        event_callback_url("1") "eventCallbackUrl";
        jitter_buffer_size(word::<Jitter>("large")) "jitterBufferSize";
        jitter_buffer_size(word::<Jitter>("off")) "jitterBufferSize";
        max_participants(17) "maxParticipants";
        max_participants(18) "maxParticipants";
        muted(true) "muted";
        muted(false) "muted";
        participant_label("1") "participantLabel";
        record(word::<ConferenceRecord>("do-not-record")) "record";
        record(word::<ConferenceRecord>("record-from-start")) "record";
        recording_configuration_id("1") "recordingConfigurationId";
        recording_status_callback("1") "recordingStatusCallback";
        recording_status_callback_event(word::<RecordingEvent>("in-progress"))
            "recordingStatusCallbackEvent";
        recording_status_callback_event(word::<RecordingEvent>("absent"))
            "recordingStatusCallbackEvent";
        recording_status_callback_method(word::<Method>("GET")) "recordingStatusCallbackMethod";
        recording_status_callback_method(word::<Method>("POST")) "recordingStatusCallbackMethod";
        region(word::<Region>("us1")) "region";
        region(word::<Region>("de1")) "region";
        start_conference_on_enter(true) "startConferenceOnEnter";
        start_conference_on_enter(false) "startConferenceOnEnter";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ConferenceEvent>("start")) "statusCallbackEvent";
        status_callback_event(word::<ConferenceEvent>("announcement")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        trim(word::<Trim>("trim-silence")) "trim";
        trim(word::<Trim>("do-not-trim")) "trim";
        wait_method(word::<Method>("GET")) "waitMethod";
        wait_method(word::<Method>("POST")) "waitMethod";
        wait_url("1") "waitUrl";
    }
    Config::new() => {
        name("1") "name";
        value("1") "value";
    }
    Connect::new() => {
        action("1") "action";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
    }
    Conversation::new() => {
        inbound_autocreation(true) "inboundAutocreation";
        inbound_autocreation(false) "inboundAutocreation";
        inbound_timeout(17) "inboundTimeout";
        inbound_timeout(18) "inboundTimeout";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        record(word::<DialRecord>("do-not-record")) "record";
        record(word::<DialRecord>("record-from-ringing-dual")) "record";
        recording_status_callback("1") "recordingStatusCallback";
        recording_status_callback_event(word::<RecordingEvent>("in-progress"))
            "recordingStatusCallbackEvent";
        recording_status_callback_event(word::<RecordingEvent>("absent"))
            "recordingStatusCallbackEvent";
        recording_status_callback_method(word::<Method>("GET")) "recordingStatusCallbackMethod";
        recording_status_callback_method(word::<Method>("POST")) "recordingStatusCallbackMethod";
        routing_assignment_timeout(17) "routingAssignmentTimeout";
        routing_assignment_timeout(18) "routingAssignmentTimeout";
        service_instance_sid("1") "serviceInstanceSid";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ConversationEvent>("call-initiated")) "statusCallbackEvent";
        status_callback_event(word::<ConversationEvent>("call-completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        trim(word::<Trim>("trim-silence")) "trim";
        trim(word::<Trim>("do-not-trim")) "trim";
        url("1") "url";
    }
    ConversationRelay::new() => {
        background_noise_reduction("1") "backgroundNoiseReduction";
        debug("1") "debug";
        deepgram_smart_format("1") "deepgramSmartFormat";
        dtmf_detection(true) "dtmfDetection";
        dtmf_detection(false) "dtmfDetection";
        elevenlabs_text_normalization("1") "elevenlabsTextNormalization";
        events("1") "events";
        hints("1") "hints";
        ignore_backchannel("1") "ignoreBackchannel";
        intelligence_service("1") "intelligenceService";
        interrupt_sensitivity("1") "interruptSensitivity";
        interruptible("1") "interruptible";
        language("1") "language";
        partial_prompts(true) "partialPrompts";
        partial_prompts(false) "partialPrompts";
        preemptible(true) "preemptible";
        preemptible(false) "preemptible";
        profanity_filter(true) "profanityFilter";
        profanity_filter(false) "profanityFilter";
        report_input_during_agent_speech("1") "reportInputDuringAgentSpeech";
        speech_model("1") "speechModel";
        speech_timeout("1") "speechTimeout";
        transcription_language("1") "transcriptionLanguage";
        transcription_provider("1") "transcriptionProvider";
        tts_language("1") "ttsLanguage";
        tts_provider("1") "ttsProvider";
        url("1") "url";
        voice("1") "voice";
        welcome_greeting("1") "welcomeGreeting";
        welcome_greeting_interruptible("1") "welcomeGreetingInterruptible";
    }
    ConversationRelaySession::new() => {
        connector("1") "connector";
        session_configuration("1") "sessionConfiguration";
    }
    Dial::new() => {
        action("1") "action";
        answer_on_bridge(true) "answerOnBridge";
        answer_on_bridge(false) "answerOnBridge";
        caller_id("1") "callerId";
        events(word::<DialEvent>("call-progress-event")) "events";
        events(word::<DialEvent>("call-progress-event")) "events";
        hangup_on_star(true) "hangupOnStar";
        hangup_on_star(false) "hangupOnStar";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        record(word::<DialRecord>("do-not-record")) "record";
        record(word::<DialRecord>("record-from-ringing-dual")) "record";
        recording_configuration_id("1") "recordingConfigurationId";
        recording_status_callback("1") "recordingStatusCallback";
        recording_status_callback_event(word::<RecordingEvent>("in-progress"))
            "recordingStatusCallbackEvent";
        recording_status_callback_event(word::<RecordingEvent>("absent"))
            "recordingStatusCallbackEvent";
        recording_status_callback_method(word::<Method>("GET")) "recordingStatusCallbackMethod";
        recording_status_callback_method(word::<Method>("POST")) "recordingStatusCallbackMethod";
        recording_track(word::<RecordingTrack>("both")) "recordingTrack";
        recording_track(word::<RecordingTrack>("outbound")) "recordingTrack";
        refer_method(word::<Method>("GET")) "referMethod";
        refer_method(word::<Method>("POST")) "referMethod";
        refer_url("1") "referUrl";
        ring_tone(word::<RingTone>("at")) "ringTone";
        ring_tone(word::<RingTone>("za")) "ringTone";
        sequential(true) "sequential";
        sequential(false) "sequential";
        time_limit(17) "timeLimit";
        time_limit(18) "timeLimit";
        timeout(17) "timeout";
        timeout(18) "timeout";
        trim(word::<Trim>("trim-silence")) "trim";
        trim(word::<Trim>("do-not-trim")) "trim";
    }
    Echo::new() => {
    }
    Enqueue::new("x") => {
        action("1") "action";
        max_queue_size(17) "maxQueueSize";
        max_queue_size(18) "maxQueueSize";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        wait_url("1") "waitUrl";
        wait_url_method(word::<Method>("GET")) "waitUrlMethod";
        wait_url_method(word::<Method>("POST")) "waitUrlMethod";
        workflow_sid("1") "workflowSid";
    }
    Gather::new() => {
        action("1") "action";
        action_on_empty_result(true) "actionOnEmptyResult";
        action_on_empty_result(false) "actionOnEmptyResult";
        barge_in(true) "bargeIn";
        barge_in(false) "bargeIn";
        debug(true) "debug";
        debug(false) "debug";
        enhanced(true) "enhanced";
        enhanced(false) "enhanced";
        finish_on_key(Keys::star()) "finishOnKey";
        hints("1") "hints";
        input(word::<GatherInput>("dtmf")) "input";
        input(word::<GatherInput>("speech")) "input";
        language("1") "language";
        max_speech_time(17) "maxSpeechTime";
        max_speech_time(18) "maxSpeechTime";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        num_digits(17) "numDigits";
        num_digits(18) "numDigits";
        partial_result_callback("1") "partialResultCallback";
        partial_result_callback_method(word::<Method>("GET")) "partialResultCallbackMethod";
        partial_result_callback_method(word::<Method>("POST")) "partialResultCallbackMethod";
        profanity_filter(true) "profanityFilter";
        profanity_filter(false) "profanityFilter";
        speech_model("1") "speechModel";
        speech_timeout(17) "speechTimeout";
        speech_timeout(18) "speechTimeout";
        timeout(17) "timeout";
        timeout(18) "timeout";
    }
    Hangup::new() => {
    }
    Header::new() => {
        name("1") "name";
        value("1") "value";
    }
    Headers::new() => {
    }
    Identity::new("x") => {
    }
    Language::new() => {
        code("1") "code";
        speech_model("1") "speechModel";
        transcription_provider("1") "transcriptionProvider";
        tts_provider("1") "ttsProvider";
        voice("1") "voice";
    }
    Leave::new() => {
    }
    Number::new("x") => {
        amd_status_callback("1") "amdStatusCallback";
        amd_status_callback_method(word::<Method>("GET")) "amdStatusCallbackMethod";
        amd_status_callback_method(word::<Method>("POST")) "amdStatusCallbackMethod";
        byoc("1") "byoc";
        machine_detection(word::<Answering>("Enable")) "machineDetection";
        machine_detection(word::<Answering>("DetectMessageEnd")) "machineDetection";
        machine_detection_silence_timeout(17) "machineDetectionSilenceTimeout";
        machine_detection_silence_timeout(18) "machineDetectionSilenceTimeout";
        machine_detection_speech_end_threshold(17) "machineDetectionSpeechEndThreshold";
        machine_detection_speech_end_threshold(18) "machineDetectionSpeechEndThreshold";
        machine_detection_speech_threshold(17) "machineDetectionSpeechThreshold";
        machine_detection_speech_threshold(18) "machineDetectionSpeechThreshold";
        machine_detection_timeout(17) "machineDetectionTimeout";
        machine_detection_timeout(18) "machineDetectionTimeout";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        send_digits("1") "sendDigits";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ProgressEvent>("initiated")) "statusCallbackEvent";
        status_callback_event(word::<ProgressEvent>("completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        url("1") "url";
    }
    Parameter::new() => {
        name("1") "name";
        value("1") "value";
    }
    Pause::new() => {
        length(17) "length";
        length(18) "length";
    }
    Pay::new() => {
        action("1") "action";
        bank_account_type(word::<BankAccount>("consumer-checking")) "bankAccountType";
        bank_account_type(word::<BankAccount>("commercial-savings")) "bankAccountType";
        charge_amount("1") "chargeAmount";
        currency("1") "currency";
        description("1") "description";
        input(word::<PayInput>("dtmf")) "input";
        input(word::<PayInput>("dtmf")) "input";
        language(word::<PayLanguage>("de-DE")) "language";
        language(word::<PayLanguage>("it-IT")) "language";
        max_attempts(17) "maxAttempts";
        max_attempts(18) "maxAttempts";
        min_postal_code_length(17) "minPostalCodeLength";
        min_postal_code_length(18) "minPostalCodeLength";
        payment_connector("1") "paymentConnector";
        payment_method(word::<PaymentMethod>("credit-card")) "paymentMethod";
        payment_method(word::<PaymentMethod>("ach-debit")) "paymentMethod";
        postal_code("1") "postalCode";
        security_code(true) "securityCode";
        security_code(false) "securityCode";
        status_callback("1") "statusCallback";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        timeout(17) "timeout";
        timeout(18) "timeout";
        token_type(word::<TokenType>("one-time")) "tokenType";
        token_type(word::<TokenType>("payment-method")) "tokenType";
        valid_card_types(word::<CardType>("visa")) "validCardTypes";
        valid_card_types(word::<CardType>("enroute")) "validCardTypes";
    }
    Play::new("x") => {
        digits("1") "digits";
        repeat(17) "loop";
        repeat(18) "loop";
    }
    Prompt::new() => {
        attempt([1, 2]) "attempt";
        card_type(word::<CardType>("visa")) "cardType";
        card_type(word::<CardType>("enroute")) "cardType";
        error_type(word::<PromptError>("timeout")) "errorType";
        error_type(word::<PromptError>("input-matching-failed")) "errorType";
        step(word::<PromptFor>("payment-card-number")) "for";
        step(word::<PromptFor>("bank-routing-number")) "for";
        require_matching_inputs(true) "requireMatchingInputs";
        require_matching_inputs(false) "requireMatchingInputs";
    }
    Queue::new("x") => {
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        post_work_activity_sid("1") "postWorkActivitySid";
        reservation_sid("1") "reservationSid";
        url("1") "url";
    }
    Record::new() => {
        action("1") "action";
        finish_on_key(Keys::star()) "finishOnKey";
        max_length(17) "maxLength";
        max_length(18) "maxLength";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        play_beep(true) "playBeep";
        play_beep(false) "playBeep";
        recording_configuration_id("1") "recordingConfigurationId";
        recording_status_callback("1") "recordingStatusCallback";
        recording_status_callback_event(word::<RecordingEvent>("in-progress"))
            "recordingStatusCallbackEvent";
        recording_status_callback_event(word::<RecordingEvent>("absent"))
            "recordingStatusCallbackEvent";
        recording_status_callback_method(word::<Method>("GET")) "recordingStatusCallbackMethod";
        recording_status_callback_method(word::<Method>("POST")) "recordingStatusCallbackMethod";
        timeout(17) "timeout";
        timeout(18) "timeout";
        transcribe(true) "transcribe";
        transcribe(false) "transcribe";
        transcribe_callback("1") "transcribeCallback";
        trim(word::<Trim>("trim-silence")) "trim";
        trim(word::<Trim>("do-not-trim")) "trim";
    }
    Recording::new() => {
        channels(word::<Channels>("mono")) "channels";
        channels(word::<Channels>("dual")) "channels";
        recording_configuration_id("1") "recordingConfigurationId";
        recording_status_callback("1") "recordingStatusCallback";
        recording_status_callback_event(word::<RecordingEvent>("in-progress"))
            "recordingStatusCallbackEvent";
        recording_status_callback_event(word::<RecordingEvent>("absent"))
            "recordingStatusCallbackEvent";
        recording_status_callback_method(word::<Method>("GET")) "recordingStatusCallbackMethod";
        recording_status_callback_method(word::<Method>("POST")) "recordingStatusCallbackMethod";
        track(word::<RecordingTrack>("both")) "track";
        track(word::<RecordingTrack>("outbound")) "track";
        trim(word::<Trim>("trim-silence")) "trim";
        trim(word::<Trim>("do-not-trim")) "trim";
    }
    Redirect::new("x") => {
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
    }
    Refer::new() => {
        action("1") "action";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
    }
    ReferSip::new("x") => {
    }
    Reject::new() => {
        reason(word::<RejectReason>("rejected")) "reason";
        reason(word::<RejectReason>("busy")) "reason";
    }
    Room::new("x") => {
        participant_identity("1") "participantIdentity";
    }
    Say::new("x") => {
        language("1") "language";
        repeat(17) "loop";
        repeat(18) "loop";
        voice("1") "voice";
    }
    Sim::new("x") => {
    }
    Sip::new("x") => {
        amd_status_callback("1") "amdStatusCallback";
        amd_status_callback_method(word::<Method>("GET")) "amdStatusCallbackMethod";
        amd_status_callback_method(word::<Method>("POST")) "amdStatusCallbackMethod";
        machine_detection(word::<Answering>("Enable")) "machineDetection";
        machine_detection(word::<Answering>("DetectMessageEnd")) "machineDetection";
        machine_detection_silence_timeout(17) "machineDetectionSilenceTimeout";
        machine_detection_silence_timeout(18) "machineDetectionSilenceTimeout";
        machine_detection_speech_end_threshold(17) "machineDetectionSpeechEndThreshold";
        machine_detection_speech_end_threshold(18) "machineDetectionSpeechEndThreshold";
        machine_detection_speech_threshold(17) "machineDetectionSpeechThreshold";
        machine_detection_speech_threshold(18) "machineDetectionSpeechThreshold";
        machine_detection_timeout(17) "machineDetectionTimeout";
        machine_detection_timeout(18) "machineDetectionTimeout";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        password("1") "password";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ProgressEvent>("initiated")) "statusCallbackEvent";
        status_callback_event(word::<ProgressEvent>("completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        url("1") "url";
        username("1") "username";
    }
    SipUri::new("x") => {
        password("1") "password";
        priority(17) "priority";
        priority(18) "priority";
        username("1") "username";
        weight(17) "weight";
        weight(18) "weight";
    }
    Siprec::new() => {
        connector_name("1") "connectorName";
        name("1") "name";
        status_callback("1") "statusCallback";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        track(word::<StreamTrack>("inbound_track")) "track";
        track(word::<StreamTrack>("both_tracks")) "track";
    }
    Sms::new("x") => {
        action("1") "action";
        from("1") "from";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        status_callback("1") "statusCallback";
        to("1") "to";
    }
    Break::new() => {
        strength(word::<BreakStrength>("none")) "strength";
        strength(word::<BreakStrength>("x-strong")) "strength";
        time("1") "time";
    }
    Emphasis::new("x") => {
        level(word::<EmphasisLevel>("strong")) "level";
        level(word::<EmphasisLevel>("reduced")) "level";
    }
    Lang::new("x") => {
        lang("1") "xml:lang";
    }
    P::new("x") => {
    }
    Phoneme::new("x") => {
        alphabet(word::<PhonemeAlphabet>("ipa")) "alphabet";
        alphabet(word::<PhonemeAlphabet>("x-amazon-yomigana")) "alphabet";
        ph("1") "ph";
    }
    Prosody::new("x") => {
        pitch("1") "pitch";
        rate("1") "rate";
        volume("1") "volume";
    }
    S::new("x") => {
    }
    SayAs::new("x") => {
        format(word::<DateFormat>("mdy")) "format";
        format(word::<DateFormat>("yyyymmdd")) "format";
        interpret_as(word::<InterpretAs>("characters")) "interpret-as";
        interpret_as(word::<InterpretAs>("telephone")) "interpret-as";
    }
    Sub::new("x") => {
        alias("1") "alias";
    }
    W::new("x") => {
        role("1") "role";
    }
    Start::new() => {
        action("1") "action";
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
    }
    Stop::new() => {
    }
    Stream::new() => {
        connector_name("1") "connectorName";
        name("1") "name";
        status_callback("1") "statusCallback";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        track(word::<StreamTrack>("inbound_track")) "track";
        track(word::<StreamTrack>("both_tracks")) "track";
        url("1") "url";
    }
    Task::new("x") => {
        priority(17) "priority";
        priority(18) "priority";
        timeout(17) "timeout";
        timeout(18) "timeout";
    }
    Transcription::new() => {
        enable_automatic_punctuation(true) "enableAutomaticPunctuation";
        enable_automatic_punctuation(false) "enableAutomaticPunctuation";
        hints("1") "hints";
        inbound_track_label("1") "inboundTrackLabel";
        intelligence_service("1") "intelligenceService";
        language_code("1") "languageCode";
        name("1") "name";
        outbound_track_label("1") "outboundTrackLabel";
        partial_results(true) "partialResults";
        partial_results(false) "partialResults";
        profanity_filter(true) "profanityFilter";
        profanity_filter(false) "profanityFilter";
        speech_model("1") "speechModel";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        status_callback_url("1") "statusCallbackUrl";
        track(word::<StreamTrack>("inbound_track")) "track";
        track(word::<StreamTrack>("both_tracks")) "track";
        transcription_engine("1") "transcriptionEngine";
    }
    VirtualAgent::new() => {
        connector_name("1") "connectorName";
        language("1") "language";
        sentiment_analysis(true) "sentimentAnalysis";
        sentiment_analysis(false) "sentimentAnalysis";
        status_callback("1") "statusCallback";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
    }
    WhatsApp::new("x") => {
        method(word::<Method>("GET")) "method";
        method(word::<Method>("POST")) "method";
        status_callback("1") "statusCallback";
        status_callback_event(word::<ProgressEvent>("initiated")) "statusCallbackEvent";
        status_callback_event(word::<ProgressEvent>("completed")) "statusCallbackEvent";
        status_callback_method(word::<Method>("GET")) "statusCallbackMethod";
        status_callback_method(word::<Method>("POST")) "statusCallbackMethod";
        url("1") "url";
    }
}
