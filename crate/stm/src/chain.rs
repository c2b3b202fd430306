//! Tells whether a block is a chain: whether its transactions conflict so often that one worker, which
//! then never guesses, is faster than several that do.
//!
//! Conflicts are counted over stretches of the block, in transactions that are final: before, nobody knows
//! whether their guesses were right. After a stretch that was a chain all workers but the first pause; they
//! return after so many transactions and try another stretch. A pause is twice as long as the one before
//! it, until a stretch was none.

use crate::{
    WorkerId,
    sync::{AtomicBool, AtomicU32, Mutex, Ordering, lock},
    wait::Beds,
};

/// Transactions of a stretch.
const STRETCH: u32 = if cfg!(parevm_loom) { 2 } else { 64 };
/// A stretch is a chain if so many in a hundred of its transactions were in the way of a higher one. Where
/// all depend on the one before, a worker that guesses is wrong nearly always, and half of them guess.
const PERCENT: u32 = 40;
/// Transactions of the first pause, and of the longest.
const FIRST_PAUSE: u32 = if cfg!(parevm_loom) { 2 } else { 128 };
const LONGEST_PAUSE: u32 = 4_096;

/// Stretches and pauses of one block.
pub(crate) struct Chain {
    /// Whether all workers but the first pause.
    is_on: AtomicBool,
    /// Final transactions at which the stretch or the pause ends.
    end: AtomicU32,
    course: Mutex<Course>,
}

struct Course {
    /// Final transactions and conflicts when the stretch began.
    settled: u32,
    conflicts: u32,
    /// Transactions of the next pause.
    pause: u32,
    /// Workers that are to be woken when the pause ends.
    absent: Vec<WorkerId>,
    /// Nothing is left to claim: no more pauses.
    is_over: bool,
    #[cfg(all(test, parevm_loom))]
    pauses: u32,
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self {
            is_on: AtomicBool::new(false),
            end: AtomicU32::new(STRETCH),
            course: Mutex::new(Course {
                settled: 0,
                conflicts: 0,
                pause: FIRST_PAUSE,
                absent: Vec::new(),
                is_over: false,
                #[cfg(all(test, parevm_loom))]
                pauses: 0,
            }),
        }
    }

    /// Whether all workers but the first should pause, where so many transactions are final and there
    /// were so many `conflicts`. Wakes those that pause when they should no more.
    pub(crate) fn is_on(&self, settled: u32, conflicts: impl FnOnce() -> u32, beds: &Beds) -> bool {
        // Relaxed, both: what is seen late costs time only.
        if settled >= self.end.load(Ordering::Relaxed) {
            self.turn(settled, conflicts(), beds);
        }
        self.is_on.load(Ordering::Relaxed)
    }

    /// Ends the stretch or the pause, unless another worker just has.
    #[cold]
    fn turn(&self, settled: u32, conflicts: u32, beds: &Beds) {
        let mut course = lock(&self.course);
        if settled < self.end.load(Ordering::Relaxed) || course.is_over {
            return;
        }
        let was_on = self.is_on.load(Ordering::Relaxed);
        let met = conflicts.saturating_sub(course.conflicts);
        let count = settled.saturating_sub(course.settled);
        let is_chain = !was_on && met.saturating_mul(100) >= count.saturating_mul(PERCENT);
        let length = if is_chain {
            let pause = course.pause;
            course.pause = LONGEST_PAUSE.min(pause.saturating_mul(2));
            pause
        } else {
            if !was_on {
                course.pause = FIRST_PAUSE;
            }
            STRETCH
        };
        #[cfg(all(test, parevm_loom))]
        {
            course.pauses += u32::from(is_chain);
        }
        course.settled = settled;
        course.conflicts = conflicts;
        self.end
            .store(settled.saturating_add(length), Ordering::Relaxed);
        self.is_on.store(is_chain, Ordering::Relaxed);
        if was_on {
            beds.wake(&mut course.absent);
        }
    }

    /// Has `worker` woken when the pause ends. False if it has ended.
    pub(crate) fn await_end(&self, worker: WorkerId) -> bool {
        let mut course = lock(&self.course);
        // Under the lock that wakes: either the pause goes on and who ends it finds this worker, or not.
        let is_on = !course.is_over && self.is_on.load(Ordering::Relaxed);
        if is_on && !course.absent.contains(&worker) {
            course.absent.push(worker);
        }
        is_on
    }

    /// Ends all pauses: nothing is left to claim.
    pub(crate) fn finish(&self, beds: &Beds) {
        let mut course = lock(&self.course);
        course.is_over = true;
        self.is_on.store(false, Ordering::Relaxed);
        beds.wake(&mut course.absent);
    }

    /// How often the workers were to pause.
    #[cfg(all(test, parevm_loom))]
    pub(crate) fn pauses(&self) -> u32 {
        lock(&self.course).pauses
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    /// Whether the workers pause at each of these counts of final transactions and conflicts.
    fn course<const N: usize>(counts: [(u32, u32); N]) -> [bool; N] {
        let (chain, beds) = (Chain::new(), Beds::new(2));
        counts.map(|(settled, conflicts)| chain.is_on(settled, || conflicts, &beds))
    }

    #[test]
    fn where_four_in_ten_conflict_workers_pause_and_where_fewer_do_not() {
        assert_eq!(course([(63, 63), (64, 26)]), [false, true]);
        assert_eq!(course([(64, 25), (128, 50), (192, 75)]), [false; 3]);
        // What was long ago does not count.
        assert_eq!(course([(64, 0), (128, 0), (192, 26)]), [false, false, true]);
    }

    #[test]
    fn workers_return_and_pauses_become_longer_while_the_block_is_a_chain() {
        // A stretch of 64, a pause of 128, a stretch, a pause of 256.
        let first = [(64, 64), (191, 64), (192, 64), (255, 120)];
        assert_eq!(course(first), [true, true, false, false]);
        let second = [(64, 64), (192, 64), (256, 128), (511, 128), (512, 128)];
        assert_eq!(course(second), [true, false, true, true, false]);
        // A stretch that is none makes the next pause short again.
        let third = [
            (64, 64),
            (192, 64),
            (256, 64),
            (320, 128),
            (447, 128),
            (448, 128),
        ];
        assert_eq!(course(third), [true, false, false, true, true, false]);
    }

    #[test]
    fn nobody_waits_for_a_pause_that_is_over() {
        let (chain, beds) = (Chain::new(), Beds::new(2));
        let worker = WorkerId::new(1);
        assert!(!chain.await_end(worker));
        assert!(chain.is_on(64, || 64, &beds));
        assert!(chain.await_end(worker));
        chain.finish(&beds);
        assert!(!chain.await_end(worker));
        // Woken before: it does not sleep.
        beds.sleep(worker);
        assert!(!chain.is_on(9_999, || 9_999, &beds));
    }
}
