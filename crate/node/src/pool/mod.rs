//! Transaction pool: pending transactions by sender and nonce.

mod error;
mod transaction;

pub use error::PoolError;
pub use transaction::PoolTransaction;

use alloy_consensus::Transaction;
use alloy_primitives::{Address, B256};
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

/// Maximum number of transactions in the pool.
pub(crate) const MAX_PENDING: usize = 10_000;
/// Maximum size of the transactions in the pool in bytes, blobs included.
pub(crate) const MAX_PENDING_BYTES: usize = 64 << 20;

/// Minimum price bump of a replacement in percent.
const REPLACEMENT_PERCENT: u128 = 10;

/// Pending transactions, at most 10,000 in 64 MiB. A copy is cheap.
///
/// A transaction is executable if it follows its sender's nonce without a gap; else it is queued.
#[derive(Clone, Debug)]
pub struct TransactionPool {
    senders: RedBlackTreeMapSync<Address, ByNonce>,
    hashes: HashTrieMapSync<B256, Arc<PoolTransaction>>,
    /// Transactions by the number of their arrival.
    arrived: RedBlackTreeMapSync<u64, Arc<PoolTransaction>>,
    /// Size of all transactions in bytes.
    bytes: usize,
    /// Number of transactions that ever entered.
    arrivals: u64,
}

/// Transactions of one sender by nonce, each with the number of its arrival.
type ByNonce = RedBlackTreeMapSync<u64, (u64, Arc<PoolTransaction>)>;

impl Default for TransactionPool {
    fn default() -> Self {
        Self {
            senders: RedBlackTreeMapSync::new_sync(),
            hashes: HashTrieMapSync::new_sync(),
            arrived: RedBlackTreeMapSync::new_sync(),
            bytes: 0,
            arrivals: 0,
        }
    }
}

impl TransactionPool {
    /// Returns the transaction with this hash.
    #[must_use]
    pub fn get(&self, hash: B256) -> Option<&Arc<PoolTransaction>> {
        self.hashes.get(&hash)
    }

    /// Returns true if the pool has no transactions.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Returns the senders of pending transactions, in order of addresses.
    pub fn senders(&self) -> impl Iterator<Item = Address> {
        self.senders.keys().copied()
    }

    /// Returns the executable and the queued transactions of `sender`, whose account has `nonce`, each in order of
    /// nonces.
    #[must_use]
    pub fn of(
        &self,
        sender: Address,
        nonce: u64,
    ) -> (Vec<&Arc<PoolTransaction>>, Vec<&Arc<PoolTransaction>>) {
        let transactions = self.of_sender(sender).map(|(_, transaction)| transaction);
        let mut next = nonce;
        transactions.partition(|transaction| {
            let follows = transaction.nonce() == next;
            next += u64::from(follows);
            follows
        })
    }

    /// Returns the nonce of the next transaction of `sender`, whose account has `nonce`.
    #[must_use]
    pub fn next_nonce(&self, sender: Address, nonce: u64) -> u64 {
        let (ready, _) = self.of(sender, nonce);
        nonce.saturating_add(ready.len() as u64)
    }

    /// Returns executable transactions for a block with `base_fee` (wei per gas), at most `most`: by tip, those with equal
    /// tips by arrival. `nonce_of` returns the nonce of an account.
    #[must_use]
    pub fn best(
        &self,
        base_fee: u64,
        most: usize,
        nonce_of: impl Fn(Address) -> u64,
    ) -> Vec<Arc<PoolTransaction>> {
        let first = |sender: &Address| self.offer(*sender, nonce_of(*sender), base_fee);
        let mut heads: BinaryHeap<_> = self.senders.keys().filter_map(first).collect();
        let mut best = Vec::new();
        while best.len() < most {
            let Some((_, Reverse(_), sender, nonce)) = heads.pop() else {
                break;
            };
            if let Some((_, transaction)) = self.at(sender, nonce) {
                best.push(Arc::clone(transaction));
            }
            heads.extend(self.offer(sender, nonce + 1, base_fee));
        }
        best
    }

    /// Returns tip, arrival, sender and nonce of a pending transaction that pays the base fee.
    fn offer(
        &self,
        sender: Address,
        nonce: u64,
        base_fee: u64,
    ) -> Option<(u128, Reverse<u64>, Address, u64)> {
        let (arrival, transaction) = self.at(sender, nonce)?;
        let tip = transaction.sent.effective_tip_per_gas(base_fee)?;
        Some((tip, Reverse(*arrival), sender, nonce))
    }

    /// Returns true if a transaction of `sender` with this nonce is pending.
    pub(crate) fn has(&self, sender: Address, nonce: u64) -> bool {
        self.at(sender, nonce).is_some()
    }

    fn at(&self, sender: Address, nonce: u64) -> Option<&(u64, Arc<PoolTransaction>)> {
        self.senders.get(&sender)?.get(&nonce)
    }

    fn of_sender(&self, sender: Address) -> impl Iterator<Item = &(u64, Arc<PoolTransaction>)> {
        self.senders
            .get(&sender)
            .into_iter()
            .flat_map(RedBlackTreeMapSync::values)
    }

    /// Adds a transaction, which replaces one with the same nonce.
    ///
    /// # Errors
    ///
    /// [`PoolError::ReplacementUnderpriced`] or [`PoolError::Full`]. The pool may then lack the
    /// replaced transaction.
    pub(crate) fn add(&mut self, transaction: PoolTransaction) -> Result<(), PoolError> {
        let sender = transaction.sender();
        if let Some((_, known)) = self.at(sender, transaction.nonce()) {
            if !is_better(&transaction, known) {
                return Err(PoolError::ReplacementUnderpriced);
            }
            let known = known.hash();
            self.remove(known);
        }
        let bytes = self.bytes.saturating_add(transaction.size());
        if self.hashes.size() >= MAX_PENDING || bytes > MAX_PENDING_BYTES {
            return Err(PoolError::Full);
        }
        self.put(self.arrivals, Arc::new(transaction));
        self.arrivals += 1;
        Ok(())
    }

    /// Returns the number of transactions that ever entered.
    pub(crate) const fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Returns the transactions that entered since `earlier`, each with the number of its arrival.
    pub(crate) fn added_since(
        &self,
        earlier: &Self,
    ) -> impl Iterator<Item = (&u64, &Arc<PoolTransaction>)> {
        self.arrived.range(earlier.arrivals..)
    }

    /// Returns the arrival numbers of the transactions that left since `earlier`.
    pub(crate) fn removed_since(&self, earlier: &Self) -> Vec<u64> {
        let before = earlier.arrived.size();
        let added = self.added_since(earlier).count();
        if before + added == self.arrived.size() {
            return Vec::new();
        }
        let numbers = earlier.arrived.keys().copied();
        numbers
            .filter(|number| !self.arrived.contains_key(number))
            .collect()
    }

    /// Returns the pool without the `removed` and with the `added` transactions.
    pub(crate) fn changed(
        mut self,
        removed: &[u64],
        added: impl IntoIterator<Item = (u64, Arc<PoolTransaction>)>,
        arrivals: u64,
    ) -> Self {
        for number in removed {
            if let Some(hash) = self.arrived.get(number).map(|one| one.hash()) {
                self.remove(hash);
            }
        }
        for (arrival, transaction) in added {
            self.put(arrival, transaction);
        }
        Self { arrivals, ..self }
    }

    fn put(&mut self, arrival: u64, transaction: Arc<PoolTransaction>) {
        let sender = transaction.sender();
        self.bytes = self.bytes.saturating_add(transaction.size());
        self.hashes
            .insert_mut(transaction.hash(), Arc::clone(&transaction));
        self.arrived.insert_mut(arrival, Arc::clone(&transaction));
        let mut by_nonce = self
            .senders
            .get(&sender)
            .cloned()
            .unwrap_or_else(ByNonce::new_sync);
        by_nonce.insert_mut(transaction.nonce(), (arrival, transaction));
        self.senders.insert_mut(sender, by_nonce);
    }

    /// Removes the transaction with this hash and returns it.
    pub(crate) fn remove(&mut self, hash: B256) -> Option<Arc<PoolTransaction>> {
        let transaction = Arc::clone(self.hashes.get(&hash)?);
        self.hashes.remove_mut(&hash);
        self.bytes = self.bytes.saturating_sub(transaction.size());
        let (sender, nonce) = (transaction.sender(), transaction.nonce());
        let by_nonce = self.senders.get(&sender)?;
        if let Some((arrival, _)) = by_nonce.get(&nonce) {
            self.arrived.remove_mut(arrival);
        }
        let by_nonce = by_nonce.remove(&nonce);
        match by_nonce.is_empty() {
            true => {
                self.senders.remove_mut(&sender);
            }
            false => self.senders.insert_mut(sender, by_nonce),
        }
        Some(transaction)
    }

    /// Removes transactions whose nonces are below those of their accounts.
    pub(crate) fn prune(&mut self, nonce_of: impl Fn(Address) -> u64) {
        let mut sent = Vec::new();
        for (sender, by_nonce) in &self.senders {
            let nonce = nonce_of(*sender);
            let passed = by_nonce.values().map(|(_, transaction)| transaction);
            sent.extend(
                passed
                    .take_while(|transaction| transaction.nonce() < nonce)
                    .map(|transaction| transaction.hash()),
            );
        }
        for hash in sent {
            self.remove(hash);
        }
    }
}

/// Returns true if `new` raises each fee of `known` by the price bump.
fn is_better(new: &PoolTransaction, known: &PoolTransaction) -> bool {
    let raised = |fee: u128| fee.saturating_mul(100 + REPLACEMENT_PERCENT).div_ceil(100);
    let (new, known) = (&new.sent, &known.sent);
    let tip = |fees: &dyn Transaction| {
        fees.max_priority_fee_per_gas()
            .unwrap_or_else(|| fees.max_fee_per_gas())
    };
    let blob_fee = |fees: &dyn Transaction| fees.max_fee_per_blob_gas().unwrap_or_default();
    new.max_fee_per_gas() >= raised(known.max_fee_per_gas())
        && tip(new.inner()) >= raised(tip(known.inner()))
        && blob_fee(new.inner()) >= raised(blob_fee(known.inner()))
}
