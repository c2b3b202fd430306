//! `eth_getTransactionCount`: the nonce of an account.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use alloy_primitives::U64;
use serde_json::Value;

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Value, RpcError> {
    let address = params.address()?;
    let account = params.state(chain)?.state.account(address);
    reply(U64::from(account.unwrap_or_default().nonce))
}
