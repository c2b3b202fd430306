//! How a run has others wait for it.
//!
//! A run that is expected to write somewhere leaves marks there, and is Running
//! from before the first mark until the last one is gone. Who reads at a mark is
//! noted down under the lock that ends the run, so that it is woken.

use crate::{
    LocationId, Program, TxIndex, WorkerId,
    run::Shared,
    sync::lock,
    task::{Phase, TaskState},
};

/// Looks at a running writer before a reader is set aside: a microsecond or two
/// of them. Most transactions are over by then.
const LOOKS: u32 = if cfg!(parevm_loom) { 0 } else { 40 };

impl<P: Program> Shared<'_, P> {
    /// Marks where `index` is expected to write, and says where that is.
    pub(crate) fn expect(&self, index: TxIndex) -> Vec<LocationId> {
        let expected = self.predictor.expect(index, || self.program.parties(index));
        if !expected.is_empty() {
            self.mark(index, &expected);
        }
        expected
    }

    /// Has readers of `places` wait until the run of `index` that begins is over.
    pub(crate) fn mark(&self, index: TxIndex, places: &[LocationId]) {
        // Before the marks: a reader that meets a mark finds the writer running,
        // or done and the mark gone.
        lock(self.task(index)).phase = Phase::Running;
        for id in places {
            lock(self.memory.cell(*id)).expect(index);
        }
    }

    /// Takes back the marks of `index` where it did not write after all.
    pub(crate) fn take_back(
        &self,
        index: TxIndex,
        expected: &[LocationId],
        written: &[LocationId],
    ) {
        if expected.is_empty() {
            return;
        }
        for id in expected.iter().filter(|id| !written.contains(id)) {
            lock(self.memory.cell(*id)).withdraw(index);
        }
        let parties = self.program.parties(index);
        self.predictor.review(index, parties, expected, written);
    }

    /// Ends a run of `index`: its marks are gone and its writes in the memory.
    /// Wakes who waited.
    pub(crate) fn end_run(&self, index: TxIndex, end: impl FnOnce(&mut TaskState<P>)) {
        let mut task = lock(self.task(index));
        end(&mut task);
        self.beds.wake(&mut task.waiters);
    }

    /// Whether the run of `index` is over.
    pub(crate) fn has_ended(&self, index: TxIndex) -> bool {
        lock(self.task(index)).phase != Phase::Running
    }

    /// Looks whether the run of `index` ends within a moment.
    pub(crate) fn ends_soon(&self, index: TxIndex) -> bool {
        (0..LOOKS).any(|_| {
            std::hint::spin_loop();
            self.has_ended(index)
        })
    }

    /// Has `worker` woken when the run of `writer`, which is lower than what it
    /// runs, is over. False if it is over already.
    pub(crate) fn await_end(&self, writer: TxIndex, worker: WorkerId) -> bool {
        let mut task = lock(self.task(writer));
        // Checked under the lock that wakes: either the writer still runs and
        // will find this waiter, or its writes are in the memory.
        let is_running = task.phase == Phase::Running;
        if is_running && !task.waiters.contains(&worker) {
            task.waiters.push(worker);
        }
        is_running
    }
}
