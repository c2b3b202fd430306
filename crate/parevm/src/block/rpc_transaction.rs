//! A transaction as JSON-RPC writes it.

use super::{
    TransactionError,
    candidate::{Candidate, Typed},
};
use alloy_consensus::{TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy};
use alloy_eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U64, U128, U256, normalize_v};
use serde::Deserialize;

/// A transaction as JSON-RPC writes it. What is needed is decided by [`RpcTransaction::read`], so
/// that an error can name the field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RpcTransaction {
    hash: Option<B256>,
    from: Option<Address>,
    to: Option<Address>,
    nonce: Option<U64>,
    gas: Option<U64>,
    gas_price: Option<U128>,
    max_fee_per_gas: Option<U128>,
    max_priority_fee_per_gas: Option<U128>,
    max_fee_per_blob_gas: Option<U128>,
    value: Option<U256>,
    #[serde(alias = "data")]
    input: Option<Bytes>,
    #[serde(rename = "type")]
    kind: Option<U64>,
    chain_id: Option<U64>,
    access_list: Option<Vec<RpcAccess>>,
    blob_versioned_hashes: Option<Vec<B256>>,
    authorization_list: Option<Vec<RpcAuthorization>>,
    v: Option<U64>,
    y_parity: Option<U64>,
    r: Option<U256>,
    s: Option<U256>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcAccess {
    address: Address,
    #[serde(default)]
    storage_keys: Vec<B256>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RpcAuthorization {
    chain_id: U256,
    address: Address,
    nonce: U64,
    #[serde(alias = "v")]
    y_parity: U64,
    r: U256,
    s: U256,
}

impl RpcTransaction {
    /// The transaction, for a block of chain `chain_id`.
    pub(super) fn read(self, chain_id: u64) -> Result<Candidate, TransactionError> {
        let signature = self.signature()?;
        let from = self.from;
        let hash = self.hash;
        Ok(Candidate {
            typed: self.typed(chain_id)?,
            signature,
            from,
            hash,
        })
    }

    /// The signature, where there is one. Half a signature is an error: nobody could tell whether
    /// the sender is right.
    fn signature(&self) -> Result<Option<Signature>, TransactionError> {
        let parity = self.y_parity.or(self.v);
        if (self.r, self.s, parity) == (None, None, None) {
            return Ok(None);
        }
        let r = required(self.r, "r")?;
        let s = required(self.s, "s")?;
        let found = required(parity, "v")?.to::<u64>();
        let parity = normalize_v(found).ok_or(TransactionError::RecoveryId { found })?;
        Ok(Some(Signature::new(r, s, parity)))
    }

    /// The type the input names, or the one its fields imply.
    fn type_id(&self) -> u64 {
        if let Some(kind) = self.kind {
            kind.to()
        } else if self.authorization_list.is_some() {
            4
        } else if self.blob_versioned_hashes.is_some() {
            3
        } else if self.max_fee_per_gas.is_some() {
            2
        } else {
            u64::from(self.access_list.is_some())
        }
    }

    fn typed(self, chain_id: u64) -> Result<Typed, TransactionError> {
        let type_id = self.type_id();
        let nonce = required(self.nonce, "nonce")?.to();
        let gas_limit = required(self.gas, "gas")?.to();
        let gas_price = || required(self.gas_price, "gasPrice").map(|price| price.to());
        let value = self.value.unwrap_or_default();
        let input = self.input.unwrap_or_default();
        let to = self.to.map_or(TxKind::Create, TxKind::Call);
        if type_id == 0 {
            // A signed transaction says by `v` whether its signature covers the chain id.
            let chain_id = match self.v.map(|v| v.to::<u64>()) {
                Some(v) if v >= 35 => Some((v - 35) / 2),
                Some(_) => None,
                None => self.chain_id.map(|id| id.to()),
            };
            let gas_price = gas_price()?;
            return Ok(TxLegacy {
                chain_id,
                nonce,
                gas_price,
                gas_limit,
                to,
                value,
                input,
            }
            .into());
        }
        let chain_id = self.chain_id.map_or(chain_id, |id| id.to());
        let access_list = access_list(self.access_list);
        if type_id == 1 {
            let gas_price = gas_price()?;
            return Ok(TxEip2930 {
                chain_id,
                nonce,
                gas_price,
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
        let max_fee_per_gas = required(self.max_fee_per_gas, "maxFeePerGas")?.to();
        let max_priority_fee_per_gas =
            required(self.max_priority_fee_per_gas, "maxPriorityFeePerGas")?.to();
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
        // Neither type can create a contract.
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
                max_fee_per_blob_gas: required(self.max_fee_per_blob_gas, "maxFeePerBlobGas")?.to(),
                input,
            }
            .into());
        }
        let authorization_list = required(self.authorization_list, "authorizationList")?
            .into_iter()
            .map(RpcAuthorization::read)
            .collect::<Result<_, _>>()?;
        Ok(TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to,
            value,
            access_list,
            authorization_list,
            input,
        }
        .into())
    }
}

impl RpcAuthorization {
    fn read(self) -> Result<SignedAuthorization, TransactionError> {
        let found = self.y_parity.to::<u64>();
        // Any byte is a valid encoding; one that is no parity makes the authorization void.
        let y_parity = u8::try_from(found).map_err(|_| TransactionError::RecoveryId { found })?;
        let authorization = Authorization {
            chain_id: self.chain_id,
            address: self.address,
            nonce: self.nonce.to(),
        };
        Ok(SignedAuthorization::new_unchecked(
            authorization,
            y_parity,
            self.r,
            self.s,
        ))
    }
}

fn access_list(items: Option<Vec<RpcAccess>>) -> AccessList {
    let items = items.unwrap_or_default();
    AccessList(
        items
            .into_iter()
            .map(|item| AccessListItem {
                address: item.address,
                storage_keys: item.storage_keys,
            })
            .collect(),
    )
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, TransactionError> {
    value.ok_or(TransactionError::Missing { field })
}
