//! State of a node, the content of a snapshot: everything that determines the next block.

use super::{RequestContext, blobs::Blobs, clock::BlockClock};
use crate::{
    chain::Chain,
    pool::{PoolTransaction, TransactionPool},
    request::RpcError,
};
use alloy_primitives::{
    Address, B256, Bytes, U256, keccak256,
    map::{AddressMap, B256Map, HashMap},
};
use parevm::build::{BlockAttributes, BuiltBlock, ExecutedBlock, Unfit};
use parevm::{
    execute::ExecuteError,
    state::{Account, AccountChange, StateDiff},
    vm::{Bytecode, InvalidTransaction, bytecode_of},
};
use parevm_simulate::price::SUGGESTED_TIP;
use std::sync::Arc;

/// Gas of the cheapest transaction.
const LEAST_GAS: u64 = 21_000;

/// Chain, pool and settings of the next block. A copy is cheap.
#[derive(Clone, Debug)]
pub(crate) struct NodeState {
    pub(crate) chain: Chain,
    pub(crate) pool: TransactionPool,
    pub(crate) clock: BlockClock,
    /// Receiver of the fees.
    pub(crate) coinbase: Address,
    /// Gas limit of blocks, if it is set; else the parent's.
    pub(crate) gas_limit: Option<u64>,
    /// PREVRANDAO of the next block, if it is set.
    pub(crate) prev_randao: Option<B256>,
    /// Minimum gas price in wei before London, if it is set.
    pub(crate) min_gas_price: Option<u64>,
    pub(crate) blobs: Blobs,
}

impl NodeState {
    pub(super) fn new(chain: Chain) -> Self {
        Self {
            chain,
            pool: TransactionPool::default(),
            clock: BlockClock::default(),
            coinbase: Address::ZERO,
            gas_limit: None,
            prev_randao: None,
            min_gas_price: None,
            blobs: Blobs::default(),
        }
    }

    /// Returns the account after the head, by default an empty one.
    pub(crate) fn account(&self, address: Address) -> Account {
        let state = &self.chain.head().state;
        state.account(address).unwrap_or_default()
    }

    /// Returns the gas limit of the next block.
    pub(crate) fn gas_limit(&self) -> u64 {
        let parent = self.chain.head().block.header.gas_limit;
        self.gas_limit.unwrap_or(parent)
    }

    /// Returns the base fee of the next block in wei; zero before London.
    pub(crate) fn next_base_fee(&self) -> u64 {
        self.chain.next_base_fee().unwrap_or_default()
    }

    /// Returns the minimum price per gas of a transaction in wei: the base fee, before London the minimum gas price.
    pub(super) fn price_floor(&self) -> u64 {
        match self.chain.head().block.header.base_fee_per_gas {
            None => self.min_gas_price.unwrap_or_default(),
            Some(_) => self.next_base_fee(),
        }
    }

    /// Returns a price per gas in wei that suffices for the next block.
    pub(crate) fn gas_price(&self) -> u64 {
        let is_legacy = self.chain.head().block.header.base_fee_per_gas.is_none();
        match self.min_gas_price.filter(|_| is_legacy) {
            Some(least) => least,
            None => self.next_base_fee().saturating_add(SUGGESTED_TIP),
        }
    }

    /// Sets the timestamp of the next block in seconds.
    pub(crate) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), RpcError> {
        let head = self.chain.head().block.header.timestamp;
        if timestamp <= head {
            let reason = format!("{timestamp} is not after {head}, the timestamp of the head");
            return Err(RpcError::invalid("timestamp", reason));
        }
        self.clock.set_next(timestamp);
        Ok(())
    }

    /// Returns the attributes of the next block at the host's time `now` (ms).
    pub(super) fn attributes(&self, now: u64) -> BlockAttributes {
        let head = self.chain.head();
        BlockAttributes {
            timestamp: self.clock.timestamp(now, head.block.header.timestamp),
            beneficiary: self.coinbase,
            gas_limit: self.gas_limit(),
            base_fee: self.chain.chosen_base_fee(),
            // Deterministic.
            prev_randao: self.prev_randao.unwrap_or_else(|| keccak256(head.hash)),
            ..BlockAttributes::default()
        }
    }

    /// Returns the best transactions of the pool for a block with this base fee and gas limit.
    pub(crate) fn best(&self, base_fee: u64, gas_limit: u64) -> Vec<Arc<PoolTransaction>> {
        let most = usize::try_from(gas_limit / LEAST_GAS).unwrap_or(usize::MAX);
        self.pool
            .best(base_fee, most, |sender| self.account(sender).nonce)
    }

    /// Returns true if a pending transaction has the next nonce of its sender.
    pub(super) fn has_ready(&self) -> bool {
        let mut senders = self.pool.senders();
        senders.any(|sender| self.pool.has(sender, self.account(sender).nonce))
    }

    /// Returns true if a pending transaction pays enough for the next block.
    pub(super) fn has_payable(&self) -> bool {
        !self.offered().is_empty()
    }

    /// Returns the best transactions of the pool for the next block.
    fn offered(&self) -> Vec<Arc<PoolTransaction>> {
        self.best(self.price_floor(), self.gas_limit())
    }

    /// Builds the next block of the `offered` transactions that fit, without adding it to the chain.
    fn build(
        &self,
        context: &RequestContext<'_>,
        offered: &[Arc<PoolTransaction>],
    ) -> Result<BuiltBlock, ExecuteError> {
        self.chain.build(
            context.engine,
            self.chain.head(),
            &self.attributes(context.now),
            offered.iter().map(|one| one.sent.clone()).collect(),
            Unfit::LeftOut,
            &context.limits.call,
        )
    }

    /// Returns the chain with the pending block on top.
    pub(super) fn pending(&self, context: &RequestContext<'_>) -> Result<Chain, ExecuteError> {
        let built = self.build(context, &self.offered())?;
        let mut chain = self.chain.clone();
        chain.push(built);
        Ok(chain)
    }

    /// Mines the next block from the pool. Transactions that can never be mined leave the pool.
    pub(super) fn mine(
        &mut self,
        context: &RequestContext<'_>,
    ) -> Result<Arc<ExecutedBlock>, ExecuteError> {
        self.mine_of(context, &self.offered())
    }

    /// Mines the next block of `offered`. Transactions that can never be mined leave the pool.
    pub(super) fn mine_of(
        &mut self,
        context: &RequestContext<'_>,
        offered: &[Arc<PoolTransaction>],
    ) -> Result<Arc<ExecutedBlock>, ExecuteError> {
        let built = self.build(context, offered)?;
        for (index, reason) in &built.left_out {
            if !may_fit_later(reason)
                && let Some(transaction) = offered.get(*index)
            {
                self.pool.remove(transaction.hash());
            }
        }
        let block = self.chain.push(built);
        for transaction in offered {
            let hash = transaction.hash();
            if let Some(sidecar) = &transaction.sidecar
                && self.chain.transaction(hash).is_some()
            {
                self.blobs.insert(hash, Arc::clone(sidecar));
            }
        }
        self.prune();
        self.clock
            .block_mined(context.now, block.block.header.timestamp);
        self.prev_randao = None;
        Ok(block)
    }

    /// Removes the newest `count` blocks and returns them, oldest first. From `now` (ms) on time continues from the
    /// new head.
    pub(super) fn roll_back(&mut self, now: u64, count: u64) -> Vec<Arc<ExecutedBlock>> {
        let removed = self.chain.roll_back(count);
        self.begin_at_head(now);
        removed
    }

    /// Replaces the chain. If the head changes, time continues from the new head, from `now` (ms) on.
    pub(super) fn replace_chain(&mut self, now: u64, chain: Chain) {
        let has_other_head = chain.head().hash != self.chain.head().hash;
        self.chain = chain;
        self.prune();
        if has_other_head {
            self.begin_at_head(now);
        }
    }

    /// Clears the settings of the next block, and sets the clock to the time of the head.
    fn begin_at_head(&mut self, now: u64) {
        let timestamp = self.chain.head().block.header.timestamp;
        self.clock.reset(now, timestamp);
        self.chain.choose_base_fee(None);
        self.prev_randao = None;
    }

    /// Removes mined transactions from the pool.
    pub(super) fn prune(&mut self) {
        let state = &self.chain.head().state;
        let nonce = |sender| state.account(sender).unwrap_or_default().nonce;
        self.pool.prune(nonce);
    }

    /// Changes balance and nonce of an account after the head.
    pub(crate) fn change_account(&mut self, address: Address, change: impl FnOnce(&mut Account)) {
        let mut account = self.account(address);
        change(&mut account);
        self.put(address, account, B256Map::default(), HashMap::default());
    }

    /// Sets the code of an account after the head.
    pub(crate) fn set_code(&mut self, address: Address, code: Bytes) {
        let code = bytecode_of(code);
        let code_hash = code.hash_slow();
        let account = Account {
            code_hash,
            ..self.account(address)
        };
        let codes = B256Map::from_iter([(code_hash, code)]);
        self.put(address, account, codes, HashMap::default());
    }

    /// Sets a slot of an account after the head.
    pub(crate) fn set_slot(&mut self, address: Address, slot: U256, value: U256) {
        let slots = HashMap::from_iter([(slot, value)]);
        self.put(address, self.account(address), B256Map::default(), slots);
    }

    /// Sets `account` and `slots` after the head. Pending transactions remain.
    fn put(
        &mut self,
        address: Address,
        account: Account,
        codes: B256Map<Bytecode>,
        slots: HashMap<U256, U256>,
    ) {
        let mut state = self.chain.head().state.clone();
        // An empty account does not exist (EIP-161).
        let has_storage = !slots.is_empty() || state.slots(address).next().is_some();
        let change = AccountChange {
            account: (has_storage || !account.is_empty()).then_some(account),
            storage_reset: false,
            slots,
        };
        let accounts = AddressMap::from_iter([(address, change)]);
        state.apply(&StateDiff { accounts, codes });
        self.chain.replace_state(state);
        self.prune();
    }
}

/// Returns true if a transaction that was left out may fit a later block.
const fn may_fit_later(reason: &ExecuteError) -> bool {
    match reason {
        ExecuteError::InvalidTransaction { source, .. } => matches!(
            source,
            InvalidTransaction::GasPriceLessThanBasefee
                | InvalidTransaction::BlobGasPriceGreaterThanMax { .. }
                | InvalidTransaction::LackOfFundForMaxFee { .. }
                | InvalidTransaction::NonceTooHigh { .. }
        ),
        _ => true,
    }
}
