//! Every bound of the platform, in one place, each with its reason.

// Numbers and addresses.

/// The shortest telephone number that can be dialled (some islands have five digits and a code).
pub const NUMBER_DIGITS_MIN: usize = 7;
/// E.164: fifteen digits with the country code.
pub const NUMBER_DIGITS_MAX: usize = 15;
/// A SIP URI in the API may have 255 characters before its headers.
pub const SIP_URI_BYTES_MAX: usize = 255;
/// The header part of a SIP URI in the API may have 1,024 characters.
pub const SIP_URI_HEADERS_BYTES_MAX: usize = 1_024;

// Calls.

/// How long a call placed through the API rings when nothing else is asked (seconds).
pub const RING_SECS_DEFAULT: u32 = 60;
/// How long a call may ring at most (seconds).
pub const RING_SECS_MAX: u32 = 600;
/// How long a leg of `<Dial>` rings when nothing else is asked (seconds).
pub const DIAL_RING_SECS_DEFAULT: u32 = 30;
/// A call lasts four hours when nothing else is asked (seconds).
pub const CALL_SECS_DEFAULT: u32 = 14_400;
/// A call lasts a day at most (seconds).
pub const CALL_SECS_MAX: u32 = 86_400;
/// Keys that `SendDigits` may hold.
pub const SEND_DIGITS_MAX: usize = 32;
/// RFC 3261 §8.1.1.6; numbers that dial each other stop after so many rounds.
pub const MAX_FORWARDS: u8 = 70;
/// Our own numbers may dial our own numbers so many times in a row: deeper is a loop, and each
/// round costs two calls.
pub const OWN_HOPS_MAX: u8 = 8;
/// Live calls of one process: beyond it new ones are refused with 503 rather than all done badly.
pub const CALLS_MAX: usize = 20_000;
/// `<Dial>` rings at most ten nouns (the contract's number).
pub const DIAL_NOUNS_MAX: usize = 10;

// Documents.

/// A document may have 64 kB (11750).
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1_024;
/// `Twiml=` may have 4,000 characters (32018).
pub const TWIML_PARAMETER_CHARS_MAX: usize = 4_000;
/// Elements in one document: more than any person writes, less than what costs a millisecond.
pub const DOCUMENT_NODES_MAX: usize = 4_000;
/// Depth of elements: SSML in Say in Gather needs seven.
pub const DOCUMENT_DEPTH_MAX: usize = 32;
/// Documents one call may ask for within `DOCUMENT_WINDOW_SECS`: a document that redirects to
/// itself must not become a flood against the customer's own server.
pub const DOCUMENTS_PER_WINDOW_MAX: usize = 100;
/// The window of the bound above (seconds).
pub const DOCUMENT_WINDOW_SECS: u64 = 10;
/// HTTP redirects followed for one document (11215).
pub const REDIRECTS_MAX: usize = 10;
/// Times a prompt may be repeated; `loop="0"` means this.
pub const PLAY_LOOPS_MAX: u32 = 1_000;

// The customer's application.

/// Connecting takes at most five seconds (milliseconds).
pub const WEBHOOK_CONNECT_MS: u64 = 5_000;
/// Everything together takes at most fifteen seconds (milliseconds).
pub const WEBHOOK_TOTAL_MS: u64 = 15_000;
/// The asker's own deadline: past the client's, so that only a lost answer meets it (milliseconds).
pub const FETCH_DEADLINE_MS: u64 = 20_000;

// Sound.

/// `<Record>` ends after an hour when nothing else is asked (seconds).
pub const RECORD_SECS_DEFAULT: u32 = 3_600;
/// A recording lasts four hours at most (seconds): 230 MB of dual sound.
pub const RECORDING_SECS_MAX: u32 = 14_400;
/// A recording under this length counts as absent (milliseconds).
pub const RECORDING_MS_MIN: u32 = 100;
/// A sound file to be played may have 40 MB: forty minutes of WAV at 8 kHz.
pub const PLAY_BYTES_MAX: usize = 40 * 1_024 * 1_024;
/// No packet for so long on an answered leg that should send: the far end is gone (seconds).
pub const MEDIA_LOST_SECS: u64 = 60;
/// Prompts that may wait on one leg.
pub const PLAY_QUEUE_MAX: usize = 200;

// SIP.

/// A SIP message may have 64 kB, the most a datagram can carry.
pub const SIP_MESSAGE_BYTES_MAX: usize = 65_535;
/// Headers in one SIP message.
pub const SIP_HEADERS_MAX: usize = 256;
/// Registered phones of one process.
pub const BINDINGS_MAX: usize = 10_000;
/// Contacts of one registered user (the contract's number).
pub const CONTACTS_PER_USER_MAX: usize = 10;
