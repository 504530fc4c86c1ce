//! The reader of round files and all that is asked of what it accepts, under libFuzzer.

#![no_main]

#[path = "../law.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    law::holds(bytes);
});
