//! Command `conformance`, on synthetic fixtures and on a sample of the official ones.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may panic")]

mod command;
mod files;
mod fixture;
mod report;
mod verdicts;
