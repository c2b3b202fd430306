//! Handler of a transaction, as mainnet's, which can be suspended between two steps of its frames.

use super::{
    context::{ViewEvmError, require_balance},
    continuation::Continuation,
    evm::OptimisticEvm,
    hook::Hook,
    state_program::StateProgram,
    view_error::ViewError,
    write_set::record_reward,
};
use crate::vm::transfer::priority_fee;
use alloy_primitives::U256;
use revm::{
    context::{
        Cfg, ContextTr, JournalTr, Transaction,
        result::{EVMError, ExecutionResult, HaltReason},
    },
    handler::{
        EvmTr, FrameResult, Handler, ItemOrResult, execution, post_execution, pre_execution,
    },
    interpreter::{InitialAndFloorGas, interpreter_action::FrameInit},
};
use std::marker::PhantomData;

/// Progress of a transaction that did not fail.
pub(super) enum HandlerProgress {
    Done(ExecutionResult),
    Suspended(Continuation),
}

/// Mainnet's handler with hooks.
pub(super) struct OptimisticHandler<'m, P: StateProgram>(PhantomData<&'m P>);

impl<'m, P: StateProgram + 'm> OptimisticHandler<'m, P> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }

    /// Executes the transaction of the context. If it is suspended before its first frame, it fails with
    /// [`ViewError::Suspended`] and must be started again.
    pub(super) fn start(
        &mut self,
        evm: &mut OptimisticEvm<'m, P>,
    ) -> Result<HandlerProgress, ViewEvmError> {
        let first = self.first_frame(evm);
        let ended = match first {
            Ok(ItemOrResult::Item(continuation)) => return self.resume(evm, continuation),
            Ok(ItemOrResult::Result(result)) => Ok(result),
            Err(error) => Err(error),
        };
        let result = ended.or_else(|error| self.catch_error(evm, error))?;
        Ok(HandlerProgress::Done(result))
    }

    /// Resumes a transaction that has a frame to execute.
    pub(super) fn resume(
        &mut self,
        evm: &mut OptimisticEvm<'m, P>,
        mut continuation: Continuation,
    ) -> Result<HandlerProgress, ViewEvmError> {
        let result = match self.run_frames(evm, &mut continuation.next) {
            Err(EVMError::Database(ViewError::Suspended)) => {
                return Ok(HandlerProgress::Suspended(continuation));
            }
            Ok(result) => self.end(evm, Some(result), continuation),
            Err(error) => Err(error),
        };
        let result = result.or_else(|error| self.catch_error(evm, error))?;
        Ok(HandlerProgress::Done(result))
    }

    /// Executes the steps before the first frame. Returns the result of a transaction that runs out of gas before it.
    fn first_frame(
        &mut self,
        evm: &mut OptimisticEvm<'m, P>,
    ) -> Result<ItemOrResult<Continuation, ExecutionResult>, ViewEvmError> {
        let initial = self.validate(evm)?;
        let mut continuation = Continuation {
            initial,
            gas: self.tx_gas(evm, &initial),
            refund: 0,
            next: None,
        };
        if let Some(before) = self.pre_execution(evm, &mut continuation.gas)? {
            continuation.refund = i64::try_from(before.eip7702_refund).unwrap_or(i64::MAX);
            continuation.next = self.first_frame_input(evm, &mut continuation.gas)?;
            if continuation.next.is_some() {
                evm.ctx().journal_mut().checkpoint_commit();
                return Ok(ItemOrResult::Item(continuation));
            }
            execution::runtime_oog_unwind(evm.ctx(), before.checkpoint)?;
        }
        self.end(evm, None, continuation).map(ItemOrResult::Result)
    }

    /// Executes frames until the first one is done. If suspended, `next` is that of the continuation.
    fn run_frames(
        &mut self,
        evm: &mut OptimisticEvm<'m, P>,
        next: &mut Option<FrameInit>,
    ) -> Result<FrameResult, ViewEvmError> {
        loop {
            if next.is_none() {
                match evm.frame_run()? {
                    ItemOrResult::Item(init) => *next = Some(init),
                    ItemOrResult::Result(result) => {
                        if let Some(result) = evm.frame_return_result(result)? {
                            return Ok(result);
                        }
                        continue;
                    }
                }
            }
            if let Some(init) = next.as_ref() {
                evm.prefetch(init).map_err(EVMError::Database)?;
            }
            let Some(init) = next.take() else { continue };
            if let ItemOrResult::Result(result) = evm.frame_init(init)? {
                // A first frame that ends at once was never on the stack.
                if evm.frame_stack().index().is_none() {
                    return Ok(result);
                }
                if let Some(result) = evm.frame_return_result(result)? {
                    return Ok(result);
                }
            }
        }
    }

    /// Executes the steps after the first frame, which returned `result`; `None` if the transaction ran out of gas before it.
    fn end(
        &mut self,
        evm: &mut OptimisticEvm<'m, P>,
        result: Option<FrameResult>,
        continuation: Continuation,
    ) -> Result<ExecutionResult, ViewEvmError> {
        let Continuation {
            initial,
            mut gas,
            refund,
            ..
        } = continuation;
        let mut result = match result {
            Some(mut result) => {
                self.last_frame_result(evm, &mut result, &mut gas)?;
                result
            }
            None => self.runtime_oog_result(evm, &initial, &mut gas)?,
        };
        let gas = self.post_execution(evm, &mut result, initial, refund)?;
        self.execution_result(evm, result, gas)
    }
}

impl<'m, P: StateProgram + 'm> Handler for OptimisticHandler<'m, P> {
    type Evm = OptimisticEvm<'m, P>;
    type Error = ViewEvmError;
    type HaltReason = HaltReason;

    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Self::Evm,
        _gas: &mut InitialAndFloorGas,
    ) -> Result<(), Self::Error> {
        let context = evm.ctx();
        let transaction = context.tx();
        let caller = transaction.caller();
        // A sum that overflows is an error below, after the nonce check.
        if let Ok(needed) = transaction.max_balance_spending()
            && Hook::FeeCheck.is_enabled()
        {
            context.journal_mut().load_account(caller)?;
            require_balance(context, caller, needed);
        }
        pre_execution::validate_against_state_and_deduct_caller(context)
    }

    fn reward_beneficiary(
        &self,
        evm: &mut Self::Evm,
        result: &mut FrameResult,
    ) -> Result<(), Self::Error> {
        let context = evm.ctx();
        let beneficiary = context.block.beneficiary;
        let journal = &mut context.journaled_state;
        let is_left_to_revm = context.cfg.is_fee_charge_disabled()
            || journal.inner.state.contains_key(&beneficiary)
            || !Hook::Reward.is_enabled();
        if is_left_to_revm {
            return Ok(post_execution::reward_beneficiary(context, result.gas())?);
        }
        let spec = journal.inner.cfg.spec;
        let gas = result.gas();
        let used = gas.used().saturating_sub(gas.reservoir());
        let reward = U256::from(priority_fee(context) * u128::from(used));
        evm.reward = Some(reward);
        let journal = &mut evm.inner.ctx.journaled_state;
        Ok(record_reward(
            &mut journal.database,
            beneficiary,
            reward,
            spec,
        )?)
    }
}
