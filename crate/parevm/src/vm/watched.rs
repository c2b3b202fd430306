//! Inspector that ends an execution which takes too long or records too much.

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

/// Maximum of instructions between two polls of the [`Watch`].
const STRIDE: u32 = 1_024;

/// Maximum of gas between two polls of the [`Watch`], plus that of one instruction: hashing, copying or logging a mebibyte
/// is one instruction of 100,000 gas and more.
const QUANTUM: u64 = 100_000;

/// Estimate of the bytes of a recorded step, call or log beside its data.
const RECORD: usize = 256;

/// Reason for which a watched execution was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The [`Watch`] interrupted it.
    Interrupted(Interrupt),
    /// The limit of recorded bytes was exceeded.
    TooLarge,
}

/// Parts of an execution that an inspector records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Calls with input and output, and logs.
    pub calls: bool,
    /// The path from the outermost call to each call.
    pub paths: bool,
    /// Inputs of KECCAK256.
    pub preimages: bool,
}

/// Inspector that forwards to `inner`, and ends the execution at the limits of time, memory and recorded bytes.
#[derive(Debug)]
pub(crate) struct Watched<'a, I> {
    /// The watched inspector.
    pub inner: I,
    watch: Option<DebugWatch<'a>>,
    recorded: Recorded,
    /// Bytes that may still be recorded.
    left: usize,
    /// Instructions until the next poll.
    until_poll: u32,
    /// Gas of the executing frame below which the next poll is due.
    poll_below: u64,
    stopped: Option<Stop>,
}

/// [`Watch`] with `Debug`.
struct DebugWatch<'a>(Watch<'a>);

impl std::fmt::Debug for DebugWatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Watch")
    }
}

impl<'a, I> Watched<'a, I> {
    /// Watches `inner`, which records the parts in `recorded`: about `bytes` at most.
    pub fn new(inner: I, watch: Option<Watch<'a>>, recorded: Recorded, bytes: usize) -> Self {
        Self {
            inner,
            watch: watch.map(DebugWatch),
            recorded,
            left: bytes,
            until_poll: 0,
            poll_below: u64::MAX,
            stopped: None,
        }
    }

    /// Returns the reason for which the execution was ended, if it was.
    #[must_use]
    pub const fn stopped(&self) -> Option<Stop> {
        self.stopped
    }

    /// Returns the bytes that may still be recorded.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.left
    }

    /// Polls before the next instruction of a frame that has `remaining` gas.
    #[cold]
    fn poll_in_frame(&mut self, remaining: u64) {
        self.until_poll = STRIDE;
        self.poll_below = remaining.saturating_sub(QUANTUM);
        self.poll();
    }

    fn poll(&mut self) {
        if self.stopped.is_none()
            && let Some(DebugWatch(watch)) = self.watch
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

    /// Records the end of a call or creation. Its caller has other gas, and polls before its next instruction.
    fn record_end(&mut self, bytes: usize) {
        self.record_call(bytes);
        self.poll_below = u64::MAX;
    }

    /// Stops the execution if a frame hit the memory limit although its gas paid for the memory: its caller would
    /// continue against consensus.
    fn check_memory(&mut self, ended: &InterpreterResult, context: &impl ContextTr) {
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
        // A word costs more than one gas: an input that cannot be paid for is not recorded.
        let payable = U256::from(interpreter.gas.remaining()) * U256::from(32);
        if interpreter.bytecode.opcode() == opcode::KECCAK256 && *length <= payable {
            self.record(length.saturating_to());
        }
    }
}

/// Ends the transaction before its next instruction. The caller keeps the reason; revm does not get it.
#[cold]
pub fn end_run(interpreter: &mut Interpreter, context: &mut impl ContextTr) {
    *context.error() = Err(ContextError::Custom(String::new()));
    interpreter.bytecode.reset_action();
    interpreter.halt_fatal();
}

/// Ends the transaction before a call. The caller keeps the reason; revm does not get it.
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
        self.poll_below = interpreter.gas.remaining().saturating_sub(QUANTUM);
        self.inner.initialize_interp(interpreter, context);
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        let remaining = interpreter.gas.remaining();
        if self.until_poll == 0 || remaining < self.poll_below {
            self.poll_in_frame(remaining);
        }
        self.until_poll -= 1;
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
        self.poll();
        self.record_call(inputs.input.len());
        self.record_path(context.journal().depth());
        let outcome = self.inner.call(context, inputs);
        // A precompile cannot be interrupted.
        match self.stopped {
            Some(_) => Some(end_call(inputs, context)),
            None => outcome,
        }
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.check_memory(&outcome.result, context);
        self.record_end(outcome.result.output.len());
        self.inner.call_end(context, inputs, outcome);
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.poll();
        self.record_call(inputs.init_code().len());
        self.record_path(context.journal().depth());
        self.inner.create(context, inputs)
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.check_memory(&outcome.result, context);
        self.record_end(outcome.result.output.len());
        self.inner.create_end(context, inputs, outcome);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<C>::selfdestruct(&mut self.inner, contract, target, value);
    }
}
