//! Environment of a generated block: header, ommers, withdrawals, system contracts.

use crate::random::Random;
use alloy_eips::{eip2935, eip4788, eip7002, eip7251};
use alloy_primitives::{Address, B256, Bytes, U256, bytes, keccak256};
use parevm::{
    Block, MemoryState,
    block::{Ommer, Withdrawal},
    state::Account,
    vm::{Bytecode, SpecId},
};

/// Code of the beacon roots contract, from EIP-4788.
static BEACON_ROOTS_CODE: Bytes = bytes!(
    "3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"
);

/// System contracts with their code.
pub(super) static SYSTEM_CONTRACTS: [(Address, &Bytes); 4] = [
    (eip4788::BEACON_ROOTS_ADDRESS, &BEACON_ROOTS_CODE),
    (
        eip2935::HISTORY_STORAGE_ADDRESS,
        &eip2935::HISTORY_STORAGE_CODE,
    ),
    (
        eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
        &eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
    ),
    (
        eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
        &eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
    ),
];

/// Sets every header field of `block`, and adds ommers or withdrawals of `accounts`. Three states in four get the
/// system contracts.
pub(super) fn decorate(
    random: &mut Random,
    block: &mut Block,
    state: &mut MemoryState,
    spec: SpecId,
    accounts: &[Address],
) {
    let has = |fork| spec.is_enabled_in(fork);
    let number = block.header.number;
    ancestors(state, number);
    let header = &mut block.header;
    header.parent_hash = Some(keccak256((number - 1).to_be_bytes()));
    if has(SpecId::LONDON) {
        header.base_fee = Some([0, 1, 7, 9][at(random, 4)]);
    }
    if has(SpecId::MERGE) {
        header.prev_randao = Some(keccak256(random.next().to_be_bytes()));
    } else {
        header.difficulty = U256::from(131_072 + random.below(1_000));
        for back in 1..=random.below(3) {
            block.ommers.push(Ommer::Known {
                beneficiary: accounts[at(random, accounts.len())],
                number: number - back,
            });
        }
    }
    if has(SpecId::CANCUN) {
        // Up to a price of some wei per blob gas.
        header.excess_blob_gas = Some(random.below(8) * (1 << 20));
        header.parent_beacon_block_root = Some(B256::repeat_byte(0xbe));
        if random.below(4) != 0 {
            let count = if has(SpecId::PRAGUE) { 4 } else { 1 };
            for (address, code) in &SYSTEM_CONTRACTS[..count] {
                let code_hash = state.insert_code(Bytecode::new_legacy((*code).clone()));
                let account = Account {
                    nonce: 1,
                    code_hash,
                    ..Account::default()
                };
                state.insert_account(*address, account);
            }
        }
    }
    if has(SpecId::SHANGHAI) {
        for _ in 0..random.below(4) {
            block.withdrawals.push(Withdrawal {
                address: accounts[at(random, accounts.len())],
                // A withdrawal of zero touches the account, too.
                amount: random.below(3),
            });
        }
    }
}

/// Inserts hashes of the ancestors of the block at height `number`.
pub(super) fn ancestors(state: &mut MemoryState, number: u64) {
    for ago in 1..=256 {
        let height = number.saturating_sub(ago);
        state.insert_block_hash(height, keccak256(height.to_be_bytes()));
    }
}

fn at(random: &mut Random, bound: usize) -> usize {
    usize::try_from(random.below(bound as u64)).unwrap_or(0)
}
