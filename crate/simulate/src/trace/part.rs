//! One tracer: an inspector, and its answer.

use super::{
    Trace, TraceError, TraceOptions,
    budget::Budget,
    calls::{narrow, number_logs},
    endings::Endings,
    erc7562::Validation,
    flat::Flattening,
    options::{
        self, CallOptions, Erc7562Options, FlatCallOptions, NoOptions, PrestateOptions, wrong,
    },
    prestate::Lookups,
    steps::StepLogger,
    tracer::Place,
};
use alloy_primitives::{Address, KECCAK256_EMPTY};
use alloy_rpc_types_trace::geth::{
    CallConfig, GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerConfig, GethDebugTracerType,
};
use parevm::{
    execute::ExecuteError,
    state::SourceError,
    vm::{BlockPrecompiles, TxEnv},
};
use revm::{
    DatabaseRef,
    context::{BlockEnv, result::ResultAndState},
    inspector::NoOpInspector,
    state::EvmState,
};
use revm_inspectors::tracing::{DebugInspector, DebugInspectorError, TransactionContext};

/// One tracer.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) name: GethDebugTracerType,
    pub(super) inspector: DebugInspector,
    pub(super) answer: Answer,
}

/// How a tracer answers.
#[derive(Debug)]
pub(super) enum Answer {
    /// As the inspector does.
    Same,
    /// With call frames, of which there is more to say.
    Calls(CallOptions),
    Flat(FlatCallOptions),
    Prestate(Lookups),
    Erc7562(Validation),
    Steps(StepLogger),
}

/// An inspector that records all calls, and their logs where these are asked for.
pub(super) fn calls(with_log: bool) -> Result<DebugInspector, TraceError> {
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
    /// The tracer of this name, with its settings.
    pub(super) fn new(
        name: GethDebugTracerType,
        config: &GethDebugTracerConfig,
    ) -> Result<Self, TraceError> {
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
    pub(super) fn steps(options: &TraceOptions) -> Result<Self, TraceError> {
        let name = GethDebugTracerType::JsTracer("struct logger".to_owned());
        let NoOptions {} = options::read(&name, &options.tracer_config)?;
        Ok(Self {
            name,
            inspector: DebugInspector::Noop(NoOpInspector),
            answer: Answer::Steps(StepLogger::new(options.config)),
        })
    }

    /// What it found of `transaction`, which `ran` on the state in `database`.
    #[allow(clippy::too_many_arguments, reason = "as many as there are facts")]
    pub(super) fn finish<DB: DatabaseRef<Error = SourceError>>(
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

impl Answer {
    /// What may still be recorded beside calls and logs; `None` where nothing is.
    pub(super) const fn budget(&mut self) -> Option<&mut Budget> {
        match self {
            Self::Erc7562(validation) => Some(validation.budget()),
            Self::Prestate(lookups) => Some(lookups.budget()),
            Self::Steps(logger) => Some(logger.budget()),
            Self::Same | Self::Calls(_) | Self::Flat(_) => None,
        }
    }

    /// A call or creation begins.
    pub(super) fn begin(&mut self) {
        match self {
            Self::Erc7562(validation) => validation.begin(),
            Self::Steps(logger) => logger.begin(),
            _ => {}
        }
    }

    /// It ends.
    pub(super) fn end(&mut self) {
        match self {
            Self::Erc7562(validation) => validation.end(),
            Self::Steps(logger) => logger.end(),
            _ => {}
        }
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
