//! The contracts that ask, and what they log.

use crate::assembler::Assembler;
use alloy_primitives::{Address, Bytes, Log, U256};
use parevm::vm::SpecId;
use revm::bytecode::opcode as op;

/// Code that calls the precompile at `address` twice with the same input, and logs what the second
/// call returned under four words: gas it used, whether it went well, whether the first one did,
/// and the length of the input.
///
/// Call data is the gas of the second call, the gas of the first, and the input.
pub(super) fn caller(address: Address) -> Bytes {
    let mut code = Assembler::default();
    count(&mut code);
    // The input's length, and the input into memory.
    code.push(64).op(&[op::CALLDATASIZE, op::SUB, op::DUP1]);
    code.push(64).push(0).op(&[op::CALLDATACOPY]);
    // Length of the input as the third, later the fifth, on the stack.
    code.push(0).push(0).op(&[op::DUP3]).push(0);
    code.address(address).push(32);
    code.op(&[op::CALLDATALOAD, op::STATICCALL, op::GAS]);
    code.push(0).push(0).op(&[op::DUP5]).push(0);
    code.address(address).push(0);
    code.op(&[op::CALLDATALOAD, op::STATICCALL, op::GAS]);
    // Before, well, after: well, before - after.
    code.op(&[op::SWAP1, op::SWAP2, op::SUB]);
    code.op(&[op::RETURNDATASIZE])
        .push(0)
        .push(0)
        .op(&[op::RETURNDATACOPY]);
    code.op(&[op::RETURNDATASIZE]).push(0).op(&[op::LOG4]);
    code.finish()
}

/// Code that logs what `opcode` makes of two words, the second of which is on top of the stack.
pub(super) fn operator(opcode: u8) -> Bytes {
    let mut code = Assembler::default();
    count(&mut code);
    code.push(0).op(&[op::CALLDATALOAD]);
    code.push(32).op(&[op::CALLDATALOAD, opcode]);
    code.push(0).op(&[op::MSTORE]);
    code.push(32).push(0).op(&[op::LOG0]);
    code.finish()
}

/// Counts the calls in slot 0.
fn count(code: &mut Assembler) {
    code.load(0).push(1).op(&[op::ADD]).store(0);
}

/// What [`caller`] logged.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    /// Gas of the second call.
    pub(super) gas_used: u64,
    /// Whether the second call went well.
    pub(super) is_success: bool,
    /// Whether the first call did.
    pub(super) is_first_success: bool,
    /// Bytes of input.
    pub(super) input: usize,
    /// What the second call returned.
    pub(super) output: &'a Bytes,
}

impl<'a> Answer<'a> {
    /// Reads a log; `None` where the contract did not come so far.
    pub(super) fn read(log: &'a Log, spec: SpecId) -> Option<Self> {
        let [gas_used, is_success, is_first_success, input] = log.topics() else {
            return None;
        };
        let number = |word| U256::from_be_bytes::<32>(word).saturating_to::<u64>();
        Some(Self {
            gas_used: number(gas_used.0).checked_sub(overhead(spec))?,
            is_success: number(is_success.0) == 1,
            is_first_success: number(is_first_success.0) == 1,
            input: usize::try_from(number(input.0)).ok()?,
            output: &log.data.data,
        })
    }
}

/// Gas between the two looks at the gas left, without the precompile's own: seven words on the
/// stack, the call itself (EIP-150; since EIP-2929 the address is warm), and the second look.
fn overhead(spec: SpecId) -> u64 {
    let call = if spec.is_enabled_in(SpecId::BERLIN) {
        100
    } else {
        700
    };
    7 * 3 + call + 2
}
