//! Feeds the fuzzer's bytes to `replay::rtp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::rtp(bytes));
