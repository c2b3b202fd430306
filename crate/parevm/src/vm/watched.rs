//! An inspector that ends a run which takes too long or records too much.

use crate::interrupt::{Interrupt, Watch};
use alloy_primitives::{Address, Log, U256};
use revm::{
    bytecode::opcode,
    context_interface::{Cfg, ContextError, ContextTr, JournalTr},
    inspector::{Inspector, JournalExt},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, Interpreter,
        InterpreterResult,
        interpreter_types::{Jumps, LoopControl},
    },
};

/// Most instructions between two questions to the [`Watch`].
const STRIDE: u32 = 1_024;

/// Most gas between two questions to the [`Watch`], but for what one instruction takes: hashing, copying and
/// logging a mebibyte is one instruction of 100,000 gas and more.
const QUANTUM: u64 = 100_000;

/// Roughly what a recorded step, call or log takes beside its bytes.
const RECORD: usize = 256;

/// Why a watched run was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The [`Watch`] wanted it.
    Interrupted(Interrupt),
    /// More would be recorded than is allowed.
    TooLarge,
}

/// What an inspector keeps of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Calls with input and output, and logs.
    pub calls: bool,
    /// The way from the outermost call to each.
    pub paths: bool,
    /// What is hashed.
    pub preimages: bool,
}

/// Passes everything on to `inner`, and ends the run when it must not go on.
#[derive(Debug)]
pub(crate) struct Watched<'a, I> {
    /// The inspector that is watched.
    pub inner: I,
    watch: Option<WatchedBy<'a>>,
    recorded: Recorded,
    /// Bytes that may still be recorded.
    left: usize,
    /// Steps until the next question.
    until: u32,
    /// Gas of the running frame below which the next question is due.
    floor: u64,
    stopped: Option<Stop>,
}

/// A [`Watch`] that can be printed.
struct WatchedBy<'a>(Watch<'a>);

impl std::fmt::Debug for WatchedBy<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl<'a, I> Watched<'a, I> {
    /// Watches `inner`, which keeps what `recorded` says: at most about `bytes`.
    pub fn new(inner: I, watch: Option<Watch<'a>>, recorded: Recorded, bytes: usize) -> Self {
        Self {
            inner,
            watch: watch.map(WatchedBy),
            recorded,
            left: bytes,
            until: 0,
            floor: u64::MAX,
            stopped: None,
        }
    }

    /// Why the run was ended, if it was.
    pub const fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// Bytes that may still be recorded.
    pub const fn left(&self) -> usize {
        self.left
    }

    /// Asks before the next instruction of a frame that has `remaining` gas.
    #[cold]
    fn ask_in_frame(&mut self, remaining: u64) {
        self.until = STRIDE;
        self.floor = remaining.saturating_sub(QUANTUM);
        self.ask();
    }

    fn ask(&mut self) {
        if self.stopped.is_none()
            && let Some(WatchedBy(watch)) = self.watch
            && let Some(interrupt) = watch()
        {
            self.stopped = Some(Stop::Interrupted(interrupt));
        }
    }

    fn record(&mut self, bytes: usize) {
        match self.left.checked_sub(bytes.saturating_add(RECORD)) {
            Some(left) => self.left = left,
            None => {
                self.stopped.get_or_insert(Stop::TooLarge);
            }
        }
    }

    fn record_call(&mut self, bytes: usize) {
        if self.recorded.calls {
            self.record(bytes);
        }
    }

    /// A call or creation ends. Its gas is no measure for the caller's, which asks before it goes on.
    fn record_end(&mut self, bytes: usize) {
        self.record_call(bytes);
        self.floor = u64::MAX;
    }

    /// A call ends. One that lacks memory, and not the gas for it, would go on with its caller as on no chain.
    fn end(&mut self, ended: &InterpreterResult, context: &impl ContextTr) {
        if ended.result != InstructionResult::MemoryLimitOOG {
            return;
        }
        let limit = context.cfg().memory_limit();
        let words = u128::from(limit / 32);
        let cost = 3 * words + words * words / 512;
        let paid = ended.gas.memory().expansion_cost;
        if u128::from(ended.gas.remaining()) + u128::from(paid) >= cost {
            let limit = limit.try_into().unwrap_or(usize::MAX);
            let memory = Stop::Interrupted(Interrupt::Memory { limit });
            self.stopped.get_or_insert(memory);
        }
    }

    fn record_path(&mut self, depth: usize) {
        if self.recorded.paths {
            self.record(depth.saturating_mul(size_of::<usize>()));
        }
    }

    fn record_preimage(&mut self, interpreter: &Interpreter) {
        let [.., length, _] = interpreter.stack.data().as_slice() else {
            return;
        };
        // A word costs more than one gas: what cannot be paid for is not kept.
        let payable = U256::from(interpreter.gas.remaining()) * U256::from(32);
        if interpreter.bytecode.opcode() == opcode::KECCAK256 && *length <= payable {
            self.record(length.saturating_to());
        }
    }
}

/// Ends the transaction before its next instruction. revm gets no reason; the caller keeps it.
#[cold]
pub fn end_run(interpreter: &mut Interpreter, context: &mut impl ContextTr) {
    *context.error() = Err(ContextError::Custom(String::new()));
    interpreter.bytecode.reset_action();
    interpreter.halt_fatal();
}

/// Ends the transaction before a call of it. revm gets no reason; the caller keeps it.
#[cold]
fn end_call(inputs: &CallInputs, context: &mut impl ContextTr) -> CallOutcome {
    *context.error() = Err(ContextError::Custom(String::new()));
    let ended = InterpreterResult::new_oog(inputs.gas_limit, 0);
    CallOutcome::new(ended, inputs.return_memory_offset.clone())
}

impl<C, I> Inspector<C> for Watched<'_, I>
where
    C: ContextTr<Journal: JournalExt>,
    I: Inspector<C>,
{
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.floor = interpreter.gas.remaining().saturating_sub(QUANTUM);
        self.inner.initialize_interp(interpreter, context);
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        let remaining = interpreter.gas.remaining();
        if self.until == 0 || remaining < self.floor {
            self.ask_in_frame(remaining);
        }
        self.until -= 1;
        if self.recorded.preimages {
            self.record_preimage(interpreter);
        }
        if self.stopped.is_some() {
            end_run(interpreter, context);
            return;
        }
        self.inner.step(interpreter, context);
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.inner.step_end(interpreter, context);
    }

    fn log(&mut self, context: &mut C, log: Log) {
        self.record_call(log.data.data.len());
        self.inner.log(context, log);
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut C, log: Log) {
        self.record_call(log.data.data.len());
        self.inner.log_full(interpreter, context, log);
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.ask();
        self.record_call(inputs.input.len());
        self.record_path(context.journal().depth());
        let outcome = self.inner.call(context, inputs);
        // A precompile would run to its end, however long that takes.
        match self.stopped {
            Some(_) => Some(end_call(inputs, context)),
            None => outcome,
        }
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.end(&outcome.result, context);
        self.record_end(outcome.result.output.len());
        self.inner.call_end(context, inputs, outcome);
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.ask();
        self.record_call(inputs.init_code().len());
        self.record_path(context.journal().depth());
        self.inner.create(context, inputs)
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.end(&outcome.result, context);
        self.record_end(outcome.result.output.len());
        self.inner.create_end(context, inputs, outcome);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<C>::selfdestruct(&mut self.inner, contract, target, value);
    }
}
