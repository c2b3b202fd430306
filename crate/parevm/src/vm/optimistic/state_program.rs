//! Program whose locations are those of the state.

use super::{location::Location, value::StateValue};
use crate::error::ExecuteError;
use parevm_stm::Program;

/// Program whose locations are those of the state: a block, as the scheduler sees it.
pub(crate) trait StateProgram:
    Program<Location = Location, Value = StateValue, Error = ExecuteError>
{
}

impl<P> StateProgram for P where
    P: Program<Location = Location, Value = StateValue, Error = ExecuteError>
{
}
