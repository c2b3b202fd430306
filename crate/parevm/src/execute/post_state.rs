//! State after a block, in the representation of its executor.

use super::ExecuteError;
use crate::{
    bal::VerifiedBal,
    state::{Overlay, StateDiff},
    vm::optimistic::{CodeStore, StateMemory, state_diff},
};
use std::fmt;

/// State after a block. [`PostState::into_diff`] takes a pass over all of it to find the changes.
#[derive(Debug)]
pub struct PostState<'a>(Representation<'a>);

enum Representation<'a> {
    Diff(StateDiff),
    /// Changes over the state before the block.
    Overlay(Overlay<'a>),
    /// Committed values of the multi-version memory.
    Memory(Box<(StateMemory, CodeStore)>),
    /// Verified access list.
    List(Box<VerifiedBal<'a>>),
}

impl<'a> PostState<'a> {
    pub(crate) const fn from_overlay(overlay: Overlay<'a>) -> Self {
        Self(Representation::Overlay(overlay))
    }

    pub(crate) fn from_memory(memory: StateMemory, codes: CodeStore) -> Self {
        Self(Representation::Memory(Box::new((memory, codes))))
    }

    pub(crate) fn from_list(list: VerifiedBal<'a>) -> Self {
        Self(Representation::List(Box::new(list)))
    }

    /// Returns the changes of the block, with those of system calls and rewards.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::StateUnavailable`] if a value before the block cannot be read;
    /// [`ExecuteError::Bug`] if a slot was written whose account was never read.
    pub fn into_diff(self) -> Result<StateDiff, ExecuteError> {
        match self.0 {
            Representation::Diff(diff) => Ok(diff),
            Representation::Overlay(overlay) => Ok(overlay.diff()),
            Representation::Memory(parts) => {
                let (memory, codes) = *parts;
                state_diff(&memory, &codes)
            }
            Representation::List(list) => {
                (list.diff()).map_err(|source| ExecuteError::StateUnavailable {
                    index: None,
                    source,
                })
            }
        }
    }
}

impl fmt::Debug for Representation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Diff(_) => "Diff",
            Self::Overlay(_) => "Overlay",
            Self::Memory(_) => "Memory",
            Self::List(_) => "List",
        })
    }
}

impl From<StateDiff> for PostState<'_> {
    fn from(diff: StateDiff) -> Self {
        Self(Representation::Diff(diff))
    }
}
