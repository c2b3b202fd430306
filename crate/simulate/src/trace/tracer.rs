//! The tracers that options name, run side by side.

use super::{
    Trace, TraceError, TraceOptions,
    budget::Budget,
    endings::Endings,
    options::{CallOptions, wrong},
    part::{Answer, Part, calls},
};
use alloy_primitives::{Address, B256, Log, U256, map::HashMap};
use alloy_rpc_types_trace::geth::{
    GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig, GethDebugTracerType,
    mux::{MuxConfig, MuxFrame},
};
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

/// Where a transaction is; nothing is known of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    pub block_hash: Option<B256>,
    pub index: Option<usize>,
    pub transaction_hash: Option<B256>,
    /// Number of its block.
    pub block_number: u64,
    /// Logs of the block before it.
    pub first_log: u64,
}

impl Place {
    /// Place of a call that follows `first_log` logs of its block.
    pub fn after_logs(first_log: u64) -> Self {
        Self {
            first_log,
            ..Self::default()
        }
    }
}

/// The tracers that options name. They trace one transaction after the other.
#[derive(Debug)]
pub(crate) struct Tracer {
    parts: Vec<Part>,
    /// True when the answers are told by name.
    is_mux: bool,
    endings: Endings,
    /// The contract that is being destroyed, its heir and its balance.
    destroyed: Option<(Address, Address, U256)>,
}

impl Tracer {
    /// The tracers that `options` name.
    pub(super) fn new(options: &TraceOptions) -> Result<Self, TraceError> {
        let mux = GethDebugTracerType::from(BuiltIn::MuxTracer);
        let is_mux = options.tracer.as_ref() == Some(&mux);
        let parts = if is_mux {
            let config = options.tracer_config.clone();
            let MuxConfig(tracers) = config.from_value().map_err(|source| wrong(&mux, source))?;
            let part = |(name, config): (_, Option<GethDebugTracerConfig>)| match name {
                GethDebugTracerType::BuiltInTracer(BuiltIn::MuxTracer) => {
                    Err(wrong(&mux, "it is within another one"))
                }
                name => Part::new(name, &config.unwrap_or_default()),
            };
            tracers.into_iter().map(part).collect::<Result<_, _>>()?
        } else {
            vec![match &options.tracer {
                Some(name) if !name.as_str().is_empty() => {
                    Part::new(name.clone(), &options.tracer_config)?
                }
                _ => Part::steps(options)?,
            }]
        };
        Ok(Self {
            parts,
            is_mux,
            endings: Endings::default(),
            destroyed: None,
        })
    }

    /// That of calls, with logs.
    pub(crate) fn calls() -> Result<Self, TraceError> {
        let part = Part {
            name: BuiltIn::CallTracer.into(),
            inspector: calls(true)?,
            answer: Answer::Calls(CallOptions::WITH_LOGS),
        };
        Ok(Self {
            parts: vec![part],
            is_mux: false,
            endings: Endings::default(),
            destroyed: None,
        })
    }

    /// What is kept of a run.
    pub(crate) fn recorded(&self) -> Recorded {
        let mut all = Recorded {
            calls: true,
            ..Recorded::default()
        };
        for part in &self.parts {
            all.paths |= matches!(part.answer, Answer::Flat(_));
            all.hash_inputs |= matches!(part.answer, Answer::Erc7562(_));
        }
        all
    }

    /// Allows `bytes` for what is recorded of all transactions together. Returns how many of them are for calls
    /// and logs, which each tracer records for itself.
    pub(super) fn allow(&mut self, bytes: usize) -> usize {
        let bytes = bytes / self.parts.len().max(1);
        for budget in self.budgets() {
            *budget = Budget::new(bytes);
        }
        bytes
    }

    /// True when there was more than is allowed.
    pub(super) fn is_full(&mut self) -> bool {
        self.budgets().any(|budget| budget.is_exceeded())
    }

    fn budgets(&mut self) -> impl Iterator<Item = &mut Budget> {
        self.parts
            .iter_mut()
            .filter_map(|part| part.answer.budget())
    }

    /// `transaction` is about to run on the state in `database`.
    pub(crate) fn start<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        transaction: &TxEnv,
        block: &BlockEnv,
        has_delegations: bool,
        database: &DB,
    ) -> Result<(), SourceError> {
        for part in &mut self.parts {
            if let Answer::Prestate(lookups) = &mut part.answer {
                lookups.start(transaction, block, has_delegations, database)?;
            }
        }
        Ok(())
    }

    /// What was found of `transaction`, which `ran` on the state in `database`. The tracers are ready
    /// for the next transaction then.
    pub(crate) fn finish<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        place: Place,
        transaction: &TxEnv,
        block: &BlockEnv,
        precompiles: &BlockPrecompiles,
        ran: &ResultAndState,
        database: &mut DB,
    ) -> Result<Trace, ExecuteError> {
        let endings = std::mem::take(&mut self.endings);
        let mut answers = HashMap::default();
        for part in &mut self.parts {
            let trace = part.finish(
                place,
                transaction,
                block,
                precompiles,
                ran,
                database,
                &endings,
            )?;
            if !self.is_mux {
                return Ok(trace);
            }
            answers.insert(part.name.clone(), trace);
        }
        Ok(Trace::MuxTracer(MuxFrame(answers)))
    }
}

/// Not by revm's hook: it knows of no contract that is destroyed without a change of balances.
impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        for part in &mut self.parts {
            part.inspector.initialize_interp(interpreter, context);
        }
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        Inspector::<C>::step(&mut self.endings, interpreter, context);
        if self.endings.running().opcode == opcode::SELFDESTRUCT {
            let contract = interpreter.input.target_address();
            let heir = Address::from_word(self.endings.running().operand(0).into());
            let account = context.journal().evm_state().get(&contract);
            let balance = account.map_or(U256::ZERO, |account| account.info.balance);
            self.destroyed = Some((contract, heir, balance));
        }
        for part in &mut self.parts {
            match &mut part.answer {
                Answer::Erc7562(validation) => validation.step(interpreter),
                Answer::Steps(logger) => logger.step(self.endings.running(), interpreter),
                _ => {}
            }
        }
        if self.is_full() {
            end_run(interpreter, context);
        }
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.endings.step_end(interpreter, context);
        if let Some((contract, heir, balance)) = self.destroyed.take()
            && self.endings.fault().is_none()
        {
            for part in &mut self.parts {
                Inspector::<C>::selfdestruct(&mut part.inspector, contract, heir, balance);
            }
        }
        for part in &mut self.parts {
            match &mut part.answer {
                Answer::Erc7562(validation) => validation.step_end(interpreter),
                Answer::Steps(logger) => logger.step_end(&self.endings, interpreter, context),
                Answer::Prestate(lookups) => {
                    lookups.step_end(&self.endings, interpreter, context);
                }
                _ => {}
            }
        }
    }

    fn log(&mut self, context: &mut C, log: Log) {
        for part in &mut self.parts {
            part.inspector.log(context, log.clone());
        }
    }

    fn log_full(&mut self, interpreter: &mut Interpreter, context: &mut C, log: Log) {
        for part in &mut self.parts {
            part.inspector.log_full(interpreter, context, log.clone());
        }
    }

    fn call(&mut self, context: &mut C, inputs: &mut CallInputs) -> Option<CallOutcome> {
        self.endings.call(context, inputs);
        for part in &mut self.parts {
            part.answer.begin();
            // None of them interferes.
            let _ = part.inspector.call(context, inputs);
        }
        None
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.endings.call_end(context, inputs, outcome);
        for part in &mut self.parts {
            part.answer.end();
            part.inspector.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.endings.create(context, inputs);
        for part in &mut self.parts {
            part.answer.begin();
            let _ = part.inspector.create(context, inputs);
        }
        None
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.endings.create_end(context, inputs, outcome);
        for part in &mut self.parts {
            part.answer.end();
            part.inspector.create_end(context, inputs, outcome);
        }
    }
}
