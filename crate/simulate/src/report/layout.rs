//! Parameters of a log, wherever they stand: a token may index other ones than its standard does.

use alloy_primitives::{Address, B256, Log, U256};
use alloy_sol_types::SolValue;

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    /// An amount, or the id of a token.
    Number,
    /// True or false.
    Flag,
}

/// The account in a word.
pub(super) fn account(word: U256) -> Address {
    Address::from_word(B256::from(word))
}

/// Whether a word is an account, and no other one is as likely: fewer than one address in 2^64 begins with eight
/// zero bytes, and few amounts and ids are as large. Zero is nobody.
pub(super) fn is_account(word: U256) -> bool {
    (97..=160).contains(&word.bit_len())
}

impl Kind {
    /// Whether a parameter can be this word.
    fn allows(self, word: U256) -> bool {
        match self {
            Self::Account => word.bit_len() <= 160,
            Self::Number => true,
            Self::Flag => word.bit_len() <= 1,
        }
    }

    /// Whether a parameter with this word is probably one of this kind.
    fn suggests(self, word: U256) -> bool {
        match self {
            Self::Account => word.is_zero() || is_account(word),
            Self::Number => !is_account(word),
            Self::Flag => word.bit_len() <= 1,
        }
    }
}

/// The parameters of `log` in the orders in which they may stand, the likeliest first. A bit of `standard` is set
/// where the standard indexes the parameter at its place, from the lowest bit on.
pub(super) fn read<const N: usize>(log: &Log, kinds: [Kind; N], standard: u32) -> Vec<[U256; N]> {
    let indexed = log.topics().get(1..).unwrap_or_default();
    let Some(rest) = N.checked_sub(indexed.len()) else {
        return Vec::new();
    };
    let Some(data) = log.data.data.get(..32 * rest) else {
        return Vec::new();
    };
    let indexed: Vec<U256> = indexed.iter().map(|topic| (*topic).into()).collect();
    let data: Vec<U256> = data.chunks_exact(32).map(U256::from_be_slice).collect();
    let layouts = places(&indexed, &data, standard);
    let all = |layout: &[U256; N], fits: fn(Kind, U256) -> bool| {
        kinds
            .iter()
            .zip(layout)
            .all(|(kind, word)| fits(*kind, *word))
    };
    let that = |fits: fn(Kind, U256) -> bool| {
        let layouts = layouts.iter().filter(move |layout| all(layout, fits));
        layouts.copied().collect::<Vec<_>>()
    };
    let mut found = that(Kind::suggests);
    let is_standard = indexed.len() == standard.count_ones() as usize;
    let first = layouts.first().filter(|_| is_standard);
    if let Some(first) = first.filter(|first| !found.contains(first)) {
        found.insert(0, *first);
        // An amount may look like an account. Of more parameters there would be too many orders.
        if found.len() == 1 && N <= 3 {
            found.extend(
                that(Kind::allows)
                    .into_iter()
                    .filter(|layout| layout != first),
            );
        }
    }
    match found.is_empty() {
        true => that(Kind::allows),
        false => found,
    }
}

/// Operator, sender and receiver of a batch in the orders in which they may stand, its ids, and its amounts.
#[expect(clippy::type_complexity, reason = "three things with a name each")]
pub(super) fn read_batch(log: &Log) -> Option<(Vec<[U256; 3]>, Vec<U256>, Vec<U256>)> {
    let indexed = log.topics().get(1..)?;
    let data = &log.data.data;
    let (accounts, ids, values) = match indexed.len() {
        3 => {
            let (ids, values) = <(Vec<U256>, Vec<U256>)>::abi_decode_params(data).ok()?;
            (Vec::new(), ids, values)
        }
        2 => {
            let read = <(U256, Vec<U256>, Vec<U256>)>::abi_decode_params(data);
            let (one, ids, values) = read.ok()?;
            (vec![one], ids, values)
        }
        1 => {
            let read = <(U256, U256, Vec<U256>, Vec<U256>)>::abi_decode_params(data);
            let (one, two, ids, values) = read.ok()?;
            (vec![one, two], ids, values)
        }
        0 => {
            let read = <(U256, U256, U256, Vec<U256>, Vec<U256>)>::abi_decode_params(data);
            let (one, two, three, ids, values) = read.ok()?;
            (vec![one, two, three], ids, values)
        }
        _ => return None,
    };
    let indexed: Vec<U256> = indexed.iter().map(|topic| (*topic).into()).collect();
    Some((places(&indexed, &accounts, 0b111), ids, values))
}

/// All orders of `indexed` and `data` together in which each keeps its own: that of the standard first, then those
/// whose first parameters are indexed.
fn places<const N: usize>(indexed: &[U256], data: &[U256], standard: u32) -> Vec<[U256; N]> {
    let masks = (0..1_u32 << N).filter(|mask| mask.count_ones() as usize == indexed.len());
    let mut masks: Vec<u32> = masks.collect();
    masks.sort_by_key(|mask| (*mask != standard, *mask));
    let layouts = masks.into_iter().filter_map(|mask| {
        let (mut indexed, mut data) = (indexed.iter(), data.iter());
        let mut layout = [U256::ZERO; N];
        for (place, word) in layout.iter_mut().enumerate() {
            let is_indexed = mask & 1 << place != 0;
            *word = *if is_indexed {
                indexed.next()?
            } else {
                data.next()?
            };
        }
        Some(layout)
    });
    layouts.collect()
}
