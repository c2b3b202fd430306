//! Output of a call that stands in its report once.

use super::CallReport;
use alloy_primitives::Bytes;
use serde::Serialize;

/// Bytes of output that are given wherever they stand. More are given once.
const SHORT: usize = 1_024;

/// Characters of a reason. The output has all of them.
const REASON: usize = 1_024;

/// Where `returnData` of more than 1,024 bytes stands once more in the report of a call, and is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RepeatedOutput {
    /// True where it is the data of the failure.
    pub failure: bool,
    /// True where it is the data of the innermost failure.
    pub innermost: bool,
    /// The calls of the trace whose output it is, by position: depth first, the call itself is 0.
    pub frames: Vec<usize>,
}

impl RepeatedOutput {
    /// Leaves out of `report` what is its `returnData`, and returns where that was.
    pub(super) fn take_from(report: &mut CallReport) -> Self {
        let mut repeated = Self::default();
        let output = &report.return_data;
        let take = |data: &mut Option<Bytes>| data.take_if(|data| is_same(data, output)).is_some();
        if let Some(failure) = &mut report.failure {
            repeated.failure = take(&mut failure.data);
            if let Some(innermost) = &mut failure.innermost {
                repeated.innermost = take(&mut innermost.data);
            }
        }
        let mut pending: Vec<_> = report.trace.iter_mut().collect();
        let mut position = 0;
        while let Some(frame) = pending.pop() {
            if take(&mut frame.output) {
                repeated.frames.push(position);
            }
            if let Some(reason) = &mut frame.revert_reason {
                shorten(reason);
            }
            position += 1;
            pending.extend(frame.calls.iter_mut().rev());
        }
        repeated
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_same(data: &Bytes, output: &Bytes) -> bool {
    // Those of a caller that passes them on are mostly a copy.
    data.len() > SHORT && data == output
}

/// Leaves 1,024 characters of a reason.
pub(super) fn shorten(reason: &mut String) {
    if let Some((end, _)) = reason.char_indices().nth(REASON) {
        reason.truncate(end);
        reason.push_str("...");
    }
}
