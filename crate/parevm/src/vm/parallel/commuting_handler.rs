//! The steps of a transaction, as mainnet's handler takes them, but such that it
//! can stop between two of them and go on later.

use super::{
    commuting_evm::{CommutingEvm, ViewEvmError},
    hook::Hook,
    view_error::ViewError,
    write_set::record_gain,
};
use crate::vm::transfer::tip;
use alloy_primitives::U256;
use revm::{
    context::{
        Cfg, ContextTr, JournalTr, Transaction,
        result::{EVMError, ExecutionResult, HaltReason},
    },
    handler::{
        EvmTr, FrameResult, Handler, ItemOrResult, execution, post_execution, pre_execution,
    },
    interpreter::{GasTracker, InitialAndFloorGas, interpreter_action::FrameInit},
};
use std::marker::PhantomData;

/// A transaction between two steps of its frames. The frames themselves are on
/// the EVM's stack.
pub(super) struct Middle {
    initial: InitialAndFloorGas,
    gas: GasTracker,
    refund: i64,
    /// The frame that comes next; `None` to go on with the one on top.
    next: Option<FrameInit>,
}

/// How far a run came that did not fail.
pub(super) enum Ended {
    Done(ExecutionResult),
    Suspended(Middle),
}

/// Mainnet's handler with hooks.
pub(super) struct CommutingHandler<'m, 'b>(PhantomData<(&'m (), &'b ())>);

impl<'m, 'b: 'm> CommutingHandler<'m, 'b> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }

    /// Runs the transaction in the context of `evm`. One that is suspended before
    /// its first frame fails with [`ViewError::Suspended`] and has to start anew.
    pub(super) fn start(&mut self, evm: &mut CommutingEvm<'m, 'b>) -> Result<Ended, ViewEvmError> {
        let first = self.first_frame(evm);
        let ended = match first {
            Ok(ItemOrResult::Item(middle)) => return self.go_on(evm, middle),
            Ok(ItemOrResult::Result(result)) => Ok(result),
            Err(error) => Err(error),
        };
        let result = ended.or_else(|error| self.catch_error(evm, error))?;
        Ok(Ended::Done(result))
    }

    /// Goes on with a transaction that has a frame to run.
    pub(super) fn go_on(
        &mut self,
        evm: &mut CommutingEvm<'m, 'b>,
        mut middle: Middle,
    ) -> Result<Ended, ViewEvmError> {
        let result = match self.run_frames(evm, &mut middle.next) {
            Err(EVMError::Database(ViewError::Suspended)) => return Ok(Ended::Suspended(middle)),
            Ok(result) => self.end(evm, Some(result), middle),
            Err(error) => Err(error),
        };
        let result = result.or_else(|error| self.catch_error(evm, error))?;
        Ok(Ended::Done(result))
    }

    /// What comes before the first frame. The result of a transaction that never
    /// gets there, for lack of gas.
    fn first_frame(
        &mut self,
        evm: &mut CommutingEvm<'m, 'b>,
    ) -> Result<ItemOrResult<Middle, ExecutionResult>, ViewEvmError> {
        let initial = self.validate(evm)?;
        let mut middle = Middle {
            initial,
            gas: self.tx_gas(evm, &initial),
            refund: 0,
            next: None,
        };
        if let Some(before) = self.pre_execution(evm, &mut middle.gas)? {
            middle.refund = i64::try_from(before.eip7702_refund).unwrap_or(i64::MAX);
            middle.next = self.first_frame_input(evm, &mut middle.gas)?;
            if middle.next.is_some() {
                evm.ctx().journal_mut().checkpoint_commit();
                return Ok(ItemOrResult::Item(middle));
            }
            execution::runtime_oog_unwind(evm.ctx(), before.checkpoint)?;
        }
        self.end(evm, None, middle).map(ItemOrResult::Result)
    }

    /// Runs frames until the first one is done. When suspended, `next` is where to
    /// go on.
    fn run_frames(
        &mut self,
        evm: &mut CommutingEvm<'m, 'b>,
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
                evm.look_ahead(init).map_err(EVMError::Database)?;
            }
            let Some(init) = next.take() else { continue };
            if let ItemOrResult::Result(result) = evm.frame_init(init)? {
                // A first frame that is over at once was never on the stack.
                if evm.frame_stack().index().is_none() {
                    return Ok(result);
                }
                if let Some(result) = evm.frame_return_result(result)? {
                    return Ok(result);
                }
            }
        }
    }

    /// What comes after the first frame, which gave `result`; `None` if the
    /// transaction never got to it, for lack of gas.
    fn end(
        &mut self,
        evm: &mut CommutingEvm<'m, 'b>,
        result: Option<FrameResult>,
        middle: Middle,
    ) -> Result<ExecutionResult, ViewEvmError> {
        let Middle {
            initial,
            mut gas,
            refund,
            ..
        } = middle;
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

impl<'m, 'b: 'm> Handler for CommutingHandler<'m, 'b> {
    type Evm = CommutingEvm<'m, 'b>;
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
        // A sum that overflows is refused below, after the nonce.
        if let Ok(needed) = transaction.max_balance_spending()
            && Hook::FeeCheck.is_on()
        {
            context.journal_mut().load_account(caller)?;
            CommutingEvm::rely_at_least(context, caller, needed);
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
            || !Hook::Reward.is_on();
        if is_left_to_revm {
            return Ok(post_execution::reward_beneficiary(context, result.gas())?);
        }
        let spec = journal.inner.cfg.spec;
        let gas = result.gas();
        let used = gas.used().saturating_sub(gas.reservoir());
        let reward = U256::from(tip(context) * u128::from(used));
        evm.reward = Some(reward);
        let journal = &mut evm.inner.ctx.journaled_state;
        Ok(record_gain(
            &mut journal.database,
            beneficiary,
            reward,
            spec,
        )?)
    }
}
