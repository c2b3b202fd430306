//! Parking of workers that have nothing else to do.

use crate::{
    WorkerId,
    sync::{Condvar, Mutex, lock},
};

/// Attempts to find a wake before a worker parks: some microseconds of them.
const SPINS: u32 = if cfg!(parevm_loom) { 0 } else { 200 };

/// Parkers of all workers.
pub(crate) struct Parkers {
    parkers: Vec<Parker>,
}

struct Parker {
    state: Mutex<ParkState>,
    signal: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ParkState {
    Running,
    Parked,
    /// Woken, and not running yet.
    Notified,
}

impl Parkers {
    pub(crate) fn new(workers: usize) -> Self {
        let parker = || Parker {
            state: Mutex::new(ParkState::Running),
            signal: Condvar::new(),
        };
        Self {
            parkers: (0..workers).map(|_| parker()).collect(),
        }
    }

    /// Parks `worker`, which calls this, until it is woken. Returns at once if it was woken since
    /// it last parked.
    pub(crate) fn park(&self, worker: WorkerId) {
        let parker = &self.parkers[worker.get()];
        // To park and be woken takes longer than most transactions.
        for _ in 0..SPINS {
            let state = parker.state.try_lock();
            if state.is_ok_and(|state| *state == ParkState::Notified) {
                break;
            }
            std::hint::spin_loop();
        }
        let mut state = lock(&parker.state);
        if *state == ParkState::Running {
            *state = ParkState::Parked;
        }
        while *state == ParkState::Parked {
            state = parker
                .signal
                .wait(state)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *state = ParkState::Running;
    }

    /// Wakes each of `workers`, parked or about to park.
    pub(crate) fn wake(&self, workers: &mut Vec<WorkerId>) {
        for worker in workers.drain(..) {
            self.parkers[worker.get()].wake();
        }
    }

    /// Wakes all workers, parked or about to park.
    pub(crate) fn wake_all(&self) {
        for parker in &self.parkers {
            parker.wake();
        }
    }
}

impl Parker {
    fn wake(&self) {
        // A signal is a system call even if nobody waits for it.
        if std::mem::replace(&mut *lock(&self.state), ParkState::Notified) == ParkState::Parked {
            self.signal.notify_one();
        }
    }
}
