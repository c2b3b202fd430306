//! Log tracer: logs of a call and transfers of ether, as in geth's `internal/ethapi/logtracer.go`.

use alloy_primitives::{Address, B256, Log, LogData, U256, address, b256};
use revm::{
    bytecode::opcode,
    context_interface::{ContextTr, JournalTr},
    inspector::Inspector,
    interpreter::{
        CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome, InstructionResult,
        Interpreter,
        interpreter_types::{InputsTr, Jumps, LoopControl},
    },
};

/// Address of ether in logs (ERC-7528).
const ETHER: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");

/// `Transfer(address,address,uint256)` of ERC-20.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// Log with its index in the block.
pub(super) type IndexedLog = (u64, Log);

/// Inspector that collects the logs of a transaction in order, with one for each transfer of ether if
/// requested.
#[derive(Debug)]
pub(super) struct LogTracer {
    /// Logs of each open call, outermost first.
    frames: Vec<Vec<IndexedLog>>,
    logs: Vec<IndexedLog>,
    /// Index of the next log of the block. A reverted log keeps its index.
    next: u64,
    shows_transfers: bool,
    /// Transfer of the SELFDESTRUCT that is the current instruction.
    destruction: Option<Log>,
}

impl LogTracer {
    /// Returns a tracer whose first log has the index `next`.
    pub(super) const fn new(next: u64, shows_transfers: bool) -> Self {
        Self {
            frames: Vec::new(),
            logs: Vec::new(),
            next,
            shows_transfers,
            destruction: None,
        }
    }

    /// Returns the logs of the transaction, and the index of the next log of the block.
    pub(super) fn finish(self) -> (Vec<IndexedLog>, u64) {
        (self.logs, self.next)
    }

    fn push(&mut self, log: Log) {
        if let Some(frame) = self.frames.last_mut() {
            frame.push((self.next, log));
            self.next += 1;
        }
    }

    /// Starts a call.
    fn open(&mut self, transfer: Option<Log>) {
        self.frames.push(Vec::new());
        if let Some(log) = transfer {
            self.push(log);
        }
    }

    /// Ends the innermost call. The logs of a failed call are dropped.
    fn close(&mut self, is_ok: bool) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if is_ok {
            let outer = self.frames.last_mut().unwrap_or(&mut self.logs);
            outer.extend(frame);
        }
    }

    /// Returns the log of a transfer; `None` if nothing is transferred or transfers are not requested.
    fn transfer(&self, from: Address, to: Address, value: U256) -> Option<Log> {
        let topics = vec![TRANSFER, from.into_word(), to.into_word()];
        let data = LogData::new_unchecked(topics, value.to_be_bytes_vec().into());
        (self.shows_transfers && !value.is_zero()).then_some(Log {
            address: ETHER,
            data,
        })
    }
}

impl<C: ContextTr> Inspector<C> for LogTracer {
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        if !self.shows_transfers || interpreter.bytecode.opcode() != opcode::SELFDESTRUCT {
            return;
        }
        let from = interpreter.input.target_address();
        let account = context.journal_mut().load_account(from);
        if let (Ok(account), Ok(beneficiary)) = (account, interpreter.stack.peek(0)) {
            let beneficiary = Address::from_word(beneficiary.into());
            self.destruction = self.transfer(from, beneficiary, account.info.balance);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter, _context: &mut C) {
        if let Some(log) = self.destruction.take()
            && interpreter.bytecode.instruction_result() == Some(InstructionResult::SelfDestruct)
        {
            self.push(log);
        }
    }

    fn log(&mut self, _context: &mut C, log: Log) {
        self.push(log);
    }

    fn call(&mut self, _context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        // The value of CALLCODE stays with the account that executes it.
        let is_transfer = !matches!(inputs.scheme, CallScheme::CallCode);
        let value = inputs.transfer_value().filter(|_| is_transfer);
        let value = value.unwrap_or_default();
        self.open(self.transfer(inputs.caller, inputs.target_address, value));
        None
    }

    fn call_end(&mut self, _context: &mut C, _inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.close(outcome.result.is_ok());
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        let creator = context.journal_mut().load_account(inputs.caller());
        // An account that cannot be read ends the EVM with the same error.
        let transfer = creator.ok().and_then(|creator| {
            let created = inputs.created_address(creator.info.nonce);
            self.transfer(inputs.caller(), created, inputs.value())
        });
        self.open(transfer);
        None
    }

    fn create_end(&mut self, _context: &mut C, _: &CreateInputs, outcome: &mut CreateOutcome) {
        self.close(outcome.result.is_ok() && outcome.address.is_some());
    }
}
