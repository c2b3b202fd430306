//! Clearing of revm's journal between transactions.

use revm::context::{JournalInner, journal::JournalEntryTr};

/// Maximum capacity, in accounts, that is kept: to clear a larger map takes longer than to allocate it.
const MOST_KEPT: usize = 256;

/// Clears `journal` for the next transaction, as `finalize` does, but keeps the capacity of its account
/// map: a new map would grow again in each transaction.
pub(crate) fn clear<E: JournalEntryTr>(journal: &mut JournalInner<E>) {
    let mut state = std::mem::take(&mut journal.state);
    journal.finalize();
    if state.capacity() <= MOST_KEPT {
        state.clear();
        journal.state = state;
    }
}
