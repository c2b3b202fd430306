//! Prediction of the senders' nonces, before any transaction has executed.

use crate::block::Transaction;
use alloy_primitives::{Address, map::AddressMap};

/// Predicted nonces: for each sender its transactions in block order, each with the nonce after it.
///
/// A transaction may be invalid, and an authorization may raise a nonce (EIP-7702). A wrong prediction costs a
/// re-execution and changes no result.
#[derive(Debug)]
pub(crate) struct PredictedNonces {
    /// Transaction and the nonce after it, grouped by sender.
    nonces: Box<[(u32, u64)]>,
    /// Senders, in the order of their first transactions.
    sender_indices: AddressMap<usize>,
    /// End of each sender's group in `nonces`.
    ends: Box<[u32]>,
    /// For each transaction, whether its sender has a lower one.
    is_repeated: Box<[bool]>,
    /// Most accounts that are looked up are not senders: the filter answers without the map.
    senders: SenderFilter,
}

/// Bloom filter of addresses with one hash: the last bytes of an address.
#[derive(Debug)]
struct SenderFilter(Box<[u64]>);

/// Bits per address, one of which is set.
const BITS: usize = 16;

impl PredictedNonces {
    /// Predicts the nonces of `transactions`.
    pub(crate) fn new(transactions: &[Transaction]) -> Self {
        let count = transactions.len();
        let mut senders = SenderFilter::with_capacity(count);
        let mut sender_indices = AddressMap::with_capacity_and_hasher(count, Default::default());
        // Transactions of each sender; below, the start and then the end of its group.
        let mut ends: Vec<u32> = Vec::with_capacity(count);
        let mut sender_of = Vec::with_capacity(count);
        let mut is_repeated = Vec::with_capacity(count);
        for Transaction { env, .. } in transactions {
            let sender = *sender_indices.entry(env.caller).or_insert(ends.len());
            match ends.get_mut(sender) {
                Some(sent) => *sent += 1,
                None => ends.push(1),
            }
            sender_of.push(sender);
            is_repeated.push(ends[sender] > 1);
            senders.insert(env.caller);
        }
        let mut start = 0;
        for end in &mut ends {
            start += std::mem::replace(end, start);
        }
        let mut nonces = vec![(0, 0); count];
        for ((index, Transaction { env, .. }), sender) in (0..).zip(transactions).zip(sender_of) {
            let end = &mut ends[sender];
            nonces[*end as usize] = (index, env.nonce.saturating_add(1));
            *end += 1;
        }
        Self {
            nonces: nonces.into(),
            sender_indices,
            ends: ends.into(),
            is_repeated: is_repeated.into(),
            senders,
        }
    }

    /// Returns whether the sender of transaction `index` has a lower one in the block, after which it has the nonce of this
    /// transaction.
    pub(crate) fn is_repeated(&self, index: u32) -> bool {
        self.is_repeated.get(index as usize) == Some(&true)
    }

    /// Returns the nonce after the last transaction of `sender` below `reader`; `None` if there is none.
    pub(crate) fn before(&self, reader: u32, sender: Address) -> Option<u64> {
        if !self.senders.may_contain(sender) {
            return None;
        }
        let index = *self.sender_indices.get(&sender)?;
        let start = index.checked_sub(1).map_or(0, |last| self.ends[last]);
        let sent = &self.nonces[start as usize..self.ends[index] as usize];
        let below = sent.partition_point(|(transaction, _)| *transaction < reader);
        sent[..below].last().map(|(_, nonce)| *nonce)
    }
}

impl SenderFilter {
    fn with_capacity(addresses: usize) -> Self {
        let bits = addresses.next_power_of_two().saturating_mul(BITS);
        Self(vec![0; bits.div_ceil(64)].into())
    }

    fn insert(&mut self, address: Address) {
        let (word, bit) = self.bit(address);
        self.0[word] |= bit;
    }

    fn may_contain(&self, address: Address) -> bool {
        let (word, bit) = self.bit(address);
        self.0[word] & bit != 0
    }

    fn bit(&self, address: Address) -> (usize, u64) {
        let [.., a, b, c, d] = address.into_array();
        let end = u32::from_be_bytes([a, b, c, d]) as usize;
        (end / 64 % self.0.len(), 1 << (end % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vm::TxEnv;

    #[test]
    fn a_reader_gets_the_nonce_after_the_lower_transactions() {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let sent = [(one, 5), (other, 0), (one, 6)].map(|(caller, nonce)| {
            let env = TxEnv {
                caller,
                nonce,
                ..TxEnv::default()
            };
            Transaction { hash: None, env }
        });
        let nonces = PredictedNonces::new(&sent);
        let seen = |reader| nonces.before(reader, one);
        assert_eq!([0, 1, 2, 3].map(seen), [None, Some(6), Some(6), Some(7)]);
        assert_eq!(
            [0, 1, 2, 3].map(|index| nonces.is_repeated(index)),
            [false, false, true, false]
        );
        assert_eq!(nonces.before(1, other), None);
        assert_eq!(nonces.before(9, Address::repeat_byte(3)), None);
    }

    #[test]
    fn a_filter_has_all_senders_and_few_false_positives() {
        let address =
            |seed: u64| Address::from_word(alloy_primitives::keccak256(seed.to_be_bytes()));
        let mut filter = SenderFilter::with_capacity(1_000);
        (0..1_000).for_each(|seed| filter.insert(address(seed)));
        assert!((0..1_000).all(|seed| filter.may_contain(address(seed))));
        let false_positives = (1_000..11_000).filter(|seed| filter.may_contain(address(*seed)));
        assert!(false_positives.count() < 1_000);
    }
}
