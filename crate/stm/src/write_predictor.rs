//! Write predictor: locations that a transaction will probably write, before it has executed.
//!
//! Optimistic executions cannot know each other's write sets. But transactions of one call class
//! (callee and selector, say) tend to write the same locations. So once a write has invalidated a
//! higher transaction, it is predicted for the writer's whole class, and readers wait for it while
//! such a transaction executes. Where the class writes a location per account, as a token does,
//! the write is predicted only for transactions that name the account. A prediction that fails too
//! often is dropped. A wrong one costs time and changes no result.

use crate::{
    LocationId, TxIndex,
    sync::{AtomicBool, Mutex, Ordering, lock},
};

/// Number of a call class, from 0. Transactions of one class tend to write the same locations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallClass(pub u32);

/// Call class of each transaction; `None` for one without a class, of which nothing is predicted.
pub type CallClasses = Box<[Option<CallClass>]>;

/// Accounts that a transaction names, as numbers of the program's choice; 0 stands for none. Two
/// accounts with one number cost time and change no result.
pub type Parties = [u64; 3];

/// Maximum number of predictions for one class.
const MAX_PREDICTIONS: usize = 16;
/// Confidence of a new prediction, and the maximum. A wrong prediction loses 1 and is dropped at 0.
const INITIAL_CONFIDENCE: u8 = 2;
const MAX_CONFIDENCE: u8 = 4;

pub(crate) struct WritePredictor {
    classes: CallClasses,
    predictions: Box<[ClassPredictions]>,
}

/// Predictions for one call class.
#[derive(Default)]
struct ClassPredictions {
    /// False for most classes, which cause no conflict: they need no lock.
    is_known: AtomicBool,
    writes: Mutex<Vec<PredictedWrite>>,
}

struct PredictedWrite {
    id: LocationId,
    scope: Scope,
    confidence: u8,
}

/// Transactions of a class for which a write is predicted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    WholeClass,
    /// Transactions that name one of these accounts.
    Naming(Parties),
}

impl Scope {
    /// Returns the scope of transactions that name one of `parties`; the whole class where there
    /// is none.
    fn naming(parties: Parties) -> Self {
        match parties {
            [0, 0, 0] => Self::WholeClass,
            parties => Self::Naming(parties),
        }
    }

    fn includes(self, parties: Parties) -> bool {
        match self {
            Self::WholeClass => true,
            Self::Naming(known) => common(known, parties) != [0; 3],
        }
    }
}

/// Returns the accounts of `known` that are in `parties` as well.
fn common(known: Parties, parties: Parties) -> Parties {
    known.map(|party| if parties.contains(&party) { party } else { 0 })
}

/// Returns the accounts of `known` that are not in `parties`.
fn without(known: Parties, parties: Parties) -> Parties {
    known.map(|party| if parties.contains(&party) { 0 } else { party })
}

impl WritePredictor {
    pub(crate) fn new(classes: CallClasses) -> Self {
        let count = classes.iter().flatten().max().map_or(0, |last| last.0 + 1);
        Self {
            classes,
            predictions: (0..count).map(|_| ClassPredictions::default()).collect(),
        }
    }

    /// Returns the predicted writes of `index`. Mostly none; then `parties` is not called.
    pub(crate) fn predict(
        &self,
        index: TxIndex,
        parties: impl FnOnce() -> Parties,
    ) -> Vec<LocationId> {
        match self.of_class(index) {
            // Relaxed: a prediction that is seen late costs time only.
            Some(class) if class.is_known.load(Ordering::Relaxed) => {
                let parties = parties();
                let writes = lock(&class.writes);
                let predicted = writes.iter().filter(|write| write.scope.includes(parties));
                predicted.map(|write| write.id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Records that a write of `writer`, which names `parties`, invalidated a higher transaction.
    pub(crate) fn record_conflict(&self, writer: TxIndex, id: LocationId, parties: Parties) {
        let Some(class) = self.of_class(writer) else {
            return;
        };
        let mut writes = lock(&class.writes);
        if let Some(known) = writes.iter_mut().find(|write| write.id == id) {
            if let Scope::Naming(names) = known.scope {
                // The accounts that both writers have in common; without one the whole class.
                known.scope = Scope::naming(common(names, parties));
            }
            return;
        }
        if writes.len() == MAX_PREDICTIONS {
            // Replace the oldest prediction that was never right.
            let oldest = writes
                .iter()
                .position(|write| write.confidence <= INITIAL_CONFIDENCE);
            let Some(place) = oldest else {
                return;
            };
            writes.remove(place);
        }
        writes.push(PredictedWrite {
            id,
            scope: Scope::naming(parties),
            confidence: INITIAL_CONFIDENCE,
        });
        class.is_known.store(true, Ordering::Relaxed);
    }

    /// Compares the `predicted` writes of `index`, which names `parties`, with those it has
    /// `written`.
    pub(crate) fn update(
        &self,
        index: TxIndex,
        parties: Parties,
        predicted: &[LocationId],
        written: &[LocationId],
    ) {
        let Some(class) = self.of_class(index) else {
            return;
        };
        let mut writes = lock(&class.writes);
        writes.retain_mut(|write| {
            if !predicted.contains(&write.id) {
                return true;
            }
            let is_right = written.contains(&write.id);
            write.confidence = match is_right {
                true => MAX_CONFIDENCE.min(write.confidence + 1),
                false => write.confidence - 1,
            };
            let Scope::Naming(known) = write.scope else {
                return write.confidence > 0;
            };
            // Narrow the accounts to those that may own the location.
            let left = match is_right {
                true => common(known, parties),
                false => without(known, parties),
            };
            if left != [0; 3] {
                write.scope = Scope::Naming(left);
            }
            write.confidence > 0
        });
    }

    fn of_class(&self, index: TxIndex) -> Option<&ClassPredictions> {
        let class = (*self.classes.get(index.as_usize())?)?;
        self.predictions.get(class.0 as usize)
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    const NONE: Parties = [0; 3];
    const CLASS: Option<CallClass> = Some(CallClass(0));

    fn tx(index: u32) -> TxIndex {
        TxIndex::new(index)
    }

    #[test]
    fn a_write_is_predicted_for_the_writers_class_alone() {
        let predictor = WritePredictor::new([CLASS, Some(CallClass(1)), CLASS, None].into());
        predictor.record_conflict(tx(0), LocationId(7), NONE);
        predictor.record_conflict(tx(0), LocationId(7), NONE);
        predictor.record_conflict(tx(3), LocationId(8), NONE);
        let predict = |index| predictor.predict(tx(index), || NONE);
        assert_eq!(predict(2), [LocationId(7)]);
        assert_eq!([predict(1), predict(3), predict(9)], [[], [], []]);
    }

    #[test]
    fn a_prediction_that_fails_twice_is_dropped_and_one_that_holds_lasts() {
        let predictor = WritePredictor::new([CLASS].into());
        let (right, wrong) = (LocationId(1), LocationId(2));
        predictor.record_conflict(tx(0), right, NONE);
        predictor.record_conflict(tx(0), wrong, NONE);
        let predict = || predictor.predict(tx(0), || NONE);
        for _ in 0..2 {
            let predicted = predict();
            assert_eq!(predicted, [right, wrong]);
            predictor.update(tx(0), NONE, &predicted, &[right]);
        }
        assert_eq!(predict(), [right]);
        for _ in 0..3 {
            predictor.update(tx(0), NONE, &[right], &[]);
            assert_eq!(predict(), [right]);
        }
        predictor.update(tx(0), NONE, &[right], &[]);
        assert_eq!(predict(), []);
    }

    /// Senders 1, 2, ... of one token; 9 is the receiver whose balance is hot.
    #[test]
    fn a_write_to_an_accounts_location_is_predicted_for_those_that_name_the_account() {
        let predictor = WritePredictor::new([CLASS; 9].into());
        let hot = LocationId(7);
        let predict = |index, parties| predictor.predict(tx(index), || parties);
        predictor.record_conflict(tx(0), hot, [1, 9, 0]);
        assert_eq!(predict(1, [2, 9, 0]), [hot]);
        assert_eq!(predict(2, [2, 8, 0]), []);
        // The location may be the first sender's, until a prediction for it fails.
        assert_eq!(predict(3, [1, 8, 0]), [hot]);
        predictor.update(tx(3), [1, 8, 0], &[hot], &[]);
        assert_eq!(predict(4, [1, 8, 0]), []);
        assert_eq!(predict(5, [3, 9, 0]), [hot]);
        assert_eq!(predict(6, [9, 5, 0]), [hot], "it sends");
    }

    #[test]
    fn a_write_of_two_without_a_common_account_is_predicted_for_the_whole_class() {
        let predictor = WritePredictor::new([CLASS; 4].into());
        let pool = LocationId(7);
        predictor.record_conflict(tx(0), pool, [1, 2, 0]);
        predictor.record_conflict(tx(1), pool, [3, 4, 0]);
        assert_eq!(predictor.predict(tx(2), || [5, 6, 0]), [pool]);
        assert_eq!(predictor.predict(tx(3), || NONE), [pool]);
    }

    #[test]
    fn the_oldest_prediction_that_was_never_right_is_replaced() {
        let predictor = WritePredictor::new([CLASS].into());
        let predict = || predictor.predict(tx(0), || NONE);
        let locations: Vec<_> = (0..=MAX_PREDICTIONS as u32).map(LocationId).collect();
        predictor.record_conflict(tx(0), locations[0], NONE);
        predictor.update(tx(0), NONE, &[locations[0]], &[locations[0]]);
        for id in &locations[1..] {
            predictor.record_conflict(tx(0), *id, NONE);
        }
        let predicted = predict();
        assert_eq!(predicted.len(), MAX_PREDICTIONS);
        assert!(predicted.contains(&locations[0]) && !predicted.contains(&locations[1]));
    }
}
