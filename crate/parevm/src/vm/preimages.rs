//! Hashes that one thread has computed before.
//!
//! Contracts keep mappings at the hash of key and slot, 64 bytes together, and
//! compute it anew for every read and write: nearly half of the time of a token
//! transfer. So the hashes of the last such inputs are kept by each thread that runs transactions.

use alloy_primitives::{B256, U256};
use revm::{
    bytecode::opcode,
    context::ContextTr,
    handler::instructions::EthInstructions,
    interpreter::{
        Host, Instruction, InstructionContext, InstructionExecResult, InstructionResult,
        instructions::system, interpreter::EthInterpreter, interpreter_types::MemoryTr,
    },
};

/// Length of an input that is kept, in bytes.
const LENGTH: usize = 64;
/// Hashes that are kept. A power of two.
const KEPT: usize = 512;

type Preimage = [u8; LENGTH];

/// A database that keeps hashes.
pub(crate) trait KeepsHashes {
    /// Where they are.
    fn preimages(&mut self) -> &mut Preimages;
}

/// Has KECCAK256 look before it computes.
pub(crate) fn install<C>(instructions: &mut EthInstructions<EthInterpreter, C>)
where
    C: Host + ContextTr<Db: KeepsHashes>,
{
    let gas = instructions.gas_table()[usize::from(opcode::KECCAK256)];
    instructions.insert_instruction(opcode::KECCAK256, Instruction::new(keccak256::<C>), gas);
}

/// The hashes one thread has computed lately.
#[derive(Default)]
pub(crate) struct Preimages {
    /// Empty until the first hash: most payments and calls compute none.
    known: Vec<Option<(Preimage, B256)>>,
}

impl std::fmt::Debug for Preimages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Preimages").finish_non_exhaustive()
    }
}

impl Preimages {
    fn get(&self, preimage: &Preimage) -> Option<B256> {
        match self.known.get(place(preimage)) {
            Some(Some((known, hash))) if known == preimage => Some(*hash),
            _ => None,
        }
    }

    fn insert(&mut self, preimage: Preimage, hash: B256) {
        if self.known.is_empty() {
            self.known.resize(KEPT, None);
        }
        self.known[place(&preimage)] = Some((preimage, hash));
    }
}

/// Where `preimage` is kept. Two with one place only cost time.
fn place(preimage: &Preimage) -> usize {
    // Key and slot both end in the bytes that differ most.
    let last = |end: usize| {
        let bytes = preimage[end - 8..end].try_into();
        u64::from_be_bytes(bytes.unwrap_or_default())
    };
    let mixed = (last(32) ^ last(64).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 32) as usize % KEPT
}

/// KECCAK256 as the EVM defines it, which looks before it computes.
fn keccak256<C: Host + ContextTr<Db: KeepsHashes>>(
    context: InstructionContext<'_, C, EthInterpreter>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let Some(preimage) = preimage(interpreter) else {
        return system::keccak256(InstructionContext { interpreter, host });
    };
    let Some(hash) = host.db_mut().preimages().get(&preimage) else {
        system::keccak256(InstructionContext {
            interpreter,
            host: &mut *host,
        })?;
        if let Some(hash) = interpreter.stack.data().last() {
            host.db_mut().preimages().insert(preimage, (*hash).into());
        }
        return Ok(());
    };
    let cost = host.gas_params().keccak256_cost(LENGTH);
    if !interpreter.gas.record_regular_cost(cost) {
        return Err(InstructionResult::OutOfGas);
    }
    match interpreter.stack.popn_top::<1>() {
        Some((_, top)) => *top = hash.into(),
        None => return Err(InstructionResult::StackUnderflow),
    }
    Ok(())
}

/// The input of the KECCAK256 that comes next, if it is of the length that is
/// kept and lies in memory that has been paid for.
fn preimage(interpreter: &revm::interpreter::Interpreter<EthInterpreter>) -> Option<Preimage> {
    let [.., length, offset] = &interpreter.stack.data()[..] else {
        return None;
    };
    if *length != U256::from(LENGTH) {
        return None;
    }
    let offset = usize::try_from(offset).ok()?;
    let is_paid = offset.checked_add(LENGTH)? <= interpreter.memory.size();
    if !is_paid {
        return None;
    }
    let bytes = interpreter.memory.slice_len(offset, LENGTH);
    (*bytes).try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_found_again_until_another_takes_its_place() {
        let mut preimages = Preimages::default();
        let one = [1; LENGTH];
        assert_eq!(preimages.get(&one), None);
        preimages.insert(one, B256::repeat_byte(7));
        assert_eq!(preimages.get(&one), Some(B256::repeat_byte(7)));
        // The same place, another key.
        let mut other = one;
        other[0] = 2;
        assert_eq!(place(&other), place(&one));
        assert_eq!(preimages.get(&other), None);
        preimages.insert(other, B256::repeat_byte(8));
        assert_eq!(preimages.get(&one), None);
    }
}
