//! Struct logger: every instruction, with the stack, memory and storage before it.
//!
//! Follows geth's `eth/tracers/logger/logger.go`: `gasCost` of a failed instruction is the gas that geth had
//! counted, `error` is present only if the instruction failed before it ran, `refund` is the counter of
//! the transaction, with the instruction's own refund, and `limit` counts bytes of JSON.

use crate::trace::{
    budget::ByteBudget,
    frame::{FrameOutcomes, Instruction, InstructionPreState, cost, name},
};
use alloy_primitives::{Address, B256, Bytes, hex, map::HashMap};
use alloy_rpc_types_trace::geth::{DefaultFrame, GethDefaultTracingOptions, StructLog};
use revm::{
    bytecode::opcode,
    context::result::ExecutionResult,
    context_interface::ContextTr,
    inspector::JournalExt,
    interpreter::{
        Interpreter,
        interpreter_types::{InputsTr, ReturnData, RuntimeFlag},
    },
};
use std::collections::BTreeMap;

/// Approximate bytes of a recorded instruction without stack, memory and storage.
const RECORD: usize = 256;
/// Approximate bytes of a slot: 64 in a tree node that is half full.
const SLOT: usize = 160;
/// Approximate bytes of a word of memory: 66 of text in an allocation.
const WORD: usize = 128;

/// Recorder of every instruction of a transaction.
#[derive(Debug, Default)]
pub(super) struct StructLogger {
    options: GethDefaultTracingOptions,
    logs: Vec<StructLog>,
    /// Bytes of the logs in JSON; counted only with a `limit`.
    length: u64,
    budget: ByteBudget,
    /// Slots that each contract has read or written, also if that was reverted.
    storage: HashMap<Address, BTreeMap<B256, B256>>,
    /// Refund at the start of each open frame, outermost first.
    refunds: Vec<i64>,
    /// Refund after the last instruction.
    refund: i64,
    /// Log of the current instruction.
    current: Option<StructLog>,
}

impl StructLogger {
    pub(super) fn new(options: GethDefaultTracingOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    pub(super) const fn budget(&mut self) -> &mut ByteBudget {
        &mut self.budget
    }

    /// Records the start of a frame.
    pub(super) fn start_frame(&mut self) {
        self.refunds.push(self.refund);
    }

    /// Records the end of a frame.
    pub(super) fn end_frame(&mut self) {
        self.refunds.pop();
    }

    /// Records `instruction`, which runs next.
    pub(super) fn step(&mut self, instruction: &Instruction, interpreter: &Interpreter) {
        self.current = None;
        let limit = self.options.limit.unwrap_or_default();
        if self.budget.is_exceeded() || (limit != 0 && self.length > limit) {
            return;
        }
        let memory = interpreter.memory.context_memory();
        let memory = match self.options.is_memory_enabled() {
            true => &memory[..],
            false => &[],
        };
        let returned = interpreter.return_data.buffer();
        let returned = match self.options.is_return_data_enabled() {
            true => returned.clone(),
            false => Bytes::new(),
        };
        let has_stack = self.options.is_stack_enabled();
        let shown = 32 * if has_stack { instruction.height } else { 0 };
        let words = memory.len().div_ceil(32) * WORD;
        if !self.budget.take(RECORD + shown + words + returned.len()) {
            return;
        }
        let words = memory.chunks(32).map(|word| {
            let mut whole = [0; 32];
            whole[..word.len()].copy_from_slice(word);
            hex::encode_prefixed(whole)
        });
        self.current = Some(StructLog {
            pc: instruction.pc as u64,
            op: name(instruction.opcode),
            gas: instruction.gas,
            depth: interpreter.input.depth() as u64 + 1,
            stack: has_stack.then(|| interpreter.stack.data().clone()),
            return_data: Some(returned).filter(|data| !data.is_empty()),
            memory: Some(words.collect::<Vec<_>>()).filter(|words| !words.is_empty()),
            ..StructLog::default()
        });
    }

    /// Completes the log of the instruction that ran or failed.
    pub(super) fn step_end<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        outcomes: &FrameOutcomes,
        interpreter: &Interpreter,
        context: &mut C,
    ) {
        let before = self.refunds.last().copied().unwrap_or_default();
        self.refund = before.saturating_add(interpreter.gas.refunded());
        let Some(mut log) = self.current.take() else {
            return;
        };
        let current = outcomes.current();
        let mut refund = self.refund;
        match outcomes.fault() {
            Some(fault) => {
                log.gas_cost = fault.cost;
                log.error = fault.is_before.then(|| fault.error.clone());
                refund = refund.saturating_add(fault.refund);
            }
            // geth deducts the gas that it passes on when it runs.
            None if matches!(current.opcode, opcode::CREATE | opcode::CREATE2) => {
                log.gas_cost = cost(current, interpreter, context);
            }
            None => log.gas_cost = current.gas.saturating_sub(interpreter.gas.remaining()),
        }
        log.refund_counter = u64::try_from(refund).ok().filter(|refund| *refund != 0);
        if self.options.is_storage_enabled() {
            log.storage = self.slots(outcomes, interpreter, context);
        }
        if self.options.limit.is_some_and(|limit| limit != 0) {
            self.length = self.length.saturating_add(json_length(&log));
        }
        self.logs.push(log);
    }

    /// Returns all slots that the contract has accessed, if the instruction is SLOAD or SSTORE and they fit into
    /// the budget.
    fn slots<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        outcomes: &FrameOutcomes,
        interpreter: &Interpreter,
        context: &mut C,
    ) -> Option<BTreeMap<B256, B256>> {
        let current = outcomes.current();
        let contract = interpreter.input.target_address();
        let slot = current.operand(0);
        let value = match current.opcode {
            opcode::SLOAD if current.height >= 1 => match outcomes.fault() {
                None => interpreter.stack.data().last().copied().unwrap_or_default(),
                Some(_) => {
                    let spec = interpreter.runtime_flag.spec_id();
                    let mut before = InstructionPreState::new(context, current.journal, spec);
                    before.values(contract, slot).1
                }
            },
            opcode::SSTORE if current.height >= 2 => current.operand(1),
            _ => return None,
        };
        let slots = self.storage.entry(contract).or_default();
        slots.insert(slot.into(), value.into());
        let is_allowed = self.budget.take(slots.len() * SLOT);
        is_allowed.then(|| slots.clone())
    }

    /// Returns the result of a transaction that ended with `result`. Resets the logger for the next one.
    pub(super) fn take(&mut self, result: &ExecutionResult) -> DefaultFrame {
        let fresh = Self {
            options: self.options,
            budget: std::mem::take(&mut self.budget),
            ..Self::default()
        };
        let done = std::mem::replace(self, fresh);
        DefaultFrame {
            failed: !result.is_success(),
            gas: result.tx_gas_used(),
            return_value: result.output().cloned().unwrap_or_default(),
            struct_logs: done.logs,
            ..DefaultFrame::default()
        }
    }
}

/// Returns the bytes of a log in JSON as Go writes it.
fn json_length(log: &StructLog) -> u64 {
    let json = serde_json::to_string(log).unwrap_or_default();
    let escaped = json.bytes().filter(|byte| b"<>&".contains(byte)).count();
    // Go escapes each of them with six characters.
    (json.len() + 5 * escaped) as u64
}
