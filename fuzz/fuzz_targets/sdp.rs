//! Feeds the fuzzer's bytes to `replay::sdp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::sdp(bytes));
