//! `<Stream>` and `<Siprec>`: the sound of the call, sent elsewhere.

use crate::noun::Parameter;
use crate::value::{Method, StreamTrack};
use crate::warning::Code;

element! {
    /// A WebSocket that takes the sound of the call.
    pub struct Stream = "Stream";
    /// Where it goes; `wss` only.
    url: Option<String> = None, "url", Code::Schema;
    /// A name by which it can be stopped.
    name: Option<String> = None, "name", Code::Schema;
    /// The side of the call that is sent.
    track: StreamTrack = StreamTrack::Inbound, "track", Code::StreamTrack;
    /// A configured connector.
    connector_name: Option<String> = None, "connectorName", Code::Schema;
    /// Where its steps are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    /// How the sound is coded; absent means µ-law.
    audio_format: Option<String> = None, "audioFormat", Code::Schema;
    /// How many samples a second it has.
    sample_rate: Option<String> = None, "sampleRate", Code::Schema;
    -> content {
        /// Values handed over at the start.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}

element! {
    /// A SIP recorder that takes the sound of the call.
    pub struct Siprec = "Siprec";
    /// A name by which it can be stopped.
    name: Option<String> = None, "name", Code::Schema;
    /// A configured connector.
    connector_name: Option<String> = None, "connectorName", Code::Schema;
    /// The side of the call that is sent.
    track: StreamTrack = StreamTrack::Both, "track", Code::StreamTrack;
    /// Where its steps are told.
    status_callback: Option<String> = None, "statusCallback", Code::Schema;
    /// How the status callback is requested.
    status_callback_method: Method = Method::Post, "statusCallbackMethod", Code::Schema;
    -> content {
        /// Values handed over at the start.
        parameters: Vec<Parameter> => parameter(Parameter),
    }
}
