//! EVM of an optimistic execution: mainnet's, with hooks that record how it depends on balances.
//!
//! To the database a balance that is returned to a contract looks like one that is only compared with a
//! payment. Six hooks distinguish them:
//!
//! 1. BALANCE, SELFBALANCE and SELFDESTRUCT (source) depend on the exact balance;
//! 2. a frame that transfers value depends on a lower bound;
//! 3. CREATE and CREATE2 depend on one in the opcode from Amsterdam on: a creator that lacks the value
//!    gets no frame (EIP-8037);
//! 4. the fee check depends on a lower bound;
//! 5. a load depends on whether the account is empty (in `read`);
//! 6. the reward of the beneficiary depends on nothing, unless the transaction has loaded that account
//!    anyway.

use super::{
    balance_opcodes,
    context::{ViewContext, ViewEvm, require_balance},
    continuation::Continuation,
    database::ViewDatabase,
    hook::Hook,
    state_program::StateProgram,
    suspension,
    view_error::ViewError,
};
use crate::vm::{BlockPrecompiles, Environment, TxEnv, eip7610, keccak256, memo::PrecompileMemo};
use alloy_primitives::U256;
use revm::{
    Context, Journal, MainBuilder,
    context::{BlockEnv, CfgEnv, ContextError, FrameStack},
    handler::{
        EthFrame, EvmTr, FrameInitOrResult, FrameResult, ItemOrResult,
        evm::{ContextDbError, FrameInitResult},
        instructions::EthInstructions,
    },
    interpreter::{FrameInput, interpreter::EthInterpreter, interpreter_action::FrameInit},
};
use std::sync::{Arc, OnceLock};

/// Transaction of the context until the first one is set.
static NO_TRANSACTION: OnceLock<TxEnv> = OnceLock::new();

/// EVM of one worker in an optimistic execution.
pub(crate) struct OptimisticEvm<'m, P: StateProgram> {
    pub(super) inner: ViewEvm<'m, P>,
    pub(super) state_changes: StateChanges,
    /// Reward that the executing transaction paid to the beneficiary, in wei, if it has not loaded that
    /// account.
    pub(super) reward: Option<U256>,
    /// Continuation of a transaction that was suspended in a frame.
    pub(super) continuation: Option<Continuation>,
}

/// Whether the output of a transaction has its state changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StateChanges {
    /// It has them; an access list needs them.
    Kept,
    /// It does not.
    Dropped,
}

impl<'m, P: StateProgram + 'm> OptimisticEvm<'m, P> {
    /// Creates an EVM of the block of `environment`.
    pub(crate) fn new(
        environment: &Environment,
        database: ViewDatabase<'m, P>,
        memo: &Arc<PrecompileMemo>,
        state_changes: StateChanges,
    ) -> Self {
        let context = Context::<BlockEnv, TxEnv, CfgEnv, _, Journal<_>, ()>::new(
            database,
            environment.spec(),
        );
        let inner = context
            .with_cfg(environment.cfg.clone())
            .with_block(environment.block.clone())
            .with_tx(NO_TRANSACTION.get_or_init(TxEnv::default))
            .build_mainnet();
        let mut inner = inner.with_precompiles(environment.precompiles.with_memo(memo));
        keccak256::install(&mut inner.instruction);
        suspension::install(&mut inner.instruction);
        balance_opcodes::install(&mut inner.instruction);
        Self {
            inner,
            state_changes,
            reward: None,
            continuation: None,
        }
    }

    /// Returns the database.
    pub(crate) fn database(&mut self) -> &mut ViewDatabase<'m, P> {
        &mut self.inner.ctx.journaled_state.database
    }

    /// Reads the account that the frame of `init` will load, while there are no effects to undo.
    pub(super) fn prefetch(&mut self, init: &FrameInit) -> Result<(), ViewError> {
        let FrameInput::Create(create) = &init.frame_input else {
            return Ok(());
        };
        let journal = &mut self.inner.ctx.journaled_state;
        let Some(creator) = journal.inner.state.get(&create.caller()) else {
            return Ok(());
        };
        let created = create.created_address(creator.info.nonce);
        if journal.inner.state.contains_key(&created) {
            return Ok(());
        }
        journal.database.prefetch(created)
    }
}

impl<'m, P: StateProgram + 'm> EvmTr for OptimisticEvm<'m, P> {
    type Context = ViewContext<'m, P>;
    type Instructions = EthInstructions<EthInterpreter, ViewContext<'m, P>>;
    type Precompiles = BlockPrecompiles;
    type Frame = EthFrame<EthInterpreter>;

    fn all(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<Self::Frame>,
    ) {
        self.inner.all()
    }

    fn all_mut(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<Self::Frame>,
    ) {
        self.inner.all_mut()
    }

    fn frame_init(
        &mut self,
        frame_input: FrameInit,
    ) -> Result<FrameInitResult<'_, Self::Frame>, ContextDbError<Self::Context>> {
        let payment = match &frame_input.frame_input {
            FrameInput::Call(call) => call.value.transfer().map(|value| (call.caller, value)),
            FrameInput::Create(create) => Some((create.caller(), create.value())),
            FrameInput::Empty => None,
        };
        if let Some((payer, value)) = payment
            && !value.is_zero()
            && Hook::Payment.is_enabled()
        {
            require_balance(&mut self.inner.ctx, payer, value);
        }
        eip7610::frame_init(&mut self.inner, frame_input)
    }

    fn frame_run(
        &mut self,
    ) -> Result<FrameInitOrResult<Self::Frame>, ContextDbError<Self::Context>> {
        let ViewEvm::<'m, P> {
            ctx,
            instruction,
            frame_stack,
            ..
        } = &mut self.inner;
        let frame = frame_stack.get();
        let table = instruction.instruction_table();
        let gas_table = instruction.gas_table();
        let action = frame.interpreter.run_plain(table, gas_table, ctx);
        if ctx.journaled_state.database.is_suspended() {
            suspension::rewind(&mut frame.interpreter, gas_table);
            ctx.error = Ok(());
            return Err(ContextError::Db(ViewError::Suspended));
        }
        let next = frame.process_next_action(ctx, action);
        if matches!(next, Ok(ItemOrResult::Result(_))) {
            frame.set_finished(true);
        }
        next
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Self::Context>> {
        self.inner.frame_return_result(result)
    }
}
