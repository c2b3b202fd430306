//! An instruction before it runs, and why it failed.
//!
//! geth judges an instruction in this order: stack, constant gas, size of memory, dynamic gas, then it
//! runs (core/vm/interpreter.go). revm charges gas before it looks at the stack, and has one word for
//! most of them, so the failure is judged here again, by geth's order. Only failures are.

use super::{gas, halt::halt_words};
use alloy_primitives::U256;
use revm::{
    bytecode::{OpCode, opcode},
    context_interface::ContextTr,
    inspector::JournalExt,
    interpreter::{
        InstructionResult, Interpreter,
        interpreter_types::{Jumps, LegacyBytecode, RuntimeFlag},
    },
};
use std::borrow::Cow;

/// Height that a stack can have.
const STACK_LIMIT: usize = 1_024;

/// Stack items that an instruction looks at, at most; DUP and SWAP do not count.
const OPERANDS: usize = 7;

/// An instruction before it runs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Instruction {
    pub(super) opcode: u8,
    pub(super) pc: usize,
    /// Gas before it.
    pub(super) gas: u64,
    /// Height of the stack.
    pub(super) height: usize,
    /// Bytes of memory.
    pub(super) memory: usize,
    /// Entries of the journal before it.
    pub(super) journal: usize,
    operands: [U256; OPERANDS],
}

/// Failure of an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Gas that it costs: as much of it as was known when it failed.
    pub(super) cost: u64,
    /// True when it failed before it ran. geth's struct logger says only then what the error is.
    pub(super) is_before: bool,
    /// What ends the frame.
    pub(super) error: String,
    /// Change of the refund before the gas ran out.
    pub(super) refund: i64,
}

impl Instruction {
    /// The instruction that `interpreter` runs next.
    #[inline]
    pub(super) fn next<C: ContextTr<Journal: JournalExt>>(
        interpreter: &Interpreter,
        context: &C,
    ) -> Self {
        let stack = interpreter.stack.data();
        let mut operands = [U256::ZERO; OPERANDS];
        for (operand, value) in operands.iter_mut().zip(stack.iter().rev()) {
            *operand = *value;
        }
        Self {
            opcode: interpreter.bytecode.opcode(),
            pc: interpreter.bytecode.pc(),
            gas: interpreter.gas.remaining(),
            height: stack.len(),
            memory: interpreter.memory.len(),
            journal: context.journal().journal().len(),
            operands,
        }
    }

    /// Stack item at `depth`, from the top; zero where there is none.
    pub(super) fn operand(&self, depth: usize) -> U256 {
        self.operands.get(depth).copied().unwrap_or_default()
    }

    /// Judges why it ended its frame with `result`.
    #[cold]
    pub(super) fn fault<C: ContextTr<Journal: JournalExt>>(
        &self,
        result: InstructionResult,
        interpreter: &Interpreter,
        context: &mut C,
    ) -> Fault {
        let spec = interpreter.runtime_flag.spec_id();
        let before = |cost, error: String| Fault {
            cost,
            is_before: true,
            error,
            refund: 0,
        };
        let is_defined = gas::since(self.opcode).is_some_and(|since| spec.is_enabled_in(since));
        if !is_defined {
            return Fault {
                cost: 0,
                is_before: false,
                error: format!("invalid opcode: {}", name(self.opcode)),
                refund: 0,
            };
        }
        let (pops, pushes) = arity(self.opcode);
        let most = (STACK_LIMIT + pops).saturating_sub(pushes);
        let constant = gas::constant(self.opcode, spec);
        if self.height < pops {
            return before(constant, underflow(self.height, pops));
        }
        if self.height > most {
            let words = format!("stack limit reached {} ({most})", self.height);
            return before(constant, words);
        }
        let Some(left) = self.gas.checked_sub(constant) else {
            return before(constant, "out of gas".to_owned());
        };
        let Some(memory) = self.memory_needed() else {
            return before(constant, gas::OVERFLOW.to_owned());
        };
        let mut meter = gas::Meter::new(self, interpreter, context, left, memory);
        let dynamic = meter.dynamic();
        let refund = meter.refund;
        match dynamic {
            Err(error) => Fault {
                refund,
                ..before(
                    constant.saturating_add(error.cost),
                    format!("out of gas: {}", error.words),
                )
            },
            Ok(dynamic) if dynamic > left => Fault {
                refund,
                ..before(constant.saturating_add(dynamic), "out of gas".to_owned())
            },
            Ok(dynamic) => Fault {
                cost: constant + dynamic,
                is_before: false,
                error: self.failed_running(result, interpreter),
                refund,
            },
        }
    }

    /// Gas that it costs beside what it passes on, as it ran.
    pub(super) fn cost<C: ContextTr<Journal: JournalExt>>(
        &self,
        interpreter: &Interpreter,
        context: &mut C,
    ) -> u64 {
        let constant = gas::constant(self.opcode, interpreter.runtime_flag.spec_id());
        let left = self.gas.saturating_sub(constant);
        let memory = self.memory_needed().unwrap_or_default();
        let dynamic = gas::Meter::new(self, interpreter, context, left, memory).dynamic();
        constant.saturating_add(dynamic.unwrap_or_default())
    }

    /// Why it failed although it was paid for.
    fn failed_running(&self, result: InstructionResult, interpreter: &Interpreter) -> String {
        let code = interpreter.bytecode.bytecode_slice();
        let immediate = code.get(self.pc + 1).copied().unwrap_or_default();
        if result == InstructionResult::InvalidImmediateEncoding {
            let name = name(self.opcode);
            return format!("invalid opcode: {name} (operand: {immediate:#04x})");
        }
        match needed(self.opcode, immediate) {
            Some(needed) if self.height < needed => underflow(self.height, needed),
            _ => halt_words(result).unwrap_or_default().to_owned(),
        }
    }

    /// Bytes of memory that it needs, a multiple of 32; `None` where no number of 64 bits holds them.
    fn memory_needed(&self) -> Option<u64> {
        let range = |start: usize, length: usize| end(self.operand(start), self.operand(length));
        let bytes = match self.opcode {
            opcode::KECCAK256 | opcode::RETURN | opcode::REVERT | opcode::LOG0..=opcode::LOG4 => {
                range(0, 1)?
            }
            opcode::CALLDATACOPY | opcode::CODECOPY | opcode::RETURNDATACOPY => range(0, 2)?,
            opcode::EXTCODECOPY => range(1, 3)?,
            opcode::MLOAD | opcode::MSTORE => end(self.operand(0), U256::from(32))?,
            opcode::MSTORE8 => end(self.operand(0), U256::from(1))?,
            opcode::MCOPY => end(self.operand(0).max(self.operand(1)), self.operand(2))?,
            opcode::CREATE | opcode::CREATE2 => range(1, 2)?,
            opcode::CALL | opcode::CALLCODE => range(5, 6)?.max(range(3, 4)?),
            opcode::DELEGATECALL | opcode::STATICCALL => range(4, 5)?.max(range(2, 3)?),
            _ => 0,
        };
        bytes.div_ceil(32).checked_mul(32)
    }
}

/// End of a range of memory; an empty one has none.
fn end(start: U256, length: U256) -> Option<u64> {
    let length = u64::try_from(length).ok()?;
    if length == 0 {
        return Some(0);
    }
    u64::try_from(start).ok()?.checked_add(length)
}

fn underflow(height: usize, needed: usize) -> String {
    format!("stack underflow ({height} <=> {needed})")
}

/// Stack items that an opcode takes and leaves, as geth checks them before it runs.
fn arity(opcode: u8) -> (usize, usize) {
    match opcode {
        // EIP-8024: how deep it looks is known when it runs.
        opcode::DUPN => (1, 2),
        opcode::SWAPN | opcode::EXCHANGE => (2, 2),
        _ => OpCode::new(opcode).map_or((0, 0), |known| {
            (usize::from(known.inputs()), usize::from(known.outputs()))
        }),
    }
}

/// Stack items that an opcode of EIP-8024 needs with this operand.
fn needed(opcode: u8, immediate: u8) -> Option<usize> {
    let single = (usize::from(immediate) + 145) % 256;
    Some(match opcode {
        opcode::DUPN => single,
        opcode::SWAPN => single + 1,
        opcode::EXCHANGE => {
            let pair = usize::from(immediate ^ 143);
            let (row, column) = (pair / 16, pair % 16);
            match row < column {
                true => column + 2,
                false => (29 - row).max(column + 1) + 1,
            }
        }
        _ => return None,
    })
}

/// Name of an opcode as geth has it, also of those that no fork has.
pub(super) fn name(opcode: u8) -> Cow<'static, str> {
    if let Some(known) = OpCode::new(opcode) {
        return known.as_str().into();
    }
    match opcode {
        0xd0 => "DATALOAD".into(),
        0xd1 => "DATALOADN".into(),
        0xd2 => "DATASIZE".into(),
        0xd3 => "DATACOPY".into(),
        0xe0 => "RJUMP".into(),
        0xe1 => "RJUMPI".into(),
        0xe2 => "RJUMPV".into(),
        0xe3 => "CALLF".into(),
        0xe4 => "RETF".into(),
        0xe5 => "JUMPF".into(),
        0xec => "EOFCREATE".into(),
        0xee => "RETURNCONTRACT".into(),
        0xf7 => "RETURNDATALOAD".into(),
        0xf8 => "EXTCALL".into(),
        0xf9 => "EXTDELEGATECALL".into(),
        0xfb => "EXTSTATICCALL".into(),
        _ => format!("opcode {opcode:#x} not defined").into(),
    }
}

/// True when `result` is a failure, and not a revert.
pub(super) const fn is_halt(result: InstructionResult) -> bool {
    !result.is_ok() && !matches!(result, InstructionResult::Revert)
}
