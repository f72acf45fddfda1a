//! Feeds the fuzzer's bytes to `replay::path`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::path(bytes));
