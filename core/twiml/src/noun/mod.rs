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

use crate::verb::{Connect, Dial, Start, Stop};

choice! {
    /// Whom a Dial rings, or what it joins.
    pub enum Noun in Dial.nouns {
        /// A telephone number.
        Number(Number) => number,
        /// A client of the SDK.
        Client(Client) => client,
        /// A SIP address.
        Sip(Sip) => sip,
        /// A conference.
        Conference(Conference) => conference,
        /// The head of a queue.
        Queue(Queue) => queue,
        /// A SIM card.
        Sim(Sim) => sim,
        /// Another application.
        Application(Application) => application,
        /// A WhatsApp number.
        WhatsApp(WhatsApp) => whats_app,
    }
    bare |number| Noun::Number(Number { number, ..Number::default() });
}

choice! {
    /// To what a Connect hands the call.
    #[expect(clippy::large_enum_variant, reason = "a Connect holds one, and is rare")]
    pub enum ConnectNoun in Connect.nouns {
        /// A WebSocket with the sound of both ways.
        Stream(Stream) => stream,
        /// A relay between speech and text.
        ConversationRelay(ConversationRelay) => conversation_relay,
        /// A configured session of such a relay.
        ConversationRelaySession(ConversationRelaySession) => conversation_relay_session,
        /// A virtual agent.
        VirtualAgent(VirtualAgent) => virtual_agent,
        /// A video room.
        Room(Room) => room,
        /// A conversation.
        Conversation(Conversation) => conversation,
        /// An Autopilot assistant, retired.
        Autopilot(Autopilot) => autopilot,
        /// A configured session of an assistant.
        AiSession(AiSession) => ai_session,
        /// An assistant.
        Assistant(Assistant) => assistant,
    }
}

choice! {
    /// What a Start begins.
    pub enum StartNoun in Start.nouns {
        /// A WebSocket that hears the call.
        Stream(Stream) => stream,
        /// A SIP recorder.
        Siprec(Siprec) => siprec,
        /// A transcription as the call goes on.
        Transcription(Transcription) => transcription,
        /// A recording.
        Recording(Recording) => recording,
    }
}

choice! {
    /// What a Stop ends.
    pub enum StopNoun in Stop.nouns {
        /// A WebSocket that hears the call.
        Stream(Stream) => stream,
        /// A SIP recorder.
        Siprec(Siprec) => siprec,
        /// A transcription as the call goes on.
        Transcription(Transcription) => transcription,
        /// A recording.
        Recording(Recording) => recording,
    }
}
