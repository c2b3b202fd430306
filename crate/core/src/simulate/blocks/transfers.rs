//! Logs of a transaction, with transfers of ether among them.

use alloy_primitives::{Address, B256, Log, LogData, U256, address, b256};
use revm::{
    context_interface::ContextTr,
    inspector::Inspector,
    interpreter::{CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome},
};

/// Stands for ether (ERC-7528).
const ETHER: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");

/// `Transfer(address,address,uint256)` of ERC-20.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// Keeps the logs of a transaction, and one for each transfer of ether, in the order in which they come.
#[derive(Debug, Default)]
pub(super) struct Transfers {
    /// What each open call has kept so far, the outermost first.
    frames: Vec<Vec<Log>>,
    logs: Vec<Log>,
}

impl Transfers {
    /// What the transaction has left.
    pub(super) fn into_logs(self) -> Vec<Log> {
        self.logs
    }

    fn keep(&mut self, log: Log) {
        if let Some(frame) = self.frames.last_mut() {
            frame.push(log);
        }
    }

    fn open(&mut self, transfer: Option<Log>) {
        self.frames.push(transfer.into_iter().collect());
    }

    /// A call that fails takes its logs back.
    fn close(&mut self, is_ok: bool, transfer: Option<Log>) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if is_ok {
            let outer = self.frames.last_mut().unwrap_or(&mut self.logs);
            outer.extend(transfer);
            outer.extend(frame);
        }
    }
}

/// The log of a transfer, unless nothing is transferred.
fn transfer(from: Address, to: Address, value: U256) -> Option<Log> {
    let topics = vec![TRANSFER, from.into_word(), to.into_word()];
    let data = LogData::new_unchecked(topics, value.to_be_bytes_vec().into());
    (!value.is_zero()).then_some(Log {
        address: ETHER,
        data,
    })
}

impl<C: ContextTr> Inspector<C> for Transfers {
    fn log(&mut self, _context: &mut C, log: Log) {
        self.keep(log);
    }

    fn call(&mut self, _context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        // CALLCODE pays the account that runs it.
        let is_transfer = !matches!(inputs.scheme, CallScheme::CallCode);
        let value = inputs.transfer_value().filter(|_| is_transfer);
        let value = value.unwrap_or_default();
        self.open(transfer(inputs.caller, inputs.target_address, value));
        None
    }

    fn call_end(&mut self, _context: &mut C, _inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.close(outcome.result.is_ok(), None);
    }

    fn create(&mut self, _context: &mut C, _inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.open(None);
        None
    }

    fn create_end(&mut self, _context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        // Only now the address is known.
        let created = outcome.address;
        let paid = created.and_then(|created| transfer(inputs.caller(), created, inputs.value()));
        self.close(outcome.result.is_ok(), paid);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        if let Some(log) = transfer(contract, target, value) {
            self.keep(log);
        }
    }
}
