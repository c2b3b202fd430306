//! Synthetic blocks as data, for other EVMs.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use parevm_testkit::workload::Workload;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::error::WireError;

/// Synthetic block: `alloc` as in a genesis file, and calls as JSON-RPC spells them.
#[derive(Serialize)]
struct SyntheticBlock {
    alloc: BTreeMap<Address, Owner>,
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Owner {
    balance: U256,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Bytes>,
    storage: BTreeMap<B256, B256>,
}

#[derive(Serialize)]
struct Call {
    from: Address,
    to: Option<Address>,
    data: Bytes,
    value: U256,
    gas: U256,
}

#[wasm_bindgen]
impl Engine {
    /// Returns the block of `count` transactions that is called `name` in the synthetic suite, and
    /// the state before it, as JSON.
    ///
    /// # Errors
    ///
    /// A `WireError`: there is no such block.
    pub fn synthetic(&self, name: &str, count: usize) -> Result<String, JsValue> {
        let kind = Workload::named(name).map_err(|error| WireError::option(&error))?;
        let (block, state) = (kind.make)(count);
        let codes: BTreeMap<_, _> = state.codes().collect();
        let alloc = state.iter().map(|(address, account, storage)| {
            let code = codes.get(&account.code_hash);
            let owner = Owner {
                balance: account.balance,
                code: code.map(|code| code.original_bytes()),
                storage: storage
                    .iter()
                    .map(|(slot, value)| ((*slot).into(), (*value).into()))
                    .collect(),
            };
            (*address, owner)
        });
        let calls = block.transactions.iter().map(|transaction| Call {
            from: transaction.env.caller,
            to: transaction.env.kind.to().copied(),
            data: transaction.env.data.clone(),
            value: transaction.env.value,
            gas: U256::from(transaction.env.gas_limit),
        });
        let block = SyntheticBlock {
            alloc: alloc.collect(),
            calls: calls.collect(),
        };
        let text = serde_json::to_string(&block);
        Ok(text.map_err(|error| WireError::bug(error.to_string()))?)
    }
}
