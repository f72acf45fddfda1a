//! Feeds the fuzzer's bytes to `replay::page_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::page_token(bytes));
