//! Outcomes of frames, in the detail of geth's errors.
//!
//! geth names the opcode, the height of the stack, the error of a precompile and a code deposit that
//! could not be paid; revm's result names none of them. Frontier keeps a contract whose code deposit
//! cannot be paid, and geth shows that code.

use super::{
    fault::{Fault, is_halt},
    gas::size_text,
    halt_text::halt_text,
    instruction::Instruction,
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

/// Error of a contract whose code deposit could not be paid.
pub(in crate::trace) const UNPAID_CODE: &str = "contract creation code storage out of gas";
/// Gas per byte of deposited code.
const DEPOSIT: u64 = 200;

/// Inspector that records how the frames of one transaction ended, where geth's error has more detail
/// than revm's result.
#[derive(Debug, Default)]
pub(crate) struct FrameOutcomes {
    /// Frames that have not ended, innermost last.
    open: Vec<OpenFrame>,
    /// Number of frames that have started.
    started: usize,
    /// Current instruction.
    current: Instruction,
    /// Fault of the last instruction, if it failed.
    fault: Option<Fault>,
    /// Outcomes by the order in which frames started.
    outcomes: BTreeMap<usize, FrameOutcome>,
}

#[derive(Debug)]
struct OpenFrame {
    index: usize,
    /// Output of the init code, and the gas left then.
    returned: Option<(Bytes, u64)>,
    error: Option<String>,
}

#[derive(Debug)]
enum FrameOutcome {
    Error(String),
    /// Code that a Frontier contract could not pay for.
    Code(Bytes),
}

impl FrameOutcomes {
    /// Returns geth's error text of the outermost frame; `None` if it did not fail.
    pub(crate) fn outermost(&self) -> Option<&str> {
        match self.outcomes.get(&0)? {
            FrameOutcome::Error(error) => Some(error),
            FrameOutcome::Code(_) => None,
        }
    }

    /// Returns the current instruction.
    pub(in crate::trace) const fn current(&self) -> &Instruction {
        &self.current
    }

    /// Returns the fault of the last instruction, if it failed.
    pub(in crate::trace) const fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    fn start_frame(&mut self) {
        self.open.push(OpenFrame {
            index: self.started,
            returned: None,
            error: None,
        });
        self.started += 1;
    }

    /// Records the end of the current frame's code.
    #[cold]
    fn end_code<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        end: InterpreterResult,
        interpreter: &Interpreter,
        context: &mut C,
    ) {
        if is_halt(end.result) {
            self.fault = Some(Fault::of(&self.current, end.result, interpreter, context));
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

    /// Records that the frame with this index failed.
    fn fail(&mut self, index: usize, result: InstructionResult, error: Option<String>) {
        let error = error.or_else(|| halt_text(result).map(str::to_owned));
        if let Some(error) = error {
            self.outcomes.insert(index, FrameOutcome::Error(error));
        }
    }

    /// Writes the recorded outcomes into `root` and the frames in it.
    pub(in crate::trace) fn apply_to(&self, root: &mut CallFrame) {
        let mut index = 0;
        let mut pending = vec![root];
        while let Some(frame) = pending.pop() {
            // Not a frame of its own.
            if frame.typ == "SELFDESTRUCT" {
                continue;
            }
            match self.outcomes.get(&index) {
                Some(FrameOutcome::Error(error)) => frame.error = Some(error.clone()),
                Some(FrameOutcome::Code(code)) => frame.output = Some(code.clone()),
                None => {}
            }
            index += 1;
            pending.extend(frame.calls.iter_mut().rev());
        }
    }
}

impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for FrameOutcomes {
    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.current = Instruction::next(interpreter, context);
        self.fault = None;
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        if let Some(InterpreterAction::Return(end)) = interpreter.bytecode.action() {
            let end = end.clone();
            self.end_code(end, interpreter, context);
        }
    }

    fn call(&mut self, _: &mut C, _: &mut CallInputs) -> Option<CallOutcome> {
        self.start_frame();
        None
    }

    fn call_end(&mut self, context: &mut C, _: &CallInputs, outcome: &mut CallOutcome) {
        let Some(open) = self.open.pop() else { return };
        let mut error = open.error;
        if outcome.result.result == InstructionResult::PrecompileError {
            error = context.local_mut().take_precompile_error_context();
            // revm takes the text itself if the transaction called the precompile directly.
            if let (true, Some(text)) = (self.open.is_empty(), &error) {
                let text = text.clone();
                context.local_mut().set_precompile_error_context(text);
            }
        }
        self.fail(open.index, outcome.result.result, error);
    }

    fn create(&mut self, _: &mut C, _: &mut CreateInputs) -> Option<CreateOutcome> {
        self.start_frame();
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
                let error = match halt_text(result.result) {
                    // geth checks the gas first.
                    _ if gas < DEPOSIT * size && !is_amsterdam => UNPAID_CODE.to_owned(),
                    fault => size_text(fault.unwrap_or_default(), size, limit),
                };
                self.fail(open.index, result.result, Some(error));
            }
            (ended, Some((code, _)))
                if ended.is_ok() && result.output.is_empty() && !code.is_empty() =>
            {
                self.outcomes.insert(open.index, FrameOutcome::Code(code));
            }
            // revm's result is a success if the creator has the last nonce.
            (InstructionResult::Return, None) if outcome.address.is_none() => {
                self.fail(open.index, InstructionResult::NonceOverflow, None);
            }
            (ended, _) => self.fail(open.index, ended, open.error),
        }
    }
}
