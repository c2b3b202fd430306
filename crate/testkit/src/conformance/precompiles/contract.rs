//! Contracts that call a precompile or run an opcode, and their logs.

use crate::assembler::Assembler;
use alloy_primitives::{Address, Bytes, Log, U256};
use parevm::vm::SpecId;
use revm::bytecode::opcode as op;

/// Returns code that calls the precompile at `address` twice with the same input, and logs the output of the second call
/// with four topics: its gas, its success, the success of the first call, and the length of the input.
///
/// Call data is the gas of the second call, the gas of the first, and the input.
pub(super) fn caller(address: Address) -> Bytes {
    let mut code = Assembler::default();
    count(&mut code);
    // Pushes the length of the input, and copies the input to memory.
    code.push(64).op(&[op::CALLDATASIZE, op::SUB, op::DUP1]);
    code.push(64).push(0).op(&[op::CALLDATACOPY]);
    // The length of the input is the third, later the fifth item of the stack.
    code.push(0).push(0).op(&[op::DUP3]).push(0);
    code.address(address).push(32);
    code.op(&[op::CALLDATALOAD, op::STATICCALL, op::GAS]);
    code.push(0).push(0).op(&[op::DUP5]).push(0);
    code.address(address).push(0);
    code.op(&[op::CALLDATALOAD, op::STATICCALL, op::GAS]);
    // Stack: gas before, success, gas after -> success, gas before - gas after.
    code.op(&[op::SWAP1, op::SWAP2, op::SUB]);
    code.op(&[op::RETURNDATASIZE])
        .push(0)
        .push(0)
        .op(&[op::RETURNDATACOPY]);
    code.op(&[op::RETURNDATASIZE]).push(0).op(&[op::LOG4]);
    code.finish()
}

/// Returns code that logs the result of `opcode` for two operands, the second on top of the stack.
pub(super) fn operator(opcode: u8) -> Bytes {
    let mut code = Assembler::default();
    count(&mut code);
    code.push(0).op(&[op::CALLDATALOAD]);
    code.push(32).op(&[op::CALLDATALOAD, opcode]);
    code.push(0).op(&[op::MSTORE]);
    code.push(32).push(0).op(&[op::LOG0]);
    code.finish()
}

/// Appends code that counts the calls in slot 0.
fn count(code: &mut Assembler) {
    code.load(0).push(1).op(&[op::ADD]).store(0);
}

/// Log of [`caller`].
#[derive(Debug)]
pub(super) struct CallLog<'a> {
    /// Gas of the second call.
    pub(super) gas_used: u64,
    /// Success of the second call.
    pub(super) is_success: bool,
    /// Success of the first call.
    pub(super) is_first_success: bool,
    /// Length of the input, in bytes.
    pub(super) input: usize,
    /// Output of the second call.
    pub(super) output: &'a Bytes,
}

impl<'a> CallLog<'a> {
    /// Decodes a log; `None` if the contract failed before it.
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

/// Returns the gas between the two `GAS` opcodes without that of the precompile: seven pushes, the call itself (EIP-150; since
/// EIP-2929 the address is warm), and the second `GAS`.
fn overhead(spec: SpecId) -> u64 {
    let call = if spec.is_enabled_in(SpecId::BERLIN) {
        100
    } else {
        700
    };
    7 * 3 + call + 2
}
