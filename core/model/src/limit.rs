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
/// Start line and headers of one SIP message: a long recorded path with tokens stays below half.
pub const SIP_HEAD_BYTES_MAX: usize = 32 * 1_024;
/// Parameters of one SIP URI or header: nobody sends more than about ten.
pub const SIP_PARAMS_MAX: usize = 64;
/// Parts of one SIP body: an offer, a picture of the caller, a location, and room to spare.
pub const SIP_BODY_PARTS_MAX: usize = 16;
/// Nonces whose use counts are remembered: at a nonce's life of minutes, a registration storm.
pub const SIP_NONCES_MAX: usize = 65_536;
/// Registered phones of one process.
pub const BINDINGS_MAX: usize = 10_000;
/// Contacts of one registered user (the contract's number).
pub const CONTACTS_PER_USER_MAX: usize = 10;

// Sound.

/// Longest RTP packet that is looked at (RFC 3551 §4.2 asks receivers for 200 ms).
pub const PACKET_TIME_MAX_MS: u32 = 200;
/// Sound one stream may hold unplayed: ten minutes, more than any model speaks in one turn.
pub const PLAY_STREAM_SAMPLES_MAX: usize = 8_000 * 600;
/// Marks one stream may hold unreached; a peer that sends one per packet gets eighty seconds.
pub const PLAY_MARKS_MAX: usize = 4_000;
/// Keys in one string to play; `SEND_DIGITS_MAX` bounds what the API takes, this what `<Play>` does.
pub const PLAY_DIGITS_MAX: usize = 1_000;
/// Samples one sound file may decode to: an hour and a half, as `PLAY_BYTES_MAX` of mu-law is; a
/// small MP3 file could otherwise unfold into a gigabyte.
pub const SOUND_FILE_SAMPLES_MAX: usize = 8_000 * 5_400;
/// Highest sample rate of a sound file; studio sound ends here.
pub const SOUND_FILE_RATE_MAX_HZ: u32 = 192_000;
/// Lowest sample rate of a sound file; below it a small file would unfold into hours of sound.
pub const SOUND_FILE_RATE_MIN_HZ: u32 = 4_000;
/// Channels of a sound file; surround sound ends here, and a header's lie costs nothing.
pub const SOUND_FILE_CHANNELS_MAX: u16 = 8;

// Call control's patience.

/// The engine opens a leg within a tick; past this it has lost the question (milliseconds).
pub const MEDIA_DEADLINE_MS: u64 = 5_000;
/// The store answers a look-up in microseconds; past this a caller would hear nothing
/// (milliseconds).
pub const LOOKUP_DEADLINE_MS: u64 = 5_000;
/// Finishing a recording's file takes a moment, trimming a long one more (milliseconds).
pub const RECORDED_DEADLINE_MS: u64 = 10_000;
/// Of an answered document so much is kept for `Calls/{sid}/Events` (bytes).
pub const WEB_EVENT_BODY_BYTES_MAX: usize = 4_096;
/// Keys one `<Gather>` keeps when it names no number of its own.
pub const GATHER_DIGITS_MAX: usize = 10_000;
