//! Replays and benchmarks blocks natively.

fn main() {}
