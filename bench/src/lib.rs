//! What the programs of the benchmark share: a small web server and a small telephone.

pub mod phone;
pub mod web;
