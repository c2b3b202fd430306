//! KECCAK256 with a cache of hashes.

use crate::state::{INPUT_LENGTH, KeccakInput, WithKeccakCache};
use alloy_primitives::U256;
use revm::{
    bytecode::opcode,
    context::ContextTr,
    handler::instructions::EthInstructions,
    interpreter::{
        Host, Instruction, InstructionContext, InstructionExecResult, InstructionResult,
        Interpreter, instructions::system, interpreter::EthInterpreter,
        interpreter_types::MemoryTr,
    },
};

/// Replaces KECCAK256 by one that looks into the cache first.
pub(crate) fn install<C>(instructions: &mut EthInstructions<EthInterpreter, C>)
where
    C: Host + ContextTr<Db: WithKeccakCache>,
{
    let gas = instructions.gas_table()[usize::from(opcode::KECCAK256)];
    instructions.insert_instruction(opcode::KECCAK256, Instruction::new(keccak256::<C>), gas);
}

/// KECCAK256 of the EVM, with the cache.
fn keccak256<C: Host + ContextTr<Db: WithKeccakCache>>(
    context: InstructionContext<'_, C, EthInterpreter>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let Some(input) = input(interpreter) else {
        return system::keccak256(InstructionContext { interpreter, host });
    };
    let Some(hash) = host.db_mut().keccak_cache().get(&input) else {
        system::keccak256(InstructionContext {
            interpreter,
            host: &mut *host,
        })?;
        if let Some(hash) = interpreter.stack.data().last() {
            host.db_mut().keccak_cache().insert(input, (*hash).into());
        }
        return Ok(());
    };
    let cost = host.gas_params().keccak256_cost(INPUT_LENGTH);
    if !interpreter.gas.record_regular_cost(cost) {
        return Err(InstructionResult::OutOfGas);
    }
    match interpreter.stack.popn_top::<1>() {
        Some((_, top)) => *top = hash.into(),
        None => return Err(InstructionResult::StackUnderflow),
    }
    Ok(())
}

/// Returns the input of the KECCAK256 that is about to execute, if it has the length of cached inputs
/// and lies in memory that has been paid for.
fn input(interpreter: &Interpreter<EthInterpreter>) -> Option<KeccakInput> {
    let [.., length, offset] = &interpreter.stack.data()[..] else {
        return None;
    };
    if *length != U256::from(INPUT_LENGTH) {
        return None;
    }
    let offset = usize::try_from(offset).ok()?;
    let is_paid = offset.checked_add(INPUT_LENGTH)? <= interpreter.memory.size();
    if !is_paid {
        return None;
    }
    let bytes = interpreter.memory.slice_len(offset, INPUT_LENGTH);
    (*bytes).try_into().ok()
}
