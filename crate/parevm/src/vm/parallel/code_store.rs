//! Codes that came into being in this block.

use crate::vm::Bytecode;
use alloy_primitives::{B256, map::B256Map};
use std::sync::{PoisonError, RwLock};

/// Codes by their hash, written and read by all workers. A code stays, also
/// when the run that made it is thrown away: a hash has one code.
#[derive(Debug, Default)]
pub(crate) struct CodeStore {
    codes: RwLock<B256Map<Bytecode>>,
}

impl CodeStore {
    pub(crate) fn get(&self, code_hash: B256) -> Option<Bytecode> {
        self.codes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&code_hash)
            .cloned()
    }

    /// Keeps `code`, unless it is the empty one, which everybody knows.
    pub(crate) fn insert(&self, code_hash: B256, code: &Bytecode) {
        if code.is_empty() {
            return;
        }
        let mut codes = self.codes.write().unwrap_or_else(PoisonError::into_inner);
        codes.entry(code_hash).or_insert_with(|| code.clone());
    }
}
