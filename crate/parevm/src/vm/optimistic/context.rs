//! Context of the optimistic EVM, and the dependence of an execution on balances in it.

use super::{database::ViewDatabase, state_program::StateProgram, view_error::ViewError};
use crate::vm::{TxEnv, environment::ContextEvm};
use alloy_primitives::{Address, U256};
use revm::{
    Context, Journal,
    context::{
        BlockEnv, CfgEnv,
        result::{EVMError, InvalidTransaction},
    },
};

/// Context of the optimistic EVM.
pub(super) type ViewContext<'m, P> =
    Context<BlockEnv, &'m TxEnv, CfgEnv, ViewDatabase<'m, P>, Journal<ViewDatabase<'m, P>>, ()>;

/// EVM of revm with that context.
pub(super) type ViewEvm<'m, P> = ContextEvm<ViewContext<'m, P>>;

/// Error of a transaction in an optimistic execution.
pub(crate) type ViewEvmError = EVMError<ViewError, InvalidTransaction>;

/// Records that the execution depends on the exact balance at `address`, if the account is loaded.
pub(super) fn require_exact_balance<P: StateProgram>(
    context: &mut ViewContext<'_, P>,
    address: Address,
) {
    let journal = &mut context.journaled_state;
    if let Some(account) = journal.inner.state.get(&address) {
        let database = &mut journal.database;
        database.require_exact_balance(address, &account.info);
    }
}

/// Records that the execution depends on the current balance at `address` being at least `needed`, if the
/// account is loaded.
pub(super) fn require_balance<P: StateProgram>(
    context: &mut ViewContext<'_, P>,
    address: Address,
    needed: U256,
) {
    let journal = &mut context.journaled_state;
    if let Some(account) = journal.inner.state.get(&address) {
        let database = &mut journal.database;
        database.require_balance(address, &account.info, needed);
    }
}
