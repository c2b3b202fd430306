//! Chain detector: finds whether the transactions of a block conflict so often that one worker,
//! which then never speculates, is faster than several that do.
//!
//! Conflicts are counted over windows of committed transactions: earlier, nobody knows whether
//! their reads were right. After a window that was a chain, all workers but the first pause. They
//! return after a number of committed transactions and measure another window. A pause is twice as
//! long as the previous one, until a window was no chain.

use crate::{
    WorkerId,
    parker::Parkers,
    sync::{AtomicBool, AtomicU32, Mutex, Ordering, lock},
};

/// Transactions of a window.
const WINDOW: u32 = if cfg!(parevm_loom) { 2 } else { 64 };
/// Conflicts of a chain, in percent of its transactions. Where each depends on the previous one, a
/// worker that speculates is wrong nearly always, and half of them speculate.
const CONFLICT_PERCENT: u32 = 40;
/// Transactions of the first pause, and of the longest.
const FIRST_PAUSE: u32 = if cfg!(parevm_loom) { 2 } else { 128 };
const LONGEST_PAUSE: u32 = 4_096;

/// Windows and pauses of one block.
pub(crate) struct ChainDetector {
    /// Whether all workers but the first pause.
    is_pausing: AtomicBool,
    /// Commit index at which the window or the pause ends.
    end: AtomicU32,
    interval: Mutex<Interval>,
}

/// Current window or pause.
struct Interval {
    /// Commit index and conflicts at its start.
    committed: u32,
    conflicts: u32,
    /// Transactions of the next pause.
    next_pause: u32,
    /// Workers to wake at the end of the pause.
    paused: Vec<WorkerId>,
    /// Nothing is left to claim: no more pauses.
    is_closed: bool,
    #[cfg(all(test, parevm_loom))]
    pauses: u32,
}

impl ChainDetector {
    pub(crate) fn new() -> Self {
        Self {
            is_pausing: AtomicBool::new(false),
            end: AtomicU32::new(WINDOW),
            interval: Mutex::new(Interval {
                committed: 0,
                conflicts: 0,
                next_pause: FIRST_PAUSE,
                paused: Vec::new(),
                is_closed: false,
                #[cfg(all(test, parevm_loom))]
                pauses: 0,
            }),
        }
    }

    /// Returns whether all workers but the first should pause, with `committed` transactions
    /// committed and so many `conflicts`. Wakes the paused workers when the pause is over.
    pub(crate) fn should_pause(
        &self,
        committed: u32,
        conflicts: impl FnOnce() -> u32,
        parkers: &Parkers,
    ) -> bool {
        // Relaxed, both: a stale value costs time only.
        if committed >= self.end.load(Ordering::Relaxed) {
            self.end_interval(committed, conflicts(), parkers);
        }
        self.is_pausing.load(Ordering::Relaxed)
    }

    /// Ends the window or the pause, unless another worker just has.
    #[cold]
    fn end_interval(&self, committed: u32, conflicts: u32, parkers: &Parkers) {
        let mut interval = lock(&self.interval);
        if committed < self.end.load(Ordering::Relaxed) || interval.is_closed {
            return;
        }
        let was_pausing = self.is_pausing.load(Ordering::Relaxed);
        let found = conflicts.saturating_sub(interval.conflicts);
        let count = committed.saturating_sub(interval.committed);
        let is_chain =
            !was_pausing && found.saturating_mul(100) >= count.saturating_mul(CONFLICT_PERCENT);
        let length = if is_chain {
            let pause = interval.next_pause;
            interval.next_pause = LONGEST_PAUSE.min(pause.saturating_mul(2));
            pause
        } else {
            if !was_pausing {
                interval.next_pause = FIRST_PAUSE;
            }
            WINDOW
        };
        #[cfg(all(test, parevm_loom))]
        {
            interval.pauses += u32::from(is_chain);
        }
        interval.committed = committed;
        interval.conflicts = conflicts;
        self.end
            .store(committed.saturating_add(length), Ordering::Relaxed);
        self.is_pausing.store(is_chain, Ordering::Relaxed);
        if was_pausing {
            parkers.wake(&mut interval.paused);
        }
    }

    /// Registers `worker` to be woken at the end of the pause. Returns false if it has ended.
    pub(crate) fn await_end(&self, worker: WorkerId) -> bool {
        let mut interval = lock(&self.interval);
        // Under the lock that wakes: either the pause continues and its end finds this worker, or
        // it is over.
        let is_pausing = !interval.is_closed && self.is_pausing.load(Ordering::Relaxed);
        if is_pausing && !interval.paused.contains(&worker) {
            interval.paused.push(worker);
        }
        is_pausing
    }

    /// Ends all pauses: nothing is left to claim.
    pub(crate) fn close(&self, parkers: &Parkers) {
        let mut interval = lock(&self.interval);
        interval.is_closed = true;
        self.is_pausing.store(false, Ordering::Relaxed);
        parkers.wake(&mut interval.paused);
    }

    /// Returns the number of pauses so far.
    #[cfg(all(test, parevm_loom))]
    pub(crate) fn pauses(&self) -> u32 {
        lock(&self.interval).pauses
    }
}

#[cfg(all(test, not(parevm_loom)))]
mod tests {
    use super::*;

    /// Whether the workers pause at each of these commit indices and counts of conflicts.
    fn pauses<const N: usize>(counts: [(u32, u32); N]) -> [bool; N] {
        let (detector, parkers) = (ChainDetector::new(), Parkers::new(2));
        counts
            .map(|(committed, conflicts)| detector.should_pause(committed, || conflicts, &parkers))
    }

    #[test]
    fn workers_pause_where_40_percent_conflict_and_not_where_fewer_do() {
        assert_eq!(pauses([(63, 63), (64, 26)]), [false, true]);
        assert_eq!(pauses([(64, 25), (128, 50), (192, 75)]), [false; 3]);
        // Earlier windows do not count.
        assert_eq!(pauses([(64, 0), (128, 0), (192, 26)]), [false, false, true]);
    }

    #[test]
    fn workers_return_and_pauses_double_while_the_block_is_a_chain() {
        // A window of 64, a pause of 128, a window, a pause of 256.
        let first = [(64, 64), (191, 64), (192, 64), (255, 120)];
        assert_eq!(pauses(first), [true, true, false, false]);
        let second = [(64, 64), (192, 64), (256, 128), (511, 128), (512, 128)];
        assert_eq!(pauses(second), [true, false, true, true, false]);
        // A window that is no chain makes the next pause short again.
        let third = [
            (64, 64),
            (192, 64),
            (256, 64),
            (320, 128),
            (447, 128),
            (448, 128),
        ];
        assert_eq!(pauses(third), [true, false, false, true, true, false]);
    }

    #[test]
    fn nobody_waits_for_a_pause_that_is_over() {
        let (detector, parkers) = (ChainDetector::new(), Parkers::new(2));
        let worker = WorkerId::new(1);
        assert!(!detector.await_end(worker));
        assert!(detector.should_pause(64, || 64, &parkers));
        assert!(detector.await_end(worker));
        detector.close(&parkers);
        assert!(!detector.await_end(worker));
        // Woken already: it does not park.
        parkers.park(worker);
        assert!(!detector.should_pause(9_999, || 9_999, &parkers));
    }
}
