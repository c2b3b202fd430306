//! `net_listening`: the node answers, so somebody listens.

use super::{RpcError, params::Params, reply};
use crate::chain::Chain;
use serde_json::Value;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Value, RpcError> {
    reply(true)
}
