//! Feeds the fuzzer's bytes to `replay::twiml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::twiml(bytes));
