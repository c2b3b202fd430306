//! Result of `flatCallTracer`: the frames of `callTracer` in one list, in Parity's form.
//!
//! Built from call frames, as in geth: `revm-inspectors` lists calls as Parity does, with Parity's error
//! texts and without the gas of the whole transaction.

use crate::trace::TracePosition;
use alloy_primitives::{Address, map::AddressSet};
use alloy_rpc_types_trace::{
    geth::CallFrame,
    parity::{
        Action, CallAction, CallOutput, CallType, CreateAction, CreateOutput, CreationMethod,
        LocalizedTransactionTrace, SelfdestructAction, TraceOutput, TransactionTrace,
    },
};
use serde::Deserialize;

/// geth's error of a call that reverted.
const REVERTED: &str = "execution reverted";

/// Config of `flatCallTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FlatCallTracerConfig {
    convert_parity_errors: Option<bool>,
    include_precompiles: Option<bool>,
    /// Config of the inner call tracer, which geth accepts and does not pass on.
    #[serde(rename = "onlyTopCall")]
    _only_top_call: Option<bool>,
    #[serde(rename = "withLog")]
    _with_log: Option<bool>,
}

impl FlatCallTracerConfig {
    /// Returns true if errors have Parity's text.
    pub(super) fn convert_parity_errors(&self) -> bool {
        self.convert_parity_errors.unwrap_or_default()
    }

    /// Returns true if calls of precompiles are listed.
    pub(super) fn include_precompiles(&self) -> bool {
        self.include_precompiles.unwrap_or_default()
    }
}

/// Converter of call frames into a list.
#[derive(Debug)]
pub(super) struct FlatCallList<'a> {
    pub(super) config: FlatCallTracerConfig,
    pub(super) precompiles: &'a AddressSet,
    pub(super) position: TracePosition,
}

impl FlatCallList<'_> {
    /// Returns `root` and the calls in it. Not by recursion: calls are up to 1,024 deep, and the stack
    /// of wasm is small.
    pub(super) fn list(&self, root: CallFrame) -> Vec<LocalizedTransactionTrace> {
        let mut list = Vec::new();
        let mut pending = vec![(root, Vec::new())];
        while let Some((mut frame, address)) = pending.pop() {
            let mut calls = std::mem::take(&mut frame.calls);
            calls.retain(|call| !self.is_omitted(call));
            list.push(LocalizedTransactionTrace {
                trace: self.trace(frame, address.clone(), calls.len()),
                block_hash: self.position.block_hash,
                // geth shows the numbers of a call in no block too: zero.
                block_number: Some(self.position.block_number),
                transaction_hash: self.position.transaction_hash,
                transaction_position: Some(self.position.index.unwrap_or_default() as u64),
            });
            let calls = calls.into_iter().enumerate().rev();
            pending.extend(calls.map(|(index, call)| (call, [&address[..], &[index]].concat())));
        }
        list
    }

    /// Returns true for a plain call of a precompile, unless the config includes them.
    fn is_omitted(&self, call: &CallFrame) -> bool {
        !self.config.include_precompiles()
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
        let converts = self.config.convert_parity_errors();
        let error = frame.error.map(|error| match converts {
            true => parity_error(error),
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

/// Returns Parity's text for geth's error.
fn parity_error(error: String) -> String {
    let text = match error.as_str() {
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
    text.to_owned()
}
