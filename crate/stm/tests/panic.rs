//! A panic of the program ends the execution, and no worker stays parked.
#![cfg(not(parevm_loom))]

use parevm_stm::{
    Executable, Mode, MvMemory, ParallelExecution, Program, Progress, Threads, TransactionExecutor,
    TxIndex, Value, View, WorkOrder,
};
use std::convert::Infallible;

#[derive(Clone)]
struct Nothing;

impl Value for Nothing {
    type Write = ();
    type Read = ();
    fn apply(&mut self, (): &()) {}
    fn overwrites((): &()) -> bool {
        true
    }
    fn commutes((): &()) -> bool {
        false
    }
    fn validates(&self, (): &()) -> bool {
        true
    }
}

/// Panics in its transaction 50.
struct Bomb;
struct Fuse<'m>(View<'m, Bomb>);

impl Program for Bomb {
    type Location = u64;
    type Value = Nothing;
    type Output = ();
    type Error = Infallible;
    fn base(&self, _location: &u64) -> Result<Nothing, Infallible> {
        Ok(Nothing)
    }
    fn commit(&self, _index: TxIndex, (): ()) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Executable for Bomb {
    type Executor<'m> = Fuse<'m>;
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Fuse<'m> {
        Fuse(view)
    }
}

impl<'m> TransactionExecutor<'m, Bomb> for Fuse<'m> {
    fn view(&mut self) -> &mut View<'m, Bomb> {
        &mut self.0
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Progress<()>, Infallible> {
        assert_ne!(index.get(), 50, "the program panics");
        Ok(Progress::Done(()))
    }
}

#[test]
fn a_panic_of_the_program_reaches_the_caller_and_ends_the_others() {
    let outcome = std::panic::catch_unwind(|| {
        let memory = MvMemory::new(7);
        ParallelExecution::new(&Bomb, &memory, WorkOrder::in_block_order(100), 4)
            .execute(&Threads::new(4))
    });
    assert!(outcome.is_err());
}
