//! Feeds the fuzzer's bytes to `replay::amd`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::amd(bytes));
