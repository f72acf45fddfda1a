//! Feeds the fuzzer's bytes to `replay::sip_message`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| replay::sip_message(bytes));
