//! The struct logger: every instruction, with the stack, memory and storage before it.
//!
//! Follows geth (eth/tracers/logger/logger.go): `gasCost` of a failed instruction is the gas that geth had
//! counted, `error` is present only if the instruction failed before it ran, `refund` is the counter of
//! the transaction, with the instruction's own refund, and `limit` counts bytes of JSON.

use super::{
    before::Before,
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
/// Roughly what a slot takes, in bytes.
const SLOT: usize = 128;

/// Logger of every instruction.
#[derive(Debug, Default)]
pub(super) struct StepLogger {
    options: GethDefaultTracingOptions,
    logs: Vec<StructLog>,
    /// Length of the logs in JSON; only counted where there is a limit.
    length: u64,
    /// Bytes that may still be recorded.
    left: usize,
    /// Slots that each contract has looked at or written, also where that was reverted.
    storage: HashMap<Address, BTreeMap<B256, B256>>,
    /// Refund when each open call began, outermost first.
    refunds: Vec<i64>,
    /// Refund after the last instruction.
    refund: i64,
    /// What the running instruction found.
    running: Option<StructLog>,
    is_full: bool,
}

impl StepLogger {
    pub(super) fn new(options: GethDefaultTracingOptions) -> Self {
        Self {
            options,
            left: usize::MAX,
            ..Self::default()
        }
    }

    /// Allows `bytes` for all transactions together.
    pub(super) const fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }

    /// True when there was more than is allowed.
    pub(super) const fn is_full(&self) -> bool {
        self.is_full
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
        if self.is_full || (limit != 0 && self.length > limit) {
            return;
        }
        let memory = match self.options.is_memory_enabled() {
            true => interpreter.memory.context_memory().to_vec(),
            false => Vec::new(),
        };
        let returned = interpreter.return_data.buffer();
        let returned = match self.options.is_return_data_enabled() {
            true => returned.clone(),
            false => Bytes::new(),
        };
        let has_stack = self.options.is_stack_enabled();
        let shown = 32 * if has_stack { running.height } else { 0 };
        self.record(RECORD + shown + 3 * memory.len() + returned.len());
        if self.is_full {
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
        let slots = log.storage.as_ref().map_or(0, BTreeMap::len);
        self.record(slots * SLOT);
        if self.options.limit.is_some_and(|limit| limit != 0) {
            self.length = self.length.saturating_add(length(&log));
        }
        self.logs.push(log);
    }

    /// All that the contract has looked at or written, where the instruction does so.
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
        Some(slots.clone())
    }

    fn record(&mut self, bytes: usize) {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.is_full = true,
        }
    }

    /// What was recorded of a transaction with this `result`. Ready for the next one then.
    pub(super) fn take(&mut self, result: &ExecutionResult) -> DefaultFrame {
        let fresh = Self {
            options: self.options,
            left: self.left,
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
