#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lmcp::laws::seal(bytes));
