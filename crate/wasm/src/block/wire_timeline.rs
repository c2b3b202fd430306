//! Timelines as they cross to JavaScript.
//!
//! Quantities and indices follow [`crate::wire`].

use alloy_primitives::{Address, B256};
use serde::Serialize;

use super::wire_number::number;

/// Incarnation: one execution of one transaction. Times are in nanoseconds since the start of the block; the host
/// limits their resolution.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Incarnation {
    /// Position of the transaction in the block, from zero.
    pub transaction_index: u32,
    /// Thread that executed it, from zero.
    pub worker: u32,
    /// Times of execution, in order: more than one where it was suspended.
    pub spans: Vec<TimeSpan>,
    /// Waits for lower transactions, in order.
    pub waits: Vec<IncarnationWait>,
    /// `committed`, or `aborted` where its validation failed.
    pub outcome: IncarnationOutcome,
    /// Reason of the abort; `null` where the incarnation was committed.
    pub conflict: Option<Conflict>,
}

/// Interval of time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct TimeSpan {
    /// Nanoseconds from the start of the block to the start of the interval.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ns: u64,
    /// Nanoseconds from the start of the block to the end of the interval.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub end_ns: u64,
}

/// Wait of a suspended incarnation for a lower transaction.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct IncarnationWait {
    /// Position in the block of the lower transaction.
    pub transaction_index: u32,
    /// Nanoseconds from the start of the block to the start of the interval.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub start_ns: u64,
    /// Nanoseconds from the start of the block to the end of the interval.
    #[serde(serialize_with = "number")]
    #[cfg_attr(test, ts(type = "number"))]
    pub end_ns: u64,
}

/// Outcome of an incarnation.
#[derive(Serialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) enum IncarnationOutcome {
    Committed,
    Aborted,
}

/// First location of the read set whose value had changed at validation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub(crate) struct Conflict {
    /// Account; `null` where the incarnation failed on an inconsistent state.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub address: Option<Address>,
    /// Storage slot of the account, 32 bytes; `null` for the account itself.
    #[cfg_attr(test, ts(type = "Hex | null"))]
    pub slot: Option<B256>,
    /// Description of the conflict.
    pub message: String,
}
