//! Digest of a block's outcome.

use alloy_primitives::{B256, Keccak256, U256};
use parevm::{BlockOutcome, state::Account};

/// Returns the hash of receipts, state, requests and access list of `outcome`: equal in every build and for every
/// executor. Ignores the report.
#[must_use]
pub fn digest(outcome: &BlockOutcome) -> B256 {
    let mut words = Words(Keccak256::new());
    for receipt in &outcome.receipts {
        words.number(receipt.gas_used);
        words.number(u64::from(receipt.success));
        words.number(u64::from(receipt.transaction_type));
        // The address of a contract whose creation failed is determined by sender and nonce.
        let contract = receipt.contract_address.filter(|_| receipt.success);
        words.bytes(contract.unwrap_or_default().as_slice());
        words.bytes(&receipt.effective_gas_price.to_be_bytes());
        words.number(receipt.logs.len() as u64);
        for log in &receipt.logs {
            words.bytes(log.address.as_slice());
            words.number(log.topics().len() as u64);
            for topic in log.topics() {
                words.bytes(topic.as_slice());
            }
            words.bytes(&log.data.data);
        }
    }
    words.number(outcome.gas_used);
    words.number(outcome.blob_gas_used);
    words.bytes(outcome.logs_bloom.as_slice());
    words.bytes(outcome.receipts_root.unwrap_or_default().as_slice());
    words.bytes(outcome.requests_hash.unwrap_or_default().as_slice());
    for (address, change) in outcome.state_diff.sorted_accounts() {
        words.bytes(address.as_slice());
        words.number(u64::from(change.account.is_some()));
        words.number(u64::from(change.storage_reset));
        let Account {
            balance,
            nonce,
            code_hash,
        } = change.account.unwrap_or_default();
        words.word(balance);
        words.number(nonce);
        words.bytes(code_hash.as_slice());
        for (slot, value) in change.sorted_slots() {
            words.word(slot);
            words.word(value);
        }
    }
    let mut codes: Vec<_> = outcome.state_diff.codes.iter().collect();
    codes.sort_unstable_by_key(|(hash, _)| **hash);
    for (hash, code) in codes {
        words.bytes(hash.as_slice());
        words.bytes(code.original_byte_slice());
    }
    let list = outcome.block_access_list.as_ref();
    words.bytes(list.map(|list| list.hash()).unwrap_or_default().as_slice());
    words.0.finalize()
}

/// Hasher; values without a fixed length are preceded by their length.
struct Words(Keccak256);

impl Words {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_be_bytes());
    }

    fn word(&mut self, word: U256) {
        self.0.update(word.to_be_bytes::<32>());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }
}
