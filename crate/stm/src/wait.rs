//! Where a worker sleeps until a lower transaction is done.

use crate::{
    WorkerId,
    sync::{Condvar, Mutex, lock},
};

/// Looks at the flag before a worker sleeps: some microseconds of them.
const SPINS: u32 = if cfg!(parevm_loom) { 0 } else { 200 };

/// One bed for each worker.
pub(crate) struct Beds {
    beds: Vec<Bed>,
}

struct Bed {
    woken: Mutex<bool>,
    signal: Condvar,
}

impl Beds {
    pub(crate) fn new(workers: usize) -> Self {
        let bed = || Bed {
            woken: Mutex::new(false),
            signal: Condvar::new(),
        };
        Self {
            beds: (0..workers).map(|_| bed()).collect(),
        }
    }

    /// Sleeps until [`Self::wake`] was called for `worker` once. A call that
    /// came before is not lost: the flag remembers it.
    pub(crate) fn sleep(&self, worker: WorkerId) {
        let bed = &self.beds[worker.get()];
        // To fall asleep and be woken takes longer than most transactions run.
        for _ in 0..SPINS {
            if bed.woken.try_lock().is_ok_and(|woken| *woken) {
                break;
            }
            std::hint::spin_loop();
        }
        let mut woken = lock(&bed.woken);
        while !*woken {
            woken = bed
                .signal
                .wait(woken)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *woken = false;
    }

    /// Ends the sleep of each of `workers`, present or next.
    pub(crate) fn wake(&self, workers: &mut Vec<WorkerId>) {
        for worker in workers.drain(..) {
            let bed = &self.beds[worker.get()];
            *lock(&bed.woken) = true;
            bed.signal.notify_one();
        }
    }
}
