//! JSON-RPC decoder of transactions.

use super::{TransactionError, TransactionFields, sender_recovery::UnrecoveredTransaction};
use alloy_eips::{
    eip2930::{AccessList, AccessListItem},
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, Signature, U64, U128, U256, normalize_v};
use revm::context::TransactionType;
use serde::Deserialize;

/// Transaction in JSON-RPC. All fields are optional here: [`RpcTransaction::read`] requires them, so that its error names
/// the field.
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
    /// Returns the transaction, for a block of chain `chain_id`.
    pub(super) fn read(self, chain_id: u64) -> Result<UnrecoveredTransaction, TransactionError> {
        let signature = self.signature()?;
        let from = self.from;
        let hash = self.hash;
        Ok(UnrecoveredTransaction {
            typed: self.fields(chain_id)?.into_typed()?,
            signature,
            from,
            hash,
        })
    }

    /// Returns the signature, if there is one. An incomplete signature is an error: the sender could not be verified.
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

    /// Returns the fields of the transaction, for a block of chain `chain_id`.
    fn fields(self, chain_id: u64) -> Result<TransactionFields, TransactionError> {
        let mut fields = TransactionFields {
            transaction_type: self.kind.map(|kind| kind.to()),
            chain_id: Some(self.chain_id.map_or(chain_id, |id| id.to())),
            nonce: self.nonce.map(|nonce| nonce.to()),
            gas_limit: self.gas.map(|gas| gas.to()),
            to: self.to,
            value: self.value.unwrap_or_default(),
            input: self.input.unwrap_or_default(),
            gas_price: self.gas_price.map(|price| price.to()),
            max_fee_per_gas: self.max_fee_per_gas.map(|fee| fee.to()),
            max_priority_fee_per_gas: self.max_priority_fee_per_gas.map(|fee| fee.to()),
            access_list: self.access_list.map(access_list),
            blob_versioned_hashes: self.blob_versioned_hashes,
            max_fee_per_blob_gas: self.max_fee_per_blob_gas.map(|fee| fee.to()),
            // Read below, if the type has authorizations: others may be malformed.
            authorization_list: self.authorization_list.as_ref().map(|_| Vec::new()),
        };
        if fields.type_id() == TransactionType::Legacy as u64 {
            // `v` of a signed legacy transaction says whether its signature covers the chain id.
            fields.chain_id = match self.v.map(|v| v.to::<u64>()) {
                Some(v) if v >= 35 => Some((v - 35) / 2),
                Some(_) => None,
                None => self.chain_id.map(|id| id.to()),
            };
        }
        if fields.type_id() == TransactionType::Eip7702 as u64
            && let Some(list) = self.authorization_list
        {
            let list = list.into_iter().map(RpcAuthorization::read);
            fields.authorization_list = Some(list.collect::<Result<_, _>>()?);
        }
        Ok(fields)
    }
}

impl RpcAuthorization {
    fn read(self) -> Result<SignedAuthorization, TransactionError> {
        let found = self.y_parity.to::<u64>();
        // Any byte is a valid encoding; one that is not a parity makes the authorization invalid.
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

fn access_list(items: Vec<RpcAccess>) -> AccessList {
    let items = items.into_iter().map(|item| AccessListItem {
        address: item.address,
        storage_keys: item.storage_keys,
    });
    AccessList(items.collect())
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, TransactionError> {
    value.ok_or(TransactionError::Missing { field })
}
