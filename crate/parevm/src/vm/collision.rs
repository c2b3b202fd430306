//! No contract is created where storage lies (EIP-7610).
//!
//! revm refuses an address whose account has a nonce or code, and asks no database for storage. Here
//! the frame that it has begun is taken back: what is left is what revm's own collisions leave.

use super::{ExecutionResult, InvalidTransaction, environment::ContextEvm};
use alloy_primitives::Address;
use revm::{
    Database, Inspector,
    context::{
        ContextSetters, ContextTr, FrameStack, JournalTr,
        journaled_state::JournalCheckpoint,
        result::{EVMError, ResultAndState},
    },
    handler::{
        CreateFrame, EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult, Handler,
        ItemOrResult, MainnetHandler,
        evm::{ContextDbError, ContextTrDbError, FrameInitResult},
    },
    inspector::{InspectorEvmTr, InspectorHandler, JournalExt},
    interpreter::{
        CreateOutcome, FrameInput, GasTracker, InstructionResult, InterpreterResult,
        interpreter::EthInterpreter, interpreter_action::FrameInit,
    },
    state::{AccountInfo, EvmState},
};

/// A database that knows which accounts have storage.
pub trait StorageAware: Database {
    /// Whether the account at `address`, which revm has loaded as `info`, has a slot that is not zero.
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, Self::Error>;
}

impl<DB: StorageAware> StorageAware for &mut DB {
    fn has_storage(&mut self, address: Address, info: &AccountInfo) -> Result<bool, Self::Error> {
        (**self).has_storage(address, info)
    }
}

type Frame = EthFrame<EthInterpreter>;
type EvmResult<C, T> = Result<T, EVMError<ContextTrDbError<C>, InvalidTransaction>>;

/// Runs `transaction` and returns its result and what it changed.
pub fn transact<C, I>(
    evm: &mut ContextEvm<C, I>,
    transaction: C::Tx,
) -> EvmResult<C, ResultAndState>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware> + ContextSetters,
{
    evm.ctx.set_tx(transaction);
    run(evm)
}

/// As [`transact`], for the transaction that is set.
pub fn run<C, I>(evm: &mut ContextEvm<C, I>) -> EvmResult<C, ResultAndState>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware>,
{
    let result = run_one(evm)?;
    Ok(ResultAndState::new(
        result,
        evm.ctx.journal_mut().finalize(),
    ))
}

/// As [`run`], and leaves what it changed in the journal.
pub fn run_one<C, I>(evm: &mut ContextEvm<C, I>) -> EvmResult<C, ExecutionResult>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware>,
{
    MainnetHandler::default().run(&mut Refusing(evm))
}

/// As [`transact`], and shows each step to the inspector.
pub fn inspect<C, I>(evm: &mut ContextEvm<C, I>, transaction: C::Tx) -> EvmResult<C, ResultAndState>
where
    C: ContextTr<Journal: JournalTr<State = EvmState> + JournalExt, Db: StorageAware>
        + ContextSetters,
    I: Inspector<C>,
{
    evm.ctx.set_tx(transaction);
    let ran: EvmResult<C, ExecutionResult> =
        MainnetHandler::default().inspect_run(&mut Refusing(evm));
    let result = ran?;
    Ok(ResultAndState::new(
        result,
        evm.ctx.journal_mut().finalize(),
    ))
}

/// Runs the frames of the transaction that is set, and nothing around them: nobody sends it or pays for it.
/// `begun` is taken back where the outermost frame fails; `None` where the gas is not enough to begin.
pub fn run_frames<C, I>(
    evm: &mut ContextEvm<C, I>,
    begun: JournalCheckpoint,
    gas: &mut GasTracker,
) -> EvmResult<C, Option<FrameResult>>
where
    C: ContextTr<Journal: JournalTr<State = EvmState>, Db: StorageAware>,
{
    let mut handler = MainnetHandler::<_, EVMError<_, _>, _>::default();
    handler.execution(&mut Refusing(evm), begun, gas)
}

/// Begins a frame, unless it is to create a contract where storage lies: that one fails.
pub(crate) fn frame_init<E>(
    evm: &mut E,
    init: FrameInit,
) -> Result<FrameInitResult<'_, Frame>, ContextDbError<E::Context>>
where
    E: EvmTr<Frame = Frame, Context: ContextTr<Db: StorageAware>>,
{
    if !matches!(init.frame_input, FrameInput::Create(_)) {
        return evm.frame_init(init);
    }
    if let ItemOrResult::Result(result) = evm.frame_init(init)? {
        return Ok(ItemOrResult::Result(result));
    }
    Ok(match take_back(evm)? {
        Some(result) => ItemOrResult::Result(result),
        None => ItemOrResult::Item(evm.frame_stack().get()),
    })
}

/// Ends the newest frame as a collision if it creates a contract where storage lies.
fn take_back<E>(evm: &mut E) -> Result<Option<FrameResult>, ContextDbError<E::Context>>
where
    E: EvmTr<Frame = Frame, Context: ContextTr<Db: StorageAware>>,
{
    let (context, _, _, frames) = evm.all_mut();
    let journal = context.journal_mut();
    let frame = frames.get();
    let (FrameData::Create(CreateFrame { created_address }), FrameInput::Create(inputs)) =
        (&frame.data, &frame.input)
    else {
        return Ok(None);
    };
    // Loaded already, and nearly always new to the state.
    let account = journal.load_account(*created_address)?;
    if account.is_loaded_as_not_existing() {
        return Ok(None);
    }
    let info = account.info.clone();
    if !journal.db_mut().has_storage(*created_address, &info)? {
        return Ok(None);
    }
    let result = FrameResult::Create(CreateOutcome {
        result: InterpreterResult {
            result: InstructionResult::CreateCollision,
            output: Default::default(),
            gas: frame.interpreter.gas,
        },
        address: None,
        charged_create_state_gas: inputs.charged_create_state_gas(),
    });
    journal.checkpoint_revert(frame.checkpoint);
    frames.pop();
    Ok(Some(result))
}

/// An EVM whose frames begin by [`frame_init`].
struct Refusing<'e, E>(&'e mut E);

impl<E> EvmTr for Refusing<'_, E>
where
    E: EvmTr<Frame = Frame, Context: ContextTr<Db: StorageAware>>,
{
    type Context = E::Context;
    type Instructions = E::Instructions;
    type Precompiles = E::Precompiles;
    type Frame = Frame;

    fn all(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<Frame>,
    ) {
        self.0.all()
    }

    fn all_mut(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<Frame>,
    ) {
        self.0.all_mut()
    }

    fn frame_init(
        &mut self,
        init: FrameInit,
    ) -> Result<FrameInitResult<'_, Frame>, ContextDbError<Self::Context>> {
        frame_init(self.0, init)
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Frame>, ContextDbError<Self::Context>> {
        self.0.frame_run()
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, ContextDbError<Self::Context>> {
        self.0.frame_return_result(result)
    }
}

impl<E> InspectorEvmTr for Refusing<'_, E>
where
    E: InspectorEvmTr<Frame = Frame, Context: ContextTr<Db: StorageAware>>,
{
    type Inspector = E::Inspector;

    fn all_inspector(
        &self,
    ) -> (
        &Self::Context,
        &Self::Instructions,
        &Self::Precompiles,
        &FrameStack<Frame>,
        &Self::Inspector,
    ) {
        self.0.all_inspector()
    }

    fn all_mut_inspector(
        &mut self,
    ) -> (
        &mut Self::Context,
        &mut Self::Instructions,
        &mut Self::Precompiles,
        &mut FrameStack<Frame>,
        &mut Self::Inspector,
    ) {
        self.0.all_mut_inspector()
    }
}
