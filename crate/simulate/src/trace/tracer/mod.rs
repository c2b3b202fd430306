//! Tracer of the options: one built-in tracer, or several side by side (mux).
//!
//! One built-in tracer, one file; [`sub_tracer`] is what they have in common.

mod call;
mod config;
mod erc7562;
mod flat_call;
mod prestate;
mod struct_logger;
mod sub_tracer;

use super::{
    Trace, TraceError, TraceOptions, TracePosition, budget::ByteBudget, frame::FrameOutcomes,
};
use alloy_primitives::{Address, Log, U256, map::HashMap};
use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig, GethDebugTracerType,
    mux::{MuxConfig, MuxFrame},
};
use call::CallTracerConfig;
use config::config_error;
use parevm::{
    execute::ExecuteError,
    state::SourceError,
    vm::{BlockPrecompiles, Recorded, TxEnv, end_run},
};
use revm::{
    DatabaseRef,
    bytecode::opcode,
    context::{BlockEnv, result::ResultAndState},
    context_interface::{ContextTr, JournalTr},
    inspector::{Inspector, JournalExt},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter_types::InputsTr,
    },
};
use sub_tracer::{Recorder, SubTracer, call_inspector};

/// Sub-tracers of the options. They trace one transaction after the other.
#[derive(Debug)]
pub(crate) struct Tracer {
    sub_tracers: Vec<SubTracer>,
    /// True if the result is a map of traces by tracer name.
    is_mux: bool,
    outcomes: FrameOutcomes,
    /// Contract, beneficiary and balance of the SELFDESTRUCT that is the current instruction.
    destroyed: Option<(Address, Address, U256)>,
}

impl Tracer {
    /// Returns the tracer of `options`.
    ///
    /// # Errors
    ///
    /// [`TraceError::UnknownTracer`], [`TraceError::Config`].
    pub(super) fn new(options: &TraceOptions) -> Result<Self, TraceError> {
        let mux = GethDebugTracerType::from(BuiltIn::MuxTracer);
        let is_mux = options.tracer.as_ref() == Some(&mux);
        let sub_tracers = if is_mux {
            let config = options.tracer_config.clone();
            let MuxConfig(tracers) = config
                .from_value()
                .map_err(|source| config_error(&mux, source))?;
            let sub_tracer = |(name, config): (_, Option<GethDebugTracerConfig>)| {
                SubTracer::new(name, &config.unwrap_or_default())
            };
            let sub_tracers = tracers.into_iter().map(sub_tracer);
            sub_tracers.collect::<Result<_, _>>()?
        } else {
            vec![match &options.tracer {
                Some(name) if !name.as_str().is_empty() => {
                    SubTracer::new(name.clone(), &options.tracer_config)?
                }
                _ => SubTracer::struct_logger(options)?,
            }]
        };
        Ok(Self {
            sub_tracers,
            is_mux,
            outcomes: FrameOutcomes::default(),
            destroyed: None,
        })
    }

    /// Returns the call tracer with logs.
    pub(crate) fn calls() -> Result<Self, TraceError> {
        let sub_tracer = SubTracer {
            name: BuiltIn::CallTracer.into(),
            inspector: call_inspector(true)?,
            recorder: Recorder::Call(CallTracerConfig::WITH_LOGS),
        };
        Ok(Self {
            sub_tracers: vec![sub_tracer],
            is_mux: false,
            outcomes: FrameOutcomes::default(),
            destroyed: None,
        })
    }

    /// Returns what the sub-tracers record, for the memory limit.
    pub(crate) fn recorded(&self) -> Recorded {
        let mut all = Recorded {
            calls: true,
            ..Recorded::default()
        };
        for sub_tracer in &self.sub_tracers {
            all.paths |= matches!(sub_tracer.recorder, Recorder::FlatCall(_));
            all.preimages |= matches!(sub_tracer.recorder, Recorder::Erc7562(_));
        }
        all
    }

    /// Sets the budget of all transactions together, in bytes. Returns the share of one sub-tracer: each records
    /// calls and logs for itself.
    pub(super) fn allow(&mut self, bytes: usize) -> usize {
        let bytes = bytes / self.sub_tracers.len().max(1);
        for budget in self.budgets() {
            *budget = ByteBudget::new(bytes);
        }
        bytes
    }

    /// Returns true if a sub-tracer exceeded its budget.
    pub(super) fn is_over_budget(&mut self) -> bool {
        self.budgets().any(|budget| budget.is_exceeded())
    }

    fn budgets(&mut self) -> impl Iterator<Item = &mut ByteBudget> {
        self.sub_tracers
            .iter_mut()
            .filter_map(|sub_tracer| sub_tracer.recorder.budget())
    }

    /// Prepares for `transaction`, which runs next on the state of `database`.
    pub(crate) fn start<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        transaction: &TxEnv,
        block: &BlockEnv,
        has_delegations: bool,
        database: &DB,
    ) -> Result<(), SourceError> {
        for sub_tracer in &mut self.sub_tracers {
            if let Recorder::Prestate(recorder) = &mut sub_tracer.recorder {
                recorder.start(transaction, block, has_delegations, database)?;
            }
        }
        Ok(())
    }

    /// Returns the trace of `transaction`, which `ran` on the state of `database`. Resets the tracer for the next
    /// transaction.
    pub(crate) fn finish<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        position: TracePosition,
        transaction: &TxEnv,
        block: &BlockEnv,
        precompiles: &BlockPrecompiles,
        ran: &ResultAndState,
        database: &mut DB,
    ) -> Result<Trace, ExecuteError> {
        let outcomes = std::mem::take(&mut self.outcomes);
        let mut traces = HashMap::default();
        for sub_tracer in &mut self.sub_tracers {
            let trace = sub_tracer.finish(
                position,
                transaction,
                block,
                precompiles,
                ran,
                database,
                &outcomes,
            )?;
            if !self.is_mux {
                return Ok(trace);
            }
            traces.insert(sub_tracer.name.clone(), trace);
        }
        Ok(Trace::MuxTracer(MuxFrame(traces)))
    }
}

/// SELFDESTRUCT is observed as an instruction: revm's hook omits those that move no balance.
impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.inspector.initialize_interp(interpreter, context);
        }
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        Inspector::<C>::step(&mut self.outcomes, interpreter, context);
        if self.outcomes.current().opcode == opcode::SELFDESTRUCT {
            let contract = interpreter.input.target_address();
            let beneficiary = Address::from_word(self.outcomes.current().operand(0).into());
            let account = context.journal().evm_state().get(&contract);
            let balance = account.map_or(U256::ZERO, |account| account.info.balance);
            self.destroyed = Some((contract, beneficiary, balance));
        }
        for sub_tracer in &mut self.sub_tracers {
            match &mut sub_tracer.recorder {
                Recorder::Erc7562(recorder) => recorder.step(interpreter),
                Recorder::StructLog(logger) => logger.step(self.outcomes.current(), interpreter),
                _ => {}
            }
        }
        if self.is_over_budget() {
            end_run(interpreter, context);
        }
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.outcomes.step_end(interpreter, context);
        if let Some((contract, beneficiary, balance)) = self.destroyed.take()
            && self.outcomes.fault().is_none()
        {
            for sub_tracer in &mut self.sub_tracers {
                Inspector::<C>::selfdestruct(
                    &mut sub_tracer.inspector,
                    contract,
                    beneficiary,
                    balance,
                );
            }
        }
        for sub_tracer in &mut self.sub_tracers {
            match &mut sub_tracer.recorder {
                Recorder::Erc7562(recorder) => recorder.step_end(interpreter),
                Recorder::StructLog(logger) => {
                    logger.step_end(&self.outcomes, interpreter, context)
                }
                Recorder::Prestate(recorder) => {
                    recorder.step_end(&self.outcomes, interpreter, context);
                }
                _ => {}
            }
        }
    }

    fn log(&mut self, context: &mut C, log: Log) {
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.inspector.log(context, log.clone());
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut C, log: Log) {
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer
                .inspector
                .log_full(interpreter, context, log.clone());
        }
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.outcomes.call(context, inputs);
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.recorder.start_frame();
            // No sub-tracer replaces a call.
            let _ = sub_tracer.inspector.call(context, inputs);
        }
        None
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.outcomes.call_end(context, inputs, outcome);
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.recorder.end_frame();
            sub_tracer.inspector.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.outcomes.create(context, inputs);
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.recorder.start_frame();
            let _ = sub_tracer.inspector.create(context, inputs);
        }
        None
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.outcomes.create_end(context, inputs, outcome);
        for sub_tracer in &mut self.sub_tracers {
            sub_tracer.recorder.end_frame();
            sub_tracer.inspector.create_end(context, inputs, outcome);
        }
    }
}
