//! One step of a struct log, as geth writes it.

use alloy_rpc_types_trace::geth::StructLog;

/// Leaves out what is empty: an optional field of geth's is not there then.
pub(super) fn leave_out_empty(step: &mut StructLog) {
    step.refund_counter = step.refund_counter.filter(|refund| *refund != 0);
    step.return_data = step.return_data.take().filter(|data| !data.is_empty());
    step.memory = step.memory.take().filter(|memory| !memory.is_empty());
}
