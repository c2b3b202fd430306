#![no_main]

use libfuzzer_sys::fuzz_target;
use parevm_testkit::fuzz::Decoder;

fuzz_target!(|bytes: &[u8]| {
    if let Err(words) = Decoder::Witness.read(bytes) {
        panic!("{words}");
    }
});
