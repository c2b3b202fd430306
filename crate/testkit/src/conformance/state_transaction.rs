//! Transaction of a state test, with variants of some fields.

use alloy_eips::{
    eip2930::AccessList,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, U256};
use parevm::{block::TransactionFields, vm::TxEnv};
use serde::{Deserialize, Deserializer, de::Error};

/// Fields of a transaction, with variants of data, gas and value.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Parts {
    data: Vec<Bytes>,
    gas_limit: Vec<U256>,
    value: Vec<U256>,
    nonce: U256,
    sender: Address,
    #[serde(default, deserialize_with = "address_or_empty")]
    to: Option<Address>,
    gas_price: Option<U256>,
    max_fee_per_gas: Option<U256>,
    max_priority_fee_per_gas: Option<U256>,
    max_fee_per_blob_gas: Option<U256>,
    /// Access list of each variant of the data.
    access_lists: Option<Vec<Option<AccessList>>>,
    blob_versioned_hashes: Option<Vec<B256>>,
    authorization_list: Option<Vec<SignedFields>>,
}

/// Indexes of one variant.
#[derive(Deserialize)]
pub(super) struct Indexes {
    data: usize,
    gas: usize,
    value: usize,
}

/// Signed authorization (EIP-7702). Fixtures have the parity twice.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignedFields {
    chain_id: U256,
    address: Address,
    #[serde(with = "alloy_serde::quantity")]
    nonce: u64,
    v: U256,
    r: U256,
    s: U256,
}

impl Parts {
    /// Returns the transaction of a variant. Numbers above the width of a field are clamped.
    ///
    /// # Errors
    ///
    /// The variant does not exist.
    pub(super) fn env(&self, indexes: &Indexes, chain_id: u64) -> Result<TxEnv, String> {
        let gas_limit: &U256 = variant(&self.gas_limit, indexes.gas, "gasLimit")?;
        let access_list = self
            .access_lists
            .as_ref()
            .and_then(|lists| lists.get(indexes.data)?.clone());
        let no_hashes = self.max_fee_per_blob_gas.map(|_| Vec::new());
        let authorizations = self.authorization_list.as_ref();
        let fields = TransactionFields {
            transaction_type: None,
            chain_id: Some(chain_id),
            nonce: Some(self.nonce.saturating_to()),
            gas_limit: Some(gas_limit.saturating_to()),
            to: self.to,
            value: *variant(&self.value, indexes.value, "value")?,
            input: variant(&self.data, indexes.data, "data")?.clone(),
            gas_price: self.gas_price.map(|price| price.saturating_to()),
            max_fee_per_gas: self.max_fee_per_gas.map(|fee| fee.saturating_to()),
            max_priority_fee_per_gas: self.max_priority_fee_per_gas.map(|fee| fee.saturating_to()),
            access_list,
            blob_versioned_hashes: self.blob_versioned_hashes.clone().or(no_hashes),
            max_fee_per_blob_gas: self.max_fee_per_blob_gas.map(|fee| fee.saturating_to()),
            authorization_list: authorizations
                .map(|list| list.iter().map(SignedFields::signed).collect()),
        };
        Ok(fields.into_env(self.sender))
    }
}

impl SignedFields {
    fn signed(&self) -> SignedAuthorization {
        let authorization = Authorization {
            chain_id: self.chain_id,
            address: self.address,
            nonce: self.nonce,
        };
        SignedAuthorization::new_unchecked(authorization, self.v.saturating_to(), self.r, self.s)
    }
}

fn variant<'a, T>(of: &'a [T], index: usize, name: &str) -> Result<&'a T, String> {
    of.get(index)
        .ok_or_else(|| format!("transaction.{name} has no variant {index}"))
}

/// Decodes an address; that of a contract creation is empty.
fn address_or_empty<'de, D: Deserializer<'de>>(decoder: D) -> Result<Option<Address>, D::Error> {
    match Option::<String>::deserialize(decoder)?.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(D::Error::custom),
    }
}
