//! Calls of contracts with random code.

use super::{beneficiary, block, call, environment, fund, numbered, user};
use crate::{
    program::{self, Neighbours},
    random::Random,
};
use alloy_primitives::{Address, U256};
use parevm::{
    Block, MemoryState,
    state::Account,
    vm::{Bytecode, SpecId},
};

/// Generates `count` calls to contracts with random code under the rules of `spec`: reads and writes of shared slots,
/// calls with value, reads of balances, creations, self-destructs, reverts. Fewer contracts mean more conflicts.
#[must_use]
pub fn contracts(seed: u64, count: usize, contracts: u64, spec: SpecId) -> (Block, MemoryState) {
    let mut random = Random::new(seed);
    let mut state = MemoryState::default();
    let contracts = contracts.max(1);
    let addresses: Vec<_> = (0..contracts).map(contract).collect();
    let near = Neighbours {
        accounts: &addresses,
        factory: numbered(0xd1, 0),
        spec,
    };
    for address in &addresses {
        let code = program::random(&mut random, &near).finish();
        let code_hash = state.insert_code(Bytecode::new_legacy(code));
        let balance = U256::from(random.below(1_000));
        state.insert_account(
            *address,
            Account {
                balance,
                nonce: 1,
                code_hash,
            },
        );
        for slot in 0..4 {
            state.insert_storage(*address, U256::from(slot), U256::from(random.below(3)));
        }
    }
    let users = 1 + count as u64 / 2;
    let mut nonces = vec![0; usize::try_from(users).unwrap_or(usize::MAX)];
    for index in 0..users {
        fund(&mut state, user(index));
    }
    let mut transactions = Vec::with_capacity(count);
    for _ in 0..count {
        let sender = random.below(users);
        let Some(nonce) = usize::try_from(sender)
            .ok()
            .and_then(|at| nonces.get_mut(at))
        else {
            continue;
        };
        let to = match random.below(8) {
            0 => user(random.below(users)),
            1 => beneficiary(),
            _ => contract(random.below(contracts)),
        };
        let gas_limit = 40_000 + random.below(300_000);
        transactions.push(call(user(sender), *nonce, to, gas_limit, random.below(3)));
        *nonce += 1;
    }
    let block = block(spec, transactions);
    environment::ancestors(&mut state, block.header.number);
    (block, state)
}

fn contract(index: u64) -> Address {
    numbered(0xd0, index)
}
