//! Contract code as the EVM runs it.

use alloy_primitives::Bytes;
use revm::bytecode::Bytecode;

/// Analyses `code`. Bytes that begin like an EIP-7702 delegation and are none run as they are.
#[must_use]
pub fn bytecode_of(code: Bytes) -> Bytecode {
    Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code))
}
