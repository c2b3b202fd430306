//! The state after a block, as its executor left it.

use super::ExecuteError;
use crate::{
    state::StateDiff,
    vm::parallel::{CodeStore, StateMemory, state_diff},
};

/// The merged state after a block. To list what changed takes a pass over all of it, which is left
/// to [`Merged::into_diff`].
#[derive(Debug)]
pub struct Merged(Form);

#[derive(Debug)]
enum Form {
    Diff(StateDiff),
    /// Final values of the multi-version memory.
    Memory(Box<(StateMemory, CodeStore)>),
}

impl Merged {
    pub(crate) fn in_memory(memory: StateMemory, codes: CodeStore) -> Self {
        Self(Form::Memory(Box::new((memory, codes))))
    }

    /// What the block changed, system calls and rewards included.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Bug`] when a slot was written whose account was never read.
    pub fn into_diff(self) -> Result<StateDiff, ExecuteError> {
        match self.0 {
            Form::Diff(diff) => Ok(diff),
            Form::Memory(parts) => {
                let (memory, codes) = *parts;
                state_diff(&memory, &codes)
            }
        }
    }
}

impl From<StateDiff> for Merged {
    fn from(diff: StateDiff) -> Self {
        Self(Form::Diff(diff))
    }
}
