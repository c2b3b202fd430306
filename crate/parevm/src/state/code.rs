//! Contract code in the form that the EVM executes.

use alloy_primitives::Bytes;
use revm::bytecode::Bytecode;

/// Analyses `code`. Bytes that start like an EIP-7702 delegation but are not one become legacy code.
#[must_use]
pub fn bytecode_of(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}
