//! The struct logger: every instruction, with the stack, memory and storage before it.
//!
//! Follows geth (eth/tracers/logger/logger.go): `gasCost` of a failed instruction is the gas that geth had
//! counted, `error` is present only if the instruction failed before it ran, `refund` is the counter of
//! the transaction, with the instruction's own refund, and `limit` counts bytes of JSON.

use super::{
    before::Before,
    budget::Budget,
    endings::Endings,
    instruction::{Instruction, name},
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

/// Roughly what a recorded instruction takes beside what it shows, in bytes.
const RECORD: usize = 256;
/// Roughly what a slot takes, in bytes: 64 in the node of a tree that is half full.
const SLOT: usize = 160;
/// Roughly what a word of memory takes, in bytes: 66 of text in an allocation.
const WORD: usize = 128;

/// Logger of every instruction.
#[derive(Debug, Default)]
pub(super) struct StepLogger {
    options: GethDefaultTracingOptions,
    logs: Vec<StructLog>,
    /// Length of the logs in JSON; only counted where there is a limit.
    length: u64,
    budget: Budget,
    /// Slots that each contract has looked at or written, also where that was reverted.
    storage: HashMap<Address, BTreeMap<B256, B256>>,
    /// Refund when each open call began, outermost first.
    refunds: Vec<i64>,
    /// Refund after the last instruction.
    refund: i64,
    /// What the running instruction found.
    running: Option<StructLog>,
}

impl StepLogger {
    pub(super) fn new(options: GethDefaultTracingOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    pub(super) const fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    /// A call or creation begins.
    pub(super) fn begin(&mut self) {
        self.refunds.push(self.refund);
    }

    /// It ends.
    pub(super) fn end(&mut self) {
        self.refunds.pop();
    }

    /// An instruction is about to run.
    pub(super) fn step(&mut self, running: &Instruction, interpreter: &Interpreter) {
        self.running = None;
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
        let shown = 32 * if has_stack { running.height } else { 0 };
        let words = memory.len().div_ceil(32) * WORD;
        if !self.budget.take(RECORD + shown + words + returned.len()) {
            return;
        }
        let words = memory.chunks(32).map(|word| {
            let mut whole = [0; 32];
            whole[..word.len()].copy_from_slice(word);
            hex::encode_prefixed(whole)
        });
        self.running = Some(StructLog {
            pc: running.pc as u64,
            op: name(running.opcode),
            gas: running.gas,
            depth: interpreter.input.depth() as u64 + 1,
            stack: has_stack.then(|| interpreter.stack.data().clone()),
            return_data: Some(returned).filter(|data| !data.is_empty()),
            memory: Some(words.collect::<Vec<_>>()).filter(|words| !words.is_empty()),
            ..StructLog::default()
        });
    }

    /// It has run, or failed.
    pub(super) fn step_end<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        endings: &Endings,
        interpreter: &Interpreter,
        context: &mut C,
    ) {
        let before = self.refunds.last().copied().unwrap_or_default();
        self.refund = before.saturating_add(interpreter.gas.refunded());
        let Some(mut log) = self.running.take() else {
            return;
        };
        let running = endings.running();
        let mut refund = self.refund;
        match endings.fault() {
            Some(fault) => {
                log.gas_cost = fault.cost;
                log.error = fault.is_before.then(|| fault.error.clone());
                refund = refund.saturating_add(fault.refund);
            }
            // geth takes what it passes on when it runs.
            None if matches!(running.opcode, opcode::CREATE | opcode::CREATE2) => {
                log.gas_cost = running.cost(interpreter, context);
            }
            None => log.gas_cost = running.gas.saturating_sub(interpreter.gas.remaining()),
        }
        log.refund_counter = u64::try_from(refund).ok().filter(|refund| *refund != 0);
        if self.options.is_storage_enabled() {
            log.storage = self.slots(endings, interpreter, context);
        }
        if self.options.limit.is_some_and(|limit| limit != 0) {
            self.length = self.length.saturating_add(length(&log));
        }
        self.logs.push(log);
    }

    /// All that the contract has looked at or written, where the instruction does so, and it is not too much.
    fn slots<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        endings: &Endings,
        interpreter: &Interpreter,
        context: &mut C,
    ) -> Option<BTreeMap<B256, B256>> {
        let running = endings.running();
        let contract = interpreter.input.target_address();
        let slot = running.operand(0);
        let value = match running.opcode {
            opcode::SLOAD if running.height >= 1 => match endings.fault() {
                None => interpreter.stack.data().last().copied().unwrap_or_default(),
                Some(_) => {
                    let spec = interpreter.runtime_flag.spec_id();
                    let mut before = Before::new(context, running.journal, spec);
                    before.values(contract, slot).1
                }
            },
            opcode::SSTORE if running.height >= 2 => running.operand(1),
            _ => return None,
        };
        let slots = self.storage.entry(contract).or_default();
        slots.insert(slot.into(), value.into());
        let is_allowed = self.budget.take(slots.len() * SLOT);
        is_allowed.then(|| slots.clone())
    }

    /// What was recorded of a transaction with this `result`. Ready for the next one then.
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

/// Length of a log in JSON as Go writes it.
fn length(log: &StructLog) -> u64 {
    let json = serde_json::to_string(log).unwrap_or_default();
    let escaped = json.bytes().filter(|byte| b"<>&".contains(byte)).count();
    // Go writes each of them with six letters.
    (json.len() + 5 * escaped) as u64
}
