//! The program `ringback`.

fn main() {}
