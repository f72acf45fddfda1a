//! Feeds the fuzzer's bytes to `replay::date`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::date(bytes));
