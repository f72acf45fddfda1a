//! Bounds of a SIP message.

/// Bytes of one message: the most a UDP datagram holds; no call needs more.
pub const SIP_MESSAGE_BYTES_MAX: usize = 65_535;
/// Bytes of start line and headers: a long Record-Route path with tokens stays below 16 KiB.
pub const SIP_HEAD_BYTES_MAX: usize = 32 * 1024;
/// Headers in one message: carriers send 20 to 40.
pub const SIP_HEADERS_MAX: usize = 256;
/// Parameters of one URI or header: nobody sends more than about ten.
pub const SIP_PARAMS_MAX: usize = 64;
