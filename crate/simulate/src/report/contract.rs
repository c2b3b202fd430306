//! Contracts that a call creates.

use alloy_primitives::Address;
use alloy_rpc_types_trace::geth::CallFrame;
use serde::Serialize;

/// A contract that a call created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedContract {
    /// Where it is.
    pub address: Address,
    /// Who created it.
    pub creator: Address,
    /// How.
    pub by: Creation,
    /// Bytes of its code.
    pub code_size: usize,
}

/// How a contract is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Creation {
    /// At an address from creator and nonce.
    Create,
    /// At an address from creator, salt and code.
    Create2,
}

impl CreatedContract {
    /// The contract that this call created, if it is a creation.
    pub(super) fn of(call: &CallFrame) -> Option<Self> {
        let by = match call.typ.as_str() {
            "CREATE" => Creation::Create,
            "CREATE2" => Creation::Create2,
            _ => return None,
        };
        Some(Self {
            address: call.to?,
            creator: call.from,
            by,
            code_size: call.output.as_ref().map_or(0, |code| code.len()),
        })
    }
}
