//! Exports of the test build: faults, measurements, generated blocks and official fixtures.
//!
//! None of this is in the published wasm, which does not depend on `parevm-testkit` either.

mod conformance;
mod fault;
mod measure;
mod synthetic;
