//! The nouns: what a verb is done to.

mod application;
mod client;
mod conference;
mod number;
mod parameter;
mod queue;
mod recording;
mod relay;
mod room;
mod sim;
mod sip;
mod stream;
mod transcription;
mod whatsapp;

pub use application::{Application, ApplicationSid};
pub use client::{Client, Identity};
pub use conference::{Beep, Conference, ConferenceEvent, ConferenceRecord, Region};
pub use number::Number;
pub use parameter::{Config, Parameter};
pub use queue::Queue;
pub use recording::{Channels, Recording};
pub use relay::{
    AiSession, Assistant, ConversationRelay, ConversationRelaySession, Language, VirtualAgent,
};
pub use room::{Autopilot, Conversation, ConversationEvent, Room};
pub use sim::Sim;
pub use sip::{Header, Headers, Sip, SipUri, is_address, is_credential, may_be_sent};
pub use stream::{Siprec, Stream};
pub use transcription::Transcription;
pub use whatsapp::WhatsApp;

choice! {
    /// Whom a Dial rings, or what it joins.
    pub enum Noun {
        /// A telephone number.
        Number(Number),
        /// A client of the SDK.
        Client(Client),
        /// A SIP address.
        Sip(Sip),
        /// A conference.
        Conference(Conference),
        /// The head of a queue.
        Queue(Queue),
        /// A SIM card.
        Sim(Sim),
        /// Another application.
        Application(Application),
        /// A WhatsApp number.
        WhatsApp(WhatsApp),
    }
    bare |number| Noun::Number(Number { number, ..Number::default() });
}

choice! {
    /// To what a Connect hands the call.
    #[expect(clippy::large_enum_variant, reason = "a Connect holds one, and is rare")]
    pub enum ConnectNoun {
        /// A WebSocket with the sound of both ways.
        Stream(Stream),
        /// A relay between speech and text.
        ConversationRelay(ConversationRelay),
        /// A configured session of such a relay.
        ConversationRelaySession(ConversationRelaySession),
        /// A virtual agent.
        VirtualAgent(VirtualAgent),
        /// A video room.
        Room(Room),
        /// A conversation.
        Conversation(Conversation),
        /// An Autopilot assistant, retired.
        Autopilot(Autopilot),
        /// A configured session of an assistant.
        AiSession(AiSession),
        /// An assistant.
        Assistant(Assistant),
    }
}

choice! {
    /// What a Start begins.
    pub enum StartNoun {
        /// A WebSocket that hears the call.
        Stream(Stream),
        /// A SIP recorder.
        Siprec(Siprec),
        /// A transcription as the call goes on.
        Transcription(Transcription),
        /// A recording.
        Recording(Recording),
    }
}

choice! {
    /// What a Stop ends.
    pub enum StopNoun {
        /// A WebSocket that hears the call.
        Stream(Stream),
        /// A SIP recorder.
        Siprec(Siprec),
        /// A transcription as the call goes on.
        Transcription(Transcription),
        /// A recording.
        Recording(Recording),
    }
}
