//! Where a worker sleeps that has nothing else to do.

use crate::{
    WorkerId,
    sync::{Condvar, Mutex, lock},
};

/// Looks at the bed before a worker sleeps: some microseconds of them.
const SPINS: u32 = if cfg!(parevm_loom) { 0 } else { 200 };

/// One bed for each worker.
pub(crate) struct Beds {
    beds: Vec<Bed>,
}

struct Bed {
    rest: Mutex<Rest>,
    signal: Condvar,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Awake,
    Asleep,
    /// Woken, which it has not noticed yet.
    Woken,
}

impl Beds {
    pub(crate) fn new(workers: usize) -> Self {
        let bed = || Bed {
            rest: Mutex::new(Rest::Awake),
            signal: Condvar::new(),
        };
        Self {
            beds: (0..workers).map(|_| bed()).collect(),
        }
    }

    /// Sleeps until `worker` was woken since it last slept. A wake that came
    /// before is not lost: the bed remembers it.
    pub(crate) fn sleep(&self, worker: WorkerId) {
        let bed = &self.beds[worker.get()];
        // To fall asleep and be woken takes longer than most transactions run.
        for _ in 0..SPINS {
            if bed.rest.try_lock().is_ok_and(|rest| *rest == Rest::Woken) {
                break;
            }
            std::hint::spin_loop();
        }
        let mut rest = lock(&bed.rest);
        if *rest == Rest::Awake {
            *rest = Rest::Asleep;
        }
        while *rest == Rest::Asleep {
            rest = bed
                .signal
                .wait(rest)
                .unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        *rest = Rest::Awake;
    }

    /// Ends the sleep of each of `workers`, present or next.
    pub(crate) fn wake(&self, workers: &mut Vec<WorkerId>) {
        for worker in workers.drain(..) {
            self.beds[worker.get()].wake();
        }
    }

    /// Ends the sleep of all workers, present or next.
    pub(crate) fn wake_all(&self) {
        for bed in &self.beds {
            bed.wake();
        }
    }
}

impl Bed {
    fn wake(&self) {
        // A signal is a call of the system also where nobody waits for it.
        if std::mem::replace(&mut *lock(&self.rest), Rest::Woken) == Rest::Asleep {
            self.signal.notify_one();
        }
    }
}
