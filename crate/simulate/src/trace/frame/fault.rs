//! Fault of an instruction: why it ended its frame, in geth's order and text.
//!
//! geth checks an instruction in this order: stack, constant gas, size of memory, dynamic gas; then it
//! runs (`core/vm/interpreter.go`). revm charges gas before it checks the stack, and has one result for
//! most of these, so a failure is judged again here. Successful instructions never get here.

use super::{
    gas::{self, Meter},
    halt_text::halt_text,
    instruction::Instruction,
    opcode,
};
use revm::{
    context_interface::ContextTr,
    inspector::JournalExt,
    interpreter::{
        InstructionResult, Interpreter,
        interpreter_types::{LegacyBytecode, RuntimeFlag},
    },
};

/// Most items of a stack.
const STACK_LIMIT: usize = 1_024;

/// Failure of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trace) struct Fault {
    /// Gas cost, as far as geth had counted when the instruction failed.
    pub(in crate::trace) cost: u64,
    /// True if it failed before it ran. Only then does geth's struct logger show the error.
    pub(in crate::trace) is_before: bool,
    /// Error text of the frame.
    pub(in crate::trace) error: String,
    /// Change of the refund counter before the gas ran out.
    pub(in crate::trace) refund: i64,
}

impl Fault {
    /// Judges why `instruction` ended its frame with `result`.
    #[cold]
    pub(super) fn of<C: ContextTr<Journal: JournalExt>>(
        instruction: &Instruction,
        result: InstructionResult,
        interpreter: &Interpreter,
        context: &mut C,
    ) -> Self {
        let spec = interpreter.runtime_flag.spec_id();
        let before = |cost, error: String| Fault {
            cost,
            is_before: true,
            error,
            refund: 0,
        };
        let is_defined = opcode::introduced_in(instruction.opcode)
            .is_some_and(|since| spec.is_enabled_in(since));
        if !is_defined {
            return Fault {
                cost: 0,
                is_before: false,
                error: format!("invalid opcode: {}", opcode::name(instruction.opcode)),
                refund: 0,
            };
        }
        let (pops, pushes) = opcode::arity(instruction.opcode);
        let most = (STACK_LIMIT + pops).saturating_sub(pushes);
        let constant = opcode::constant_gas(instruction.opcode, spec);
        if instruction.height < pops {
            return before(constant, underflow(instruction.height, pops));
        }
        if instruction.height > most {
            let text = format!("stack limit reached {} ({most})", instruction.height);
            return before(constant, text);
        }
        let Some(left) = instruction.gas.checked_sub(constant) else {
            return before(constant, "out of gas".to_owned());
        };
        let Some(memory) = instruction.memory_needed() else {
            return before(constant, gas::OVERFLOW.to_owned());
        };
        let mut meter = Meter::new(instruction, interpreter, context, left, memory);
        let dynamic = meter.dynamic();
        let refund = meter.refund;
        match dynamic {
            Err(error) => Fault {
                refund,
                ..before(
                    constant.saturating_add(error.cost),
                    format!("out of gas: {}", error.text),
                )
            },
            Ok(dynamic) if dynamic > left => Fault {
                refund,
                ..before(constant.saturating_add(dynamic), "out of gas".to_owned())
            },
            Ok(dynamic) => Fault {
                cost: constant + dynamic,
                is_before: false,
                error: error_after_payment(instruction, result, interpreter),
                refund,
            },
        }
    }
}

/// Returns the error of an instruction that failed although its gas was paid.
fn error_after_payment(
    instruction: &Instruction,
    result: InstructionResult,
    interpreter: &Interpreter,
) -> String {
    let code = interpreter.bytecode.bytecode_slice();
    let immediate = code.get(instruction.pc + 1).copied().unwrap_or_default();
    if result == InstructionResult::InvalidImmediateEncoding {
        let name = opcode::name(instruction.opcode);
        return format!("invalid opcode: {name} (operand: {immediate:#04x})");
    }
    match opcode::items_of_immediate(instruction.opcode, immediate) {
        Some(needed) if instruction.height < needed => underflow(instruction.height, needed),
        _ => halt_text(result).unwrap_or_default().to_owned(),
    }
}

fn underflow(height: usize, needed: usize) -> String {
    format!("stack underflow ({height} <=> {needed})")
}

/// Returns true if `result` is a failure other than a revert.
pub(super) const fn is_halt(result: InstructionResult) -> bool {
    !result.is_ok() && !matches!(result, InstructionResult::Revert)
}
