//! What tests and benchmarks share: fixtures, seeded workloads, the plain-revm baseline.
