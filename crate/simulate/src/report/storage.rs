//! The slots that a call reads and writes, and the accounts that it looks at.

use super::entry::{Entry, Keys};
use crate::trace::Tracer;
use alloy_primitives::{Address, B256, Log, U256, map::HashMap};
use alloy_rpc_types_eth::{AccessList, AccessListItem};
use revm::{
    bytecode::opcode,
    context_interface::ContextTr,
    inspector::{Inspector, JournalExt},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter_types::{InputsTr, Jumps, MemoryTr},
    },
};
use revm_inspectors::access_list::AccessListInspector;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Slots of an entry that are looked at: few structures of tokens have more.
const STRUCTURE: u64 = 4;

/// The slots of one account that a call touched, in calls that reverted too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TouchedStorage {
    /// Whose.
    pub address: Address,
    /// Slots that were read (SLOAD).
    pub reads: BTreeSet<B256>,
    /// Slots that were written (SSTORE), with the value they had or another one.
    pub writes: BTreeSet<B256>,
}

/// Notes slots that are read and written, whose they are, and what an access list holds.
#[derive(Debug, Default)]
pub(super) struct StorageInspector {
    /// What an access list holds beside slots.
    accounts: AccessListInspector,
    touched: BTreeMap<Address, TouchedStorage>,
    /// Keys by the slots that were hashed from them.
    hashed: HashMap<B256, Keys>,
    /// The keys in what is hashed at the moment.
    hashing: Option<Keys>,
    /// Entries that were written, by contract and slot.
    entries: BTreeMap<(Address, U256), Entry>,
}

impl StorageInspector {
    /// The entries of mappings that were written, by contract and slot.
    pub(super) const fn entries(&self) -> &BTreeMap<(Address, U256), Entry> {
        &self.entries
    }

    /// What an access list of the call holds, and the slots that were touched, both in order of addresses.
    pub(super) fn finish(self) -> (AccessList, Vec<TouchedStorage>) {
        let mut accessed: BTreeMap<_, _> = self.accounts.into_touched_slots().into_iter().collect();
        for (address, touched) in &self.touched {
            let slots = accessed.entry(*address).or_default();
            slots.extend(touched.reads.union(&touched.writes));
        }
        let list = accessed.into_iter().map(|(address, slots)| AccessListItem {
            address,
            storage_keys: slots.into_iter().collect(),
        });
        let touched = self.touched.into_iter();
        let touched = touched.map(|(address, touched)| TouchedStorage { address, ..touched });
        (AccessList(list.collect()), touched.collect())
    }

    /// Notes the slot that is read or written.
    fn touch(&mut self, interpreter: &Interpreter) {
        let Ok(slot) = interpreter.stack.peek(0) else {
            return;
        };
        let contract = interpreter.input.target_address();
        let touched = self.touched.entry(contract).or_default();
        if interpreter.bytecode.opcode() == opcode::SLOAD {
            touched.reads.insert(slot.into());
            return;
        }
        touched.writes.insert(slot.into());
        // An entry may be a structure of several slots.
        let keys = (0..STRUCTURE).find_map(|offset| {
            let first = slot.wrapping_sub(U256::from(offset));
            self.hashed.get(&B256::from(first))
        });
        if let Some(keys) = keys {
            let caller = interpreter.input.caller_address();
            let entry = self.entries.entry((contract, slot));
            entry.or_insert(Entry::new(*keys)).written_by(caller);
        }
    }

    /// Notes of which keys the slot of a mapping is made.
    fn hash(&mut self, interpreter: &Interpreter) {
        let [.., length, start] = interpreter.stack.data().as_slice() else {
            return;
        };
        let length: usize = length.saturating_to();
        if !matches!(length, 32 | 52 | 64) {
            return;
        }
        let start: usize = start.saturating_to();
        // What is not in memory yet is zero.
        let end = start.checked_add(length);
        if end.is_none_or(|end| end > interpreter.memory.len()) {
            return;
        }
        let data = interpreter.memory.slice(start..start + length);
        self.hashing = Keys::of(&data, |word| self.hashed.get(&B256::from(word)).copied());
    }
}

/// A tracer and this inspector, of which most instructions concern neither: they are not passed on.
#[derive(Debug)]
pub(super) struct Observers {
    pub(super) tracer: Tracer,
    pub(super) storage: StorageInspector,
}

impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Observers {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.initialize_interp(interpreter, context);
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.step(interpreter, context);
        let storage = &mut self.storage;
        match interpreter.bytecode.opcode() {
            opcode::SLOAD | opcode::SSTORE => storage.touch(interpreter),
            opcode::KECCAK256 => storage.hash(interpreter),
            opcode::BALANCE
            | opcode::EXTCODESIZE
            | opcode::EXTCODECOPY
            | opcode::EXTCODEHASH
            | opcode::CALL
            | opcode::CALLCODE
            | opcode::DELEGATECALL
            | opcode::STATICCALL
            | opcode::SELFDESTRUCT => storage.accounts.step(interpreter, context),
            _ => {}
        }
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.step_end(interpreter, context);
        let storage = &mut self.storage;
        if let Some(keys) = storage.hashing.take()
            && let Ok(slot) = interpreter.stack.peek(0)
        {
            storage.hashed.insert(slot.into(), keys);
        }
    }

    fn log(&mut self, context: &mut C, log: Log) {
        self.tracer.log(context, log);
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut C, log: Log) {
        self.tracer.log_full(interpreter, context, log);
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.storage.accounts.call(context, inputs);
        self.tracer.call(context, inputs)
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.tracer.call_end(context, inputs, outcome);
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.storage.accounts.create(context, inputs);
        self.tracer.create(context, inputs)
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.tracer.create_end(context, inputs, outcome);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<C>::selfdestruct(&mut self.tracer, contract, target, value);
    }
}
