//! Recovery of transaction senders from signatures.

use super::{
    BlockError, Transaction, TransactionError,
    transaction_fields::{TypedTransaction, env_of},
};
use alloy_consensus::{
    EthereumTxEnvelope, TxEip4844, TxLegacy,
    transaction::{RlpEcdsaDecodableTx, SignerRecoverable},
};
use alloy_eips::eip2718::{
    Decodable2718, EIP4844_TX_TYPE_ID, EIP7702_TX_TYPE_ID, Eip2718Error, Encodable2718,
};
use alloy_primitives::{Address, B256, Signature};
use alloy_rlp::{EMPTY_LIST_CODE, EMPTY_STRING_CODE, Header as RlpHeader};
use alloy_trie::root::ordered_trie_root_with_encoder;
use rayon::prelude::*;
use revm::primitives::hardfork::SpecId;

/// Decoded transaction whose sender is not recovered.
#[derive(Debug)]
pub(crate) struct UnrecoveredTransaction {
    pub(crate) typed: TypedTransaction,
    pub(crate) signature: Option<Signature>,
    /// Sender that the input declares.
    pub(crate) from: Option<Address>,
    /// Hash that the input declares.
    pub(crate) hash: Option<B256>,
}

/// Source of the senders of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SenderSource {
    /// Signatures. A declared sender is compared.
    Signature,
    /// Declared senders; the caller verifies the signatures. Signatures where none is declared.
    Declared,
}

/// Transactions with recovered senders, and the root of their trie if all are signed.
#[derive(Debug)]
pub(crate) struct RecoveredTransactions {
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) root: Option<B256>,
}

impl Transaction {
    /// Decodes a signed EIP-2718 transaction, without blobs, and recovers its sender. `spec` decides which
    /// signatures are valid (EIP-2).
    ///
    /// # Errors
    ///
    /// [`TransactionError::Encoding`] or [`TransactionError::Sender`].
    ///
    /// # Example
    ///
    /// ```
    /// use parevm::{block::{Transaction, TransactionError}, vm::SpecId};
    ///
    /// let error = Transaction::from_2718(&[0x02, 0xc0], SpecId::LONDON);
    /// assert!(matches!(error, Err(TransactionError::Encoding(_))));
    /// ```
    pub fn from_2718(bytes: &[u8], spec: SpecId) -> Result<Self, TransactionError> {
        let envelope = EthereumTxEnvelope::<TxEip4844>::decode_2718_exact(bytes)
            .map_err(|error| TransactionError::undecodable(bytes, error))?;
        Ok(UnrecoveredTransaction::signed(envelope).recover(spec)?.0)
    }
}

/// Recovers all senders, in parallel on rayon's current pool, and verifies declared hashes.
pub(crate) fn recover(
    transactions: Vec<UnrecoveredTransaction>,
    spec: SpecId,
) -> Result<RecoveredTransactions, BlockError> {
    let recovered: Vec<_> = transactions
        .into_par_iter()
        .map(|transaction| transaction.recover(spec))
        .collect();
    let mut transactions = Vec::with_capacity(recovered.len());
    let mut encoded = Vec::with_capacity(recovered.len());
    for (index, result) in recovered.into_iter().enumerate() {
        let (transaction, bytes) =
            result.map_err(|source| BlockError::Transaction { index, source })?;
        transactions.push(transaction);
        encoded.extend(bytes);
    }
    let root = (encoded.len() == transactions.len()).then(|| {
        ordered_trie_root_with_encoder(&encoded, |bytes: &Vec<u8>, out| {
            out.extend_from_slice(bytes)
        })
    });
    Ok(RecoveredTransactions { transactions, root })
}

impl TransactionError {
    /// Returns the most specific error for `encoded`, which failed to decode with `error`.
    pub(crate) fn undecodable(encoded: &[u8], error: Eip2718Error) -> Self {
        if let Some(found) = type_without_recipient(encoded) {
            return Self::NoReceiver { found };
        }
        // Without a type byte the transaction is a legacy one: its own decoder has the better error.
        let is_legacy = encoded
            .first()
            .is_some_and(|first| *first >= EMPTY_LIST_CODE);
        match TxLegacy::rlp_decode_signed(&mut &encoded[..]) {
            Err(error) if is_legacy => Self::Encoding(error.into()),
            _ => Self::Encoding(error),
        }
    }
}

/// Returns the type of an encoded transaction that requires a recipient and has none.
fn type_without_recipient(encoded: &[u8]) -> Option<u8> {
    let (found, mut fields) = encoded.split_first()?;
    if !matches!(*found, EIP4844_TX_TYPE_ID | EIP7702_TX_TYPE_ID) {
        return None;
    }
    let mut fields = RlpHeader::decode_bytes(&mut fields, true).ok()?;
    // Chain id, nonce, two fees and the gas limit come first.
    for _ in 0..5 {
        RlpHeader::decode_bytes(&mut fields, false).ok()?;
    }
    (fields.first() == Some(&EMPTY_STRING_CODE)).then_some(*found)
}

impl UnrecoveredTransaction {
    /// Creates one from a signed transaction.
    pub(crate) fn signed(envelope: EthereumTxEnvelope<TxEip4844>) -> Self {
        let signature = Some(*envelope.signature());
        Self {
            typed: envelope.into_typed_transaction(),
            signature,
            from: None,
            hash: None,
        }
    }

    /// Drops a signature that `senders` does not require.
    pub(crate) fn with_senders(self, senders: SenderSource) -> Self {
        let is_needed = senders == SenderSource::Signature || self.from.is_none();
        Self {
            signature: self.signature.filter(|_| is_needed),
            ..self
        }
    }

    /// Returns the transaction with its sender, and its encoding if it is signed.
    fn recover(self, spec: SpecId) -> Result<(Transaction, Option<Vec<u8>>), TransactionError> {
        let Self {
            typed,
            signature,
            from,
            hash,
        } = self;
        let Some(signature) = signature else {
            let from = from.ok_or(TransactionError::Missing { field: "from" })?;
            return Ok((
                Transaction {
                    hash,
                    env: env_of(&typed, from),
                },
                None,
            ));
        };
        let envelope = typed.into_envelope(signature);
        // EIP-2 forbids high s values; Frontier has transactions with them.
        let recovered = if spec.is_enabled_in(SpecId::HOMESTEAD) {
            envelope.recover_signer()
        } else {
            envelope.recover_signer_unchecked()
        }
        .map_err(TransactionError::Sender)?;
        if let Some(declared) = from
            && declared != recovered
        {
            return Err(TransactionError::ForeignSignature {
                declared,
                recovered,
            });
        }
        let computed = *envelope.tx_hash();
        if let Some(declared) = hash
            && declared != computed
        {
            return Err(TransactionError::HashMismatch { declared, computed });
        }
        let encoded = envelope.encoded_2718();
        let env = env_of(&envelope.into_typed_transaction(), recovered);
        Ok((
            Transaction {
                hash: Some(computed),
                env,
            },
            Some(encoded),
        ))
    }
}
