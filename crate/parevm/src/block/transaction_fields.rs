//! Fields of a transaction of any type, and their conversion into a typed transaction and into revm's.
//!
//! Everything that describes a transaction by fields goes through [`TransactionFields`]: JSON-RPC
//! blocks, call requests, simulated blocks and state tests.

use super::TransactionError;
use alloy_consensus::{
    EthereumTypedTransaction, Transaction as _, TxEip1559, TxEip2930, TxEip4844, TxEip7702,
    TxLegacy, Typed2718,
};
use alloy_eips::{
    eip2930::AccessList,
    eip7702::{RecoveredAuthorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    context::{TransactionType, TxEnv},
    context_interface::either::Either,
};

/// Unsigned transaction of any type, without blobs.
pub type TypedTransaction = EthereumTypedTransaction<TxEip4844>;

/// Fields of a transaction of any type. A conversion ignores fields that its type does not have.
///
/// # Example
///
/// ```
/// use alloy_consensus::{Transaction, Typed2718};
/// use parevm::block::TransactionFields;
///
/// let fields = TransactionFields {
///     chain_id: Some(1),
///     nonce: Some(0),
///     gas_limit: Some(21_000),
///     max_fee_per_gas: Some(20),         // wei
///     max_priority_fee_per_gas: Some(2), // wei
///     ..Default::default()
/// };
/// let transaction = fields.into_typed()?;
/// assert_eq!(transaction.ty(), 2);
/// assert_eq!(transaction.max_fee_per_gas(), 20);
/// # Ok::<(), parevm::block::TransactionError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionFields {
    /// EIP-2718 type. Default: [`Self::implied_type`].
    pub transaction_type: Option<u64>,
    /// EIP-155 chain id.
    pub chain_id: Option<u64>,
    /// Nonce of the sender.
    pub nonce: Option<u64>,
    /// Gas limit.
    pub gas_limit: Option<u64>,
    /// Recipient; `None` for a contract creation.
    pub to: Option<Address>,
    /// Value in wei.
    pub value: U256,
    /// Input of the call, or init code.
    pub input: Bytes,
    /// Gas price in wei per gas, of types 0 and 1.
    pub gas_price: Option<u128>,
    /// Maximum fee in wei per gas (EIP-1559).
    pub max_fee_per_gas: Option<u128>,
    /// Maximum priority fee in wei per gas (EIP-1559).
    pub max_priority_fee_per_gas: Option<u128>,
    /// Access list (EIP-2930).
    pub access_list: Option<AccessList>,
    /// Versioned hashes of the blobs (EIP-4844).
    pub blob_versioned_hashes: Option<Vec<B256>>,
    /// Maximum fee in wei per blob gas (EIP-4844).
    pub max_fee_per_blob_gas: Option<u128>,
    /// Authorizations (EIP-7702).
    pub authorization_list: Option<Vec<SignedAuthorization>>,
}

impl TransactionFields {
    /// Returns the lowest type that has all fields that are set.
    #[must_use]
    pub const fn implied_type(&self) -> TransactionType {
        if self.authorization_list.is_some() {
            TransactionType::Eip7702
        } else if self.blob_versioned_hashes.is_some() {
            TransactionType::Eip4844
        } else if self.max_fee_per_gas.is_some() {
            TransactionType::Eip1559
        } else if self.access_list.is_some() {
            TransactionType::Eip2930
        } else {
            TransactionType::Legacy
        }
    }

    /// Returns the EIP-2718 type: the one that is set, or [`Self::implied_type`].
    #[must_use]
    pub fn type_id(&self) -> u64 {
        let implied = self.implied_type() as u64;
        self.transaction_type.unwrap_or(implied)
    }

    /// Converts the fields into a typed transaction.
    ///
    /// # Errors
    ///
    /// [`TransactionError::Missing`], with the field as JSON-RPC spells it, or
    /// [`TransactionError::UnknownType`].
    pub fn into_typed(self) -> Result<TypedTransaction, TransactionError> {
        let type_id = self.type_id();
        let nonce = required(self.nonce, "nonce")?;
        let gas_limit = required(self.gas_limit, "gas")?;
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        let (value, input) = (self.value, self.input);
        if type_id == 0 {
            return Ok(TxLegacy {
                chain_id: self.chain_id,
                nonce,
                gas_price: required(self.gas_price, "gasPrice")?,
                gas_limit,
                to,
                value,
                input,
            }
            .into());
        }
        let chain_id = required(self.chain_id, "chainId")?;
        let access_list = self.access_list.unwrap_or_default();
        if type_id == 1 {
            return Ok(TxEip2930 {
                chain_id,
                nonce,
                gas_price: required(self.gas_price, "gasPrice")?,
                gas_limit,
                to,
                value,
                access_list,
                input,
            }
            .into());
        }
        if !(2..=4).contains(&type_id) {
            return Err(TransactionError::UnknownType { found: type_id });
        }
        let max_fee_per_gas = required(self.max_fee_per_gas, "maxFeePerGas")?;
        let max_priority_fee_per_gas =
            required(self.max_priority_fee_per_gas, "maxPriorityFeePerGas")?;
        if type_id == 2 {
            return Ok(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                input,
            }
            .into());
        }
        // Types 3 and 4 cannot create a contract.
        let to = required(self.to, "to")?;
        if type_id == 3 {
            return Ok(TxEip4844 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas,
                max_priority_fee_per_gas,
                to,
                value,
                access_list,
                blob_versioned_hashes: required(self.blob_versioned_hashes, "blobVersionedHashes")?,
                max_fee_per_blob_gas: required(self.max_fee_per_blob_gas, "maxFeePerBlobGas")?,
                input,
            }
            .into());
        }
        Ok(TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            authorization_list: required(self.authorization_list, "authorizationList")?,
            input,
        }
        .into())
    }

    /// Converts the fields into revm's transaction, sent by `caller`, without validation. Missing
    /// numbers become zero.
    ///
    /// A type that does not fit a byte becomes 255, which is unknown to revm.
    #[must_use]
    pub fn into_env(self, caller: Address) -> TxEnv {
        let type_id = self.type_id();
        let price = self.max_fee_per_gas.or(self.gas_price);
        TxEnv {
            tx_type: u8::try_from(type_id).unwrap_or(u8::MAX),
            caller,
            gas_limit: self.gas_limit.unwrap_or_default(),
            gas_price: price.unwrap_or_default(),
            kind: self.to.map_or(TxKind::Create, TxKind::Call),
            value: self.value,
            data: self.input,
            nonce: self.nonce.unwrap_or_default(),
            chain_id: self.chain_id,
            access_list: self.access_list.unwrap_or_default(),
            gas_priority_fee: self.max_priority_fee_per_gas,
            blob_hashes: self.blob_versioned_hashes.unwrap_or_default(),
            max_fee_per_blob_gas: self.max_fee_per_blob_gas.unwrap_or_default(),
            authorization_list: recovered(self.authorization_list.as_deref()),
        }
    }
}

/// Returns revm's transaction for `transaction`, sent by `caller`.
pub(super) fn env_of(transaction: &TypedTransaction, caller: Address) -> TxEnv {
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
        authorization_list: recovered(transaction.authorization_list()),
    }
}

/// Recovers the authorities of `authorizations`.
fn recovered(
    authorizations: Option<&[SignedAuthorization]>,
) -> Vec<Either<SignedAuthorization, RecoveredAuthorization>> {
    let authorizations = authorizations.unwrap_or_default().iter();
    authorizations
        .map(|signed| Either::Right(signed.clone().into_recovered()))
        .collect()
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, TransactionError> {
    value.ok_or(TransactionError::Missing { field })
}
