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
    /// A bit for each sender, by the end of its address: most accounts that are
    /// asked for are no senders, and need not be looked up to know it.
    senders: Box<[u64; WORDS]>,
}

/// Words of the filter: 64 Kibit, which stay in the nearest cache.
const WORDS: usize = 1024;

impl Nonces {
    pub(crate) fn new(transactions: &[Transaction]) -> Self {
        let mut senders = Box::new([0; WORDS]);
        let count = transactions.len();
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
            let (word, bit) = place(env.caller);
            senders[word] |= bit;
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
        let (word, bit) = place(sender);
        if self.senders[word] & bit == 0 {
            return None;
        }
        let number = *self.numbers.get(&sender)?;
        let start = number.checked_sub(1).map_or(0, |last| self.ends[last]);
        let sent = &self.left[start as usize..self.ends[number] as usize];
        let below = sent.partition_point(|(index, _)| *index < reader);
        sent[..below].last().map(|(_, nonce)| *nonce)
    }
}

/// Where the filter has the bit of `address`.
fn place(address: Address) -> (usize, u64) {
    let [.., high, low] = address.into_array();
    let bit = usize::from(u16::from_be_bytes([high, low]));
    (bit / 64, 1 << (bit % 64))
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
}
