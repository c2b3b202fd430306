//! Opcodes that depend on balances: BALANCE, SELFBALANCE, SELFDESTRUCT, CREATE and CREATE2.

use super::{
    context::{ViewContext, require_balance, require_exact_balance},
    hook::Hook,
    state_program::StateProgram,
    suspension::{Opcode, OpcodeContext, undoing},
};
use alloy_primitives::{Address, U256};
use revm::{
    bytecode::opcode,
    context::Cfg,
    handler::instructions::EthInstructions,
    interpreter::{
        Instruction, InstructionContext, InstructionExecResult,
        instructions::{contract, host},
        interpreter::EthInterpreter,
        interpreter_types::InputsTr,
    },
};

/// Replaces the opcodes by ones with hooks.
pub(super) fn install<'m, P: StateProgram + 'm>(
    instructions: &mut EthInstructions<EthInterpreter, ViewContext<'m, P>>,
) {
    let opcodes: [(u8, Opcode<'m, P>); 5] = [
        (opcode::BALANCE, balance),
        (opcode::SELFBALANCE, self_balance),
        (opcode::SELFDESTRUCT, self_destruct),
        (opcode::CREATE, create::<P, 3, false>),
        (opcode::CREATE2, create::<P, 4, true>),
    ];
    for (opcode, instruction) in opcodes {
        let gas = instructions.gas_table()[usize::from(opcode)];
        instructions.insert_instruction(opcode, Instruction::new(instruction), gas);
    }
}

fn balance<'m, P: StateProgram + 'm>(context: OpcodeContext<'_, 'm, P>) -> InstructionExecResult {
    let address = context.interpreter.stack.data().last().map(to_address);
    let InstructionContext { interpreter, host } = context;
    host::balance(InstructionContext {
        interpreter,
        host: &mut *host,
    })?;
    if let Some(address) = address
        && Hook::Balance.is_enabled()
    {
        require_exact_balance(host, address);
    }
    Ok(())
}

fn self_balance<'m, P: StateProgram + 'm>(
    context: OpcodeContext<'_, 'm, P>,
) -> InstructionExecResult {
    if Hook::SelfBalance.is_enabled() {
        require_exact_balance(context.host, context.interpreter.input.target_address());
    }
    host::selfbalance(context)
}

fn self_destruct<'m, P: StateProgram + 'm>(
    context: OpcodeContext<'_, 'm, P>,
) -> InstructionExecResult {
    if Hook::SelfDestruct.is_enabled() {
        require_exact_balance(context.host, context.interpreter.input.target_address());
    }
    undoing::<_, 1>(context, host::selfdestruct)
}

/// CREATE or CREATE2, which pops `INPUTS` words; the top word is the value.
fn create<'m, P: StateProgram + 'm, const INPUTS: usize, const IS_CREATE2: bool>(
    context: OpcodeContext<'_, 'm, P>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    // Before Amsterdam the frame compares the balance.
    if host.cfg.is_amsterdam_eip8037_enabled()
        && let Some(value) = interpreter.stack.data().last()
        && !value.is_zero()
        && Hook::Creation.is_enabled()
    {
        require_balance(host, interpreter.input.target_address(), *value);
    }
    let context = InstructionContext { interpreter, host };
    undoing::<_, INPUTS>(context, contract::create::<IS_CREATE2, _, _>)
}

/// Returns the low 20 bytes of a stack word, as every opcode takes an address.
fn to_address(word: &U256) -> Address {
    Address::from_word((*word).into())
}
