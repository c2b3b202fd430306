//! What a transaction leaves in revm's journal, and how it goes.

use revm::context::{JournalInner, journal::JournalEntryTr};

/// Room for more accounts than these is given back: to clear it takes longer than to find it anew.
const MOST_KEPT: usize = 256;

/// Empties `journal` for the next transaction, as `finalize` does, but keeps the room that its accounts
/// took: a map that starts anew with each transaction grows anew, too.
pub(crate) fn empty<E: JournalEntryTr>(journal: &mut JournalInner<E>) {
    let mut state = std::mem::take(&mut journal.state);
    journal.finalize();
    if state.capacity() <= MOST_KEPT {
        state.clear();
        journal.state = state;
    }
}
