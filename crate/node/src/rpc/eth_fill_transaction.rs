//! `eth_fillTransaction`: a transaction with defaults for the open fields of its request (geth): `raw` has its bytes
//! with an empty signature, a blob transaction with its blobs, and `tx` the same as an object.

use crate::{
    node::{Node, RequestContext, split_blobs},
    object::pending,
    pool::PoolTransaction,
    request::{Json, Params, RpcError, reply},
};
use alloy_consensus::{
    TypedTransaction,
    transaction::{Recovered, RlpEcdsaEncodableTx},
};
use alloy_eips::{eip2718::Encodable2718, eip7594::BlobTransactionSidecarVariant};
use alloy_primitives::{Bytes, Signature, U256, keccak256};
use alloy_rlp::{EMPTY_STRING_CODE, Header};
use serde_json::json;
use std::sync::Arc;

/// Placeholder of a signature.
const EMPTY_SIGNATURE: Signature = Signature::new(U256::ZERO, U256::ZERO, false);

pub(super) fn answer(
    node: &Node,
    params: &mut Params<'_>,
    context: &RequestContext<'_>,
) -> Result<Json, RpcError> {
    let request = params.required("transaction")?;
    let (sender, typed) = node.fill_request(context, request)?;
    let raw = unsigned(&typed);
    let is_legacy = matches!(typed, TypedTransaction::Legacy(_));
    let (typed, sidecar) = split_blobs(typed);
    let envelope = typed.into_envelope(EMPTY_SIGNATURE);
    let filled = PoolTransaction {
        sent: Recovered::new_unchecked(envelope, sender),
        sidecar: sidecar.map(Arc::new),
    };
    let mut tx = pending::json(&filled.sent)?;
    if is_legacy {
        tx["v"] = json!("0x0");
        tx["hash"] = json!(keccak256(&raw));
    }
    if let Some(sidecar) = &filled.sidecar {
        tx["blobs"] = json!(sidecar.blobs());
        tx["commitments"] = json!(sidecar.commitments());
        tx["proofs"] = match &**sidecar {
            BlobTransactionSidecarVariant::Eip4844(sidecar) => json!(sidecar.proofs),
            BlobTransactionSidecarVariant::Eip7594(sidecar) => json!(sidecar.cell_proofs),
        };
    }
    reply(json!({ "raw": raw, "tx": tx }))
}

/// Returns the bytes of `transaction` with zeros in place of a signature.
fn unsigned(transaction: &TypedTransaction) -> Bytes {
    let TypedTransaction::Legacy(legacy) = transaction else {
        let envelope = transaction.clone().into_envelope(EMPTY_SIGNATURE);
        return envelope.encoded_2718().into();
    };
    // The `v` of an envelope would contain the chain id.
    let mut bytes = Vec::new();
    Header {
        list: true,
        payload_length: legacy.rlp_encoded_fields_length() + 3,
    }
    .encode(&mut bytes);
    legacy.rlp_encode_fields(&mut bytes);
    bytes.extend([EMPTY_STRING_CODE; 3]);
    bytes.into()
}
