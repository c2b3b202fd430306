//! A program that panics ends the run, and nobody waits for ever.
#![cfg(not(parevm_loom))]

use parevm_stm::{
    Executor, Memory, Mode, Program, Run, Step, Threads, TxIndex, Value, View, WorkOrder,
};
use std::convert::Infallible;

#[derive(Clone)]
struct Nothing;

impl Value for Nothing {
    type Patch = ();
    type Check = ();
    fn apply(&mut self, (): &()) {}
    fn overwrites((): &()) -> bool {
        true
    }
    fn commutes((): &()) -> bool {
        false
    }
    fn admits(&self, (): &()) -> bool {
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
    type Executor<'m> = Fuse<'m>;
    fn base(&self, _location: &u64) -> Result<Nothing, Infallible> {
        Ok(Nothing)
    }
    fn executor<'m>(&'m self, view: View<'m, Self>) -> Fuse<'m> {
        Fuse(view)
    }
    fn settle(&self, _index: TxIndex, (): ()) -> Result<(), Infallible> {
        Ok(())
    }
}

impl<'m> Executor<'m, Bomb> for Fuse<'m> {
    fn view(&mut self) -> &mut View<'m, Bomb> {
        &mut self.0
    }
    fn execute(&mut self, index: TxIndex, _mode: Mode) -> Result<Step<()>, Infallible> {
        assert_ne!(index.get(), 50, "the program panics");
        Ok(Step::Done(()))
    }
}

#[test]
fn a_panic_of_the_program_reaches_the_caller_and_ends_the_others() {
    let outcome = std::panic::catch_unwind(|| {
        let memory = Memory::new(7);
        Run::new(&Bomb, &memory, WorkOrder::in_block_order(100), 4).execute(&Threads::new(4))
    });
    assert!(outcome.is_err());
}
