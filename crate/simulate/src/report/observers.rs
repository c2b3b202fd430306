//! Inspectors of a reported call: tracer and storage inspector, side by side.

use super::storage_inspector::StorageInspector;
use crate::trace::Tracer;
use alloy_primitives::{Address, Log, U256};
use revm::{
    context_interface::ContextTr,
    inspector::{Inspector, JournalExt},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter},
};

/// Inspectors of a reported call.
#[derive(Debug)]
pub(super) struct Observers {
    pub(super) tracer: Tracer,
    pub(super) storage: StorageInspector,
}

impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Observers {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.initialize_interp(interpreter, context);
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.step(interpreter, context);
        self.storage.step(interpreter, context);
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.tracer.step_end(interpreter, context);
        Inspector::<C>::step_end(&mut self.storage, interpreter, context);
    }

    fn log(&mut self, context: &mut C, log: Log) {
        self.tracer.log(context, log);
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut C, log: Log) {
        self.tracer.log_full(interpreter, context, log);
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        // The storage inspector replaces no call.
        let _ = self.storage.call(context, inputs);
        self.tracer.call(context, inputs)
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.tracer.call_end(context, inputs, outcome);
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        let _ = self.storage.create(context, inputs);
        self.tracer.create(context, inputs)
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.tracer.create_end(context, inputs, outcome);
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        Inspector::<C>::selfdestruct(&mut self.tracer, contract, target, value);
    }
}
