//! What tests and benchmarks share: fixture files, seeded workloads, the plain-revm baseline, and
//! comparison of outcomes in words.

pub mod fixture;
