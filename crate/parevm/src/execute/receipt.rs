//! Receipt of a transaction, and root of all receipts.

use crate::{block::Transaction, vm::ExecutionResult};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use alloy_primitives::{Address, B256, Bloom, Log, TxKind};
use alloy_rlp::{BufMut, Encodable, Header};
use alloy_trie::root::ordered_trie_root_with_encoder;

/// Receipt of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Position in the block, from zero.
    pub index: usize,
    /// Hash of the transaction, where known.
    pub transaction_hash: Option<B256>,
    /// EIP-2718 type of the transaction.
    pub transaction_type: u8,
    /// Sender.
    pub from: Address,
    /// Receiver; `None` for a contract creation.
    pub to: Option<Address>,
    /// Address of the created contract, even if the creation failed, as in go-ethereum's `MakeReceipt`;
    /// `None` for a call.
    pub contract_address: Option<Address>,
    /// True if the transaction neither reverted nor halted.
    pub success: bool,
    /// Gas used by this transaction.
    pub gas_used: u64,
    /// Gas used by this and all lower transactions.
    pub cumulative_gas_used: u64,
    /// Wei per gas the sender paid.
    pub effective_gas_price: u128,
    /// Blob gas used by this transaction.
    pub blob_gas_used: u64,
    /// Bloom over the logs.
    pub logs_bloom: Bloom,
    /// Logs in the order they were written.
    pub logs: Vec<Log>,
}

impl Receipt {
    /// Creates the receipt of `transaction`. `gas_before` is the gas used by all lower transactions, `base_fee` is
    /// in wei.
    #[must_use]
    pub fn new(
        index: usize,
        transaction: &Transaction,
        result: ExecutionResult,
        gas_before: u64,
        base_fee: u64,
    ) -> Self {
        let env = &transaction.env;
        let gas_used = result.tx_gas_used();
        let effective_gas_price = match env.gas_priority_fee {
            Some(tip) => env.gas_price.min(u128::from(base_fee).saturating_add(tip)),
            None => env.gas_price,
        };
        let success = result.is_success();
        let contract_address = match env.kind {
            TxKind::Create => Some(env.caller.create(env.nonce)),
            TxKind::Call(_) => None,
        };
        // A revert discards the logs.
        let logs = if success {
            result.into_logs()
        } else {
            Vec::new()
        };
        Self {
            index,
            transaction_hash: transaction.hash,
            transaction_type: env.tx_type,
            from: env.caller,
            to: env.kind.to().copied(),
            contract_address,
            success,
            gas_used,
            cumulative_gas_used: gas_before.saturating_add(gas_used),
            effective_gas_price,
            blob_gas_used: env.blob_hashes.len() as u64 * DATA_GAS_PER_BLOB,
            logs_bloom: logs.iter().collect(),
            logs,
        }
    }

    /// Appends the encoding of the receipt in the trie (EIP-2718). `result` is the status (EIP-658); before
    /// Byzantium it is the state root after the transaction.
    fn encode(&self, result: &dyn Encodable, out: &mut dyn BufMut) {
        if self.transaction_type != 0 {
            out.put_u8(self.transaction_type);
        }
        let payload_length = result.length()
            + self.cumulative_gas_used.length()
            + self.logs_bloom.length()
            + self.logs.length();
        Header {
            list: true,
            payload_length,
        }
        .encode(out);
        result.encode(out);
        self.cumulative_gas_used.encode(out);
        self.logs_bloom.encode(out);
        self.logs.encode(out);
    }
}

/// Returns the root of the trie that maps position to receipt.
#[must_use]
pub fn receipts_root(receipts: &[Receipt]) -> B256 {
    ordered_trie_root_with_encoder(receipts, |receipt, out| {
        receipt.encode(&receipt.success, out);
    })
}

/// As [`receipts_root`], before Byzantium: `roots` are the state roots after each transaction.
#[must_use]
pub fn receipts_root_with(receipts: &[Receipt], roots: &[B256]) -> B256 {
    let receipts: Vec<_> = receipts.iter().zip(roots).collect();
    ordered_trie_root_with_encoder(&receipts, |(receipt, root), out| receipt.encode(root, out))
}
