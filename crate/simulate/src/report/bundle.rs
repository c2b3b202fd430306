//! Bundle of calls: the request of a report.

use super::{ReportError, abi, eip7702::CallAuthorization};
use crate::{CallRequest, checksum};
use alloy_json_abi::Error as AbiError;
use alloy_primitives::{Address, B256, Bytes, TxKind, U8, U64, U256};
use alloy_rpc_types_eth::{AccessList, TransactionInput};
use serde::{Deserialize, de::IgnoredAny};

/// Calls to simulate, each on the state after the one before it: one call, a bundle, or the parameters of
/// `wallet_sendCalls` (EIP-5792), whose version, id and capabilities are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Bundle {
    /// Calls in order.
    pub calls: Vec<BundleCall>,
    /// True if all calls are reverted when one fails. Default: a failed call leaves the others.
    #[serde(alias = "atomicRequired")]
    pub atomic: bool,
    /// Sender of the calls without `from`. Default: the zero address.
    #[serde(deserialize_with = "checksum::optional")]
    pub from: Option<Address>,
    /// Chain id of the calls without one. Default: this chain's.
    pub chain_id: Option<U64>,
    /// ABI whose errors decode the data of reverts, in addition to the known errors. Other items are ignored.
    #[serde(deserialize_with = "abi::errors")]
    pub abi: Vec<AbiError>,
    #[serde(rename = "version")]
    ignored_version: Ignored,
    #[serde(rename = "id")]
    ignored_id: Ignored,
    #[serde(rename = "capabilities")]
    ignored_capabilities: Ignored,
}

/// Field that is accepted and ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Call of a bundle: a transaction as `eth_call` takes it, which may still be unsigned and incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BundleCall {
    /// Sender. Letters in mixed case must match the checksum (EIP-55), here and in `to`.
    #[serde(deserialize_with = "checksum::optional")]
    pub from: Option<Address>,
    /// Callee. `None` creates a contract.
    #[serde(deserialize_with = "checksum::optional")]
    pub to: Option<Address>,
    /// Value, in wei.
    pub value: Option<U256>,
    /// Call data, or init code.
    pub data: Option<Bytes>,
    /// Alias of `data`.
    pub input: Option<Bytes>,
    /// Gas limit. Default: the limit of calls, or what the sender can pay. It is capped at the limit of calls; above
    /// that, the block's gas limit, or the transaction cap, it is a [`Warning`].
    ///
    /// [`Warning`]: super::Warning
    pub gas: Option<U64>,
    /// Gas price in wei per gas, of any transaction type. Default: free.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_price: Option<u128>,
    /// Maximum fee, in wei per gas.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_fee_per_gas: Option<u128>,
    /// Maximum tip, in wei per gas.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_priority_fee_per_gas: Option<u128>,
    /// Maximum blob fee, in wei per blob gas. Default: free.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_fee_per_blob_gas: Option<u128>,
    /// Nonce of the transaction. The call executes with the account's nonce; a different one is a [`Warning`].
    ///
    /// [`Warning`]: super::Warning
    pub nonce: Option<U64>,
    /// Chain id. Must be this chain's.
    pub chain_id: Option<U64>,
    /// Access list (EIP-2930).
    pub access_list: Option<AccessList>,
    /// Transaction type. Default: the first one that has all fields of the call.
    #[serde(rename = "type")]
    pub transaction_type: Option<U8>,
    /// Versioned hashes of the blobs (EIP-4844). The blobs are not needed.
    pub blob_versioned_hashes: Option<Vec<B256>>,
    /// Number of blobs if their hashes are not yet known.
    pub blob_count: Option<U8>,
    /// Authorizations (EIP-7702), signed or not.
    pub authorization_list: Option<Vec<CallAuthorization>>,
    #[serde(rename = "capabilities")]
    ignored_capabilities: Ignored,
}

impl Bundle {
    /// Returns the sender of `call`.
    pub(super) fn sender(&self, call: &BundleCall) -> Address {
        call.from.or(self.from).unwrap_or_default()
    }

    /// Returns `call` as `eth_call` takes it, without authorizations.
    pub(super) fn request(&self, call: &BundleCall) -> Result<CallRequest, ReportError> {
        if call.blob_count.is_some() && call.blob_versioned_hashes.is_some() {
            return Err(ReportError::Blobs);
        }
        let placeholders = call.blob_count.map(|count| {
            let hashes = (1..=count.to::<u8>()).map(|number| {
                // VERSIONED_HASH_VERSION_KZG, and a number instead of a hash.
                let mut hash = B256::with_last_byte(number);
                hash[0] = 1;
                hash
            });
            hashes.collect()
        });
        Ok(CallRequest {
            from: Some(self.sender(call)),
            to: Some(call.to.map_or(TxKind::Create, TxKind::Call)),
            gas_price: call.gas_price,
            max_fee_per_gas: call.max_fee_per_gas,
            max_priority_fee_per_gas: call.max_priority_fee_per_gas,
            max_fee_per_blob_gas: call.max_fee_per_blob_gas,
            gas: call.gas.map(|gas| gas.to()),
            value: call.value,
            input: TransactionInput {
                input: call.input.clone(),
                data: call.data.clone(),
            },
            nonce: call.nonce.map(|nonce| nonce.to()),
            chain_id: call.chain_id.or(self.chain_id).map(|id| id.to()),
            access_list: call.access_list.clone(),
            transaction_type: call.transaction_type.map(|kind| kind.to()),
            blob_versioned_hashes: call.blob_versioned_hashes.clone().or(placeholders),
            sidecar: None,
            authorization_list: call.authorization_list.as_ref().map(|_| Vec::new()),
        })
    }
}
