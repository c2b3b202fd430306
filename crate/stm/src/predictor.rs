//! Write predictor: which locations a transaction will probably write, before it has run.
//!
//! A first run cannot know what another first run is going to write. But transactions of one call class
//! tend to write the same: those that call one function, say. So once a write made a higher transaction
//! run again, the writer's class is expected to write there from then on, and readers wait for it while
//! it runs. Where the class writes to a location per account, as a token does, only those of it are
//! expected to that name the account. An expectation that fails too often is dropped. A wrong one costs
//! time and changes no result.

use crate::{
    LocationId, TxIndex,
    sync::{AtomicBool, Mutex, Ordering, lock},
};

/// Which transactions are alike: for each, the number of its kind, from 0.
/// `None` where nothing is known of it.
pub type Kinds = Box<[Option<u32>]>;

/// Accounts that a transaction names, as numbers of the program's own; 0 stands for none. Two accounts
/// with one number cost time and change no result.
pub type Parties = [u64; 3];

/// Locations that one kind is expected to write, at most.
const MOST: usize = 16;
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
    writes: Mutex<Vec<Expectation>>,
}

/// A write that is expected.
struct Expectation {
    id: LocationId,
    of: Of,
    worth: u8,
}

/// Of which transactions of the kind it is expected.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    All,
    /// Those that name one of these accounts.
    Naming(Parties),
}

impl Of {
    /// Those that name one of `parties`; all where there is none.
    fn naming(parties: Parties) -> Self {
        match parties {
            [0, 0, 0] => Self::All,
            parties => Self::Naming(parties),
        }
    }

    fn includes(self, parties: Parties) -> bool {
        match self {
            Self::All => true,
            Self::Naming(known) => common(known, parties) != [0; 3],
        }
    }
}

/// The accounts of `known` that `parties` names as well.
fn common(known: Parties, parties: Parties) -> Parties {
    known.map(|party| if parties.contains(&party) { party } else { 0 })
}

/// The accounts of `known` that `parties` does not name.
fn others(known: Parties, parties: Parties) -> Parties {
    known.map(|party| if parties.contains(&party) { 0 } else { party })
}

impl Predictor {
    pub(crate) fn new(kinds: Kinds) -> Self {
        let count = kinds.iter().flatten().max().map_or(0, |last| last + 1);
        Self {
            kinds,
            habits: (0..count).map(|_| Habit::default()).collect(),
        }
    }

    /// Where `index` is expected to write. Mostly nowhere; then `parties` is not asked which accounts it
    /// names.
    pub(crate) fn expect(
        &self,
        index: TxIndex,
        parties: impl FnOnce() -> Parties,
    ) -> Vec<LocationId> {
        match self.habit(index) {
            // Relaxed: an expectation that is seen late costs time only.
            Some(habit) if habit.is_known.load(Ordering::Relaxed) => {
                let parties = parties();
                let writes = lock(&habit.writes);
                let expected = writes.iter().filter(|write| write.of.includes(parties));
                expected.map(|write| write.id).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A write of `writer`, which names `parties`, at `id` made a higher transaction run again.
    pub(crate) fn learn(&self, writer: TxIndex, id: LocationId, parties: Parties) {
        let Some(habit) = self.habit(writer) else {
            return;
        };
        let mut writes = lock(&habit.writes);
        if let Some(known) = writes.iter_mut().find(|write| write.id == id) {
            if let Of::Naming(names) = known.of {
                // What two that write there have in common; with nothing the class does as such.
                known.of = Of::naming(common(names, parties));
            }
            return;
        }
        if writes.len() == MOST {
            // The oldest of those that have never proved right makes room.
            let Some(place) = writes.iter().position(|write| write.worth <= NEW) else {
                return;
            };
            writes.remove(place);
        }
        writes.push(Expectation {
            id,
            of: Of::naming(parties),
            worth: NEW,
        });
        habit.is_known.store(true, Ordering::Relaxed);
    }

    /// Compares what `index`, which names `parties`, was expected to write with what it wrote.
    pub(crate) fn review(
        &self,
        index: TxIndex,
        parties: Parties,
        expected: &[LocationId],
        written: &[LocationId],
    ) {
        let Some(habit) = self.habit(index) else {
            return;
        };
        let mut writes = lock(&habit.writes);
        writes.retain_mut(|write| {
            if !expected.contains(&write.id) {
                return true;
            }
            let is_right = written.contains(&write.id);
            write.worth = match is_right {
                true => SURE.min(write.worth + 1),
                false => write.worth - 1,
            };
            let Of::Naming(known) = write.of else {
                return write.worth > 0;
            };
            // Which of the accounts it is about.
            let left = match is_right {
                true => common(known, parties),
                false => others(known, parties),
            };
            if left != [0; 3] {
                write.of = Of::Naming(left);
            }
            write.worth > 0
        });
    }

    fn habit(&self, index: TxIndex) -> Option<&Habit> {
        let kind = (*self.kinds.get(index.as_usize())?)?;
        self.habits.get(kind as usize)
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    const NOBODY: Parties = [0; 3];

    fn tx(index: u32) -> TxIndex {
        TxIndex::new(index)
    }

    #[test]
    fn what_one_did_is_expected_of_its_kind_alone() {
        let predictor = Predictor::new([Some(0), Some(1), Some(0), None].into());
        predictor.learn(tx(0), LocationId(7), NOBODY);
        predictor.learn(tx(0), LocationId(7), NOBODY);
        predictor.learn(tx(3), LocationId(8), NOBODY);
        let expected = |index| predictor.expect(tx(index), || NOBODY);
        assert_eq!(expected(2), [LocationId(7)]);
        assert_eq!([expected(1), expected(3), expected(9)], [[], [], []]);
    }

    #[test]
    fn an_expectation_that_fails_twice_is_dropped_and_one_that_holds_lasts() {
        let predictor = Predictor::new([Some(0)].into());
        let (right, wrong) = (LocationId(1), LocationId(2));
        predictor.learn(tx(0), right, NOBODY);
        predictor.learn(tx(0), wrong, NOBODY);
        let expect = || predictor.expect(tx(0), || NOBODY);
        for _ in 0..2 {
            let expected = expect();
            assert_eq!(expected, [right, wrong]);
            predictor.review(tx(0), NOBODY, &expected, &[right]);
        }
        assert_eq!(expect(), [right]);
        for _ in 0..3 {
            predictor.review(tx(0), NOBODY, &[right], &[]);
            assert_eq!(expect(), [right]);
        }
        predictor.review(tx(0), NOBODY, &[right], &[]);
        assert_eq!(expect(), []);
    }

    /// Senders 1, 2, ... of one token; 9 is the receiver whose balance is hot.
    #[test]
    fn a_write_to_an_accounts_location_is_expected_of_those_that_name_the_account() {
        let predictor = Predictor::new([Some(0); 9].into());
        let hot = LocationId(7);
        let expect = |index, parties| predictor.expect(tx(index), || parties);
        predictor.learn(tx(0), hot, [1, 9, 0]);
        assert_eq!(expect(1, [2, 9, 0]), [hot]);
        assert_eq!(expect(2, [2, 8, 0]), []);
        // The first sender, too, may be what it is about, until it is seen that it is not.
        assert_eq!(expect(3, [1, 8, 0]), [hot]);
        predictor.review(tx(3), [1, 8, 0], &[hot], &[]);
        assert_eq!(expect(4, [1, 8, 0]), []);
        assert_eq!(expect(5, [3, 9, 0]), [hot]);
        assert_eq!(expect(6, [9, 5, 0]), [hot], "it sends");
    }

    #[test]
    fn a_write_of_two_that_have_no_account_in_common_is_expected_of_the_whole_kind() {
        let predictor = Predictor::new([Some(0); 4].into());
        let pool = LocationId(7);
        predictor.learn(tx(0), pool, [1, 2, 0]);
        predictor.learn(tx(1), pool, [3, 4, 0]);
        assert_eq!(predictor.expect(tx(2), || [5, 6, 0]), [pool]);
        assert_eq!(predictor.expect(tx(3), || NOBODY), [pool]);
    }

    #[test]
    fn the_oldest_expectation_that_never_proved_right_makes_room() {
        let predictor = Predictor::new([Some(0)].into());
        let expect = || predictor.expect(tx(0), || NOBODY);
        let locations: Vec<_> = (0..=MOST as u32).map(LocationId).collect();
        predictor.learn(tx(0), locations[0], NOBODY);
        predictor.review(tx(0), NOBODY, &[locations[0]], &[locations[0]]);
        for id in &locations[1..] {
            predictor.learn(tx(0), *id, NOBODY);
        }
        let expected = expect();
        assert_eq!(expected.len(), MOST);
        assert!(expected.contains(&locations[0]) && !expected.contains(&locations[1]));
    }
}
