//! Senders with known keys.

use alloy_primitives::B256;
use parevm_testkit::signer::{SIGNERS, all};

#[test]
fn the_signer_is_recovered_from_its_signature() {
    assert_eq!(all().len(), SIGNERS);
    let hash = B256::repeat_byte(7);
    for signer in all() {
        let signature = signer.sign(hash).unwrap();
        let recovered = signature.recover_address_from_prehash(&hash).unwrap();
        assert_eq!(recovered, signer.address);
    }
}
