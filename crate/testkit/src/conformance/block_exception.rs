//! Reasons for the rejection of a block: names in fixtures and errors of this project.

use parevm::{ExecuteError, block::BlockError};
use parevm_node::chain::{ImportError, OmmerViolation, Violation};

/// Returns true if `BlockException.name` is the fixtures' name of `error`.
pub(super) fn is_invalid_block(name: &str, error: &ImportError) -> bool {
    match error {
        ImportError::Block(error) => is_malformed(name, error),
        ImportError::UnknownParent { .. } => {
            matches!(name, "UNKNOWN_PARENT" | "UNKNOWN_PARENT_ZERO")
        }
        ImportError::Invalid { source, .. } => is_violated(name, source),
        ImportError::Execute { source, .. } => match name {
            "INVALID_DEPOSIT_EVENT_LAYOUT" => {
                matches!(source, ExecuteError::MalformedDeposit { .. })
            }
            "SYSTEM_CONTRACT_CALL_FAILED" => matches!(source, ExecuteError::SystemCall { .. }),
            _ => false,
        },
        _ => false,
    }
}

fn is_malformed(name: &str, error: &BlockError) -> bool {
    let is_mismatch = |of| matches!(error, BlockError::Mismatch { field, .. } if *field == of);
    match name {
        "RLP_STRUCTURES_ENCODING" => {
            matches!(error, BlockError::Rlp(_) | BlockError::Transaction { .. })
        }
        // A missing field shifts the fields after it.
        "INCORRECT_BLOCK_FORMAT" => matches!(error, BlockError::Header(_)),
        "INVALID_TRANSACTIONS_ROOT" => is_mismatch("block.transactionsRoot"),
        "INVALID_WITHDRAWALS_ROOT" => is_mismatch("block.withdrawalsRoot"),
        "INVALID_UNCLES_HASH" => is_mismatch("block.sha3Uncles"),
        _ => false,
    }
}

fn is_violated(name: &str, violation: &Violation) -> bool {
    use Violation as V;
    match name {
        "INVALID_BLOCK_NUMBER" => matches!(violation, V::Number { .. }),
        "INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT" => matches!(violation, V::Timestamp { .. }),
        "INVALID_GASLIMIT" => matches!(
            violation,
            V::GasLimitBounds { .. } | V::GasLimitChange { .. }
        ),
        "GASLIMIT_TOO_BIG" => matches!(violation, V::GasLimitBounds { .. }),
        "INVALID_GAS_USED_ABOVE_LIMIT" => matches!(violation, V::GasUsedAboveLimit { .. }),
        "INVALID_GAS_USED" => matches!(violation, V::GasUsed { .. }),
        "EXTRA_DATA_TOO_BIG" => matches!(violation, V::ExtraDataLength { .. }),
        "EXTRA_DATA_INVALID_DAO" => matches!(violation, V::DaoExtraData { .. }),
        "INCORRECT_BLOCK_FORMAT" => matches!(
            violation,
            V::FieldMissing { .. } | V::FieldUnexpected { .. }
        ),
        "INVALID_BASEFEE_PER_GAS" => matches!(violation, V::BaseFee { .. }),
        "INVALID_DIFFICULTY" | "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS" => {
            matches!(violation, V::Difficulty { .. })
        }
        "INCORRECT_EXCESS_BLOB_GAS" => matches!(violation, V::ExcessBlobGas { .. }),
        "INCORRECT_BLOB_GAS_USED" => matches!(violation, V::BlobGasUsed { .. }),
        "BLOB_GAS_USED_ABOVE_LIMIT" => matches!(violation, V::BlobGasLimit { .. }),
        "RLP_BLOCK_LIMIT_EXCEEDED" => matches!(violation, V::BlockSize { .. }),
        "INVALID_RECEIPTS_ROOT" => matches!(violation, V::ReceiptsRoot { .. }),
        "INVALID_LOG_BLOOM" => matches!(violation, V::LogsBloom { .. }),
        "INVALID_REQUESTS" => matches!(violation, V::RequestsHash { .. }),
        "INVALID_BLOCK_ACCESS_LIST" => matches!(violation, V::BlockAccessListHash { .. }),
        "SYSTEM_CONTRACT_EMPTY" => matches!(violation, V::SystemContractEmpty { .. }),
        "INVALID_STATE_ROOT" => matches!(violation, V::StateRoot { .. }),
        "TOO_MANY_UNCLES" | "IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS" => {
            matches!(violation, V::OmmerCount { .. })
        }
        _ => matches!(violation, V::Ommer { source, .. } if is_ommer_violated(name, source)),
    }
}

fn is_ommer_violated(name: &str, violation: &OmmerViolation) -> bool {
    use OmmerViolation as V;
    match name {
        "UNCLE_IN_CHAIN" => matches!(violation, V::AlreadyIncluded { .. }),
        "UNCLE_IS_ANCESTOR" => matches!(violation, V::Ancestor { .. }),
        "UNCLE_IS_BROTHER" | "UNCLE_UNKNOWN_PARENT" | "UNCLE_PARENT_INCORRECT" => {
            matches!(violation, V::Parent { .. })
        }
        _ => matches!(violation, V::Header { source } if is_violated(name, source)),
    }
}
