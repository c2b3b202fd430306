//! Failure of a call.

use super::abi::{DecodedError, ErrorDecoder};
use crate::{Rejected, revert_reason::revert_reason, trace::halt_text};
use alloy_primitives::{Address, Bytes, Selector};
use alloy_rpc_types_trace::geth::CallFrame;
use parevm::vm::{ExecutionResult, HaltReason};
use revm::interpreter::InstructionResult;
use serde::Serialize;

/// Characters of a revert reason. The output has all of them.
const REASON_LENGTH: usize = 1_024;

/// Failure of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Kind of the failure.
    pub kind: FailureKind,
    /// Text of the failure.
    pub message: String,
    /// Output of the revert.
    pub data: Option<Bytes>,
    /// Decoded output: `Error(string)`, `Panic(uint256)`, or an error of the ABI or of ERC-6093.
    pub error: Option<DecodedError>,
    /// Innermost frame that failed; `None` if nothing executed.
    pub innermost: Option<FailingFrame>,
}

/// Kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum FailureKind {
    /// A contract reverted.
    Reverted,
    /// The EVM halted: out of gas, an invalid opcode, ...
    Halted,
    /// The transaction is invalid: its sender lacks funds, its gas limit is below the intrinsic gas, ...
    Invalid,
}

/// Frame where a failure began: from the outermost frame down, the last call of each failed frame, as long as it
/// failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailingFrame {
    /// Called or created account; `None` if a creation has no address.
    pub address: Option<Address>,
    /// Depth of the frame; 0 is the outermost.
    pub depth: usize,
    /// Selector of the called function.
    pub selector: Option<Selector>,
    /// Text of the failure.
    pub reason: String,
    /// Output of the revert.
    pub data: Option<Bytes>,
    /// Decoded output.
    pub error: Option<DecodedError>,
}

impl Failure {
    /// Returns the failure of a call with this result and these frames; `None` if it succeeded.
    pub(super) fn of(
        result: &ExecutionResult,
        root: &CallFrame,
        errors: &ErrorDecoder<'_>,
    ) -> Option<Self> {
        let innermost = Some(innermost(root, errors));
        match result {
            ExecutionResult::Success { .. } => None,
            ExecutionResult::Revert { output, .. } => {
                let error = errors.decode(output);
                Some(Self {
                    kind: FailureKind::Reverted,
                    message: revert_message(output, error.as_ref()),
                    data: Some(output.clone()),
                    error,
                    innermost,
                })
            }
            ExecutionResult::Halt { reason, .. } => Some(Self {
                kind: FailureKind::Halted,
                message: root.error.clone().unwrap_or_else(|| halt_message(reason)),
                data: None,
                error: None,
                innermost,
            }),
        }
    }

    /// Returns the failure of an invalid transaction.
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

/// Returns the innermost frame that failed.
fn innermost(root: &CallFrame, errors: &ErrorDecoder<'_>) -> FailingFrame {
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
            Some(data) => revert_message(data, error.as_ref()),
            None => frame.error.clone().unwrap_or_default(),
        },
        data,
        error,
    }
}

fn revert_message(data: &[u8], error: Option<&DecodedError>) -> String {
    let mut reason = match (revert_reason(data), error) {
        (Some(reason), _) => reason,
        (None, Some(error)) => error.to_string(),
        (None, None) => return "execution reverted".to_owned(),
    };
    shorten_reason(&mut reason);
    format!("execution reverted: {reason}")
}

/// Returns the message of a halt without a frame.
fn halt_message(reason: &HaltReason) -> String {
    let text = halt_text(InstructionResult::from(reason.clone()));
    text.map_or_else(|| reason.to_string(), str::to_owned)
}

/// Shortens a revert reason to 1,024 characters.
pub(super) fn shorten_reason(reason: &mut String) {
    if let Some((end, _)) = reason.char_indices().nth(REASON_LENGTH) {
        reason.truncate(end);
        reason.push_str("...");
    }
}
