//! EIP-7610: a contract creation at an account with storage fails.
//!
//! revm refuses to create a contract at an account with nonce or code, and does not query storage. Here
//! the frame that it has started is reverted, with the result of revm's own collisions.

use crate::state::StorageAware;
use revm::{
    context::{ContextTr, FrameStack, JournalTr},
    handler::{
        CreateFrame, EthFrame, EvmTr, FrameData, FrameInitOrResult, FrameResult, ItemOrResult,
        evm::{ContextDbError, FrameInitResult},
    },
    inspector::InspectorEvmTr,
    interpreter::{
        CreateOutcome, FrameInput, InstructionResult, InterpreterResult,
        interpreter::EthInterpreter, interpreter_action::FrameInit,
    },
};

type Frame = EthFrame<EthInterpreter>;

/// Starts a frame. A frame that creates a contract at an account with storage fails.
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
    Ok(match revert_collision(evm)? {
        Some(result) => ItemOrResult::Result(result),
        None => ItemOrResult::Item(evm.frame_stack().get()),
    })
}

/// Reverts the newest frame if it creates a contract at an account with storage.
fn revert_collision<E>(evm: &mut E) -> Result<Option<FrameResult>, ContextDbError<E::Context>>
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
    // Loaded already, and nearly always an account that does not exist.
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

/// EVM that starts its frames by [`frame_init`].
pub(super) struct Eip7610Evm<'e, E>(pub(super) &'e mut E);

impl<E> EvmTr for Eip7610Evm<'_, E>
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

impl<E> InspectorEvmTr for Eip7610Evm<'_, E>
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
