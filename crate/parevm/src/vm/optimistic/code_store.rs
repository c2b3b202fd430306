//! Contract codes created in a block.

use crate::vm::Bytecode;
use alloy_primitives::{B256, map::B256Map};
use std::sync::{PoisonError, RwLock};

/// Contract codes created in a block, by hash, shared by all workers. The code of an aborted incarnation is kept: a hash
/// has one code.
#[derive(Debug, Default)]
pub(crate) struct CodeStore {
    codes: RwLock<B256Map<Bytecode>>,
}

impl CodeStore {
    /// Returns the code with hash `code_hash`, if it was created in this block.
    pub(crate) fn get(&self, code_hash: B256) -> Option<Bytecode> {
        self.codes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&code_hash)
            .cloned()
    }

    /// Inserts `code`, unless it is empty.
    pub(crate) fn insert(&self, code_hash: B256, code: &Bytecode) {
        if code.is_empty() {
            return;
        }
        let mut codes = self.codes.write().unwrap_or_else(PoisonError::into_inner);
        codes.entry(code_hash).or_insert_with(|| code.clone());
    }
}
