//! Reason of a revert.

use alloy_sol_types::{Panic, Revert, SolError};

/// Returns the reason in the output of a revert: the text of `Error(string)`, or the meaning of a
/// `Panic(uint256)` code; `None` for other data.
pub(crate) fn revert_reason(data: &[u8]) -> Option<String> {
    if let Ok(Revert { reason }) = Revert::abi_decode(data) {
        return Some(reason);
    }
    let Panic { code } = Panic::abi_decode(data).ok()?;
    // Codes of Solidity's documentation ("Panic via assert and Error via require"), texts of geth.
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

#[cfg(test)]
mod tests {
    use super::revert_reason;
    use alloy_primitives::hex;

    #[test]
    fn a_panic_has_the_meaning_of_its_code() {
        let panic = |code: u8| [&hex!("4e487b71")[..], &[0; 31], &[code]].concat();
        let reason = |code| revert_reason(&panic(code));
        assert_eq!(reason(0x12).as_deref(), Some("division or modulo by zero"));
        assert_eq!(reason(0x13).as_deref(), Some("unknown panic code: 0x13"));
        assert_eq!(revert_reason(b"neither"), None);
    }
}
