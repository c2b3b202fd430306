//! The answer of `erc7562Tracer`: call frames, and what the rules for validation of ERC-7562 look at.
//!
//! `revm-inspectors` answers otherwise than geth: it counts the opcodes that the rules ignore, leaves
//! out the sizes of contracts that are called, and keeps preimages per call.

use super::{budget::Budget, endings::UNPAID_CODE, gas::OUT_OF_GAS, options::Erc7562Options};
use alloy_primitives::{Address, B256, Bytes, U256, map::HashMap};
use alloy_rpc_types_trace::geth::{
    CallFrame,
    erc7562::{AccessedSlots, CallFrameType, ContractSize, Erc7562Frame},
};
use revm::{
    bytecode::opcode,
    interpreter::{
        InstructionResult, Interpreter, InterpreterAction,
        interpreter_types::{Jumps, LoopControl},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Roughly what a call takes beside what it does, in bytes.
const FRAME: usize = 512;
/// Roughly what a slot, an address or an opcode of a call takes, in bytes.
const ENTRY: usize = 128;

/// What was seen of one transaction.
#[derive(Debug)]
pub(super) struct Validation {
    ignored: Vec<u8>,
    /// By the order in which calls began.
    frames: Vec<Seen>,
    /// Calls that have not ended, innermost last.
    open: Vec<usize>,
    /// The instruction that runs.
    running: Option<Running>,
    /// The one before it, and what was on top of the stack then.
    last: Option<(u8, U256)>,
    preimages: BTreeSet<Bytes>,
    budget: Budget,
}

/// What one call did.
#[derive(Debug, Default)]
struct Seen {
    slots: AccessedSlots,
    ext_code: Vec<Address>,
    opcodes: HashMap<u8, u64>,
    /// The opcode that looked first.
    looked_at: BTreeMap<Address, u8>,
}

impl Seen {
    /// Entries of its maps and lists.
    fn entries(&self) -> usize {
        let slots = &self.slots;
        slots.reads.len()
            + slots.writes.len()
            + slots.transient_reads.len()
            + slots.transient_writes.len()
            + self.ext_code.len()
            + self.opcodes.len()
            + self.looked_at.len()
    }
}

/// An instruction, and the two values on top of the stack before it.
#[derive(Clone, Copy, Debug)]
struct Running {
    opcode: u8,
    top: U256,
    second: U256,
}

impl Validation {
    pub(super) fn new(options: &Erc7562Options) -> Self {
        Self {
            ignored: options.ignored_opcodes().unwrap_or_else(ignored_by_default),
            frames: Vec::new(),
            open: Vec::new(),
            running: None,
            last: None,
            preimages: BTreeSet::new(),
            budget: Budget::default(),
        }
    }

    pub(super) const fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// A call or creation begins.
    pub(super) fn begin(&mut self) {
        self.budget.take(FRAME);
        self.open.push(self.frames.len());
        self.frames.push(Seen::default());
    }

    /// It ends.
    pub(super) fn end(&mut self) {
        self.open.pop();
    }

    /// An instruction is about to run.
    pub(super) fn step(&mut self, interpreter: &Interpreter) {
        let stack = interpreter.stack.data();
        let at = |depth: usize| stack.len().checked_sub(depth).map(|at| stack[at]);
        self.running = Some(Running {
            opcode: interpreter.bytecode.opcode(),
            top: at(1).unwrap_or_default(),
            second: at(2).unwrap_or_default(),
        });
    }

    /// It has run. geth does not look at those that fail.
    pub(super) fn step_end(&mut self, interpreter: &mut Interpreter) {
        let Some(running) = self.running.take() else {
            return;
        };
        if let Some(InterpreterAction::Return(end)) = interpreter.bytecode.action()
            && !end.result.is_ok()
            && end.result != InstructionResult::Revert
        {
            return;
        }
        let Some(&index) = self.open.last() else {
            return;
        };
        let Some(seen) = self.frames.get_mut(index) else {
            return;
        };
        let before = seen.entries();
        let Running {
            opcode,
            top,
            second,
        } = running;
        if matches!(opcode, opcode::RETURN | opcode::REVERT) {
            self.last = None;
        }
        if let Some((last, address)) = self.last {
            let is_size_test = last == opcode::EXTCODESIZE && opcode == opcode::ISZERO;
            if looks_at_code(last) && !is_size_test {
                seen.ext_code.push(address_of(address));
            }
            // OP-012: gas may be looked at only to pass it on.
            if last == opcode::GAS && !calls(opcode) {
                *seen.opcodes.entry(opcode::GAS).or_default() += 1;
            }
        }
        if looks_at_code(opcode) {
            seen.looked_at.entry(address_of(top)).or_insert(opcode);
        } else if calls(opcode) {
            seen.looked_at.entry(address_of(second)).or_insert(opcode);
        }
        if opcode != opcode::GAS && !self.ignored.contains(&opcode) {
            *seen.opcodes.entry(opcode).or_default() += 1;
        }
        let slot = B256::from(top);
        let slots = &mut seen.slots;
        match opcode {
            opcode::SLOAD => {
                if !slots.writes.contains_key(&slot)
                    && let Some(value) = interpreter.stack.data().last()
                {
                    let reads = slots.reads.entry(slot);
                    reads.or_insert_with(|| vec![(*value).into()]);
                }
            }
            opcode::SSTORE => *slots.writes.entry(slot).or_default() += 1,
            opcode::TLOAD => *slots.transient_reads.entry(slot).or_default() += 1,
            opcode::TSTORE => *slots.transient_writes.entry(slot).or_default() += 1,
            opcode::KECCAK256 => {
                let (start, length) = (top.saturating_to(), second.saturating_to::<usize>());
                let end = length.saturating_add(start);
                let preimage = match length {
                    0 => Some(Bytes::new()),
                    _ if end <= interpreter.memory.len() => Some(Bytes::copy_from_slice(
                        &interpreter.memory.slice_range(start..end),
                    )),
                    _ => None,
                };
                self.preimages.extend(preimage);
            }
            _ => {}
        }
        self.budget.take(ENTRY * (seen.entries() - before));
        self.last = Some((opcode, top));
    }

    /// The frames below `root` with what was seen of them. `size_of` tells the length of an account's
    /// code. Ready for the next transaction then.
    pub(super) fn take<E>(
        &mut self,
        root: CallFrame,
        mut size_of: impl FnMut(Address) -> Result<usize, E>,
    ) -> Result<Erc7562Frame, E> {
        let mut seen = std::mem::take(&mut self.frames).into_iter();
        let preimages = std::mem::take(&mut self.preimages);
        self.open.clear();
        self.last = None;
        // Each with the place of its parent, which stands before it.
        let mut list: Vec<(usize, Erc7562Frame)> = Vec::new();
        let mut pending = vec![(0, root)];
        while let Some((parent, mut frame)) = pending.pop() {
            // alloy's type has no frame for it.
            if frame.typ == "SELFDESTRUCT" {
                continue;
            }
            let calls = std::mem::take(&mut frame.calls).into_iter().rev();
            let place = list.len();
            pending.extend(calls.map(|call| (place, call)));
            let mut frame = joined(frame, seen.next().unwrap_or_default(), &mut size_of)?;
            // Of the transaction itself geth does not say it.
            frame.out_of_gas &= !list.is_empty();
            list.push((parent, frame));
        }
        let mut root = Erc7562Frame::default();
        while let Some((parent, mut frame)) = list.pop() {
            frame.calls.reverse();
            match list.get_mut(parent) {
                Some((_, parent)) => parent.calls.push(frame),
                None => root = frame,
            }
        }
        root.keccak = preimages.into_iter().collect();
        Ok(root)
    }
}

fn joined<E>(
    frame: CallFrame,
    seen: Seen,
    size_of: &mut impl FnMut(Address) -> Result<usize, E>,
) -> Result<Erc7562Frame, E> {
    let sizes = seen
        .looked_at
        .into_iter()
        .map(|(address, opcode)| -> Result<_, E> {
            let contract_size = size_of(address)? as u64;
            let size = ContractSize {
                contract_size,
                opcode,
            };
            Ok((address, size))
        });
    let addresses = seen.ext_code.iter();
    let is_out_of_gas = |error: &str| error.starts_with(OUT_OF_GAS) || error == UNPAID_CODE;
    let out_of_gas = frame.error.as_deref().is_some_and(is_out_of_gas);
    Ok(Erc7562Frame {
        call_frame_type: match frame.typ.as_str() {
            "DELEGATECALL" => CallFrameType::DelegateCall,
            "CALLCODE" => CallFrameType::CallCode,
            "STATICCALL" => CallFrameType::StaticCall,
            "CREATE" => CallFrameType::Create,
            "CREATE2" => CallFrameType::Create2,
            _ => CallFrameType::Call,
        },
        from: frame.from,
        gas: frame.gas.saturating_to(),
        gas_used: frame.gas_used.saturating_to(),
        to: frame.to,
        input: frame.input,
        output: frame.output,
        error: frame.error,
        revert_reason: frame.revert_reason,
        logs: frame.logs,
        value: frame.value,
        accessed_slots: seen.slots,
        ext_code_access_info: addresses.map(|address| format!("{address:#x}")).collect(),
        used_opcodes: seen.opcodes,
        contract_size: sizes.collect::<Result<_, E>>()?,
        out_of_gas,
        keccak: Vec::new(),
        calls: Vec::new(),
    })
}

fn address_of(word: U256) -> Address {
    Address::from_word(word.into())
}

const fn looks_at_code(opcode: u8) -> bool {
    matches!(
        opcode,
        opcode::EXTCODEHASH | opcode::EXTCODESIZE | opcode::EXTCODECOPY
    )
}

const fn calls(opcode: u8) -> bool {
    matches!(
        opcode,
        opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL
    )
}

/// Opcodes that no rule looks at.
fn ignored_by_default() -> Vec<u8> {
    let mut ignored: Vec<u8> = (opcode::PUSH0..=opcode::SWAP16).collect();
    ignored.extend([
        opcode::POP,
        opcode::ADD,
        opcode::SUB,
        opcode::MUL,
        opcode::DIV,
        opcode::EQ,
        opcode::LT,
        opcode::GT,
        opcode::SLT,
        opcode::SGT,
        opcode::SHL,
        opcode::SHR,
        opcode::AND,
        opcode::OR,
        opcode::NOT,
        opcode::ISZERO,
    ]);
    ignored
}
