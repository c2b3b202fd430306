//! Calls to contracts outside any transaction: no sender pays, and their changes are reverted.

use super::{BlockEvm, Environment};
use crate::state::{Account, Overlay, SourceError};
use alloy_primitives::{Address, Bytes, TxKind};
use revm::{
    context::{ContextSetters, LocalContextTr, TxEnv, result::EVMError},
    context_interface::{ContextTr, JournalTr, context::take_error},
    handler::{EvmTr, FrameResult},
    interpreter::{GasTracker, InterpreterResult},
};

/// EVM for many view calls on one state. What one has loaded stays loaded for the next.
pub struct ViewCalls<'r, 's> {
    evm: BlockEvm<&'r mut Overlay<'s>>,
}

/// Result of a view call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewResult {
    /// Output; `None` when the call reverted or halted.
    pub output: Option<Bytes>,
    /// Gas used.
    pub gas_used: u64,
}

impl<'r, 's> ViewCalls<'r, 's> {
    /// Prepares calls on `overlay`.
    #[must_use]
    pub fn new(environment: &Environment, overlay: &'r mut Overlay<'s>) -> Self {
        Self {
            evm: environment.evm(overlay),
        }
    }

    /// The account as it is now.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub fn account(&mut self, address: Address) -> Result<Option<Account>, SourceError> {
        self.evm.ctx.db_mut().account(address)
    }

    /// Calls `contract` with `data` and `gas` gas.
    ///
    /// # Errors
    ///
    /// When the state cannot be read.
    pub fn call(
        &mut self,
        contract: Address,
        data: Bytes,
        gas: u64,
    ) -> Result<ViewResult, EVMError<SourceError>> {
        self.evm.ctx.set_tx(TxEnv {
            gas_limit: gas,
            kind: TxKind::Call(contract),
            data,
            chain_id: None,
            ..TxEnv::default()
        });
        let mut tracker = GasTracker::new(gas, gas, 0);
        let before = self.evm.ctx.journal_mut().checkpoint();
        let begun = self.evm.ctx.journal_mut().checkpoint();
        let ran = super::transact::run_frames(&mut self.evm, begun, &mut tracker);
        take_error::<EVMError<SourceError>, _>(self.evm.ctx.error())?;
        let ran = ran?;
        self.evm.ctx.journal_mut().checkpoint_revert(before);
        self.evm.ctx.local_mut().clear();
        self.evm.frame_stack().clear();
        let out_of_gas = || InterpreterResult::new_oog(gas, 0);
        let ran = ran.map_or_else(out_of_gas, FrameResult::into_interpreter_result);
        Ok(ViewResult {
            gas_used: gas.saturating_sub(ran.gas.remaining()),
            output: ran.result.is_ok().then_some(ran.output),
        })
    }
}

impl std::fmt::Debug for ViewCalls<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewCalls").finish_non_exhaustive()
    }
}
