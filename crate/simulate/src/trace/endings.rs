//! How calls ended, in more words than the EVM's result has.
//!
//! geth names the opcode, the height of the stack, the fault of a precompile and the deposit of code
//! that was too dear; a result of revm does not say them. Frontier even keeps a contract whose
//! code cannot be paid, and geth shows that code.

use super::{
    gas::size_words,
    halt::halt_words,
    instruction::{Fault, Instruction, is_halt},
};
use alloy_primitives::Bytes;
use alloy_rpc_types_trace::geth::CallFrame;
use revm::{
    context_interface::{Cfg, ContextTr, LocalContextTr},
    inspector::{Inspector, JournalExt},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, InstructionResult, Interpreter,
        InterpreterAction, InterpreterResult, interpreter_types::LoopControl,
    },
    primitives::hardfork::SpecId,
};
use std::collections::BTreeMap;

/// Error of a contract whose code could not be paid.
pub(super) const UNPAID_CODE: &str = "contract creation code storage out of gas";
/// Gas for a byte of a contract's code.
const DEPOSIT: u64 = 200;

/// An inspector that finds how the calls of one transaction ended, where there is more to say than the
/// result does.
#[derive(Debug, Default)]
pub(crate) struct Endings {
    /// Calls that have not ended, innermost last.
    open: Vec<Open>,
    /// Calls that have begun.
    begun: usize,
    /// The instruction that runs.
    running: Instruction,
    /// Failure of the instruction that ran last.
    fault: Option<Fault>,
    /// By the order in which calls began.
    found: BTreeMap<usize, Ending>,
}

#[derive(Debug)]
struct Open {
    index: usize,
    /// What its code returned, and the gas that was left then.
    returned: Option<(Bytes, u64)>,
    error: Option<String>,
}

#[derive(Debug)]
enum Ending {
    Error(String),
    /// The code that a contract should have got.
    Code(Bytes),
}

impl Endings {
    /// Error of the transaction itself, in geth's words; `None` where nothing that ran failed.
    pub(crate) fn outermost(&self) -> Option<&str> {
        match self.found.get(&0)? {
            Ending::Error(error) => Some(error),
            Ending::Code(_) => None,
        }
    }

    /// The instruction that runs, or ran last.
    pub(super) const fn running(&self) -> &Instruction {
        &self.running
    }

    /// Why the instruction that ran last failed.
    pub(super) const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// A call or creation begins.
    fn begin(&mut self) {
        self.open.push(Open {
            index: self.begun,
            returned: None,
            error: None,
        });
        self.begun += 1;
    }

    /// The code that runs has come to its end.
    #[cold]
    fn end_run<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        end: InterpreterResult,
        interpreter: &Interpreter,
        context: &mut C,
    ) {
        if is_halt(end.result) {
            self.fault = Some(self.running.fault(end.result, interpreter, context));
        }
        if let Some(open) = self.open.last_mut() {
            match end.result {
                InstructionResult::Return => {
                    open.returned = Some((end.output, end.gas.remaining()));
                }
                _ => open.error = self.fault.as_ref().map(|fault| fault.error.clone()),
            }
        }
    }

    /// The frame that began as the `index`-th ended with an error.
    fn fail(&mut self, index: usize, result: InstructionResult, error: Option<String>) {
        let words = error.or_else(|| halt_words(result).map(str::to_owned));
        if let Some(words) = words {
            self.found.insert(index, Ending::Error(words));
        }
    }

    /// Says what was found in the frames below `root`. They stand in the order in which calls began.
    pub(super) fn tell(&self, root: &mut CallFrame) {
        let mut index = 0;
        let mut pending = vec![root];
        while let Some(frame) = pending.pop() {
            // Not a call of its own.
            if frame.typ == "SELFDESTRUCT" {
                continue;
            }
            match self.found.get(&index) {
                Some(Ending::Error(error)) => frame.error = Some(error.clone()),
                Some(Ending::Code(code)) => frame.output = Some(code.clone()),
                None => {}
            }
            index += 1;
            pending.extend(frame.calls.iter_mut().rev());
        }
    }
}

impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Endings {
    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.running = Instruction::next(interpreter, context);
        self.fault = None;
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        if let Some(InterpreterAction::Return(end)) = interpreter.bytecode.action() {
            let end = end.clone();
            self.end_run(end, interpreter, context);
        }
    }

    fn call(&mut self, _: &mut C, _: &mut CallInputs) -> Option<CallOutcome> {
        self.begin();
        None
    }

    fn call_end(&mut self, context: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        let Some(open) = self.open.pop() else { return };
        let mut error = open.error;
        if outcome.result.result == InstructionResult::PrecompileError {
            error = context.local_mut().take_precompile_error_context();
            // revm takes it where the transaction itself called the precompile.
            if let (true, Some(words)) = (self.open.is_empty(), &error) {
                let words = words.clone();
                context.local_mut().set_precompile_error_context(words);
            }
        }
        self.fail(open.index, outcome.result.result, error);
    }

    fn create(&mut self, _: &mut C, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.begin();
        None
    }

    fn create_end(&mut self, context: &mut C, _: &CreateInputs, outcome: &mut CreateOutcome) {
        let Some(open) = self.open.pop() else { return };
        let result = &outcome.result;
        match (result.result, open.returned) {
            (InstructionResult::OutOfGas, Some(_)) => {
                self.fail(open.index, result.result, Some(UNPAID_CODE.to_owned()));
            }
            (InstructionResult::CreateContractSizeLimit, Some((code, gas))) => {
                let size = code.len() as u64;
                let limit = context.cfg().max_code_size();
                let is_amsterdam = context.cfg().spec().into().is_enabled_in(SpecId::AMSTERDAM);
                let words = match halt_words(result.result) {
                    // geth looks at the gas first.
                    _ if gas < DEPOSIT * size && !is_amsterdam => UNPAID_CODE.to_owned(),
                    fault => size_words(fault.unwrap_or_default(), size, limit),
                };
                self.fail(open.index, result.result, Some(words));
            }
            (ended, Some((code, _)))
                if ended.is_ok() && result.output.is_empty() && !code.is_empty() =>
            {
                self.found.insert(open.index, Ending::Code(code));
            }
            // revm's result is a success where the creator's nonce is at its end.
            (InstructionResult::Return, None) if outcome.address.is_none() => {
                let words = halt_words(InstructionResult::NonceOverflow).map(str::to_owned);
                self.fail(open.index, InstructionResult::NonceOverflow, words);
            }
            (ended, _) => self.fail(open.index, ended, open.error),
        }
    }
}
