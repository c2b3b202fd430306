//! The first block of a chain, and the rules that a genesis file sets.

use super::{
    Chain, ChainState, GenesisError, StoredBlock,
    header::check_fields,
    range::{check_config, check_genesis},
};
use crate::{
    block::{
        AlloyBlock, Schedule,
        schedule::{Activation, blob_params_under, bomb_delay_of},
    },
    vm::SpecId,
};
use alloy_consensus::{BlockBody, Header};
use alloy_eips::{
    eip1559::INITIAL_BASE_FEE, eip4895::Withdrawals, eip7685::EMPTY_REQUESTS_HASH,
    eip7840::BlobParams,
};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{B256, U256, keccak256};
use alloy_rlp::Encodable;
use alloy_trie::EMPTY_ROOT_HASH;
use std::sync::Arc;

impl Chain {
    /// A chain that begins with `header` and `state`.
    ///
    /// # Errors
    ///
    /// [`GenesisError`] when the header lacks a field of its fork, or names another state root.
    pub fn new(
        chain_id: u64,
        schedule: Schedule,
        header: Header,
        state: ChainState,
    ) -> Result<Self, GenesisError> {
        check_fields(&schedule, &header)?;
        let computed = state.root();
        if header.state_root != computed {
            return Err(GenesisError::StateRoot {
                declared: header.state_root,
                computed,
            });
        }
        let spec = schedule.spec(header.number, header.timestamp);
        let withdrawals = spec
            .is_enabled_in(SpecId::SHANGHAI)
            .then(Withdrawals::default);
        let total_difficulty = header.difficulty;
        let hash = header.hash_slow();
        let body = BlockBody {
            withdrawals,
            ..BlockBody::default()
        };
        let block = AlloyBlock { header, body };
        let genesis = StoredBlock {
            hash,
            size: block.length(),
            block,
            receipts: Vec::new(),
            receipt_roots: Vec::new(),
            total_difficulty,
            state,
        };
        Ok(Self::of_genesis(chain_id, schedule, genesis))
    }

    /// A chain that begins as a genesis file says.
    ///
    /// Constantinople runs under Petersburg's rules: the EVM has no EIP-1283.
    ///
    /// # Errors
    ///
    /// [`GenesisError::OutOfRange`] when a number is out of its range,
    /// [`GenesisError::MergeBlockUnknown`] when the height of the merge is not given.
    pub fn from_genesis(genesis: &Genesis) -> Result<Self, GenesisError> {
        check_genesis(genesis)?;
        let schedule = schedule(&genesis.config)?;
        let mut state = ChainState::default();
        for (address, account) in &genesis.alloc {
            let slots = account
                .storage_slots()
                .map(|(slot, value)| (slot.into(), value));
            state.insert(
                *address,
                account.balance,
                account.nonce.unwrap_or_default(),
                account.code.clone().unwrap_or_default(),
                slots,
            );
        }
        let header = header(genesis, &schedule, state.root());
        let chain = Self::new(genesis.config.chain_id, schedule, header, state)?;
        Ok(Self {
            config: Some(Arc::new(genesis.config.clone())),
            ..chain
        })
    }
}

fn header(genesis: &Genesis, schedule: &Schedule, state_root: B256) -> Header {
    let number = genesis.number.unwrap_or_default();
    let spec = schedule.spec(number, genesis.timestamp);
    let since = |fork| spec.is_enabled_in(fork);
    // Of 63 bits.
    let base_fee = genesis
        .base_fee_per_gas
        .and_then(|fee| u64::try_from(fee).ok());
    Header {
        parent_hash: genesis.parent_hash.unwrap_or_default(),
        beneficiary: genesis.coinbase,
        state_root,
        difficulty: genesis.difficulty,
        number,
        gas_limit: genesis.gas_limit,
        timestamp: genesis.timestamp,
        extra_data: genesis.extra_data.clone(),
        mix_hash: genesis.mix_hash,
        nonce: genesis.nonce.into(),
        base_fee_per_gas: since(SpecId::LONDON).then(|| base_fee.unwrap_or(INITIAL_BASE_FEE)),
        withdrawals_root: since(SpecId::SHANGHAI).then_some(EMPTY_ROOT_HASH),
        blob_gas_used: since(SpecId::CANCUN).then(|| genesis.blob_gas_used.unwrap_or_default()),
        excess_blob_gas: since(SpecId::CANCUN).then(|| genesis.excess_blob_gas.unwrap_or_default()),
        parent_beacon_block_root: since(SpecId::CANCUN).then_some(B256::ZERO),
        requests_hash: since(SpecId::PRAGUE).then_some(EMPTY_REQUESTS_HASH),
        // The hash of an empty list.
        block_access_list_hash: since(SpecId::AMSTERDAM).then(|| keccak256([0xc0])),
        slot_number: since(SpecId::AMSTERDAM).then(|| genesis.slot_number.unwrap_or_default()),
        ..Header::default()
    }
}

impl Schedule {
    /// The schedule of a genesis file's `config` (go-ethereum's `params/config.go`).
    ///
    /// # Errors
    ///
    /// [`GenesisError::MergeBlockUnknown`] when the height of the merge is not given.
    pub fn from_config(config: &ChainConfig) -> Result<Self, GenesisError> {
        schedule(config)
    }
}

/// The schedule of a genesis file.
fn schedule(config: &ChainConfig) -> Result<Schedule, GenesisError> {
    check_config(config)?;
    let merge = match (
        config.merge_netsplit_block,
        config.terminal_total_difficulty,
    ) {
        (Some(number), _) => Some(number),
        (None, None) => None,
        (None, Some(U256::ZERO)) => Some(0),
        (None, Some(_)) if config.terminal_total_difficulty_passed => Some(0),
        // No chain gets there.
        (None, Some(U256::MAX)) => None,
        (None, Some(_)) => return Err(GenesisError::MergeBlockUnknown),
    };
    let by_block = [
        (config.homestead_block, SpecId::HOMESTEAD),
        (config.eip150_block, SpecId::TANGERINE),
        (config.eip158_block, SpecId::SPURIOUS_DRAGON),
        (config.byzantium_block, SpecId::BYZANTIUM),
        (config.constantinople_block, SpecId::PETERSBURG),
        (config.petersburg_block, SpecId::PETERSBURG),
        (config.istanbul_block, SpecId::ISTANBUL),
        (config.berlin_block, SpecId::BERLIN),
        (config.london_block, SpecId::LONDON),
        (merge, SpecId::MERGE),
    ];
    let by_time = [
        (config.shanghai_time, SpecId::SHANGHAI),
        (config.cancun_time, SpecId::CANCUN),
        (config.prague_time, SpecId::PRAGUE),
        (config.osaka_time, SpecId::OSAKA),
        (config.amsterdam_time, SpecId::AMSTERDAM),
    ];
    let blocks = by_block
        .into_iter()
        .filter_map(|(at, spec)| Some((Activation::Block(at?), spec)));
    let times = by_time
        .into_iter()
        .filter_map(|(at, spec)| Some((Activation::Timestamp(at?), spec)));
    let bombs = [
        (config.byzantium_block, EthereumHardfork::Byzantium),
        (
            config.constantinople_block,
            EthereumHardfork::Constantinople,
        ),
        (config.muir_glacier_block, EthereumHardfork::MuirGlacier),
        (config.london_block, EthereumHardfork::London),
        (config.arrow_glacier_block, EthereumHardfork::ArrowGlacier),
        (config.gray_glacier_block, EthereumHardfork::GrayGlacier),
    ];
    let delays = bombs
        .into_iter()
        .filter_map(|(at, fork)| Some((at?, bomb_delay_of(fork)?)));
    let dao_block = config.dao_fork_block.filter(|_| config.dao_fork_support);
    let schedule = Schedule::new(blocks.chain(times).collect(), blobs(config), dao_block);
    let schedule = schedule.with_bomb_delays(delays.collect());
    Ok(match config.deposit_contract_address {
        Some(contract) => schedule.with_deposit_contract(contract),
        None => schedule,
    })
}

/// The blob parameters of a genesis file, in order of activation.
fn blobs(config: &ChainConfig) -> Vec<(Activation, BlobParams)> {
    let forks = [
        (config.cancun_time, "cancun", SpecId::CANCUN),
        (config.prague_time, "prague", SpecId::PRAGUE),
        (config.osaka_time, "osaka", SpecId::OSAKA),
        (config.bpo1_time, "bpo1", SpecId::OSAKA),
        (config.bpo2_time, "bpo2", SpecId::OSAKA),
        (config.bpo3_time, "bpo3", SpecId::OSAKA),
        (config.bpo4_time, "bpo4", SpecId::OSAKA),
        (config.bpo5_time, "bpo5", SpecId::OSAKA),
        (config.amsterdam_time, "amsterdam", SpecId::AMSTERDAM),
    ];
    let mut active: Vec<_> = forks
        .into_iter()
        .filter_map(|(at, name, spec)| {
            let given = config.blob_schedule.get(name)?;
            let params = blob_params_under(spec, *given);
            Some((Activation::Timestamp(at?), params))
        })
        .collect();
    active.sort_by_key(|(at, _)| *at);
    active
}
