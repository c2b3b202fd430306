//! Nonces that senders will have, known before anything has run.

use crate::block::Transaction;
use alloy_primitives::{Address, map::AddressMap};

/// For each sender, its transactions in block order and the nonce that each
/// leaves. A guess: a transaction may be invalid, and an account may get nonces
/// elsewhere (EIP-7702). A wrong one costs a second run and changes no result.
#[derive(Debug)]
pub(crate) struct Nonces {
    left: Box<[(u32, u64)]>,
    /// Numbers of the senders, by the first transaction of each.
    numbers: AddressMap<usize>,
    /// Where in `left` those of each sender end.
    ends: Box<[u32]>,
    /// For each transaction, whether its sender has a lower one.
    is_repeated: Box<[bool]>,
    /// Most accounts that are asked for are no senders, and need not be looked up
    /// to know it.
    senders: Filter,
}

/// A set of addresses that may take others for its own: a Bloom filter with one
/// hash, the end of an address.
#[derive(Debug)]
struct Filter(Box<[u64]>);

/// Bits for each address, of which one is set.
const BITS: usize = 16;

impl Nonces {
    pub(crate) fn new(transactions: &[Transaction]) -> Self {
        let count = transactions.len();
        let mut senders = Filter::with_capacity(count);
        let mut numbers = AddressMap::with_capacity_and_hasher(count, Default::default());
        // How many transactions each sender has, and later where they lie.
        let mut ends: Vec<u32> = Vec::with_capacity(count);
        let mut sender_of = Vec::with_capacity(count);
        let mut is_repeated = Vec::with_capacity(count);
        for Transaction { env, .. } in transactions {
            let sender = *numbers.entry(env.caller).or_insert(ends.len());
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
        let mut left = vec![(0, 0); count];
        for ((index, Transaction { env, .. }), sender) in (0..).zip(transactions).zip(sender_of) {
            let end = &mut ends[sender];
            left[*end as usize] = (index, env.nonce.saturating_add(1));
            *end += 1;
        }
        Self {
            left: left.into(),
            numbers,
            ends: ends.into(),
            is_repeated: is_repeated.into(),
            senders,
        }
    }

    /// Whether the sender of transaction `index` has a lower one in the block,
    /// which leaves it the nonce that this one has.
    pub(crate) fn is_repeated(&self, index: u32) -> bool {
        self.is_repeated.get(index as usize) == Some(&true)
    }

    /// The nonce that the last transaction of `sender` below `reader` leaves, or
    /// `None` if there is none below.
    pub(crate) fn before(&self, reader: u32, sender: Address) -> Option<u64> {
        if !self.senders.may_hold(sender) {
            return None;
        }
        let number = *self.numbers.get(&sender)?;
        let start = number.checked_sub(1).map_or(0, |last| self.ends[last]);
        let sent = &self.left[start as usize..self.ends[number] as usize];
        let below = sent.partition_point(|(index, _)| *index < reader);
        sent[..below].last().map(|(_, nonce)| *nonce)
    }
}

impl Filter {
    fn with_capacity(addresses: usize) -> Self {
        let bits = addresses.next_power_of_two().saturating_mul(BITS);
        Self(vec![0; bits.div_ceil(64)].into())
    }

    fn insert(&mut self, address: Address) {
        let (word, bit) = self.place(address);
        self.0[word] |= bit;
    }

    fn may_hold(&self, address: Address) -> bool {
        let (word, bit) = self.place(address);
        self.0[word] & bit != 0
    }

    fn place(&self, address: Address) -> (usize, u64) {
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
    fn a_reader_sees_the_nonce_that_the_sender_has_by_then() {
        let (one, other) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let sent = [(one, 5), (other, 0), (one, 6)].map(|(caller, nonce)| {
            let env = TxEnv {
                caller,
                nonce,
                ..TxEnv::default()
            };
            Transaction { hash: None, env }
        });
        let nonces = Nonces::new(&sent);
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
    fn a_filter_holds_what_was_put_in_and_little_else() {
        let address =
            |seed: u64| Address::from_word(alloy_primitives::keccak256(seed.to_be_bytes()));
        let mut filter = Filter::with_capacity(1_000);
        (0..1_000).for_each(|seed| filter.insert(address(seed)));
        assert!((0..1_000).all(|seed| filter.may_hold(address(seed))));
        let taken = (1_000..11_000).filter(|seed| filter.may_hold(address(*seed)));
        assert!(taken.count() < 1_000);
    }
}
