//! How calls ended, in more words than the EVM's result has.
//!
//! geth names the opcode, the height of the stack, the fault of a precompile and the deposit of code
//! that was too dear; a result of revm does not say them. Frontier even keeps a contract whose
//! code cannot be paid, and geth shows that code.

use alloy_primitives::{Address, Bytes};
use alloy_rpc_types_trace::geth::CallFrame;
use revm::{
    bytecode::OpCode,
    interpreter::{
        CallInputs, CallOutcome, CreateOutcome, InstructionResult, Interpreter, InterpreterAction,
        InterpreterResult,
        interpreter_types::{Jumps, LoopControl},
    },
};
use std::collections::BTreeMap;

/// Height that a stack can have.
const STACK_LIMIT: usize = 1_024;

/// How the calls of one transaction ended, where there is more to say.
#[derive(Debug, Default)]
pub(super) struct Endings {
    /// Calls that have not ended, innermost last.
    open: Vec<Open>,
    /// Calls that have begun.
    begun: usize,
    /// The opcode that runs, and the height of the stack before it.
    running: (u8, usize),
    /// By the order in which calls began.
    found: BTreeMap<usize, Ending>,
}

#[derive(Debug)]
struct Open {
    index: usize,
    returned: Option<Bytes>,
    error: Option<String>,
}

#[derive(Debug)]
enum Ending {
    Error(String),
    /// The code that a contract should have got.
    Code(Bytes),
}

impl Endings {
    /// A call or creation begins.
    pub(super) fn begin(&mut self) {
        self.open.push(Open {
            index: self.begun,
            returned: None,
            error: None,
        });
        self.begun += 1;
    }

    /// An instruction is about to run.
    #[inline]
    pub(super) fn step(&mut self, interpreter: &Interpreter) {
        self.running = (interpreter.bytecode.opcode(), interpreter.stack.len());
    }

    /// It has run.
    #[inline]
    pub(super) fn step_end(&mut self, interpreter: &mut Interpreter) {
        if let Some(InterpreterAction::Return(end)) = interpreter.bytecode.action() {
            self.end_run(end);
        }
    }

    /// The code that runs has come to its end.
    #[cold]
    fn end_run(&mut self, end: &InterpreterResult) {
        if let Some(open) = self.open.last_mut() {
            match end.result {
                InstructionResult::Return => open.returned = Some(end.output.clone()),
                error => open.error = words(error, self.running),
            }
        }
    }

    /// A call ends.
    pub(super) fn end_call(&mut self, inputs: &CallInputs, outcome: &CallOutcome) {
        let Some(open) = self.open.pop() else { return };
        let error = match outcome.result.result {
            InstructionResult::PrecompileError => {
                input_fault(inputs.bytecode_address, inputs.input.len()).map(str::to_owned)
            }
            result if result.is_ok() => None,
            _ => open.error,
        };
        if let Some(error) = error {
            self.found.insert(open.index, Ending::Error(error));
        }
    }

    /// A creation ends.
    pub(super) fn end_create(&mut self, outcome: &CreateOutcome) {
        let Some(open) = self.open.pop() else { return };
        let result = &outcome.result;
        let ending = match (result.result, open.returned) {
            (InstructionResult::OutOfGas, Some(_)) => Some(Ending::Error(
                "contract creation code storage out of gas".to_owned(),
            )),
            (ended, Some(code))
                if ended.is_ok() && result.output.is_empty() && !code.is_empty() =>
            {
                Some(Ending::Code(code))
            }
            (ended, _) if ended.is_ok() => None,
            _ => open.error.map(Ending::Error),
        };
        if let Some(ending) = ending {
            self.found.insert(open.index, ending);
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

/// geth's words for an instruction that failed, where they say more than the result.
fn words(error: InstructionResult, (opcode, height): (u8, usize)) -> Option<String> {
    let known = OpCode::new(opcode);
    let (inputs, outputs) = known.map_or((0, 0), |op| {
        (usize::from(op.inputs()), usize::from(op.outputs()))
    });
    Some(match error {
        InstructionResult::StackUnderflow => format!("stack underflow ({height} <=> {inputs})"),
        InstructionResult::StackOverflow => {
            let most = (STACK_LIMIT + inputs).saturating_sub(outputs);
            format!("stack limit reached {height} ({most})")
        }
        InstructionResult::OpcodeNotFound | InstructionResult::NotActivated => match known {
            Some(op) => format!("invalid opcode: {op}"),
            None => format!("invalid opcode: opcode {opcode:#x} not defined"),
        },
        _ => return None,
    })
}

/// What is wrong with the length of a precompile's input.
fn input_fault(precompile: Address, length: usize) -> Option<&'static str> {
    let (number, rest) = precompile.split_last()?;
    if rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    let is_right = match number {
        0x08 => return (!length.is_multiple_of(192)).then_some("bad elliptic curve pairing size"),
        0x09 => length == 213,
        0x0a => length == 192,
        0x0b => length == 256,
        0x0c => length != 0 && length.is_multiple_of(160),
        0x0d => length == 512,
        0x0e => length != 0 && length.is_multiple_of(288),
        0x0f => length != 0 && length.is_multiple_of(384),
        0x10 => length == 64,
        0x11 => length == 128,
        _ => true,
    };
    (!is_right).then_some("invalid input length")
}
