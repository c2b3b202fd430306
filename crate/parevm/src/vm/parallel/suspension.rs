//! How a run stops in the middle and goes on later, in an unchanged revm.
//!
//! A load that has no value yet fails in the database, as suspended. What the
//! opcode did before is undone: here its gas, its inputs on the stack and what it
//! marked as warm, in [`rewind`] the program counter. So it runs again when the
//! run goes on, as if for the first time. Memory that it has grown stays: it is
//! zero, and gas tells how much of it there is.
//!
//! Opcodes that change nothing before their only load (SLOAD, BALANCE,
//! EXTCODEHASH, BLOCKHASH) need only [`rewind`].

use super::commuting_evm::ViewContext;
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

/// An opcode of the parallel executor's EVM.
pub(super) type Opcode<'m, 'b> = fn(Opcodes<'_, 'm, 'b>) -> InstructionExecResult;
type Opcodes<'i, 'm, 'b> = InstructionContext<'i, ViewContext<'m, 'b>, EthInterpreter>;

/// Has opcodes undo what they did when a load of theirs is suspended.
pub(super) fn install<'m, 'b>(
    instructions: &mut EthInstructions<EthInterpreter, ViewContext<'m, 'b>>,
) {
    let opcodes: [(u8, Opcode<'m, 'b>); 7] = [
        (opcode::EXTCODESIZE, |context| {
            undoing::<0>(context, host::extcodesize)
        }),
        (opcode::EXTCODECOPY, |context| {
            undoing::<4>(context, host::extcodecopy)
        }),
        (opcode::SSTORE, |context| {
            undoing::<2>(context, host::sstore)
        }),
        (opcode::CALL, |context| {
            undoing::<7>(context, contract::call::<{ opcode::CALL }, _, _>)
        }),
        (opcode::CALLCODE, |context| {
            undoing::<7>(context, contract::call::<{ opcode::CALLCODE }, _, _>)
        }),
        (opcode::DELEGATECALL, |context| {
            undoing::<6>(context, contract::call::<{ opcode::DELEGATECALL }, _, _>)
        }),
        (opcode::STATICCALL, |context| {
            undoing::<6>(context, contract::call::<{ opcode::STATICCALL }, _, _>)
        }),
    ];
    for (opcode, instruction) in opcodes {
        let gas = instructions.gas_table()[usize::from(opcode)];
        instructions.insert_instruction(opcode, Instruction::new(instruction), gas);
    }
}

/// Runs `opcode`, which takes `INPUTS` words off the stack, and undoes what it
/// did if it was suspended.
#[inline(always)]
pub(super) fn undoing<'m, 'b, const INPUTS: usize>(
    context: Opcodes<'_, 'm, 'b>,
    opcode: impl FnOnce(Opcodes<'_, 'm, 'b>) -> InstructionExecResult,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let gas = interpreter.gas;
    let inputs = interpreter.stack.data().last_chunk::<INPUTS>().copied();
    let height = interpreter.stack.len();
    let warmed = host.journaled_state.inner.journal.len();
    let ran = opcode(InstructionContext {
        interpreter: &mut *interpreter,
        host: &mut *host,
    });
    if ran.is_err()
        && host.journaled_state.database.is_suspended()
        && let Some(inputs) = inputs
    {
        undo(interpreter, gas, height, &inputs);
        cool(host, warmed);
    }
    ran
}

#[cold]
fn undo(interpreter: &mut Interpreter<EthInterpreter>, gas: Gas, height: usize, inputs: &[U256]) {
    interpreter.gas = gas;
    let stack = interpreter.stack.data_mut();
    stack.truncate(height - inputs.len());
    stack.extend_from_slice(inputs);
}

/// Takes back what the journal was told since it had `journal_i` entries: what
/// was loaded stays loaded, and is cold again.
#[cold]
fn cool(context: &mut ViewContext<'_, '_>, journal_i: usize) {
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

/// Sets the program counter back to the opcode that was suspended.
#[cold]
pub(super) fn rewind(interpreter: &mut Interpreter<EthInterpreter>, gas_table: &GasTable) {
    interpreter.bytecode.relative_jump(-1);
    let opcode = usize::from(interpreter.bytecode.opcode());
    interpreter.gas.erase_cost(gas_table[opcode].into());
}
