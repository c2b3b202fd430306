//! Why a call failed.

use super::{
    abi::{DecodedError, Errors},
    repeated_output::shorten,
};
use crate::{Rejected, reason_of, trace::halt_words};
use alloy_primitives::{Address, Bytes, Selector};
use alloy_rpc_types_trace::geth::CallFrame;
use parevm::vm::{ExecutionResult, HaltReason};
use revm::interpreter::InstructionResult;
use serde::Serialize;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// How it ended.
    pub kind: FailureKind,
    /// In words.
    pub message: String,
    /// What it returned when it reverted.
    pub data: Option<Bytes>,
    /// What that says: `Error(string)`, `Panic(uint256)`, or an error of the ABI or of ERC-6093.
    pub error: Option<DecodedError>,
    /// Where the trouble began; `None` where nothing ran.
    pub innermost: Option<FailingFrame>,
}

/// How a call that failed ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FailureKind {
    /// A contract reverted.
    Reverted,
    /// An exception of the EVM: out of gas, an invalid opcode, ...
    Halted,
    /// No block can hold the transaction: its sender lacks funds, its gas is not enough to begin, ...
    Invalid,
}

/// The call where a failure began: the last of the failing calls that were each the last one their caller
/// made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailingFrame {
    /// Who was called, or created; `None` where a creation got no address.
    pub address: Option<Address>,
    /// Calls around it.
    pub depth: usize,
    /// The function that was called.
    pub selector: Option<Selector>,
    /// What the EVM says.
    pub reason: String,
    /// What it returned.
    pub data: Option<Bytes>,
    /// What that says.
    pub error: Option<DecodedError>,
}

impl Failure {
    /// Why a call with this result and these calls failed; `None` where it did not.
    pub(super) fn of(
        result: &ExecutionResult,
        root: &CallFrame,
        errors: &Errors<'_>,
    ) -> Option<Self> {
        let innermost = Some(innermost(root, errors));
        match result {
            ExecutionResult::Success { .. } => None,
            ExecutionResult::Revert { output, .. } => {
                let error = errors.decode(output);
                Some(Self {
                    kind: FailureKind::Reverted,
                    message: reverted(output, error.as_ref()),
                    data: Some(output.clone()),
                    error,
                    innermost,
                })
            }
            ExecutionResult::Halt { reason, .. } => Some(Self {
                kind: FailureKind::Halted,
                message: root.error.clone().unwrap_or_else(|| halted(reason)),
                data: None,
                error: None,
                innermost,
            }),
        }
    }

    /// No block can hold the call.
    pub(super) fn invalid(rejected: &Rejected) -> Self {
        Self {
            kind: FailureKind::Invalid,
            message: rejected.to_string(),
            data: None,
            error: None,
            innermost: None,
        }
    }
}

fn innermost(root: &CallFrame, errors: &Errors<'_>) -> FailingFrame {
    let mut frame = root;
    let mut depth = 0;
    let last = |frame: &CallFrame| {
        frame
            .calls
            .iter()
            .rposition(|call| call.typ != "SELFDESTRUCT")
    };
    while let Some(inner) = last(frame).map(|last| &frame.calls[last])
        && inner.error.is_some()
    {
        frame = inner;
        depth += 1;
    }
    let data = frame.output.clone().filter(|_| frame.is_revert());
    let error = data.as_deref().and_then(|data| errors.decode(data));
    let is_call = !frame.typ.starts_with("CREATE");
    FailingFrame {
        address: frame.to,
        depth,
        selector: frame.selector().filter(|_| is_call),
        reason: match &data {
            Some(data) => reverted(data, error.as_ref()),
            None => frame.error.clone().unwrap_or_default(),
        },
        data,
        error,
    }
}

fn reverted(data: &[u8], error: Option<&DecodedError>) -> String {
    let mut reason = match (reason_of(data), error) {
        (Some(reason), _) => reason,
        (None, Some(error)) => error.to_string(),
        (None, None) => return "execution reverted".to_owned(),
    };
    shorten(&mut reason);
    format!("execution reverted: {reason}")
}

/// Words for a halt that no frame shows.
fn halted(reason: &HaltReason) -> String {
    let words = halt_words(InstructionResult::from(reason.clone()));
    words.map_or_else(|| reason.to_string(), str::to_owned)
}
