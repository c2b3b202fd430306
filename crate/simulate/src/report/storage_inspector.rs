//! Storage inspector: slots that a call reads and writes, entries of mappings, and the access list.

use super::mapping::{MappingEntry, MappingKeys};
use alloy_primitives::{Address, B256, U256, map::HashMap};
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

/// Most slots of an entry that are recognized: few structs of tokens have more.
const STRUCT_SLOTS: u64 = 4;

/// Slots of one account that a call reads and writes, also in frames that reverted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TouchedStorage {
    /// Address of the account.
    pub address: Address,
    /// Slots that SLOAD read.
    pub reads: BTreeSet<B256>,
    /// Slots that SSTORE wrote, also those whose value did not change.
    pub writes: BTreeSet<B256>,
}

/// Inspector of the slots that a call reads and writes, of the mapping entries among them, and of the access list.
#[derive(Debug, Default)]
pub(super) struct StorageInspector {
    /// Access list without slots.
    accounts: AccessListInspector,
    touched: BTreeMap<Address, TouchedStorage>,
    /// Mapping keys by the slot that is their hash.
    hashed: HashMap<B256, MappingKeys>,
    /// Mapping keys in the input of the current KECCAK256.
    hashing: Option<MappingKeys>,
    /// Written mapping entries, by contract and slot.
    entries: BTreeMap<(Address, U256), MappingEntry>,
}

impl StorageInspector {
    /// Returns the written mapping entries, by contract and slot.
    pub(super) const fn entries(&self) -> &BTreeMap<(Address, U256), MappingEntry> {
        &self.entries
    }

    /// Returns the access list of the call and the touched slots, both sorted by address.
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

    /// Records the slot of SLOAD or SSTORE.
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
        // An entry may be a struct of several slots.
        let keys = (0..STRUCT_SLOTS).find_map(|offset| {
            let first = slot.wrapping_sub(U256::from(offset));
            self.hashed.get(&B256::from(first))
        });
        if let Some(keys) = keys {
            let caller = interpreter.input.caller_address();
            let entry = self.entries.entry((contract, slot));
            entry.or_insert(MappingEntry::new(*keys)).written_by(caller);
        }
    }

    /// Records the mapping keys in the input of KECCAK256, if there are any.
    fn hash(&mut self, interpreter: &Interpreter) {
        let [.., length, start] = interpreter.stack.data().as_slice() else {
            return;
        };
        let length: usize = length.saturating_to();
        if !matches!(length, 32 | 52 | 64) {
            return;
        }
        let start: usize = start.saturating_to();
        // Memory beyond its size is zero, and holds no keys.
        let end = start.checked_add(length);
        if end.is_none_or(|end| end > interpreter.memory.len()) {
            return;
        }
        let data = interpreter.memory.slice(start..start + length);
        self.hashing = MappingKeys::of(&data, |word| self.hashed.get(&B256::from(word)).copied());
    }
}

/// Sees every instruction; most concern neither storage nor the access list.
impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for StorageInspector {
    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        match interpreter.bytecode.opcode() {
            opcode::SLOAD | opcode::SSTORE => self.touch(interpreter),
            opcode::KECCAK256 => self.hash(interpreter),
            opcode::BALANCE
            | opcode::EXTCODESIZE
            | opcode::EXTCODECOPY
            | opcode::EXTCODEHASH
            | opcode::CALL
            | opcode::CALLCODE
            | opcode::DELEGATECALL
            | opcode::STATICCALL
            | opcode::SELFDESTRUCT => self.accounts.step(interpreter, context),
            _ => {}
        }
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, _context: &mut C) {
        if let Some(keys) = self.hashing.take()
            && let Ok(slot) = interpreter.stack.peek(0)
        {
            self.hashed.insert(slot.into(), keys);
        }
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.accounts.call(context, inputs)
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.accounts.create(context, inputs)
    }
}
