//! The transactions that wait for a block.

use super::{
    PoolError, PoolTransaction,
    limits::{MOST_WAITING, MOST_WAITING_BYTES},
};
use alloy_consensus::Transaction;
use alloy_primitives::{Address, B256};
use rpds::{HashTrieMapSync, RedBlackTreeMapSync};
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};

/// A transaction that takes the place of another offers so many percent more.
const REPLACEMENT_PERCENT: u128 = 10;

/// The transactions that wait for a block, so many at most. A copy is cheap.
///
/// Those of a sender follow its account's nonce without a gap, or they are queued.
#[derive(Clone, Debug)]
pub struct Pool {
    senders: RedBlackTreeMapSync<Address, Waiting>,
    hashes: HashTrieMapSync<B256, Arc<PoolTransaction>>,
    /// The same by the numbers of their arrival.
    arrived: RedBlackTreeMapSync<u64, Arc<PoolTransaction>>,
    /// Bytes of all that waits.
    bytes: usize,
    /// Number of transactions that ever came.
    arrivals: u64,
}

/// The transactions of one sender by nonce, each with the number of its arrival.
type Waiting = RedBlackTreeMapSync<u64, (u64, Arc<PoolTransaction>)>;

impl Default for Pool {
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

impl Pool {
    /// The transaction with this hash.
    #[must_use]
    pub fn get(&self, hash: B256) -> Option<&Arc<PoolTransaction>> {
        self.hashes.get(&hash)
    }

    /// True when nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Who has sent what waits, in order of addresses.
    pub fn senders(&self) -> impl Iterator<Item = Address> {
        self.senders.keys().copied()
    }

    /// What waits of `sender`, whose account has `nonce`: first what can run, then what is queued, each in
    /// order of nonces.
    #[must_use]
    pub fn of(
        &self,
        sender: Address,
        nonce: u64,
    ) -> (Vec<&Arc<PoolTransaction>>, Vec<&Arc<PoolTransaction>>) {
        let waiting = self.waiting(sender).map(|(_, transaction)| transaction);
        let mut next = nonce;
        waiting.partition(|transaction| {
            let follows = transaction.nonce() == next;
            next += u64::from(follows);
            follows
        })
    }

    /// The nonce that the next transaction of `sender` is to have, whose account has `nonce`.
    #[must_use]
    pub fn next_nonce(&self, sender: Address, nonce: u64) -> u64 {
        let (ready, _) = self.of(sender, nonce);
        nonce.saturating_add(ready.len() as u64)
    }

    /// What can run in a block with `base_fee` (wei per gas), at most `most` transactions: by the tip,
    /// those with equal tips as they came. `nonce_of` tells the nonce of an account.
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

    /// Tip, arrival, sender and nonce of a transaction, where it waits and pays the base fee.
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

    /// True when a transaction of `sender` with this nonce waits.
    pub(super) fn has(&self, sender: Address, nonce: u64) -> bool {
        self.at(sender, nonce).is_some()
    }

    fn at(&self, sender: Address, nonce: u64) -> Option<&(u64, Arc<PoolTransaction>)> {
        self.senders.get(&sender)?.get(&nonce)
    }

    fn waiting(&self, sender: Address) -> impl Iterator<Item = &(u64, Arc<PoolTransaction>)> {
        self.senders
            .get(&sender)
            .into_iter()
            .flat_map(RedBlackTreeMapSync::values)
    }

    /// Takes a transaction, in place of one with the same nonce.
    ///
    /// # Errors
    ///
    /// [`PoolError::ReplacementUnderpriced`] or [`PoolError::Full`]. The pool may lack what was to be replaced
    /// then.
    pub(super) fn add(&mut self, transaction: PoolTransaction) -> Result<(), PoolError> {
        let sender = transaction.sender();
        if let Some((_, known)) = self.at(sender, transaction.nonce()) {
            if !is_better(&transaction, known) {
                return Err(PoolError::ReplacementUnderpriced);
            }
            let known = known.hash();
            self.remove(known);
        }
        let bytes = self.bytes.saturating_add(transaction.size());
        if self.hashes.size() >= MOST_WAITING || bytes > MOST_WAITING_BYTES {
            return Err(PoolError::Full);
        }
        self.put(self.arrivals, Arc::new(transaction));
        self.arrivals += 1;
        Ok(())
    }

    /// Number of transactions that ever came.
    pub(super) const fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Transactions that came since the pool was `earlier`, each with the number of its arrival.
    pub(super) fn added_since(
        &self,
        earlier: &Self,
    ) -> impl Iterator<Item = (&u64, &Arc<PoolTransaction>)> {
        self.arrived.range(earlier.arrivals..)
    }

    /// Arrivals of the transactions that left since the pool was `earlier`.
    pub(super) fn removed_since(&self, earlier: &Self) -> Vec<u64> {
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

    /// The pool after transactions have left this one, and others have come.
    pub(super) fn changed(
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
        let mut waiting = self
            .senders
            .get(&sender)
            .cloned()
            .unwrap_or_else(Waiting::new_sync);
        waiting.insert_mut(transaction.nonce(), (arrival, transaction));
        self.senders.insert_mut(sender, waiting);
    }

    /// Drops the transaction with this hash and returns it.
    pub(crate) fn remove(&mut self, hash: B256) -> Option<Arc<PoolTransaction>> {
        let transaction = Arc::clone(self.hashes.get(&hash)?);
        self.hashes.remove_mut(&hash);
        self.bytes = self.bytes.saturating_sub(transaction.size());
        let (sender, nonce) = (transaction.sender(), transaction.nonce());
        let waiting = self.senders.get(&sender)?;
        if let Some((arrival, _)) = waiting.get(&nonce) {
            self.arrived.remove_mut(arrival);
        }
        let waiting = waiting.remove(&nonce);
        match waiting.is_empty() {
            true => {
                self.senders.remove_mut(&sender);
            }
            false => self.senders.insert_mut(sender, waiting),
        }
        Some(transaction)
    }

    /// Drops what accounts have sent already.
    pub(super) fn prune(&mut self, nonce_of: impl Fn(Address) -> u64) {
        let mut sent = Vec::new();
        for (sender, waiting) in &self.senders {
            let nonce = nonce_of(*sender);
            let passed = waiting.values().map(|(_, transaction)| transaction);
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

/// Whether `new` offers enough more than `known` for each fee.
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
