//! Swaps on Uniswap v3.
//!
//! The router and the contract that calls it are at the addresses that their codes contain. A pool is at the CREATE2
//! address of the factory that the router was built for. A swap calls neither the factory nor WETH, so the state lacks
//! them.

use super::{block, call_with, code, deploy, erc20::Erc20Token, fund, numbered, user};
use alloy_primitives::{Address, B256, Bytes, U256, address, b256, keccak256};
use parevm::{Block, MemoryState, block::Transaction, vm::SpecId};

/// Router that the swapping contract calls.
const ROUTER: Address = address!("e7cfcccb38ce07ba9d8d13431afe8cf6172de031");
/// Factory whose pools the router trusts.
const FACTORY: Address = address!("d787a42ee3ac477c46dd6c912e7af795d44453d5");
/// Hash of the pools' init code, as the router has it.
const INIT_CODE_HASH: B256 =
    b256!("636fcf59d7fdf3a03833dba1c6d936c9d7c6730057c8c4c8e5059feaeab60e04");

// Values of the immutable variables in the pool's code.
const BUILT_SELF: Address = address!("d495d5e5cab2567777fff988c4fcd71328b17c9d");
const BUILT_FACTORY: Address = address!("cba6b9a951749b8735c603e7ffc5151849248772");
const BUILT_TOKEN_0: Address = address!("261d8c5e9742e6f7f1076fa1f560894524e19cad");
const BUILT_TOKEN_1: Address = address!("ce3478a9e0167a6bc5716dc39dbbbfac38f27623");

/// 0.3 percent, in hundredths of a basis point.
const FEE: u64 = 3_000;
/// Price in the middle of [`TICK`], 120 ticks above the next word boundary of the tick bitmap.
const SQRT_PRICE_X96: u128 = 92_051_603_017_437_864_660_682_955_815;
const TICK: u64 = 3_000;
/// A swap of [`AMOUNT`] moves the price by a bit more than a tick.
const LIQUIDITY: u128 = 20 * 10_u128.pow(18);
const AMOUNT: u128 = 10_u128.pow(15);
/// `sellToken0(uint256)`
const SELL_TOKEN_0: [u8; 4] = [0xc9, 0x2b, 0x08, 0x91];
const GAS_LIMIT: u64 = 300_000;

/// Generates `count` swaps with distinct senders, pools and token pairs.
#[must_use]
pub fn swaps(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    deploy_router(&mut state);
    let transactions = (0..count as u64)
        .map(|index| Market::new(index, &mut state).swap(&mut state, user(index)))
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

/// Generates `count` swaps in one pool with distinct senders: every swap starts at the price of the previous one.
#[must_use]
pub fn one_pool(count: usize) -> (Block, MemoryState) {
    let mut state = MemoryState::default();
    deploy_router(&mut state);
    let market = Market::new(0, &mut state);
    let transactions = (0..count as u64)
        .map(|index| market.swap(&mut state, user(index)))
        .collect();
    (block(SpecId::OSAKA, transactions), state)
}

pub(super) fn deploy_router(state: &mut MemoryState) {
    deploy(state, ROUTER, Bytes::from_static(code::SWAP_ROUTER));
}

/// Pair of tokens, their pool, and a swapping contract.
#[derive(Clone, Copy)]
pub(super) struct Market {
    token_0: Erc20Token,
    swapper: Address,
}

impl Market {
    /// Inserts market number `index`, with liquidity over the whole price range. The ticks at its ends are missing: no
    /// swap reaches them.
    pub(super) fn new(index: u64, state: &mut MemoryState) -> Self {
        // The first token of a pool has the lower address.
        let token_0 = Erc20Token::new(numbered(0xe1, index), state);
        let token_1 = Erc20Token::new(numbered(0xe2, index), state);
        let pool = pool_address(token_0, token_1);
        deploy(state, pool, pool_code(pool, token_0, token_1));
        token_0.give(state, pool);
        token_1.give(state, pool);
        let unlocked = U256::ONE << 240;
        // Observations: one, and room for one.
        let observed = U256::ONE << 200 | U256::ONE << 216;
        let slot_0 = U256::from(SQRT_PRICE_X96) | U256::from(TICK) << 160 | observed | unlocked;
        let observation = U256::from(1_600_000_000_u64) | U256::ONE << 248;
        for (slot, value) in [(0, slot_0), (4, U256::from(LIQUIDITY)), (8, observation)] {
            state.insert_storage(pool, U256::from(slot), value);
        }

        let swapper = numbered(0xe3, index);
        deploy(state, swapper, Bytes::from_static(code::SINGLE_SWAP));
        let token_1_and_fee = word(token_1.address) | U256::from(FEE) << 160;
        state.insert_storage(swapper, U256::ZERO, word(token_0.address));
        state.insert_storage(swapper, U256::ONE, token_1_and_fee);
        Self { token_0, swapper }
    }

    /// Returns a swap by `trader`, the only transaction of this sender.
    pub(super) fn swap(self, state: &mut MemoryState, trader: Address) -> Transaction {
        fund(state, trader);
        self.token_0.give(state, trader);
        self.token_0.allow(state, trader, self.swapper);
        let mut data = SELL_TOKEN_0.to_vec();
        data.extend(U256::from(AMOUNT).to_be_bytes::<32>());
        call_with(trader, self.swapper, GAS_LIMIT, data.into())
    }
}

/// Returns the address at which the router expects the pool of two tokens.
fn pool_address(token_0: Erc20Token, token_1: Erc20Token) -> Address {
    let mut key = [0; 96];
    key[..32].copy_from_slice(token_0.address.into_word().as_slice());
    key[32..64].copy_from_slice(token_1.address.into_word().as_slice());
    key[64..].copy_from_slice(&U256::from(FEE).to_be_bytes::<32>());
    FACTORY.create2(keccak256(key), INIT_CODE_HASH)
}

/// Returns the pool's code with the values of its immutable variables.
fn pool_code(pool: Address, token_0: Erc20Token, token_1: Erc20Token) -> Bytes {
    let mut code = code::POOL.to_vec();
    for (built, own) in [
        (BUILT_SELF, pool),
        (BUILT_FACTORY, FACTORY),
        (BUILT_TOKEN_0, token_0.address),
        (BUILT_TOKEN_1, token_1.address),
    ] {
        replace(&mut code, built, own);
    }
    code.into()
}

/// Replaces every occurrence of an address.
fn replace(code: &mut [u8], old: Address, new: Address) {
    let mut from = 0;
    while let Some(at) = code
        .get(from..)
        .and_then(|rest| rest.windows(20).position(|bytes| bytes == old.as_slice()))
    {
        let end = from + at + 20;
        if let Some(bytes) = code.get_mut(from + at..end) {
            bytes.copy_from_slice(new.as_slice());
        }
        from = end;
    }
}

fn word(address: Address) -> U256 {
    address.into_word().into()
}
