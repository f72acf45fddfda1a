//! Feeds the fuzzer's bytes to `replay::rtcp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::rtcp(bytes));
