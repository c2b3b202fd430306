//! `net_listening`: the node answers, so somebody listens.

use super::{Json, RpcError, params::Params, reply};
use crate::chain::Chain;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    reply(true)
}
