//! Transaction of a state test, with variants of some fields.

use alloy_eips::{
    eip2930::AccessList,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use parevm::vm::{TxEnv, revm::context_interface::either::Either};
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
        let price = self.max_fee_per_gas.or(self.gas_price);
        let authorizations = self.authorization_list.iter().flatten();
        Ok(TxEnv {
            tx_type: self.type_id(access_list.is_some()),
            caller: self.sender,
            gas_limit: gas_limit.saturating_to(),
            gas_price: price.unwrap_or_default().saturating_to(),
            kind: self.to.map_or(TxKind::Create, TxKind::Call),
            value: *variant(&self.value, indexes.value, "value")?,
            data: variant(&self.data, indexes.data, "data")?.clone(),
            nonce: self.nonce.saturating_to(),
            chain_id: Some(chain_id),
            access_list: access_list.unwrap_or_default(),
            gas_priority_fee: self.max_priority_fee_per_gas.map(|fee| fee.saturating_to()),
            blob_hashes: self.blob_versioned_hashes.clone().unwrap_or_default(),
            max_fee_per_blob_gas: self
                .max_fee_per_blob_gas
                .unwrap_or_default()
                .saturating_to(),
            authorization_list: authorizations
                .map(|fields| Either::Right(fields.signed().into_recovered()))
                .collect(),
        })
    }

    /// Returns the EIP-2718 type, which the present fields determine.
    const fn type_id(&self, has_access_list: bool) -> u8 {
        if self.authorization_list.is_some() {
            4
        } else if self.max_fee_per_blob_gas.is_some() {
            3
        } else if self.max_fee_per_gas.is_some() {
            2
        } else {
            has_access_list as u8
        }
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
