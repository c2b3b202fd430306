//! `web3_clientVersion`: name and version of the node.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};

/// Name and version.
pub(super) const NAME: &str = concat!("parevm/v", env!("CARGO_PKG_VERSION"));

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(NAME)
}
