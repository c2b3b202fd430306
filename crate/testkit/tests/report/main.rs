//! What calls would do, in one report.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

mod approvals;
mod assets;
mod bundles;
mod failures;
mod side_by_side;
mod traces;
mod world;
