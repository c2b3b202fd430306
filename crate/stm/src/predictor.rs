//! Which locations a transaction will probably write, before it has run.
//!
//! A first run cannot know what another first run is going to write. But
//! transactions of one kind tend to write the same: those that call one
//! function, say. So once a write made a higher transaction run again, the
//! writer's kind is expected to write there from then on, and readers wait for
//! it while it runs. An expectation that fails too often is dropped. A wrong one
//! costs time and changes no result.

use crate::{
    LocationId, TxIndex,
    sync::{AtomicBool, Mutex, Ordering, lock},
};

/// Which transactions are alike: for each, the number of its kind, from 0.
/// `None` where nothing is known of it.
pub type Kinds = Box<[Option<u32>]>;

/// Locations that one kind is expected to write, at most.
const MOST: usize = 8;
/// What an expectation is worth when it is new, and at most. One that was wrong
/// loses 1 and is dropped at 0.
const NEW: u8 = 2;
const SURE: u8 = 4;

pub(crate) struct Predictor {
    kinds: Kinds,
    habits: Box<[Habit]>,
}

/// What one kind is expected to do.
#[derive(Default)]
struct Habit {
    /// Most kinds never stand in anybody's way: they need no lock.
    is_known: AtomicBool,
    writes: Mutex<Vec<(LocationId, u8)>>,
}

impl Predictor {
    pub(crate) fn new(kinds: Kinds) -> Self {
        let count = kinds.iter().flatten().max().map_or(0, |last| last + 1);
        Self {
            kinds,
            habits: (0..count).map(|_| Habit::default()).collect(),
        }
    }

    /// Where `index` is expected to write. Mostly nowhere.
    pub(crate) fn expect(&self, index: TxIndex) -> Vec<LocationId> {
        match self.habit(index) {
            // Relaxed: an expectation that is seen late costs time only.
            Some(habit) if habit.is_known.load(Ordering::Relaxed) => {
                lock(&habit.writes).iter().map(|(id, _)| *id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A write of `writer` at `id` made a higher transaction run again.
    pub(crate) fn learn(&self, writer: TxIndex, id: LocationId) {
        let Some(habit) = self.habit(writer) else {
            return;
        };
        let mut writes = lock(&habit.writes);
        if writes.len() < MOST && writes.iter().all(|(known, _)| *known != id) {
            writes.push((id, NEW));
            habit.is_known.store(true, Ordering::Relaxed);
        }
    }

    /// Compares what `index` was expected to write with what it wrote.
    pub(crate) fn review(&self, index: TxIndex, expected: &[LocationId], written: &[LocationId]) {
        let Some(habit) = self.habit(index) else {
            return;
        };
        let mut writes = lock(&habit.writes);
        for (id, worth) in writes.iter_mut() {
            if expected.contains(id) {
                *worth = if written.contains(id) {
                    SURE.min(*worth + 1)
                } else {
                    *worth - 1
                };
            }
        }
        writes.retain(|(_, worth)| *worth > 0);
    }

    fn habit(&self, index: TxIndex) -> Option<&Habit> {
        let kind = (*self.kinds.get(index.as_usize())?)?;
        self.habits.get(kind as usize)
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    fn tx(index: u32) -> TxIndex {
        TxIndex::new(index)
    }

    #[test]
    fn what_one_did_is_expected_of_its_kind_alone() {
        let predictor = Predictor::new([Some(0), Some(1), Some(0), None].into());
        predictor.learn(tx(0), LocationId(7));
        predictor.learn(tx(0), LocationId(7));
        predictor.learn(tx(3), LocationId(8));
        let expected = |index| predictor.expect(tx(index));
        assert_eq!(expected(2), [LocationId(7)]);
        assert_eq!([expected(1), expected(3), expected(9)], [[], [], []]);
    }

    #[test]
    fn an_expectation_that_fails_twice_is_dropped_and_one_that_holds_lasts() {
        let predictor = Predictor::new([Some(0)].into());
        let (right, wrong) = (LocationId(1), LocationId(2));
        predictor.learn(tx(0), right);
        predictor.learn(tx(0), wrong);
        for _ in 0..2 {
            let expected = predictor.expect(tx(0));
            assert_eq!(expected, [right, wrong]);
            predictor.review(tx(0), &expected, &[right]);
        }
        assert_eq!(predictor.expect(tx(0)), [right]);
        for _ in 0..3 {
            predictor.review(tx(0), &[right], &[]);
            assert_eq!(predictor.expect(tx(0)), [right]);
        }
        predictor.review(tx(0), &[right], &[]);
        assert_eq!(predictor.expect(tx(0)), []);
    }
}
