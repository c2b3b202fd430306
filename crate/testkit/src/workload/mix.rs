//! Transactions of all kinds, some of which meet.

use super::{
    block, call, erc20::Token, fund, numbered, receiver, uniswap::Market, uniswap::deploy_router,
    user,
};
use parevm::{Block, MemoryState, vm::SpecId};

/// `count` transactions of senders of their own, of which three in ten meet: one pays an account
/// that all of its kind pay, one sends tokens to an account that all of its kind send to, one swaps
/// in a pool that all of its kind swap in. The other seven are two payments, three token transfers
/// and two swaps that meet nobody.
#[must_use]
pub fn hot_mix(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    deploy_router(&mut state);
    let token = Token::new(numbered(0xe0, 0), &mut state);
    let hot = receiver(u64::MAX);
    let hot_market = Market::new(u64::MAX, &mut state);
    let transactions = (0..count as u64)
        .map(|index| {
            let (from, to) = (user(index), receiver(index));
            let state = &mut state;
            // Not one kind after the other: the hot ones are spread.
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
