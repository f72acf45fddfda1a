//! Feeds the fuzzer's bytes to `replay::sound_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::sound_file(bytes));
