//! Transactions of all kinds, some of which conflict.

use super::{
    block, call, erc20::Erc20Token, fund, numbered, receiver, uniswap::Market,
    uniswap::deploy_router, user,
};
use parevm::{Block, MemoryState, vm::SpecId};

/// Generates `count` transactions with distinct senders, three in ten of which conflict: one transfer to a shared
/// account, one token transfer to a shared account, and one swap in a shared pool. The other seven are independent: two
/// transfers, three token transfers and two swaps.
#[must_use]
pub fn hot_mix(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    deploy_router(&mut state);
    let token = Erc20Token::new(numbered(0xe0, 0), &mut state);
    let hot = receiver(u64::MAX);
    let hot_market = Market::new(u64::MAX, &mut state);
    let transactions = (0..count as u64)
        .map(|index| {
            let (from, to) = (user(index), receiver(index));
            let state = &mut state;
            // Mixes the kinds: the conflicting transactions are spread over the block.
            match index * 7 % 10 {
                kind @ 0..3 => {
                    fund(state, from);
                    call(from, 0, if kind == 0 { hot } else { to }, 21_000, 1)
                }
                kind @ 3..7 => token.transfer(state, from, if kind == 3 { hot } else { to }),
                7 => hot_market.swap(state, from),
                _ => Market::new(index, state).swap(state, from),
            }
        })
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}
