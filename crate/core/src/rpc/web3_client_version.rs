//! `web3_clientVersion`: what this is.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

/// Name and version.
pub(super) const NAME: &str = concat!("parevm/v", env!("CARGO_PKG_VERSION"));

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(NAME)
}
