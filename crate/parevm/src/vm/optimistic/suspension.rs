//! Suspension of an execution within an opcode, on unmodified revm.
//!
//! A load without a value fails in the database, as suspended. The effects of the opcode before the load
//! are undone: here its gas, its inputs on the stack and its warm accesses, in [`rewind`] the program
//! counter. A resumed execution repeats the opcode from its start. Memory stays expanded: it is zero, and
//! its size follows from the gas.
//!
//! Opcodes without effects before their only load (SLOAD, BALANCE, EXTCODEHASH, BLOCKHASH) need only
//! [`rewind`].

use super::{context::ViewContext, state_program::StateProgram};
use alloy_primitives::U256;
use revm::{
    bytecode::opcode,
    context_interface::journaled_state::JournalCheckpoint,
    handler::instructions::EthInstructions,
    interpreter::{
        Gas, GasTable, Instruction, InstructionContext, InstructionExecResult, Interpreter,
        instructions::{contract, host},
        interpreter::EthInterpreter,
        interpreter_types::Jumps,
    },
};

/// Opcode of the optimistic EVM.
pub(super) type Opcode<'m, P> = fn(OpcodeContext<'_, 'm, P>) -> InstructionExecResult;
/// Context of an opcode of the optimistic EVM.
pub(super) type OpcodeContext<'i, 'm, P> =
    InstructionContext<'i, ViewContext<'m, P>, EthInterpreter>;

/// Replaces opcodes that have effects before a load by ones that undo them when the load is suspended.
pub(super) fn install<'m, P: StateProgram + 'm>(
    instructions: &mut EthInstructions<EthInterpreter, ViewContext<'m, P>>,
) {
    let opcodes: [(u8, Opcode<'m, P>); 7] = [
        (opcode::EXTCODESIZE, |context| {
            undoing::<_, 0>(context, host::extcodesize)
        }),
        (opcode::EXTCODECOPY, |context| {
            undoing::<_, 4>(context, host::extcodecopy)
        }),
        (opcode::SSTORE, |context| {
            undoing::<_, 2>(context, host::sstore)
        }),
        (opcode::CALL, |context| {
            undoing::<_, 7>(context, contract::call::<{ opcode::CALL }, _, _>)
        }),
        (opcode::CALLCODE, |context| {
            undoing::<_, 7>(context, contract::call::<{ opcode::CALLCODE }, _, _>)
        }),
        (opcode::DELEGATECALL, |context| {
            undoing::<_, 6>(context, contract::call::<{ opcode::DELEGATECALL }, _, _>)
        }),
        (opcode::STATICCALL, |context| {
            undoing::<_, 6>(context, contract::call::<{ opcode::STATICCALL }, _, _>)
        }),
    ];
    for (opcode, instruction) in opcodes {
        let gas = instructions.gas_table()[usize::from(opcode)];
        instructions.insert_instruction(opcode, Instruction::new(instruction), gas);
    }
}

/// Executes `opcode`, which pops `INPUTS` words, and undoes its effects if it was suspended.
#[inline(always)]
pub(super) fn undoing<'m, P: StateProgram + 'm, const INPUTS: usize>(
    context: OpcodeContext<'_, 'm, P>,
    opcode: impl FnOnce(OpcodeContext<'_, 'm, P>) -> InstructionExecResult,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let gas = interpreter.gas;
    let inputs = interpreter.stack.data().last_chunk::<INPUTS>().copied();
    let height = interpreter.stack.len();
    let warmed = host.journaled_state.inner.journal.len();
    let result = opcode(InstructionContext {
        interpreter: &mut *interpreter,
        host: &mut *host,
    });
    if result.is_err()
        && host.journaled_state.database.is_suspended()
        && let Some(inputs) = inputs
    {
        undo(interpreter, gas, height, &inputs);
        cool(host, warmed);
    }
    result
}

#[cold]
fn undo(interpreter: &mut Interpreter<EthInterpreter>, gas: Gas, height: usize, inputs: &[U256]) {
    interpreter.gas = gas;
    let stack = interpreter.stack.data_mut();
    stack.truncate(height - inputs.len());
    stack.extend_from_slice(inputs);
}

/// Reverts the journal to its first `journal_i` entries: loaded accounts and slots stay loaded, and are cold again.
#[cold]
fn cool<P: StateProgram>(context: &mut ViewContext<'_, P>, journal_i: usize) {
    let journal = &mut context.journaled_state.inner;
    let before = JournalCheckpoint {
        log_i: journal.logs.len(),
        journal_i,
        selfdestructed_i: journal.selfdestructed_addresses.len(),
    };
    let depth = journal.depth;
    journal.checkpoint_revert(before);
    // No frame has ended.
    journal.depth = depth;
}

/// Sets the program counter back to the suspended opcode, and refunds its static gas.
#[cold]
pub(super) fn rewind(interpreter: &mut Interpreter<EthInterpreter>, gas_table: &GasTable) {
    interpreter.bytecode.relative_jump(-1);
    let opcode = usize::from(interpreter.bytecode.opcode());
    interpreter.gas.erase_cost(gas_table[opcode].into());
}
