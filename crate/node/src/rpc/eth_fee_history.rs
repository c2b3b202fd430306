//! `eth_feeHistory`: fees and gas ratios of blocks up to one, and the tips in them.

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_primitives::{U64, U128};
use parevm::build::{ExecutedBlock, next_excess_blob_gas};
use serde::Serialize;

/// Maximum number of blocks.
const MAX_BLOCKS: u64 = 1_024;
/// Maximum number of percentiles.
const MAX_PERCENTILES: usize = 100;

/// Lists by block, oldest first. Lists of prices have one more entry, for the next block.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct History {
    oldest_block: U64,
    /// Tips in wei per gas, by block and percentile of gas.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward: Option<Vec<Vec<U128>>>,
    base_fee_per_gas: Vec<U64>,
    gas_used_ratio: Vec<f64>,
    base_fee_per_blob_gas: Vec<U128>,
    blob_gas_used_ratio: Vec<f64>,
}

pub(super) fn answer(chain: &Chain, params: &mut Params<'_>) -> Result<Json, RpcError> {
    let count = params.needed_number("block count")?.min(MAX_BLOCKS);
    let newest = params.known(chain)?;
    let percentiles: Option<Vec<f64>> = params.optional("reward percentiles")?;
    let percentiles = percentiles.filter(|all| !all.is_empty());
    check(percentiles.as_deref().unwrap_or_default())?;

    let first = chain.genesis().number();
    let oldest = newest
        .number()
        .saturating_add(1)
        .saturating_sub(count)
        .max(first);
    let mut history = History {
        oldest_block: U64::from(oldest),
        reward: percentiles.as_ref().map(|_| Vec::new()),
        ..History::default()
    };
    if count == 0 {
        return reply(History::default());
    }
    for block in (oldest..=newest.number()).filter_map(|number| chain.block_at(number)) {
        params.ask()?;
        let header = &block.block.header;
        let blobs = chain
            .schedule()
            .blob_params(header.number, header.timestamp);
        history
            .base_fee_per_gas
            .push(price(header.base_fee_per_gas));
        history
            .gas_used_ratio
            .push(ratio(header.gas_used, header.gas_limit));
        let blob_fee = blobs.and_then(|params| header.blob_fee(params));
        history
            .base_fee_per_blob_gas
            .push(U128::from(blob_fee.unwrap_or_default()));
        history.blob_gas_used_ratio.push(ratio(
            header.blob_gas_used.unwrap_or_default(),
            blobs.map_or(0, |params| params.max_blob_gas_per_block()),
        ));
        if let (Some(reward), Some(percentiles)) = (&mut history.reward, &percentiles) {
            reward.push(rewards(block, percentiles));
        }
    }
    let header = &newest.block.header;
    let (number, time) = (header.number.saturating_add(1), header.timestamp);
    let base_fee = match chain.block_at(number) {
        Some(above) => above.block.header.base_fee_per_gas,
        None => chain.next_base_fee(),
    };
    history.base_fee_per_gas.push(price(base_fee));
    let blob_fee = chain
        .schedule()
        .blob_params(number, time)
        .map(|params| params.calc_blob_fee(next_excess_blob_gas(header, &params)));
    history
        .base_fee_per_blob_gas
        .push(U128::from(blob_fee.unwrap_or_default()));
    reply(history)
}

fn check(percentiles: &[f64]) -> Result<(), RpcError> {
    let refused = |reason| Err(RpcError::invalid("reward percentiles", reason));
    if percentiles.len() > MAX_PERCENTILES {
        return refused("more than 100");
    }
    if percentiles.iter().any(|one| !(0.0..=100.0).contains(one)) {
        return refused("each is from 0 to 100");
    }
    if !percentiles.is_sorted_by(|one, next| one < next) {
        return refused("they must rise");
    }
    Ok(())
}

fn price(base_fee: Option<u64>) -> U64 {
    U64::from(base_fee.unwrap_or_default())
}

#[expect(clippy::cast_precision_loss, reason = "a ratio is about right")]
fn ratio(used: u64, limit: u64) -> f64 {
    match limit {
        0 => 0.0,
        limit => used as f64 / limit as f64,
    }
}

/// Returns for each percentile the tip (wei per gas) up to which that part of the block's gas was used.
fn rewards(block: &ExecutedBlock, percentiles: &[f64]) -> Vec<U128> {
    let base_fee = u128::from(block.block.header.base_fee_per_gas.unwrap_or_default());
    let mut tips: Vec<_> = block
        .receipts
        .iter()
        .map(|receipt| {
            let tip = receipt.effective_gas_price.saturating_sub(base_fee);
            (tip, receipt.gas_used)
        })
        .collect();
    tips.sort_unstable();
    let mut sorted = tips.iter();
    let (mut tip, mut used) = sorted.next().copied().unwrap_or_default();
    let gas_used = block.block.header.gas_used;
    let tip_at = |percentile: &f64| {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a percentile is about right, and not negative"
        )]
        let threshold = (gas_used as f64 * percentile / 100.0) as u64;
        while used < threshold {
            let Some((next, gas)) = sorted.next() else {
                break;
            };
            tip = *next;
            used += gas;
        }
        U128::from(tip)
    };
    percentiles.iter().map(tip_at).collect()
}
