//! `web3_clientVersion`: what this is.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

/// Name and version.
pub(super) const NAME: &str = concat!("parevm/v", env!("CARGO_PKG_VERSION"));

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(NAME)
}
