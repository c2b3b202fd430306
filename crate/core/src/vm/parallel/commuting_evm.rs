//! Mainnet's EVM with hooks that say how far a transaction relies on balances.
//!
//! The EVM cannot tell a balance that is returned to a contract from one that is
//! only compared with a payment. Five hooks can:
//!
//! 1. BALANCE, SELFBALANCE and SELFDESTRUCT (source) observe exactly;
//! 2. a frame that transfers value needs a lower bound;
//! 3. the fee check needs a lower bound;
//! 4. a load relies on the account being empty or not (in `value`);
//! 5. the reward of the beneficiary relies on nothing, unless the transaction
//!    has loaded that account anyway.

use super::{
    database::{ViewDatabase, ViewError},
    hook::Hook,
    precompiles::{MemoPrecompiles, PrecompileMemo},
    write_set::{record, record_gain},
};
use crate::{
    execute::AccessListOutput,
    state::StateSource,
    vm::{Environment, TxEnv, preimages},
};
use alloy_primitives::{Address, U256};
use revm::{
    Context, Journal, MainBuilder,
    bytecode::opcode,
    context::{
        BlockEnv, CfgEnv, ContextSetters, ContextTr, Evm, FrameStack, JournalTr, Transaction,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction},
    },
    handler::{
        EthFrame, EvmTr, FrameInitOrResult, FrameResult, Handler,
        evm::{ContextDbError, FrameInitResult},
        instructions::EthInstructions,
        post_execution, pre_execution,
    },
    interpreter::{
        FrameInput, InitialAndFloorGas, Instruction, InstructionContext, InstructionExecResult,
        instructions::host, interpreter::EthInterpreter, interpreter_action::FrameInit,
        interpreter_types::InputsTr,
    },
    primitives::hardfork::SpecId,
    state::EvmState,
};
use std::sync::OnceLock;

pub(super) type ViewContext<'m, 'b, S> = Context<
    BlockEnv,
    &'b TxEnv,
    CfgEnv,
    ViewDatabase<'m, 'b, S>,
    Journal<ViewDatabase<'m, 'b, S>>,
    (),
>;

type Inner<'m, 'b, S> = Evm<
    ViewContext<'m, 'b, S>,
    (),
    EthInstructions<EthInterpreter, ViewContext<'m, 'b, S>>,
    MemoPrecompiles<'m>,
    EthFrame<EthInterpreter>,
>;

/// Stands in the context until the first transaction.
static NO_TRANSACTION: OnceLock<TxEnv> = OnceLock::new();

/// Why a transaction of a parallel run has no result.
pub(crate) type ViewEvmError = EVMError<ViewError, InvalidTransaction>;

/// An EVM of one worker of a parallel run.
pub(crate) struct CommutingEvm<'m, 'b, S: StateSource> {
    inner: Inner<'m, 'b, S>,
    output: AccessListOutput,
    /// As [`Ran::reward`], of the running transaction.
    reward: Option<U256>,
}

/// What a transaction leaves beside its patches.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) result: ExecutionResult,
    /// What it loaded and changed, if an access list is made. Balances are those it saw, which may
    /// not be those of its place in the block.
    pub(crate) changes: Option<EvmState>,
    /// What it paid to the beneficiary, in wei, if it has not loaded that account.
    pub(crate) reward: Option<U256>,
}

impl<'m, 'b, S: StateSource> CommutingEvm<'m, 'b, S> {
    /// An EVM of the block of `environment`.
    pub(crate) fn new(
        environment: &Environment,
        database: ViewDatabase<'m, 'b, S>,
        memo: &'m PrecompileMemo,
        output: AccessListOutput,
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
        let precompiles = MemoPrecompiles::new(environment.precompiles.clone(), memo);
        let mut inner = inner.with_precompiles(precompiles);
        let hooks = [
            (
                opcode::BALANCE,
                Instruction::new(balance as Opcode<'m, 'b, S>),
            ),
            (
                opcode::SELFBALANCE,
                Instruction::new(self_balance as Opcode<'m, 'b, S>),
            ),
            (
                opcode::SELFDESTRUCT,
                Instruction::new(self_destruct as Opcode<'m, 'b, S>),
            ),
        ];
        preimages::install(&mut inner.instruction);
        for (opcode, hook) in hooks {
            let gas = inner.instruction.gas_table()[usize::from(opcode)];
            inner.instruction.insert_instruction(opcode, hook, gas);
        }
        Self {
            inner,
            output,
            reward: None,
        }
    }

    /// What the EVM reads through.
    pub(crate) fn database(&mut self) -> &mut ViewDatabase<'m, 'b, S> {
        &mut self.inner.ctx.journaled_state.database
    }

    /// Runs `transaction` and leaves its reads and writes in the view.
    pub(crate) fn transact(&mut self, transaction: &'b TxEnv) -> Result<Ran, ViewEvmError> {
        self.database().begin(transaction);
        self.reward = None;
        self.inner.ctx.set_tx(transaction);
        let result = CommutingHandler(std::marker::PhantomData).run(self);
        let journal = &mut self.inner.ctx.journaled_state;
        let result = match result {
            Ok(result) => result,
            Err(error) => {
                // A discarded transaction leaves the accounts it loaded behind.
                journal.inner.finalize();
                return Err(error);
            }
        };
        let wanted = self.output == AccessListOutput::Returned;
        let changes = wanted.then(|| journal.inner.state.clone());
        let spec = journal.inner.cfg.spec;
        let recorded = record(&mut journal.database, &mut journal.inner.state, spec);
        journal.inner.finalize();
        recorded.map_err(EVMError::Database)?;
        let reward = self.reward;
        Ok(Ran {
            result,
            changes,
            reward,
        })
    }

    /// Relies on the balance at `address` exactly, if the account is loaded.
    fn rely_exactly(context: &mut ViewContext<'m, 'b, S>, address: Address) {
        let journal = &mut context.journaled_state;
        if let Some(account) = journal.inner.state.get(&address) {
            journal.database.rely_exactly(address, &account.info);
        }
    }

    /// Relies on the current balance at `address` being at least `needed`.
    fn rely_at_least(context: &mut ViewContext<'m, 'b, S>, address: Address, needed: U256) {
        let journal = &mut context.journaled_state;
        if let Some(account) = journal.inner.state.get(&address) {
            journal
                .database
                .rely_at_least(address, &account.info, needed);
        }
    }
}

type Opcode<'m, 'b, S> =
    fn(InstructionContext<'_, ViewContext<'m, 'b, S>, EthInterpreter>) -> InstructionExecResult;

fn balance<'m, 'b, S: StateSource>(
    context: InstructionContext<'_, ViewContext<'m, 'b, S>, EthInterpreter>,
) -> InstructionExecResult {
    let address = context.interpreter.stack.data().last().map(to_address);
    let InstructionContext { interpreter, host } = context;
    host::balance(InstructionContext {
        interpreter,
        host: &mut *host,
    })?;
    if let Some(address) = address
        && Hook::Balance.is_on()
    {
        CommutingEvm::rely_exactly(host, address);
    }
    Ok(())
}

fn self_balance<'m, 'b, S: StateSource>(
    context: InstructionContext<'_, ViewContext<'m, 'b, S>, EthInterpreter>,
) -> InstructionExecResult {
    if Hook::SelfBalance.is_on() {
        CommutingEvm::rely_exactly(context.host, context.interpreter.input.target_address());
    }
    host::selfbalance(context)
}

fn self_destruct<'m, 'b, S: StateSource>(
    context: InstructionContext<'_, ViewContext<'m, 'b, S>, EthInterpreter>,
) -> InstructionExecResult {
    if Hook::SelfDestruct.is_on() {
        CommutingEvm::rely_exactly(context.host, context.interpreter.input.target_address());
    }
    host::selfdestruct(context)
}

/// The low 20 bytes of a stack word, as every opcode takes an address.
fn to_address(word: &U256) -> Address {
    Address::from_word((*word).into())
}

impl<'m, 'b, S: StateSource> EvmTr for CommutingEvm<'m, 'b, S> {
    type Context = ViewContext<'m, 'b, S>;
    type Instructions = EthInstructions<EthInterpreter, ViewContext<'m, 'b, S>>;
    type Precompiles = MemoPrecompiles<'m>;
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
            && Hook::Payment.is_on()
        {
            Self::rely_at_least(&mut self.inner.ctx, payer, value);
        }
        self.inner.frame_init(frame_input)
    }

    fn frame_run(
        &mut self,
    ) -> Result<FrameInitOrResult<Self::Frame>, ContextDbError<Self::Context>> {
        self.inner.frame_run()
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Self::Context>> {
        self.inner.frame_return_result(result)
    }
}

struct CommutingHandler<'m, 'b, S>(std::marker::PhantomData<(&'m (), &'b S)>);

impl<'m, 'b: 'm, S: StateSource> Handler for CommutingHandler<'m, 'b, S> {
    type Evm = CommutingEvm<'m, 'b, S>;
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
        if journal.inner.state.contains_key(&beneficiary) || !Hook::Reward.is_on() {
            return Ok(post_execution::reward_beneficiary(context, result.gas())?);
        }
        let spec = journal.inner.cfg.spec;
        let base_fee = u128::from(context.block.basefee);
        let price = context.tx.effective_gas_price(base_fee);
        let tip = if spec.is_enabled_in(SpecId::LONDON) {
            price.saturating_sub(base_fee)
        } else {
            price
        };
        let gas = result.gas();
        let used = gas.used().saturating_sub(gas.reservoir());
        let reward = U256::from(tip * u128::from(used));
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
