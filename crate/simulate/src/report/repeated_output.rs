//! Repeated output: data that a call report has once instead of several times.

use super::failure::{Failure, shorten_reason};
use alloy_primitives::Bytes;
use alloy_rpc_types_trace::geth::CallFrame;
use serde::Serialize;

/// Longest output that is repeated, in bytes.
const SHORT: usize = 1_024;

/// Places in a call report that omit a `returnData` of more than 1,024 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RepeatedOutput {
    /// True if it is the data of the failure.
    pub failure: bool,
    /// True if it is the data of the innermost frame that failed.
    pub innermost: bool,
    /// Indices of the frames of the trace whose output it is, depth first; the outermost frame is 0.
    pub frames: Vec<usize>,
}

impl RepeatedOutput {
    /// Removes `output` from `failure` and from the frames of `trace`, and returns where it was. Shortens the revert
    /// reasons of the frames.
    pub(super) fn take(
        output: &Bytes,
        failure: Option<&mut Failure>,
        trace: Option<&mut CallFrame>,
    ) -> Self {
        let mut repeated = Self::default();
        let take = |data: &mut Option<Bytes>| data.take_if(|data| is_same(data, output)).is_some();
        if let Some(failure) = failure {
            repeated.failure = take(&mut failure.data);
            if let Some(innermost) = &mut failure.innermost {
                repeated.innermost = take(&mut innermost.data);
            }
        }
        let mut pending: Vec<_> = trace.into_iter().collect();
        let mut index = 0;
        while let Some(frame) = pending.pop() {
            if take(&mut frame.output) {
                repeated.frames.push(index);
            }
            if let Some(reason) = &mut frame.revert_reason {
                shorten_reason(reason);
            }
            index += 1;
            pending.extend(frame.calls.iter_mut().rev());
        }
        repeated
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Compares by value: a caller that returns the output of its callee has a copy.
fn is_same(data: &Bytes, output: &Bytes) -> bool {
    data.len() > SHORT && data == output
}
