//! What a block may use of gas and blob gas.

use super::ExecuteError;
use crate::{
    block::Block,
    vm::{Environment, ExecutionResult},
};

/// Gas and blob gas that the transactions so far have used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BlockBudget {
    gas_used: u64,
    blob_gas_used: u64,
}
