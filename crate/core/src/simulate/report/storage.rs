//! The slots that a call reads and writes.

use alloy_primitives::{Address, B256};
use revm::{
    bytecode::opcode,
    inspector::Inspector,
    interpreter::{
        Interpreter,
        interpreter_types::{InputsTr, Jumps},
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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

/// Notes slots that are read and written.
#[derive(Debug, Default)]
pub(super) struct StorageInspector(BTreeMap<Address, TouchedStorage>);

impl StorageInspector {
    /// What was touched, in order of addresses.
    pub(super) fn into_touched(self) -> Vec<TouchedStorage> {
        let touched = self.0.into_iter();
        touched
            .map(|(address, touched)| TouchedStorage { address, ..touched })
            .collect()
    }
}

impl<C> Inspector<C> for StorageInspector {
    fn step(&mut self, interpreter: &mut Interpreter, _context: &mut C) {
        let opcode = interpreter.bytecode.opcode();
        if !matches!(opcode, opcode::SLOAD | opcode::SSTORE) {
            return;
        }
        let Ok(slot) = interpreter.stack.peek(0) else {
            return;
        };
        let touched = self.0.entry(interpreter.input.target_address());
        let touched = touched.or_default();
        let slots = if opcode == opcode::SLOAD {
            &mut touched.reads
        } else {
            &mut touched.writes
        };
        slots.insert(slot.into());
    }
}
