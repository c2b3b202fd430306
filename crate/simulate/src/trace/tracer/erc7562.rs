//! ERC-7562 tracer: call frames with the opcodes and state accesses that the validation rules restrict.
//!
//! The tracer of `revm-inspectors` differs from geth's: it counts ignored opcodes, omits the code sizes of
//! called contracts, and keeps preimages per call.

use crate::trace::{
    budget::ByteBudget,
    frame::{OUT_OF_GAS, UNPAID_CODE},
};
use alloy_primitives::{Address, B256, Bytes, U64, U256, map::HashMap};
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
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Approximate bytes of a frame without its accesses.
const FRAME: usize = 512;
/// Approximate bytes of a slot, an address or an opcode of a frame.
const ENTRY: usize = 128;

/// Config of `erc7562Tracer`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Erc7562TracerConfig {
    /// Stack items that geth keeps of each instruction; the result does not show them.
    #[serde(rename = "stackTopItemsSize")]
    _stack_top_items_size: Option<u64>,
    ignored_opcodes: Option<Vec<U64>>,
    with_log: Option<bool>,
}

impl Erc7562TracerConfig {
    /// Returns the opcodes that are not counted; `None` for the default.
    pub(super) fn ignored_opcodes(&self) -> Option<Vec<u8>> {
        let given = self.ignored_opcodes.as_ref()?;
        Some(given.iter().map(|opcode| opcode.byte(0)).collect())
    }

    /// Returns true if logs are recorded.
    pub(super) fn with_log(&self) -> bool {
        self.with_log.unwrap_or_default()
    }
}

/// Recorder of the opcodes and accesses of one transaction.
#[derive(Debug)]
pub(super) struct Erc7562Recorder {
    ignored: Vec<u8>,
    /// By the order in which frames started.
    frames: Vec<FrameAccesses>,
    /// Frames that have not ended, innermost last.
    open: Vec<usize>,
    /// Current instruction.
    current: Option<CurrentInstruction>,
    /// Opcode of the previous instruction, and the top of the stack before it.
    last: Option<(u8, U256)>,
    preimages: BTreeSet<Bytes>,
    budget: ByteBudget,
}

/// Opcodes and accesses of one frame.
#[derive(Debug, Default)]
struct FrameAccesses {
    slots: AccessedSlots,
    ext_code: Vec<Address>,
    opcodes: HashMap<u8, u64>,
    /// Accessed contracts, each with the opcode that accessed it first.
    contracts: BTreeMap<Address, u8>,
}

impl FrameAccesses {
    /// Returns the number of entries in all maps and lists.
    fn entries(&self) -> usize {
        let slots = &self.slots;
        slots.reads.len()
            + slots.writes.len()
            + slots.transient_reads.len()
            + slots.transient_writes.len()
            + self.ext_code.len()
            + self.opcodes.len()
            + self.contracts.len()
    }
}

/// Opcode, and the two values on top of the stack before it.
#[derive(Clone, Copy, Debug)]
struct CurrentInstruction {
    opcode: u8,
    top: U256,
    second: U256,
}

impl Erc7562Recorder {
    pub(super) fn new(config: &Erc7562TracerConfig) -> Self {
        Self {
            ignored: config.ignored_opcodes().unwrap_or_else(ignored_by_default),
            frames: Vec::new(),
            open: Vec::new(),
            current: None,
            last: None,
            preimages: BTreeSet::new(),
            budget: ByteBudget::default(),
        }
    }

    pub(super) const fn budget(&mut self) -> &mut ByteBudget {
        &mut self.budget
    }

    /// Records the start of a frame.
    pub(super) fn start_frame(&mut self) {
        self.budget.take(FRAME);
        self.open.push(self.frames.len());
        self.frames.push(FrameAccesses::default());
    }

    /// Records the end of a frame.
    pub(super) fn end_frame(&mut self) {
        self.open.pop();
    }

    /// Records the instruction that runs next.
    pub(super) fn step(&mut self, interpreter: &Interpreter) {
        let stack = interpreter.stack.data();
        let at = |depth: usize| stack.len().checked_sub(depth).map(|at| stack[at]);
        self.current = Some(CurrentInstruction {
            opcode: interpreter.bytecode.opcode(),
            top: at(1).unwrap_or_default(),
            second: at(2).unwrap_or_default(),
        });
    }

    /// Records the effects of the instruction that ran. geth ignores those that failed.
    pub(super) fn step_end(&mut self, interpreter: &mut Interpreter) {
        let Some(current) = self.current.take() else {
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
        let Some(accesses) = self.frames.get_mut(index) else {
            return;
        };
        let before = accesses.entries();
        let CurrentInstruction {
            opcode,
            top,
            second,
        } = current;
        if matches!(opcode, opcode::RETURN | opcode::REVERT) {
            self.last = None;
        }
        if let Some((last, address)) = self.last {
            let is_size_test = last == opcode::EXTCODESIZE && opcode == opcode::ISZERO;
            if reads_code(last) && !is_size_test {
                accesses.ext_code.push(address_of(address));
            }
            // OP-012: GAS is allowed only directly before a call.
            if last == opcode::GAS && !calls(opcode) {
                *accesses.opcodes.entry(opcode::GAS).or_default() += 1;
            }
        }
        if reads_code(opcode) {
            accesses.contracts.entry(address_of(top)).or_insert(opcode);
        } else if calls(opcode) {
            accesses
                .contracts
                .entry(address_of(second))
                .or_insert(opcode);
        }
        if opcode != opcode::GAS && !self.ignored.contains(&opcode) {
            *accesses.opcodes.entry(opcode).or_default() += 1;
        }
        let slot = B256::from(top);
        let slots = &mut accesses.slots;
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
        self.budget.take(ENTRY * (accesses.entries() - before));
        self.last = Some((opcode, top));
    }

    /// Returns the result of the transaction whose call frames are `root`; `size_of` returns the length of an
    /// account's code. Resets the recorder for the next transaction.
    pub(super) fn take<E>(
        &mut self,
        root: CallFrame,
        mut size_of: impl FnMut(Address) -> Result<usize, E>,
    ) -> Result<Erc7562Frame, E> {
        let mut recorded = std::mem::take(&mut self.frames).into_iter();
        let preimages = std::mem::take(&mut self.preimages);
        self.open.clear();
        self.last = None;
        // Each with the index of its parent, which precedes it.
        let mut list: Vec<(usize, Erc7562Frame)> = Vec::new();
        let mut pending = vec![(0, root)];
        while let Some((parent, mut frame)) = pending.pop() {
            // alloy's type has no variant for it.
            if frame.typ == "SELFDESTRUCT" {
                continue;
            }
            let calls = std::mem::take(&mut frame.calls).into_iter().rev();
            let index = list.len();
            pending.extend(calls.map(|call| (index, call)));
            let mut frame =
                with_accesses(frame, recorded.next().unwrap_or_default(), &mut size_of)?;
            // geth does not set it for the outermost frame.
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

fn with_accesses<E>(
    frame: CallFrame,
    accesses: FrameAccesses,
    size_of: &mut impl FnMut(Address) -> Result<usize, E>,
) -> Result<Erc7562Frame, E> {
    let sizes = accesses
        .contracts
        .into_iter()
        .map(|(address, opcode)| -> Result<_, E> {
            let contract_size = size_of(address)? as u64;
            let size = ContractSize {
                contract_size,
                opcode,
            };
            Ok((address, size))
        });
    let addresses = accesses.ext_code.iter();
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
        accessed_slots: accesses.slots,
        ext_code_access_info: addresses.map(|address| format!("{address:#x}")).collect(),
        used_opcodes: accesses.opcodes,
        contract_size: sizes.collect::<Result<_, E>>()?,
        out_of_gas,
        keccak: Vec::new(),
        calls: Vec::new(),
    })
}

fn address_of(word: U256) -> Address {
    Address::from_word(word.into())
}

const fn reads_code(opcode: u8) -> bool {
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

/// Returns the opcodes that no rule restricts.
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
