//! The answer of `flatCallTracer`: the calls of `callTracer` in one list, as Parity lists them.
//!
//! geth makes it of its call frames, and so it is made here: `revm-inspectors` lists calls as Parity
//! does, with Parity's words for errors and without the gas of the whole transaction.

use super::{options::FlatCallOptions, tracer::Place};
use alloy_primitives::{Address, map::AddressSet};
use alloy_rpc_types_trace::{
    geth::CallFrame,
    parity::{
        Action, CallAction, CallOutput, CallType, CreateAction, CreateOutput, CreationMethod,
        LocalizedTransactionTrace, SelfdestructAction, TraceOutput, TransactionTrace,
    },
};

/// What geth says of a call that reverted.
const REVERTED: &str = "execution reverted";

/// How call frames are put into a list.
#[derive(Debug)]
pub(super) struct Flattening<'a> {
    pub(super) options: FlatCallOptions,
    pub(super) precompiles: &'a AddressSet,
    pub(super) place: Place,
}

impl Flattening<'_> {
    /// Lists `root` and the calls in it. Not by recursion: calls are up to 1,024 deep, and the stack
    /// of wasm is small.
    pub(super) fn list(&self, root: CallFrame) -> Vec<LocalizedTransactionTrace> {
        let mut list = Vec::new();
        let mut pending = vec![(root, Vec::new())];
        while let Some((mut frame, address)) = pending.pop() {
            let mut calls = std::mem::take(&mut frame.calls);
            calls.retain(|call| !self.is_left_out(call));
            list.push(LocalizedTransactionTrace {
                trace: self.trace(frame, address.clone(), calls.len()),
                block_hash: self.place.block_hash,
                // geth has numbers of a call that is in no block, too: they are zero.
                block_number: Some(self.place.block_number),
                transaction_hash: self.place.transaction_hash,
                transaction_position: Some(self.place.index.unwrap_or_default() as u64),
            });
            let calls = calls.into_iter().enumerate().rev();
            pending.extend(calls.map(|(index, call)| (call, [&address[..], &[index]].concat())));
        }
        list
    }

    /// Plain calls of precompiles are only listed when that is asked for.
    fn is_left_out(&self, call: &CallFrame) -> bool {
        !self.options.include_precompiles()
            && matches!(call.typ.as_str(), "CALL" | "STATICCALL")
            && call.to.is_some_and(|to| self.precompiles.contains(&to))
    }

    fn trace(
        &self,
        frame: CallFrame,
        trace_address: Vec<usize>,
        subtraces: usize,
    ) -> TransactionTrace {
        let has_result = frame.error.as_deref().is_none_or(|error| error == REVERTED);
        let converts = self.options.convert_parity_errors();
        let error = frame.error.map(|error| match converts {
            true => in_parity_words(error),
            false => error,
        });
        let gas = frame.gas.saturating_to();
        let gas_used = frame.gas_used.saturating_to();
        let value = frame.value.unwrap_or_default();
        let output = frame.output.unwrap_or_default();
        let to = frame.to.unwrap_or(Address::ZERO);
        let (action, result) = match frame.typ.as_str() {
            "SELFDESTRUCT" => {
                let action = SelfdestructAction {
                    address: frame.from,
                    balance: value,
                    refund_address: to,
                };
                (Action::Selfdestruct(action), None)
            }
            "CREATE" | "CREATE2" => {
                let action = CreateAction {
                    from: frame.from,
                    gas,
                    init: frame.input,
                    value,
                    creation_method: match frame.typ.as_str() {
                        "CREATE" => CreationMethod::Create,
                        _ => CreationMethod::Create2,
                    },
                };
                let result = CreateOutput {
                    address: to,
                    code: output,
                    gas_used,
                };
                (Action::Create(action), Some(TraceOutput::Create(result)))
            }
            typ => {
                let action = CallAction {
                    from: frame.from,
                    call_type: match typ {
                        "CALLCODE" => CallType::CallCode,
                        "DELEGATECALL" => CallType::DelegateCall,
                        "STATICCALL" => CallType::StaticCall,
                        _ => CallType::Call,
                    },
                    gas,
                    input: frame.input,
                    to,
                    value,
                };
                let result = CallOutput { gas_used, output };
                (Action::Call(action), Some(TraceOutput::Call(result)))
            }
        };
        TransactionTrace {
            action,
            error,
            result: result.filter(|_| has_result),
            subtraces,
            trace_address,
        }
    }
}

/// Parity's words for what geth says.
fn in_parity_words(error: String) -> String {
    let words = match error.as_str() {
        "contract creation code storage out of gas"
        | "out of gas"
        | "gas uint64 overflow"
        | "max code size exceeded" => "Out of gas",
        "invalid jump destination" => "Bad jump destination",
        REVERTED => "Reverted",
        "return data out of bounds" => "Out of bounds",
        "precompiled failed" | "invalid input length" => "Built-in failed",
        "stack limit reached 1024 (1023)" => "Out of stack",
        other if other.starts_with("out of gas:") => "Out of gas",
        other if other.starts_with("invalid opcode:") => "Bad instruction",
        other if other.starts_with("stack underflow") => "Stack underflow",
        _ => return error,
    };
    words.to_owned()
}
