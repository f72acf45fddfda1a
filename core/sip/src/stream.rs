//! Finding message ends in TCP, TLS and WebSocket streams.
