//! The tracers that options name: inspectors, and their answers.

use super::{
    Trace, TraceError, TraceOptions, endings::Endings, erc7562::Validation, flat::Flattening,
    prestate::prestate, step::leave_out_empty,
};
use crate::{
    execute::ExecuteError,
    state::SourceError,
    vm::{BlockPrecompiles, Recorded, TxEnv},
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, Log, U256, map::HashMap};
use alloy_rpc_types_trace::geth::{
    CallConfig, FlatCallConfig, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig,
    GethDebugTracerType, PreStateConfig,
    erc7562::Erc7562Config,
    mux::{MuxConfig, MuxFrame},
};
use revm::{
    DatabaseRef,
    context::{BlockEnv, result::ResultAndState},
    context_interface::ContextTr,
    inspector::{Inspector, JournalExt, NoOpInspector},
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter},
    state::EvmState,
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

/// Where a transaction is; nothing is known of a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    pub(super) block_hash: Option<B256>,
    pub(super) index: Option<usize>,
    pub(super) transaction_hash: Option<B256>,
}

/// The tracers that options name. They trace one transaction after the other.
#[derive(Debug)]
pub(crate) struct Tracer {
    parts: Vec<Part>,
    /// True when the answers are told by name.
    is_mux: bool,
    /// True when one of them looks at every instruction.
    has_steps: bool,
    endings: Endings,
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
    Calls,
    Flat(FlatCallConfig),
    Prestate(PreStateConfig),
    Erc7562(Validation),
}

impl Tracer {
    /// The tracers that `options` name.
    pub(super) fn new(options: &TraceOptions) -> Result<Self, TraceError> {
        let is_mux = options.tracer == Some(BuiltIn::MuxTracer.into());
        let parts = if is_mux {
            let config = options.tracer_config.clone().into_mux_config();
            let MuxConfig(tracers) = config.map_err(|source| TraceError::Config {
                tracer: "muxTracer".to_owned(),
                source: source.into(),
            })?;
            tracers
                .into_iter()
                .map(|(name, config)| {
                    let options = TraceOptions {
                        tracer: Some(name),
                        tracer_config: config.unwrap_or_default(),
                        ..TraceOptions::default()
                    };
                    Part::new(&options)
                })
                .collect::<Result<_, _>>()?
        } else {
            vec![Part::new(options)?]
        };
        Ok(Self {
            has_steps: parts.iter().any(Part::has_steps),
            parts,
            is_mux,
            endings: Endings::default(),
        })
    }

    /// That of calls, with logs.
    pub(crate) fn calls() -> Result<Self, TraceError> {
        Self::new(&TraceOptions {
            tracer: Some(BuiltIn::CallTracer.into()),
            tracer_config: CallConfig::default().with_log().into(),
            ..TraceOptions::default()
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
            let DebugInspector::Default(tracing, _) = &part.inspector else {
                continue;
            };
            let config = tracing.config();
            all.steps |= config.record_steps;
            all.returndata |= config.record_returndata_snapshots;
            all.memory |= config.record_memory_snapshots;
        }
        all
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

impl Part {
    /// True when it looks at every instruction, and not only at calls and logs.
    fn has_steps(&self) -> bool {
        match (&self.answer, &self.inspector) {
            (Answer::Erc7562(_), _) => true,
            (_, DebugInspector::Default(tracing, _)) => tracing.config().record_steps,
            (_, DebugInspector::CallTracer(..) | DebugInspector::Noop(_)) => false,
            _ => true,
        }
    }

    fn new(options: &TraceOptions) -> Result<Self, TraceError> {
        let name = options.tracer.clone();
        let name = name.unwrap_or_else(|| GethDebugTracerType::JsTracer(String::new()));
        let wrong = |source: Box<dyn std::error::Error + Send + Sync>| TraceError::Config {
            tracer: name.as_str().to_owned(),
            source,
        };
        let config = || options.tracer_config.clone();
        let json = |source: serde_json::Error| wrong(source.into());
        let calls = |config: CallConfig| TraceOptions {
            tracer: Some(BuiltIn::CallTracer.into()),
            tracer_config: config.into(),
            ..TraceOptions::default()
        };
        let (answer, options) = match &name {
            GethDebugTracerType::BuiltInTracer(BuiltIn::CallTracer) => {
                let config = config().into_call_config().map_err(json)?;
                (Answer::Calls, calls(config))
            }
            GethDebugTracerType::BuiltInTracer(BuiltIn::FlatCallTracer) => {
                let config = config().into_flat_call_config().map_err(json)?;
                (Answer::Flat(config), calls(CallConfig::default()))
            }
            GethDebugTracerType::BuiltInTracer(BuiltIn::PreStateTracer) => {
                let config = config().into_pre_state_config().map_err(json)?;
                let inspector = DebugInspector::Noop(NoOpInspector);
                return Ok(Self {
                    name,
                    inspector,
                    answer: Answer::Prestate(config),
                });
            }
            GethDebugTracerType::BuiltInTracer(
                BuiltIn::FourByteTracer | BuiltIn::NoopTracer | BuiltIn::StateGasTracer,
            ) => (
                Answer::Same,
                // Settings that they do not have are no harm.
                TraceOptions {
                    tracer_config: GethDebugTracerConfig::default(),
                    ..options.clone()
                },
            ),
            GethDebugTracerType::BuiltInTracer(BuiltIn::Erc7562Tracer) => {
                let config: Erc7562Config = match config() {
                    config if config.is_null() => Erc7562Config::default(),
                    config => config.from_value().map_err(json)?,
                };
                let frames = CallConfig {
                    with_log: config.with_log,
                    ..CallConfig::default()
                };
                (Answer::Erc7562(Validation::new(&config)), calls(frames))
            }
            GethDebugTracerType::BuiltInTracer(BuiltIn::MuxTracer) => {
                return Err(wrong("it is within another one".into()));
            }
            _ => (Answer::Same, options.clone()),
        };
        let inspector = DebugInspector::new(options).map_err(|source| match source {
            DebugInspectorError::UnsupportedTracer | DebugInspectorError::JsTracerNotEnabled => {
                TraceError::UnknownTracer {
                    tracer: name.as_str().to_owned(),
                }
            }
            source => wrong(source.into()),
        })?;
        Ok(Self {
            name,
            inspector,
            answer,
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
        if let Answer::Prestate(config) = &self.answer {
            let answer =
                prestate(config, transaction, &ran.state, database).map_err(unavailable)?;
            // alloy's type has no code hashes.
            return serde_json::to_value(answer)
                .map(Trace::JS)
                .map_err(|_| ExecuteError::Bug {
                    invariant: "accounts can be written as JSON",
                });
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
        Ok(match (&mut self.answer, trace) {
            (Answer::Calls, Trace::CallTracer(mut root)) => {
                endings.tell(&mut root);
                Trace::CallTracer(root)
            }
            (Answer::Flat(config), Trace::CallTracer(mut root)) => {
                endings.tell(&mut root);
                let flattening = Flattening {
                    config: *config,
                    precompiles: precompiles.addresses(),
                    place,
                    block_number: block.number.saturating_to(),
                };
                Trace::FlatCallTracer(flattening.list(root))
            }
            (Answer::Erc7562(validation), Trace::CallTracer(mut root)) => {
                endings.tell(&mut root);
                let size_of = |address| size_of(address, &ran.state, database);
                let frame = validation.take(root, size_of).map_err(unavailable)?;
                Trace::Erc7562Tracer(frame)
            }
            (_, Trace::Default(mut frame)) => {
                frame.struct_logs.iter_mut().for_each(leave_out_empty);
                Trace::Default(frame)
            }
            (_, trace) => trace,
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

impl<C: ContextTr<Journal: JournalExt>> Inspector<C> for Tracer {
    fn initialize_interp(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        for part in &mut self.parts {
            part.inspector.initialize_interp(interpreter, context);
        }
    }

    #[inline]
    fn step(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.endings.step(interpreter);
        if !self.has_steps {
            return;
        }
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.step(interpreter);
            }
            part.inspector.step(interpreter, context);
        }
    }

    #[inline]
    fn step_end(&mut self, interpreter: &mut Interpreter, context: &mut C) {
        self.endings.step_end(interpreter);
        if !self.has_steps {
            return;
        }
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.step_end(interpreter);
            }
            part.inspector.step_end(interpreter, context);
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
        self.endings.begin();
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.begin();
            }
            // None of them interferes.
            let _ = part.inspector.call(context, inputs);
        }
        None
    }

    fn call_end(&mut self, context: &mut C, inputs: &CallInputs, outcome: &mut CallOutcome) {
        self.endings.end_call(inputs, outcome);
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.end(outcome.result.result);
            }
            part.inspector.call_end(context, inputs, outcome);
        }
    }

    fn create(&mut self, context: &mut C, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
        self.endings.begin();
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.begin();
            }
            let _ = part.inspector.create(context, inputs);
        }
        None
    }

    fn create_end(&mut self, context: &mut C, inputs: &CreateInputs, outcome: &mut CreateOutcome) {
        self.endings.end_create(outcome);
        for part in &mut self.parts {
            if let Answer::Erc7562(validation) = &mut part.answer {
                validation.end(outcome.result.result);
            }
            part.inspector.create_end(context, inputs, outcome);
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        for part in &mut self.parts {
            Inspector::<C>::selfdestruct(&mut part.inspector, contract, target, value);
        }
    }
}
