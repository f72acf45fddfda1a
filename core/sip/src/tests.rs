//! Two endpoints, a network that loses, delays, doubles and reorders, and virtual time.

mod call;
mod late;
mod pair;
mod phone;
mod raw;
mod transfer;
mod worlds;
