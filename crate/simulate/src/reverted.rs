//! What a contract says when it reverts.

use alloy_sol_types::{Panic, Revert, SolError};

/// The reason in the data of a revert: the text of `Error(string)`, or what a code of
/// `Panic(uint256)` means. `None` for other data.
///
/// # Example
///
/// ```
/// use alloy_primitives::hex;
/// use parevm::simulate::reason_of;
///
/// let panic = hex!("4e487b710000000000000000000000000000000000000000000000000000000000000012");
/// assert_eq!(reason_of(&panic).as_deref(), Some("division or modulo by zero"));
/// assert_eq!(reason_of(b"no such thing"), None);
/// ```
#[must_use]
pub fn reason_of(data: &[u8]) -> Option<String> {
    if let Ok(Revert { reason }) = Revert::abi_decode(data) {
        return Some(reason);
    }
    let Panic { code } = Panic::abi_decode(data).ok()?;
    // Solidity's documentation, "Panic via assert and Error via require"; geth's words.
    let meaning = match u8::try_from(code) {
        Ok(0x00) => "generic panic",
        Ok(0x01) => "assert(false)",
        Ok(0x11) => "arithmetic underflow or overflow",
        Ok(0x12) => "division or modulo by zero",
        Ok(0x21) => "enum overflow",
        Ok(0x22) => "invalid encoded storage byte array accessed",
        Ok(0x31) => "out-of-bounds array access; popping on an empty array",
        Ok(0x32) => "out-of-bounds access of an array or bytesN",
        Ok(0x41) => "out of memory",
        Ok(0x51) => "uninitialized function",
        _ => return Some(format!("unknown panic code: {code:#x}")),
    };
    Some(meaning.to_owned())
}
