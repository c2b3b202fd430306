//! What is asked for: calls, one on top of the other.

use super::{ReportError, abi};
use crate::{CallError, CallRequest, checksum};
use alloy_eips::eip7702::{
    Authorization, RecoveredAuthority, RecoveredAuthorization, SignedAuthorization,
};
use alloy_json_abi::Error as AbiError;
use alloy_primitives::{Address, B256, Bytes, TxKind, U8, U64, U256};
use alloy_rpc_types_eth::{AccessList, TransactionInput};
use parevm::{state::SourceError, vm::TxEnv};
use revm::context_interface::either::Either;
use serde::{Deserialize, de::IgnoredAny};

/// Calls that are to be tried one on top of the other: one call, a bundle, or the parameters of
/// `wallet_sendCalls` (EIP-5792), of which version, id and capabilities are not heeded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Bundle {
    /// In order.
    pub calls: Vec<BundleCall>,
    /// True when none of them is to happen where one fails. Default: what fails leaves the others.
    #[serde(alias = "atomicRequired")]
    pub atomic: bool,
    /// Who sends those that name no sender. Default: the zero address.
    #[serde(deserialize_with = "checksum::optional")]
    pub from: Option<Address>,
    /// The chain of those that name none. Default: this one.
    pub chain_id: Option<U64>,
    /// By which data of reverts is read, beside what is known anyway. Only its errors matter.
    #[serde(deserialize_with = "abi::errors")]
    pub abi: Vec<AbiError>,
    #[serde(rename = "version")]
    ignored_version: Ignored,
    #[serde(rename = "id")]
    ignored_id: Ignored,
    #[serde(rename = "capabilities")]
    ignored_capabilities: Ignored,
}

/// A field that is allowed and not heeded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// A call of a bundle: a transaction as `eth_call` takes it, which need not be ready to be signed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BundleCall {
    /// Sender. Letters in both cases are a checksum (EIP-55), here and in `to`.
    #[serde(deserialize_with = "checksum::optional")]
    pub from: Option<Address>,
    /// Who is called. `None` creates a contract.
    #[serde(deserialize_with = "checksum::optional")]
    pub to: Option<Address>,
    /// Wei.
    pub value: Option<U256>,
    /// Data, or the code that creates.
    pub data: Option<Bytes>,
    /// The same under another name.
    pub input: Option<Bytes>,
    /// Gas limit. Default: what a call may have, or its sender can pay for. At most what a call may have; more than
    /// that, than a block has, or than a transaction may have, is a [`Warning`].
    ///
    /// [`Warning`]: super::Warning
    pub gas: Option<U64>,
    /// Wei per gas, of all types. Default: free.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub gas_price: Option<u128>,
    /// The most wei per gas.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_fee_per_gas: Option<u128>,
    /// The most wei per gas for who makes the block.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_priority_fee_per_gas: Option<u128>,
    /// The most wei per blob gas. Default: free.
    #[serde(with = "alloy_serde::quantity::opt")]
    pub max_fee_per_blob_gas: Option<u128>,
    /// Nonce to sign with. The call is tried with the account's own; another one is a [`Warning`].
    ///
    /// [`Warning`]: super::Warning
    pub nonce: Option<U64>,
    /// Must be this chain's.
    pub chain_id: Option<U64>,
    /// Accounts and slots that are paid for ahead (EIP-2930).
    pub access_list: Option<AccessList>,
    /// Type of the transaction. Default: the first one that has all the fields.
    #[serde(rename = "type")]
    pub transaction_type: Option<U8>,
    /// Hashes of blobs (EIP-4844). The blobs themselves are not needed.
    pub blob_versioned_hashes: Option<Vec<B256>>,
    /// Number of blobs whose hashes are not known yet.
    pub blob_count: Option<U8>,
    /// Delegations (EIP-7702), signed or not.
    pub authorization_list: Option<Vec<CallAuthorization>>,
    #[serde(rename = "capabilities")]
    ignored_capabilities: Ignored,
}

/// A delegation of EIP-7702: signed, or with the account that is going to sign it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct CallAuthorization {
    /// Whose code the authority runs from now on; zero for none.
    #[serde(alias = "contractAddress")]
    pub address: Address,
    /// The chain for which it holds, zero for all. Default: this one.
    pub chain_id: Option<U256>,
    /// Default: the one that fits.
    pub nonce: Option<U64>,
    /// Who is going to sign.
    pub authority: Option<Address>,
    /// Of the signature.
    pub y_parity: Option<U8>,
    /// Of the signature.
    pub r: Option<U256>,
    /// Of the signature.
    pub s: Option<U256>,
}

impl Bundle {
    /// Who sends `call`.
    pub(super) fn sender(&self, call: &BundleCall) -> Address {
        call.from.or(self.from).unwrap_or_default()
    }

    /// `call` as `eth_call` takes it, without delegations.
    pub(super) fn request(&self, call: &BundleCall) -> Result<CallRequest, ReportError> {
        if call.blob_count.is_some() && call.blob_versioned_hashes.is_some() {
            return Err(ReportError::Blobs);
        }
        let guessed = call.blob_count.map(|count| {
            let hashes = (1..=count.to::<u8>()).map(|number| {
                // VERSIONED_HASH_VERSION_KZG, and nothing that a blob would have.
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
            blob_versioned_hashes: call.blob_versioned_hashes.clone().or(guessed),
            sidecar: None,
            authorization_list: call.authorization_list.as_ref().map(|_| Vec::new()),
        })
    }

    /// Puts the delegations of `call` into `transaction`. `nonce` tells that of an account.
    pub(super) fn authorize(
        &self,
        call: &BundleCall,
        transaction: &mut TxEnv,
        mut nonce: impl FnMut(Address) -> Result<u64, SourceError>,
    ) -> Result<(), ReportError> {
        let chain_id = U256::from(transaction.chain_id.unwrap_or_default());
        let mut authorities = vec![transaction.caller];
        for (index, given) in call.authorization_list.iter().flatten().enumerate() {
            let mut inner = Authorization {
                chain_id: given.chain_id.unwrap_or(chain_id),
                address: given.address,
                nonce: given.nonce.unwrap_or_default().to(),
            };
            let recovered = match (given.authority, given.y_parity, given.r, given.s) {
                (Some(authority), None, None, None) => {
                    if given.nonce.is_none() {
                        // The sender's has been raised before, and by each delegation.
                        let raised = authorities.iter().filter(|earlier| **earlier == authority);
                        let raised = raised.count() as u64;
                        let now = nonce(authority).map_err(CallError::from)?;
                        inner.nonce = now.saturating_add(raised);
                    }
                    authorities.push(authority);
                    RecoveredAuthorization::new_unchecked(
                        inner,
                        RecoveredAuthority::Valid(authority),
                    )
                }
                (None, Some(y_parity), Some(r), Some(s)) if given.nonce.is_some() => {
                    SignedAuthorization::new_unchecked(inner, y_parity.to(), r, s).into_recovered()
                }
                _ => return Err(ReportError::Authorization { index }),
            };
            authorities.extend(recovered.authority().filter(|_| given.authority.is_none()));
            transaction
                .authorization_list
                .push(Either::Right(recovered));
        }
        Ok(())
    }
}
