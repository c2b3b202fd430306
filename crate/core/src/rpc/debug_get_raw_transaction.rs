//! `debug_getRawTransaction`: a transaction as EIP-2718 encodes it; null where it is not known.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::Bytes;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let position = chain.transaction(params.hash()?);
    let found = position.and_then(|at| {
        let transactions = &chain.block(at.block)?.block.body.transactions;
        Some(Bytes::from(transactions.get(at.index)?.encoded_2718()))
    });
    reply(found)
}
