//! `rpc_modules`: the namespaces of the methods, each with its version (geth).

use super::methods;
use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use std::collections::BTreeMap;

pub(super) fn answer(_: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let modules: BTreeMap<_, _> = methods()
        .filter_map(|method| method.name.split_once('_'))
        .map(|(module, _)| (module, "1.0"))
        .collect();
    reply(modules)
}
