//! View calls: calls to contracts outside any transaction, without fees; their changes are reverted.

use super::{BlockEvm, Environment, transact::run_frames};
use crate::state::{Account, Overlay, SourceError};
use alloy_primitives::{Address, Bytes, TxKind};
use revm::{
    context::{ContextSetters, LocalContextTr, TxEnv, result::EVMError},
    context_interface::{ContextTr, JournalTr, context::take_error},
    handler::{EvmTr, FrameResult},
    interpreter::{GasTracker, InterpreterResult},
};

/// EVM for many view calls on one state. Loaded accounts and slots stay loaded.
pub struct ViewCalls<'r, 's> {
    /// Owns the overlay meanwhile, as that of a transaction does: the interpreter is compiled once for both.
    evm: BlockEvm<Overlay<'s>>,
    home: &'r mut Overlay<'s>,
}

/// Result of a view call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewResult {
    /// Output; `None` if the call reverted or halted.
    pub output: Option<Bytes>,
    /// Gas used.
    pub gas_used: u64,
}

impl<'r, 's> ViewCalls<'r, 's> {
    /// Prepares calls on `overlay`.
    #[must_use]
    pub fn new(environment: &Environment, overlay: &'r mut Overlay<'s>) -> Self {
        Self {
            evm: environment.evm(overlay.take()),
            home: overlay,
        }
    }

    /// Returns the present account at `address`.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
    pub fn account(&mut self, address: Address) -> Result<Option<Account>, SourceError> {
        self.evm.ctx.db_mut().account(address)
    }

    /// Calls `contract` with `data` and `gas` gas.
    ///
    /// # Errors
    ///
    /// The state cannot be read.
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
        let checkpoint = self.evm.ctx.journal_mut().checkpoint();
        let ran = run_frames(&mut self.evm, checkpoint, &mut tracker);
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

impl Drop for ViewCalls<'_, '_> {
    fn drop(&mut self) {
        *self.home = self.evm.ctx.db_mut().take();
    }
}

impl std::fmt::Debug for ViewCalls<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewCalls").finish_non_exhaustive()
    }
}
