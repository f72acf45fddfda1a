//! Feeds the fuzzer's bytes to `replay::form`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::form(bytes));
