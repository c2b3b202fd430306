//! Constants of the bench, from `bench/figures.json`, which `npm run bench` reads as well.

use serde::Deserialize;
use std::sync::LazyLock;

/// Constants of the aggregates.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Constants {
    /// Block that is left out of the aggregate: nearly all of its time is a chain of pairings, which no schedule
    /// can split, so it would hide the other blocks.
    pub(crate) excluded: String,
    /// Loss in milliseconds below which a block counts as equal.
    pub(crate) negligible_ms: f64,
}

#[allow(clippy::expect_used, reason = "the text is part of the program")]
pub(crate) static CONSTANTS: LazyLock<Constants> = LazyLock::new(|| {
    serde_json::from_str(FIGURES).expect("bench/figures.json holds the constants")
});

/// Text of `bench/figures.json`.
pub(crate) const FIGURES: &str = include_str!("../../../bench/figures.json");
