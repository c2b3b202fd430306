//! Frames of a transaction in geth's detail: how each ended, and what a failed instruction cost.
//!
//! Owns geth's order of checks, its gas parts and its error texts. Knows no tracer.

mod fault;
mod gas;
mod halt_text;
mod instruction;
mod opcode;
mod outcomes;
mod pre_state;

pub(super) use gas::{OUT_OF_GAS, cost};
pub(crate) use halt_text::halt_text;
pub(super) use instruction::Instruction;
pub(super) use opcode::name;
pub(crate) use outcomes::FrameOutcomes;
pub(super) use outcomes::UNPAID_CODE;
pub(super) use pre_state::InstructionPreState;
