//! Contract created by a call.

use alloy_primitives::Address;
use alloy_rpc_types_trace::geth::CallFrame;
use serde::Serialize;

/// Contract created by a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedContract {
    /// Address of the contract.
    pub address: Address,
    /// Account that created it.
    pub creator: Address,
    /// Opcode or transaction kind that created it.
    pub by: Creation,
    /// Size of its code, in bytes.
    pub code_size: usize,
}

/// Creation scheme of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Creation {
    /// Address from creator and nonce.
    Create,
    /// Address from creator, salt and init code (EIP-1014).
    Create2,
}

impl CreatedContract {
    /// Returns the contract that `call` created; `None` if it is no creation.
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
