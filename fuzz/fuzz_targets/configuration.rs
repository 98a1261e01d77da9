//! See `acd_fuzz::TARGETS`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| acd_fuzz::configuration(bytes));
