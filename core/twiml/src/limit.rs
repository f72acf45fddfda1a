//! Every bound of the language in one place, with the reason for each.

/// A document larger than this is refused: the platform's own ceiling for a reply body.
pub const DOCUMENT_BYTES: usize = 64 * 1024;
/// Nodes of the tree a document may have: far above any real script, far below an attack.
pub const DOCUMENT_NODES: u32 = 4096;
/// Depth of nesting: the deepest honest document is SSML in a Say in a Gather, about ten.
pub const DOCUMENT_DEPTH: usize = 32;
/// Warnings told about one document; what follows would only repeat them.
pub const WARNINGS: usize = 100;
/// Times a sound is repeated when the script says "for ever" (`loop="0"`).
pub const LOOPS: u32 = 1000;
/// Letters one Say may speak with a simple voice.
pub const SAY_CHARACTERS: usize = 4096;
/// Nouns one Dial may ring at the same time.
pub const DIAL_NOUNS: usize = 10;
/// Letters of a SIP address without its header part.
pub const SIP_URI_BYTES: usize = 255;
/// Letters of the header part of a SIP address.
pub const SIP_HEADER_BYTES: usize = 1024;
/// Addresses of one Sip, tried one after another: as many as nouns.
pub const SIP_URIS: usize = 10;
/// Headers of one Sip: more than its header part could hold.
pub const SIP_HEADERS: usize = 64;
/// Letters of a user name or a password of a Sip: the bound that the API has for them.
pub const SIP_CREDENTIAL_CHARACTERS: usize = 255;
/// Letters of a queue's name.
pub const QUEUE_NAME_CHARACTERS: usize = 64;
/// Letters of a participant's label.
pub const LABEL_CHARACTERS: usize = 128;
/// Speech hints one Gather may carry.
pub const HINTS: usize = 500;
/// Letters of one speech hint.
pub const HINT_CHARACTERS: usize = 100;
/// Seconds a recording with transcription may last.
pub const TRANSCRIBED_SECONDS: u32 = 120;
