//! Instruction before it runs.

use alloy_primitives::U256;
use revm::{
    bytecode::opcode,
    context_interface::ContextTr,
    inspector::JournalExt,
    interpreter::{Interpreter, interpreter_types::Jumps},
};

/// Most stack items that an instruction reads as operands; DUP and SWAP do not count.
const OPERANDS: usize = 7;

/// Instruction with what its failure is judged by: taken before it runs.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::trace) struct Instruction {
    /// Opcode byte.
    pub(in crate::trace) opcode: u8,
    /// Program counter.
    pub(in crate::trace) pc: usize,
    /// Gas left.
    pub(in crate::trace) gas: u64,
    /// Height of the stack.
    pub(in crate::trace) height: usize,
    /// Size of the memory, in bytes.
    pub(in crate::trace) memory: usize,
    /// Number of journal entries.
    pub(in crate::trace) journal: usize,
    operands: [U256; OPERANDS],
}

impl Instruction {
    /// Returns the instruction that `interpreter` runs next.
    #[inline]
    pub(in crate::trace) fn next<C: ContextTr<Journal: JournalExt>>(
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

    /// Returns the stack item at `depth` from the top; zero if there is none.
    pub(in crate::trace) fn operand(&self, depth: usize) -> U256 {
        self.operands.get(depth).copied().unwrap_or_default()
    }

    /// Returns the bytes of memory that it needs, a multiple of 32; `None` beyond 64 bits.
    pub(in crate::trace) fn memory_needed(&self) -> Option<u64> {
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

/// Returns the end of a memory range; zero for an empty one, `None` beyond 64 bits.
fn end(start: U256, length: U256) -> Option<u64> {
    let length = u64::try_from(length).ok()?;
    if length == 0 {
        return Some(0);
    }
    u64::try_from(start).ok()?.checked_add(length)
}
