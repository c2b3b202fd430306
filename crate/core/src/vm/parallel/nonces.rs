//! Nonces that senders will have, known before anything has run.

use crate::block::Transaction;
use alloy_primitives::{Address, map::AddressMap};

/// For each sender, its transactions in block order and the nonce that each
/// leaves. A guess: a transaction may be invalid, and an account may get nonces
/// elsewhere (EIP-7702). A wrong one costs a second run and changes no result.
#[derive(Debug)]
pub(crate) struct Nonces {
    left_by: AddressMap<Vec<(u32, u64)>>,
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
        let mut nonces = Self {
            left_by: AddressMap::default(),
            is_repeated: vec![false; transactions.len()].into(),
            senders: Box::new([0; WORDS]),
        };
        for (index, transaction) in (0..).zip(transactions) {
            let left = transaction.env.nonce.saturating_add(1);
            let sent = nonces.left_by.entry(transaction.env.caller).or_default();
            nonces.is_repeated[index as usize] = !sent.is_empty();
            sent.push((index, left));
            let (word, bit) = place(transaction.env.caller);
            nonces.senders[word] |= bit;
        }
        nonces
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
        let sent = self.left_by.get(&sender)?;
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
