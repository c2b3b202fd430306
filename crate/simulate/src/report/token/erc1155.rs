//! ERC-1155: contracts with many fungible tokens. `ApprovalForAll` is that of [`erc721`](super::erc721).

use super::{
    Asset,
    event::{Readings, TokenEvent},
    log_layout::{self, ParameterKind},
    word::account,
};
use crate::report::{
    ReportError,
    reader::{ContractReader, Response},
};
use alloy_primitives::{Address, Log, U256};

/// Events and functions.
pub(super) mod interface {
    alloy_sol_types::sol! {
        event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);
        event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values);

        function balanceOf(address owner, uint256 id) returns (uint256);
    }
}

/// Returns the readings of `TransferSingle`.
pub(super) fn transfer_single(log: &Log) -> Readings {
    let kinds = [
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Account,
        ParameterKind::Number,
        ParameterKind::Number,
    ];
    let layouts = log_layout::layouts(log, kinds, 0b0_0111).into_iter();
    let readings = layouts.map(|[_, from, to, token_id, amount]| {
        vec![transferred(log.address, token_id, from, to, amount)]
    });
    readings.collect()
}

/// Returns the readings of `TransferBatch`.
pub(super) fn transfer_batch(log: &Log) -> Readings {
    let Some((layouts, ids, values)) = log_layout::batch_layouts(log) else {
        return Vec::new();
    };
    let readings = layouts.into_iter().map(|[_, from, to]| {
        let pairs = ids.iter().zip(&values);
        let events =
            pairs.map(|(&token_id, &amount)| transferred(log.address, token_id, from, to, amount));
        events.collect()
    });
    readings.collect()
}

fn transferred(token: Address, token_id: U256, from: U256, to: U256, amount: U256) -> TokenEvent {
    TokenEvent::Transferred {
        asset: Asset::Erc1155 { token, token_id },
        from: account(from),
        to: account(to),
        amount,
    }
}

/// Queries the balance of an account. ERC-6909 has the same function.
pub(super) fn balance(
    reader: &mut ContractReader<'_, '_>,
    token: Address,
    token_id: U256,
    owner: Address,
) -> Result<Response<U256>, ReportError> {
    let id = token_id;
    reader.query(token, &interface::balanceOfCall { owner, id })
}
