//! Mainnet's EVM with hooks that say how far a transaction relies on balances.
//!
//! The EVM cannot tell a balance that is returned to a contract from one that is
//! only compared with a payment. Six hooks can:
//!
//! 1. BALANCE, SELFBALANCE and SELFDESTRUCT (source) observe exactly;
//! 2. a frame that transfers value needs a lower bound;
//! 3. CREATE and CREATE2 need one in the opcode from Amsterdam on: a creator
//!    that lacks the value gets no frame (EIP-8037);
//! 4. the fee check needs a lower bound;
//! 5. a load relies on the account being empty or not (in `value`);
//! 6. the reward of the beneficiary relies on nothing, unless the transaction
//!    has loaded that account anyway.

use super::{
    commuting_handler::{CommutingHandler, Ended, Middle},
    database::ViewDatabase,
    hook::Hook,
    suspension::{self, Opcode, undoing},
    view_error::ViewError,
    write_set::record,
};
use crate::{
    execute::AccessListOutput,
    vm::{
        BlockPrecompiles, Environment, TxEnv, collision, environment::ContextEvm, journal::empty,
        memo::PrecompileMemo, preimages,
    },
};
use alloy_primitives::{Address, U256};
use parevm_stm::Progress;
use revm::{
    Context, Journal, MainBuilder,
    bytecode::opcode,
    context::{
        BlockEnv, Cfg, CfgEnv, ContextError, ContextSetters, FrameStack,
        result::{EVMError, ExecutionResult, InvalidTransaction},
    },
    handler::{
        EthFrame, EvmTr, FrameInitOrResult, FrameResult, ItemOrResult,
        evm::{ContextDbError, FrameInitResult},
        instructions::EthInstructions,
    },
    interpreter::{
        FrameInput, Instruction, InstructionContext, InstructionExecResult,
        instructions::{contract, host},
        interpreter::EthInterpreter,
        interpreter_action::FrameInit,
        interpreter_types::InputsTr,
    },
    state::EvmState,
};
use std::sync::{Arc, OnceLock};

pub(super) type ViewContext<'m, 'b> =
    Context<BlockEnv, &'b TxEnv, CfgEnv, ViewDatabase<'m, 'b>, Journal<ViewDatabase<'m, 'b>>, ()>;

type Inner<'m, 'b> = ContextEvm<ViewContext<'m, 'b>>;

/// Stands in the context until the first transaction.
static NO_TRANSACTION: OnceLock<TxEnv> = OnceLock::new();

/// Why a transaction of a parallel run has no result.
pub(crate) type ViewEvmError = EVMError<ViewError, InvalidTransaction>;

/// An EVM of one worker of a parallel run.
pub(crate) struct CommutingEvm<'m, 'b> {
    pub(super) inner: Inner<'m, 'b>,
    pub(super) output: AccessListOutput,
    /// As [`Ran::reward`], of the running transaction.
    pub(super) reward: Option<U256>,
    /// Where a transaction goes on that was suspended in a frame.
    middle: Option<Middle>,
}

/// What a transaction leaves beside its patches.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) result: ExecutionResult,
    /// What it loaded and changed, if an access list is made. Balances are those it saw, which may
    /// not be those of its place in the block.
    pub(crate) changes: Option<Box<EvmState>>,
    /// What it paid to the beneficiary, in wei, if it has not loaded that account.
    pub(crate) reward: Option<U256>,
}

impl<'m, 'b> CommutingEvm<'m, 'b> {
    /// An EVM of the block of `environment`.
    pub(crate) fn new(
        environment: &Environment,
        database: ViewDatabase<'m, 'b>,
        memo: &Arc<PrecompileMemo>,
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
        let mut inner = inner.with_precompiles(environment.precompiles.with_memo(memo));
        let hooks = [
            (opcode::BALANCE, Instruction::new(balance as Opcode<'m, 'b>)),
            (
                opcode::SELFBALANCE,
                Instruction::new(self_balance as Opcode<'m, 'b>),
            ),
            (
                opcode::SELFDESTRUCT,
                Instruction::new(self_destruct as Opcode<'m, 'b>),
            ),
            (
                opcode::CREATE,
                Instruction::new(create::<3, false> as Opcode<'m, 'b>),
            ),
            (
                opcode::CREATE2,
                Instruction::new(create::<4, true> as Opcode<'m, 'b>),
            ),
        ];
        preimages::install(&mut inner.instruction);
        suspension::install(&mut inner.instruction);
        for (opcode, hook) in hooks {
            let gas = inner.instruction.gas_table()[usize::from(opcode)];
            inner.instruction.insert_instruction(opcode, hook, gas);
        }
        Self {
            inner,
            output,
            reward: None,
            middle: None,
        }
    }

    /// What the EVM reads through.
    pub(crate) fn database(&mut self) -> &mut ViewDatabase<'m, 'b> {
        &mut self.inner.ctx.journaled_state.database
    }

    /// Runs `transaction` and leaves its reads and writes in the view.
    pub(crate) fn transact(
        &mut self,
        transaction: &'b TxEnv,
    ) -> Result<Progress<Ran>, ViewEvmError> {
        self.inner.ctx.set_tx(transaction);
        self.start()
    }

    /// Goes on with the transaction that was suspended.
    pub(crate) fn resume(&mut self) -> Result<Progress<Ran>, ViewEvmError> {
        self.database().resume();
        match self.middle.take() {
            Some(middle) => {
                let ran = CommutingHandler::new().go_on(self, middle);
                self.leave(ran)
            }
            // It was suspended before its first frame.
            None => {
                self.database().view.restart();
                self.start()
            }
        }
    }

    fn start(&mut self) -> Result<Progress<Ran>, ViewEvmError> {
        let transaction = self.inner.ctx.tx;
        self.database().begin(transaction);
        self.reward = None;
        self.middle = None;
        match self.transfer() {
            Ok(None) => {}
            Ok(Some(ran)) => return Ok(Progress::Done(ran)),
            Err(ViewError::Suspended) => return Ok(Progress::Suspended),
            Err(error) => return Err(EVMError::Database(error)),
        }
        let ran = CommutingHandler::new().start(self);
        self.leave(ran)
    }

    /// What a run leaves that has ended or was suspended.
    fn leave(&mut self, ran: Result<Ended, ViewEvmError>) -> Result<Progress<Ran>, ViewEvmError> {
        let journal = &mut self.inner.ctx.journaled_state;
        let result = match ran {
            Ok(Ended::Done(result)) => result,
            Ok(Ended::Suspended(middle)) => {
                self.middle = Some(middle);
                return Ok(Progress::Suspended);
            }
            Err(error) => {
                // A discarded transaction leaves the accounts it loaded behind.
                empty(&mut journal.inner);
                return match error {
                    EVMError::Database(ViewError::Suspended) => Ok(Progress::Suspended),
                    error => Err(error),
                };
            }
        };
        let wanted = self.output == AccessListOutput::Returned;
        let changes = wanted.then(|| Box::new(journal.inner.state.clone()));
        let spec = journal.inner.cfg.spec;
        let recorded = record(&mut journal.database, &journal.inner.state, spec);
        empty(&mut journal.inner);
        recorded.map_err(EVMError::Database)?;
        let reward = self.reward;
        Ok(Progress::Done(Ran {
            result,
            changes,
            reward,
        }))
    }

    /// Reads what the frame of `init` will load, while there is nothing to undo.
    pub(super) fn look_ahead(&mut self, init: &FrameInit) -> Result<(), ViewError> {
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
        journal.database.look_ahead(created)
    }

    /// Relies on the balance at `address` exactly, if the account is loaded.
    fn rely_exactly(context: &mut ViewContext<'m, 'b>, address: Address) {
        let journal = &mut context.journaled_state;
        if let Some(account) = journal.inner.state.get(&address) {
            journal.database.rely_exactly(address, &account.info);
        }
    }

    /// Relies on the current balance at `address` being at least `needed`.
    pub(super) fn rely_at_least(context: &mut ViewContext<'m, 'b>, address: Address, needed: U256) {
        let journal = &mut context.journaled_state;
        if let Some(account) = journal.inner.state.get(&address) {
            journal
                .database
                .rely_at_least(address, &account.info, needed);
        }
    }
}

fn balance<'m, 'b>(
    context: InstructionContext<'_, ViewContext<'m, 'b>, EthInterpreter>,
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

fn self_balance<'m, 'b>(
    context: InstructionContext<'_, ViewContext<'m, 'b>, EthInterpreter>,
) -> InstructionExecResult {
    if Hook::SelfBalance.is_on() {
        CommutingEvm::rely_exactly(context.host, context.interpreter.input.target_address());
    }
    host::selfbalance(context)
}

fn self_destruct<'m, 'b>(
    context: InstructionContext<'_, ViewContext<'m, 'b>, EthInterpreter>,
) -> InstructionExecResult {
    if Hook::SelfDestruct.is_on() {
        CommutingEvm::rely_exactly(context.host, context.interpreter.input.target_address());
    }
    undoing::<1>(context, host::selfdestruct)
}

/// CREATE or CREATE2, which takes `INPUTS` words off the stack, first the value.
fn create<'m, 'b, const INPUTS: usize, const IS_CREATE2: bool>(
    context: InstructionContext<'_, ViewContext<'m, 'b>, EthInterpreter>,
) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    // Before Amsterdam the frame compares.
    if host.cfg.is_amsterdam_eip8037_enabled()
        && let Some(value) = interpreter.stack.data().last()
        && !value.is_zero()
        && Hook::Creation.is_on()
    {
        CommutingEvm::rely_at_least(host, interpreter.input.target_address(), *value);
    }
    let context = InstructionContext { interpreter, host };
    undoing::<INPUTS>(context, contract::create::<IS_CREATE2, _, _>)
}

/// The low 20 bytes of a stack word, as every opcode takes an address.
fn to_address(word: &U256) -> Address {
    Address::from_word((*word).into())
}

impl<'m, 'b> EvmTr for CommutingEvm<'m, 'b> {
    type Context = ViewContext<'m, 'b>;
    type Instructions = EthInstructions<EthInterpreter, ViewContext<'m, 'b>>;
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
            && Hook::Payment.is_on()
        {
            Self::rely_at_least(&mut self.inner.ctx, payer, value);
        }
        collision::frame_init(&mut self.inner, frame_input)
    }

    fn frame_run(
        &mut self,
    ) -> Result<FrameInitOrResult<Self::Frame>, ContextDbError<Self::Context>> {
        let Inner {
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
