//! Transfers of ERC-20 tokens.

use super::{block, call_with, code, deploy, fund, numbered, receiver, user};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use parevm::{Block, MemoryState, block::Transaction, vm::SpecId};

/// Token balance of every owner in a generated block.
const FORTUNE: u128 = 10_u128.pow(24);
/// `transfer(address,uint256)`
const TRANSFER: [u8; 4] = [0xa9, 0x05, 0x9c, 0xbb];
const GAS_LIMIT: u64 = 60_000;

/// Generates `count` transfers of one token with distinct senders and recipients, all of which own some of it.
#[must_use]
pub fn erc20(count: usize) -> (Block, MemoryState) {
    transfers(count, receiver)
}

/// Generates `count` transfers of one token with distinct senders to one recipient.
#[must_use]
pub fn erc20_into_one(count: usize) -> (Block, MemoryState) {
    transfers(count, |_| receiver(0))
}

/// Generates `count` transfers of one token with distinct senders. `hot` percent of them, evenly spread, go to one
/// recipient, the others to distinct ones.
#[must_use]
pub fn erc20_partly_into_one(count: usize, hot: u64) -> (Block, MemoryState) {
    transfers(count, |index| match index * 37 % 100 < hot {
        true => receiver(u64::MAX),
        false => receiver(index),
    })
}

fn transfers(count: usize, to: impl Fn(u64) -> Address) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    let token = Erc20Token::new(numbered(0xe0, 0), &mut state);
    let transactions = (0..count as u64)
        .map(|index| token.transfer(&mut state, user(index), to(index)))
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// ERC-20 token.
#[derive(Clone, Copy)]
pub(super) struct Erc20Token {
    pub(super) address: Address,
}

impl Erc20Token {
    /// Inserts the token at `address`.
    pub(super) fn new(address: Address, state: &mut MemoryState) -> Self {
        deploy(state, address, Bytes::from_static(code::ERC20));
        Self { address }
    }

    /// Sets the balance of `owner`.
    pub(super) fn give(self, state: &mut MemoryState, owner: Address) {
        let balance = mapped(owner, U256::ZERO);
        state.insert_storage(self.address, balance.into(), U256::from(FORTUNE));
    }

    /// Sets the allowance of `spender` to the balance of `owner`.
    pub(super) fn allow(self, state: &mut MemoryState, owner: Address, spender: Address) {
        let allowances = mapped(owner, U256::ONE);
        let allowance = mapped(spender, allowances.into());
        state.insert_storage(self.address, allowance.into(), U256::from(FORTUNE));
    }

    /// Returns a transfer by `from`, the only transaction of this sender.
    pub(super) fn transfer(
        self,
        state: &mut MemoryState,
        from: Address,
        to: Address,
    ) -> Transaction {
        fund(state, from);
        self.give(state, from);
        self.give(state, to);
        let mut data = TRANSFER.to_vec();
        data.extend(to.into_word());
        data.extend(U256::from(1_000).to_be_bytes::<32>());
        call_with(from, self.address, GAS_LIMIT, data.into())
    }
}

/// Returns the slot of `key` in the Solidity mapping at `slot`.
fn mapped(key: Address, slot: U256) -> B256 {
    let mut preimage = [0; 64];
    preimage[..32].copy_from_slice(key.into_word().as_slice());
    preimage[32..].copy_from_slice(&slot.to_be_bytes::<32>());
    keccak256(preimage)
}
