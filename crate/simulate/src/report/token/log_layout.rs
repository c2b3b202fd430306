//! Layouts of a log: its parameters in every possible order, since a token may index other parameters than its
//! standard.

use super::word::is_account;
use alloy_primitives::{Log, U256};
use alloy_sol_types::SolValue;

/// Kind of an event parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParameterKind {
    Account,
    /// Amount or token id.
    Number,
    /// Boolean.
    Flag,
}

impl ParameterKind {
    /// Returns true if a parameter of this kind can have the value `word`.
    fn allows(self, word: U256) -> bool {
        match self {
            Self::Account => word.bit_len() <= 160,
            Self::Number => true,
            Self::Flag => word.bit_len() <= 1,
        }
    }

    /// Returns true if a parameter with the value `word` is probably of this kind.
    fn suggests(self, word: U256) -> bool {
        match self {
            Self::Account => word.is_zero() || is_account(word),
            Self::Number => !is_account(word),
            Self::Flag => word.bit_len() <= 1,
        }
    }
}

/// Returns the possible layouts of `log`, the likeliest first. Bit `i` of `standard`, from the lowest on, is set if
/// the standard indexes parameter `i`.
pub(super) fn layouts<const N: usize>(
    log: &Log,
    kinds: [ParameterKind; N],
    standard: u32,
) -> Vec<[U256; N]> {
    let indexed = log.topics().get(1..).unwrap_or_default();
    let Some(rest) = N.checked_sub(indexed.len()) else {
        return Vec::new();
    };
    let Some(data) = log.data.data.get(..32 * rest) else {
        return Vec::new();
    };
    let indexed: Vec<U256> = indexed.iter().map(|topic| (*topic).into()).collect();
    let data: Vec<U256> = data.chunks_exact(32).map(U256::from_be_slice).collect();
    let layouts = orders(&indexed, &data, standard);
    let all = |layout: &[U256; N], fits: fn(ParameterKind, U256) -> bool| {
        kinds
            .iter()
            .zip(layout)
            .all(|(kind, word)| fits(*kind, *word))
    };
    let fitting = |fits: fn(ParameterKind, U256) -> bool| {
        let layouts = layouts.iter().filter(move |layout| all(layout, fits));
        layouts.copied().collect::<Vec<_>>()
    };
    let mut likely = fitting(ParameterKind::suggests);
    let is_standard = indexed.len() == standard.count_ones() as usize;
    let first = layouts.first().filter(|_| is_standard);
    if let Some(first) = first.filter(|first| !likely.contains(first)) {
        likely.insert(0, *first);
        // An amount may look like an account. More parameters would have too many orders.
        if likely.len() == 1 && N <= 3 {
            likely.extend(
                fitting(ParameterKind::allows)
                    .into_iter()
                    .filter(|layout| layout != first),
            );
        }
    }
    match likely.is_empty() {
        true => fitting(ParameterKind::allows),
        false => likely,
    }
}

/// Returns the possible layouts of operator, sender and receiver of a batch, its ids, and its amounts.
#[expect(clippy::type_complexity, reason = "three lists of one event")]
pub(super) fn batch_layouts(log: &Log) -> Option<(Vec<[U256; 3]>, Vec<U256>, Vec<U256>)> {
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
    Some((orders(&indexed, &accounts, 0b111), ids, values))
}

/// Returns all orders of `indexed` and `data` together that keep the order within each: that of the standard first,
/// then those whose first parameters are indexed.
fn orders<const N: usize>(indexed: &[U256], data: &[U256], standard: u32) -> Vec<[U256; N]> {
    let masks = (0..1_u32 << N).filter(|mask| mask.count_ones() as usize == indexed.len());
    let mut masks: Vec<u32> = masks.collect();
    masks.sort_by_key(|mask| (*mask != standard, *mask));
    let layouts = masks.into_iter().filter_map(|mask| {
        let (mut indexed, mut data) = (indexed.iter(), data.iter());
        let mut layout = [U256::ZERO; N];
        for (position, word) in layout.iter_mut().enumerate() {
            let is_indexed = mask & 1 << position != 0;
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
