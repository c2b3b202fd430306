//! Pending transaction as JSON-RPC returns it.

use super::transaction;
use crate::request::RpcError;
use parevm::build::SentTransaction;
use serde_json::Value;

/// Returns a transaction that has no position in the chain.
///
/// # Errors
///
/// [`RpcError`]: it cannot be written as JSON.
pub(crate) fn json(sent: &SentTransaction) -> Result<Value, RpcError> {
    let mut json = serde_json::to_value(transaction::pending(sent))
        .map_err(|error| RpcError::internal(&error))?;
    if let Some(fields) = json.as_object_mut() {
        fields.insert("blockTimestamp".to_owned(), Value::Null);
    }
    Ok(json)
}
