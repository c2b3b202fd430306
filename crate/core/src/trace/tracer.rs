//! The tracers that options name: inspectors, and their answers.

use super::{
    Trace, TraceError, TraceOptions,
    calls::{narrow, number_logs},
    endings::Endings,
    erc7562::Validation,
    flat::Flattening,
    options::{
        self, CallOptions, Erc7562Options, FlatCallOptions, NoOptions, PrestateOptions, wrong,
    },
    prestate::Lookups,
    steps::StepLogger,
};
use crate::{
    execute::ExecuteError,
    state::SourceError,
    vm::{BlockPrecompiles, Recorded, TxEnv, end_run},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, Log, U256, map::HashMap};
use alloy_rpc_types_trace::geth::{
    CallConfig, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig, GethDebugTracerType,
    mux::{MuxConfig, MuxFrame},
};
use revm::{
    DatabaseRef,
    bytecode::opcode,
    context::{BlockEnv, result::ResultAndState},
    context_interface::{ContextTr, JournalTr},
    inspector::{Inspector, JournalExt, NoOpInspector},
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter,
        interpreter_types::InputsTr,
    },
    state::EvmState,
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

/// Where a transaction is; nothing is known of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(super) block_hash: Option<B256>,
    pub(super) index: Option<usize>,
    pub(super) transaction_hash: Option<B256>,
    /// Number of its block.
    pub(super) block_number: u64,
    /// Logs of the block before it.
    pub(super) first_log: u64,
}

impl Place {
    /// Place of a call that comes after so many logs of a block.
    pub(crate) fn after_logs(first_log: u64) -> Self {
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

/// One tracer.
#[derive(Debug)]
struct Part {
    name: GethDebugTracerType,
    inspector: DebugInspector,
    answer: Answer,
}

/// How a tracer answers.
#[derive(Debug)]
enum Answer {
    /// As the inspector does.
    Same,
    /// With call frames, of which there is more to say.
    Calls(CallOptions),
    Flat(FlatCallOptions),
    Prestate(Lookups),
    Erc7562(Validation),
    Steps(StepLogger),
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
            all.preimages |= matches!(part.answer, Answer::Erc7562(_));
        }
        all
    }

    /// Allows `bytes` for the instructions of all transactions together.
    pub(super) fn allow(&mut self, bytes: usize) {
        for part in &mut self.parts {
            if let Answer::Steps(logger) = &mut part.answer {
                logger.allow(bytes);
            }
        }
    }

    /// True when there was more than is allowed.
    pub(super) fn is_full(&self) -> bool {
        let is_full =
            |part: &Part| matches!(&part.answer, Answer::Steps(logger) if logger.is_full());
        self.parts.iter().any(is_full)
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

/// An inspector that records all calls, and their logs where these are asked for.
fn calls(with_log: bool) -> Result<DebugInspector, TraceError> {
    let config = CallConfig {
        with_log: Some(with_log),
        ..CallConfig::default()
    };
    inspector(TraceOptions::call_tracer(config))
}

fn inspector(options: TraceOptions) -> Result<DebugInspector, TraceError> {
    let name = options.tracer.clone();
    let name = name.unwrap_or_else(|| GethDebugTracerType::JsTracer(String::new()));
    DebugInspector::new(options).map_err(|source| match source {
        DebugInspectorError::UnsupportedTracer | DebugInspectorError::JsTracerNotEnabled => {
            TraceError::UnknownTracer {
                tracer: name.as_str().to_owned(),
            }
        }
        source => wrong(&name, source),
    })
}

impl Part {
    fn new(name: GethDebugTracerType, config: &GethDebugTracerConfig) -> Result<Self, TraceError> {
        let GethDebugTracerType::BuiltInTracer(built_in) = name else {
            return Err(TraceError::UnknownTracer {
                tracer: name.as_str().to_owned(),
            });
        };
        let silent = DebugInspector::Noop(NoOpInspector);
        let (inspector, answer) = match built_in {
            BuiltIn::CallTracer => {
                let config: CallOptions = options::read(&name, config)?;
                (calls(config.with_log())?, Answer::Calls(config))
            }
            BuiltIn::FlatCallTracer => {
                let config: FlatCallOptions = options::read(&name, config)?;
                (calls(false)?, Answer::Flat(config))
            }
            BuiltIn::PreStateTracer => {
                let config: PrestateOptions = options::read(&name, config)?;
                if config.is_difference() && config.has_empty() {
                    return Err(wrong(&name, "cannot use diffMode with includeEmpty"));
                }
                (silent, Answer::Prestate(Lookups::new(config)))
            }
            BuiltIn::Erc7562Tracer => {
                let config: Erc7562Options = options::read(&name, config)?;
                let validation = Validation::new(&config);
                (calls(config.with_log())?, Answer::Erc7562(validation))
            }
            BuiltIn::FourByteTracer | BuiltIn::NoopTracer | BuiltIn::StateGasTracer => {
                let NoOptions {} = options::read(&name, config)?;
                let options = TraceOptions::new_tracer(built_in);
                (inspector(options)?, Answer::Same)
            }
            BuiltIn::MuxTracer => return Err(wrong(&name, "it is within another one")),
        };
        Ok(Self {
            name,
            inspector,
            answer,
        })
    }

    /// The struct logger. Its settings stand in `options` themselves.
    fn steps(options: &TraceOptions) -> Result<Self, TraceError> {
        let name = GethDebugTracerType::JsTracer("struct logger".to_owned());
        let NoOptions {} = options::read(&name, &options.tracer_config)?;
        Ok(Self {
            name,
            inspector: DebugInspector::Noop(NoOpInspector),
            answer: Answer::Steps(StepLogger::new(options.config)),
        })
    }

    #[allow(clippy::too_many_arguments, reason = "as many as there are facts")]
    fn finish<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        place: Place,
        transaction: &TxEnv,
        block: &BlockEnv,
        precompiles: &BlockPrecompiles,
        ran: &ResultAndState,
        database: &mut DB,
        endings: &Endings,
    ) -> Result<Trace, ExecuteError> {
        let unavailable = |source| ExecuteError::StateUnavailable {
            index: place.index,
            source,
        };
        match &mut self.answer {
            Answer::Prestate(lookups) => {
                let answer = lookups.take(&ran.state, database).map_err(unavailable)?;
                // alloy's type has no code hashes.
                return serde_json::to_value(answer).map(Trace::JS).map_err(|_| {
                    ExecuteError::Bug {
                        invariant: "accounts can be written as JSON",
                    }
                });
            }
            Answer::Steps(logger) => return Ok(Trace::Default(logger.take(&ran.result))),
            _ => {}
        }
        let context = TransactionContext {
            block_hash: place.block_hash,
            tx_index: place.index,
            tx_hash: place.transaction_hash,
        };
        let trace = self
            .inspector
            .get_result(Some(context), transaction, block, ran, database)
            .map_err(|error| match error {
                DebugInspectorError::Database(source) => unavailable(source),
                _ => ExecuteError::Bug {
                    invariant: "a tracer that was made can finish",
                },
            })?;
        self.inspector.fuse().map_err(|_| ExecuteError::Bug {
            invariant: "a tracer that was made can be made again",
        })?;
        let Trace::CallTracer(mut root) = trace else {
            return Ok(trace);
        };
        endings.tell(&mut root);
        Ok(match &mut self.answer {
            Answer::Flat(options) => {
                let flattening = Flattening {
                    options: *options,
                    precompiles: precompiles.addresses(),
                    place,
                };
                Trace::FlatCallTracer(flattening.list(root))
            }
            Answer::Erc7562(validation) => {
                number_logs(&mut root, place.first_log);
                let size_of = |address| size_of(address, &ran.state, database);
                let frame = validation.take(root, size_of).map_err(unavailable)?;
                Trace::Erc7562Tracer(frame)
            }
            Answer::Calls(options) => {
                number_logs(&mut root, place.first_log);
                narrow(&mut root, options);
                Trace::CallTracer(root)
            }
            _ => Trace::CallTracer(root),
        })
    }
}

/// Length of the code at `address` after a transaction that left `state`.
fn size_of<DB: DatabaseRef<Error = SourceError>>(
    address: Address,
    state: &EvmState,
    database: &DB,
) -> Result<usize, SourceError> {
    let before = database.basic_ref(address)?.unwrap_or_default();
    let after = state.get(&address).map(|account| &account.info);
    if let Some(code) = after.and_then(|after| after.code.as_ref()) {
        return Ok(code.original_bytes().len());
    }
    Ok(match before.code_hash {
        KECCAK256_EMPTY => 0,
        code_hash => database.code_by_hash_ref(code_hash)?.original_bytes().len(),
    })
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

impl Answer {
    /// A call or creation begins.
    fn begin(&mut self) {
        match self {
            Self::Erc7562(validation) => validation.begin(),
            Self::Steps(logger) => logger.begin(),
            _ => {}
        }
    }

    /// It ends.
    fn end(&mut self) {
        match self {
            Self::Erc7562(validation) => validation.end(),
            Self::Steps(logger) => logger.end(),
            _ => {}
        }
    }
}
