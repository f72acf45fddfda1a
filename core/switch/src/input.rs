//! What comes into the exchange and what goes out of it.

use call::{AskId, Event, Granted, LookupId, Refusal, Row, effect::Question};
use model::media::MediaCommand;
use model::{CallSid, Callback, FetchId, LegId, WebRequest};
use sip::{Flow, Transport};
use std::net::SocketAddr;

use crate::ladder::Line;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A SIP datagram came.
    Datagram {
        /// Between whom.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Bytes of a SIP connection came.
    Stream {
        /// Which connection.
        flow: Flow,
        /// The bytes, wherever they were cut.
        bytes: Vec<u8>,
    },
    /// A SIP connection is open.
    StreamOpened {
        /// Which.
        flow: Flow,
    },
    /// A SIP connection is closed, or could not be opened.
    StreamClosed {
        /// Which.
        connection: u64,
    },
    /// The answer to `Output::Resolve`.
    Resolved {
        /// The question.
        query: u64,
        /// Best address first; empty if there is none.
        addresses: Vec<SocketAddr>,
    },
    /// Something for call control: a command, a word of the engine, a web reply, a row found.
    Call(Event),
}

/// One thing the world must do, or may want to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Send a SIP message.
    Send {
        /// From where to where.
        flow: Flow,
        /// The message.
        bytes: Vec<u8>,
    },
    /// Open a SIP connection.
    Connect {
        /// Its name.
        connection: u64,
        /// What kind.
        transport: Transport,
        /// Where to.
        remote: SocketAddr,
        /// The name the far end must prove (TLS).
        host: Option<String>,
    },
    /// Close a SIP connection.
    Close {
        /// Which.
        connection: u64,
    },
    /// Find the addresses of a host.
    Resolve {
        /// The question's name.
        query: u64,
        /// The host.
        host: String,
        /// The SRV name to ask first.
        service: Option<String>,
        /// The port for plain addresses.
        port: u16,
    },
    /// Write a row.
    Save(Row),
    /// Answer the API, once what stands before it is durable.
    Reply {
        /// Who asked.
        ask: AskId,
        /// The row, or why not.
        result: Result<Granted, Refusal>,
    },
    /// Tell the customer, once this and what stands before it is durable.
    Notify(Callback),
    /// Ask the customer for a document.
    Fetch {
        /// The question's name.
        fetch: FetchId,
        /// The question.
        request: WebRequest,
    },
    /// Ask the store.
    Lookup {
        /// The question's name.
        lookup: LookupId,
        /// The question.
        question: Question,
    },
    /// Say this to the sound engine.
    Media {
        /// Which leg.
        leg: LegId,
        /// What.
        command: MediaCommand,
    },
    /// A call has ended and everything about it has been said.
    Gone(CallSid),
    /// A phone registered.
    PhoneUp {
        /// Its user.
        user: String,
    },
    /// A phone's last contact is gone.
    PhoneDown {
        /// Its user.
        user: String,
    },
    /// A trunk answers, or has taken our registration.
    TrunkUp {
        /// Its name.
        name: String,
    },
    /// A trunk doesn't answer, or refused our registration.
    TrunkDown {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A rung of the ladder, as it happens.
    Line(Line),
    /// The ladder of an ended call, to be kept: rows of `Line::to_row`.
    Story {
        /// Which call.
        call: CallSid,
        /// Its rungs, in order.
        rows: Vec<String>,
    },
}
