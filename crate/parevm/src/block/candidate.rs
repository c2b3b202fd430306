//! A transaction whose signature has not been looked at yet.

use super::{BlockError, Transaction, TransactionError};
use alloy_consensus::{
    EthereumTxEnvelope, EthereumTypedTransaction, Transaction as _, TxEip4844, TxLegacy, Typed2718,
    transaction::{RlpEcdsaDecodableTx, SignerRecoverable},
};
use alloy_eips::eip2718::{
    Decodable2718, EIP4844_TX_TYPE_ID, EIP7702_TX_TYPE_ID, Eip2718Error, Encodable2718,
};
use alloy_primitives::{Address, B256, Signature};
use alloy_rlp::{EMPTY_LIST_CODE, EMPTY_STRING_CODE, Header as RlpHeader};
use alloy_trie::root::ordered_trie_root_with_encoder;
use rayon::prelude::*;
use revm::context_interface::either::Either;
use revm::{context::TxEnv, primitives::hardfork::SpecId};

/// A transaction of any type, without blobs.
pub(crate) type Typed = EthereumTypedTransaction<TxEip4844>;

/// A transaction as it was decoded.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) typed: Typed,
    pub(crate) signature: Option<Signature>,
    /// What the input says of the sender.
    pub(crate) from: Option<Address>,
    /// What the input says of the hash.
    pub(crate) hash: Option<B256>,
}

/// Whom to believe about senders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Senders {
    /// The signatures. What the input says is compared.
    Signed,
    /// The input, where it names one: somebody else looks at the signatures.
    Named,
}

/// Transactions with their senders, and the root of their trie where all have signatures.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) root: Option<B256>,
}

impl Transaction {
    /// Reads a signed transaction as EIP-2718 encodes it, without blobs. `spec` says which signatures
    /// are lawful.
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
        let candidate = Candidate::signed(envelope);
        Ok(candidate.recover(spec)?.0)
    }
}

/// Recovers all senders, in parallel on rayon's current pool, and compares declared hashes.
pub(crate) fn recover(candidates: Vec<Candidate>, spec: SpecId) -> Result<Recovered, BlockError> {
    let recovered: Vec<_> = candidates
        .into_par_iter()
        .map(|candidate| candidate.recover(spec))
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
    Ok(Recovered { transactions, root })
}

impl TransactionError {
    /// Why `encoded`, which EIP-2718 should describe, gave `error`.
    pub(crate) fn undecodable(encoded: &[u8], error: Eip2718Error) -> Self {
        if let Some(found) = lacking_receiver(encoded) {
            return Self::NoReceiver { found };
        }
        // What has no type byte is decoded as what it is, so that the error says what is wrong with it.
        let is_legacy = encoded
            .first()
            .is_some_and(|first| *first >= EMPTY_LIST_CODE);
        match TxLegacy::rlp_decode_signed(&mut &encoded[..]) {
            Err(error) if is_legacy => Self::Encoding(error.into()),
            _ => Self::Encoding(error),
        }
    }
}

/// The type of a transaction that must name a receiver and does not.
fn lacking_receiver(encoded: &[u8]) -> Option<u8> {
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

impl Candidate {
    /// The candidate of a transaction that was decoded with its signature.
    pub(crate) fn signed(envelope: EthereumTxEnvelope<TxEip4844>) -> Self {
        let signature = Some(*envelope.signature());
        Self {
            typed: envelope.into_typed_transaction(),
            signature,
            from: None,
            hash: None,
        }
    }

    /// The candidate without a signature that need not be looked at.
    pub(crate) fn believing(self, senders: Senders) -> Self {
        let is_needed = senders == Senders::Signed || self.from.is_none();
        Self {
            signature: self.signature.filter(|_| is_needed),
            ..self
        }
    }

    /// The transaction with its sender, and its encoding where it has a signature.
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
        // EIP-2 outlaws high s values; Frontier has transactions with such.
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

/// What the EVM runs for `transaction`, sent by `caller`.
pub(crate) fn env_of(transaction: &Typed, caller: Address) -> TxEnv {
    TxEnv {
        tx_type: transaction.ty(),
        caller,
        gas_limit: transaction.gas_limit(),
        gas_price: transaction.max_fee_per_gas(),
        kind: transaction.kind(),
        value: transaction.value(),
        data: transaction.input().clone(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: transaction.max_priority_fee_per_gas(),
        blob_hashes: transaction
            .blob_versioned_hashes()
            .unwrap_or_default()
            .to_vec(),
        max_fee_per_blob_gas: transaction.max_fee_per_blob_gas().unwrap_or_default(),
        authorization_list: transaction
            .authorization_list()
            .unwrap_or_default()
            .iter()
            .map(|signed| Either::Right(signed.clone().into_recovered()))
            .collect(),
    }
}
