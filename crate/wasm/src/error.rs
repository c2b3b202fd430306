//! Wire errors: code, message and data, never a string alone.

use std::error::Error;

use parevm::execute::ExecuteError;
use parevm::{
    block::{BlockError, TransactionError},
    fixture::FixtureError,
};
use parevm_node::rpc::brief;
use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::js_value;

/// Error as JavaScript receives it. The codes are those of `js/src/error`.
#[derive(Debug, Serialize)]
pub(crate) struct WireError {
    code: &'static str,
    message: String,
    data: Data,
}

/// Details of an error. Each code has its own.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    /// Path of the wrong field in the fixture.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Position of the transaction in the block, from zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
}

impl WireError {
    fn new(code: &'static str, error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self {
            code,
            message: brief(message),
            data: Data::default(),
        }
    }

    fn at(mut self, index: Option<usize>) -> Self {
        self.data.index = index.map(|index| index as u32);
        self
    }

    /// Returns the error of a broken invariant.
    pub(crate) fn bug(message: String) -> Self {
        Self {
            code: "BUG",
            message: brief(message),
            data: Data::default(),
        }
    }

    /// Returns the error of a node that cannot be opened; `field` is the wrong option.
    pub(crate) fn chain(field: &str, error: &dyn Error) -> Self {
        let mut wire = Self::new("INVALID_CHAIN", error);
        wire.data.field = Some(field.to_owned());
        wire
    }

    /// Returns the error of an unknown name in the options.
    #[cfg(feature = "full")]
    pub(crate) fn option(error: &dyn Error) -> Self {
        Self::new("INVALID_OPTION", error)
    }
}

impl From<ExecuteError> for WireError {
    fn from(error: ExecuteError) -> Self {
        match &error {
            ExecuteError::InvalidTransaction { index, .. }
            | ExecuteError::BlockGasExceeded { index, .. }
            | ExecuteError::BlobGasExceeded { index, .. } => {
                Self::new("INVALID_TRANSACTION", &error).at(Some(*index))
            }
            ExecuteError::MalformedDeposit { index } => {
                Self::new("INVALID_BLOCK", &error).at(Some(*index))
            }
            ExecuteError::SystemCall { .. } => Self::new("INVALID_BLOCK", &error),
            ExecuteError::StateUnavailable { index, .. } => {
                Self::new("STATE_UNAVAILABLE", &error).at(*index)
            }
            ExecuteError::Cancelled { .. } => Self::new("CANCELLED", &error),
            ExecuteError::Evm { index, .. } => Self::new("BUG", &error).at(*index),
            _ => Self::new("BUG", &error),
        }
    }
}

impl From<FixtureError> for WireError {
    fn from(error: FixtureError) -> Self {
        let mut wire = Self::new("INVALID_FIXTURE", &error);
        let block = match &error {
            FixtureError::Block(block) => block,
            FixtureError::Config(_) => {
                wire.data.field = Some("config".to_owned());
                return wire;
            }
            FixtureError::CodeMismatch { address, .. } => {
                wire.data.field = Some(format!("preState.{address}.code"));
                return wire;
            }
            _ => return wire,
        };
        match block {
            BlockError::UnknownChain { .. } => wire.data.field = Some("chainId".to_owned()),
            BlockError::Value { path, .. } => wire.data.field = Some(path.clone()),
            BlockError::Missing { field } | BlockError::Mismatch { field, .. } => {
                wire.data.field = Some((*field).to_owned());
            }
            BlockError::Transaction { index, source } => {
                wire.data.field =
                    field_of(source).map(|field| format!("block.transactions[{index}].{field}"));
                wire = wire.at(Some(*index));
            }
            _ => {}
        }
        wire
    }
}

/// Returns the JSON-RPC name of the transaction field that `error` refers to.
fn field_of(error: &TransactionError) -> Option<&'static str> {
    Some(match error {
        TransactionError::Missing { field } => field,
        TransactionError::UnknownType { .. } => "type",
        TransactionError::RecoveryId { .. } => "v",
        TransactionError::Sender(_) => "r",
        TransactionError::ForeignSignature { .. } => "from",
        TransactionError::HashMismatch { .. } => "hash",
        _ => return None,
    })
}

impl From<WireError> for JsValue {
    fn from(error: WireError) -> Self {
        js_value::serialize(&error).unwrap_or_else(|_| JsValue::from_str(error.code))
    }
}
