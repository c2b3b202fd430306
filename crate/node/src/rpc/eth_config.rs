//! `eth_config`: the rules of the current, the next and the last fork (EIP-7910).

use crate::{
    chain::Chain,
    request::{Json, Params, RpcError, reply},
};
use alloy_eips::{
    eip2124::ForkHash,
    eip7910::{EthConfig, EthForkConfig, SystemContract},
};
use alloy_genesis::ChainConfig;
use parevm::vm::{BlockPrecompiles, SpecId};

pub(super) fn answer(chain: &Chain, _: &mut Params<'_>) -> Result<Json, RpcError> {
    let config = chain
        .config()
        .ok_or_else(|| RpcError::server("the chain began without a genesis file".to_owned()))?;
    let now = chain.head().block.header.timestamp;
    let times = times(config);
    let current = times.iter().copied().rfind(|time| *time <= now);
    let next = times.iter().copied().find(|time| *time > now);
    let described = |time: Option<u64>| time.and_then(|time| fork(chain, config, time));
    let current = described(current)
        .ok_or_else(|| RpcError::server("the chain is not in Cancun yet".to_owned()))?;
    reply(EthConfig {
        current,
        next: described(next),
        last: next.and(described(times.last().copied())),
    })
}

/// Returns the activation times of forks, in order.
fn times(config: &ChainConfig) -> Vec<u64> {
    let all = [
        config.shanghai_time,
        config.cancun_time,
        config.prague_time,
        config.osaka_time,
        config.bpo1_time,
        config.bpo2_time,
        config.bpo3_time,
        config.bpo4_time,
        config.bpo5_time,
        config.amsterdam_time,
    ];
    sorted(all)
}

/// Returns the activation heights of forks, in order.
fn heights(config: &ChainConfig) -> Vec<u64> {
    sorted([
        config.homestead_block,
        config.dao_fork_block,
        config.eip150_block,
        config.eip155_block,
        config.eip158_block,
        config.byzantium_block,
        config.constantinople_block,
        config.petersburg_block,
        config.istanbul_block,
        config.muir_glacier_block,
        config.berlin_block,
        config.london_block,
        config.arrow_glacier_block,
        config.gray_glacier_block,
        config.merge_netsplit_block,
    ])
}

fn sorted(activations: impl IntoIterator<Item = Option<u64>>) -> Vec<u64> {
    let mut activations: Vec<_> = activations.into_iter().flatten().collect();
    activations.sort_unstable();
    activations.dedup();
    activations
}

/// Returns the rules of the fork that is activated at `time` (seconds); `None` before Cancun.
fn fork(chain: &Chain, config: &ChainConfig, time: u64) -> Option<EthForkConfig> {
    let schedule = chain.schedule();
    let number = chain.head().number();
    let spec = schedule.spec(number, time);
    let genesis = chain.genesis();
    let follows = |since: &u64, from: u64| *since > from;
    let heights = heights(config);
    let times = times(config);
    let hash = heights
        .iter()
        .filter(|height| follows(height, genesis.number()))
        .chain(
            times
                .iter()
                .filter(|at| follows(at, genesis.block.header.timestamp) && **at <= time),
        )
        .fold(ForkHash::from(genesis.hash), |hash, fork| hash + *fork);
    let since_prague = spec.is_enabled_in(SpecId::PRAGUE);
    let prague = SystemContract::prague(config.deposit_contract_address);
    let contracts = SystemContract::cancun()
        .into_iter()
        .chain(prague.into_iter().filter(|_| since_prague));
    Some(EthForkConfig {
        activation_time: time,
        blob_schedule: schedule.blob_params(number, time)?,
        chain_id: chain.chain_id(),
        fork_id: hash.0.into(),
        precompiles: BlockPrecompiles::new(spec).names(),
        system_contracts: contracts.collect(),
    })
}
