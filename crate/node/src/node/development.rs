//! Genesis block of a development chain.

use super::{NodeOptions, accounts::Accounts};
use alloy_eips::{
    eip2935::{HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CODE},
    eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE},
    eip7002::{WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_PREDEPLOY_CODE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_PREDEPLOY_CODE},
};
use alloy_genesis::{ChainConfig, Genesis, GenesisAccount};
use alloy_primitives::{Address, Bytes, U256, address, bytes};

/// Deterministic deployment proxy: deploys its input with CREATE2, at the same address on every chain.
const DEPLOYER: Address = address!("4e59b44847b379578588920ca78fbf26c0b4956c");
static DEPLOYER_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// Returns the genesis of a chain under Osaka with funded `accounts` and the system contracts.
pub(super) fn genesis(options: &NodeOptions, accounts: &Accounts) -> Genesis {
    let owned = GenesisAccount::default().with_balance(options.balance);
    let owned = accounts.addresses().map(|address| (address, owned.clone()));
    let contracts = [
        (HISTORY_STORAGE_ADDRESS, &HISTORY_STORAGE_CODE),
        (BEACON_ROOTS_ADDRESS, &BEACON_ROOTS_CODE),
        (
            WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
            &WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
        ),
        (
            CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
            &CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
        ),
        (DEPLOYER, &DEPLOYER_CODE),
    ];
    let contracts = contracts.map(|(address, code)| {
        let account = GenesisAccount::default()
            .with_nonce(Some(1))
            .with_code(Some(code.clone()));
        (address, account)
    });
    Genesis {
        config: osaka(options.chain_id),
        timestamp: options.timestamp,
        gas_limit: 30_000_000,
        base_fee_per_gas: Some(1_000_000_000),
        alloc: owned.chain(contracts).collect(),
        ..Genesis::default()
    }
}

/// Returns the rules of Osaka from the first block on.
fn osaka(chain_id: u64) -> ChainConfig {
    let mut config = ChainConfig {
        chain_id,
        terminal_total_difficulty: Some(U256::ZERO),
        terminal_total_difficulty_passed: true,
        shanghai_time: Some(0),
        cancun_time: Some(0),
        prague_time: Some(0),
        osaka_time: Some(0),
        ..ChainConfig::default()
    };
    for block in [
        &mut config.homestead_block,
        &mut config.eip150_block,
        &mut config.eip155_block,
        &mut config.eip158_block,
        &mut config.byzantium_block,
        &mut config.constantinople_block,
        &mut config.petersburg_block,
        &mut config.istanbul_block,
        &mut config.muir_glacier_block,
        &mut config.berlin_block,
        &mut config.london_block,
        &mut config.arrow_glacier_block,
        &mut config.gray_glacier_block,
    ] {
        *block = Some(0);
    }
    config
}
