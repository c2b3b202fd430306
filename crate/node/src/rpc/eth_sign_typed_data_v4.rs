//! `eth_signTypedData_v4`: the signature of typed data (EIP-712) by an account. The data are an object or its text.
//! Private keys sign only for the node's chain, as the signature would be valid on others, too.

use super::{signature, typed_data::TypedData};
use crate::{
    node::Node,
    request::{Json, Params, RpcError, parse_exact_within},
};
use parevm::json::decode;
use serde_json::Value;

const NAME: &str = "typed data";

pub(super) fn answer(node: &Node, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let account = params.address()?;
    let given: Value = params.required(NAME)?;
    let data = match given {
        Value::String(text) => {
            let read = parse_exact_within(&text, params.limits().trace.recorded_bytes);
            let read = read.map_err(|error| RpcError::invalid(NAME, error))?;
            read.ok_or_else(|| RpcError::limit(format!("{NAME}: read, they take too much memory")))?
        }
        object => object,
    };
    let data: TypedData = decode(&data).map_err(|error| RpcError::invalid(NAME, error))?;
    if node.options().has_private_keys() {
        data.require_chain(node.chain().chain_id())
            .map_err(|error| RpcError::invalid(NAME, error))?;
    }
    let hash = data.signing_hash();
    let hash = hash.map_err(|error| RpcError::invalid(NAME, error))?;
    signature::answer(node, account, hash)
}
