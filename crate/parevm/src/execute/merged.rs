//! The state after a block, as its executor left it.

use super::ExecuteError;
use crate::{
    bal::VerifiedBal,
    state::{Overlay, StateDiff},
    vm::optimistic::{CodeStore, StateMemory, state_diff},
};
use std::fmt;

/// The merged state after a block. To list what changed takes a pass over all of it, which is left
/// to [`Merged::into_diff`].
#[derive(Debug)]
pub struct Merged<'a>(Form<'a>);

enum Form<'a> {
    Diff(StateDiff),
    /// What lies on top of the state before.
    Overlay(Overlay<'a>),
    /// Final values of the multi-version memory.
    Memory(Box<(StateMemory, CodeStore)>),
    /// An access list that has proved right.
    List(Box<VerifiedBal<'a>>),
}

impl<'a> Merged<'a> {
    pub(crate) const fn on_top(overlay: Overlay<'a>) -> Self {
        Self(Form::Overlay(overlay))
    }

    pub(crate) fn in_memory(memory: StateMemory, codes: CodeStore) -> Self {
        Self(Form::Memory(Box::new((memory, codes))))
    }

    pub(crate) fn in_list(list: VerifiedBal<'a>) -> Self {
        Self(Form::List(Box::new(list)))
    }

    /// What the block changed, system calls and rewards included.
    ///
    /// # Errors
    ///
    /// [`ExecuteError::StateUnavailable`] when the value before the block cannot be read;
    /// [`ExecuteError::Bug`] when a slot was written whose account was never read.
    pub fn into_diff(self) -> Result<StateDiff, ExecuteError> {
        match self.0 {
            Form::Diff(diff) => Ok(diff),
            Form::Overlay(overlay) => Ok(overlay.diff()),
            Form::Memory(parts) => {
                let (memory, codes) = *parts;
                state_diff(&memory, &codes)
            }
            Form::List(list) => (list.diff()).map_err(|source| ExecuteError::StateUnavailable {
                index: None,
                source,
            }),
        }
    }
}

impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Diff(_) => "Diff",
            Self::Overlay(_) => "Overlay",
            Self::Memory(_) => "Memory",
            Self::List(_) => "List",
        })
    }
}

impl From<StateDiff> for Merged<'_> {
    fn from(diff: StateDiff) -> Self {
        Self(Form::Diff(diff))
    }
}
