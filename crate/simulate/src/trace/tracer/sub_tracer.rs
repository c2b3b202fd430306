//! Sub-tracer: one built-in tracer, with its inspector and its recorder.

use super::{
    call::{CallTracerConfig, number_logs, omit_frames},
    config::{self, NoConfig, config_error},
    erc7562::{Erc7562Recorder, Erc7562TracerConfig},
    flat_call::{FlatCallList, FlatCallTracerConfig},
    prestate::{PrestateRecorder, PrestateTracerConfig},
    struct_logger::StructLogger,
};
use crate::trace::{
    Trace, TraceError, TraceOptions, TracePosition, budget::ByteBudget, frame::FrameOutcomes,
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

/// Built-in tracer: an inspector of `revm-inspectors`, and what corrects or replaces its result.
#[derive(Debug)]
pub(super) struct SubTracer {
    pub(super) name: GethDebugTracerType,
    pub(super) inspector: DebugInspector,
    pub(super) recorder: Recorder,
}

/// Recorder of a sub-tracer, by the result that it builds.
#[derive(Debug)]
pub(super) enum Recorder {
    /// Result of the inspector, unchanged.
    Inspector,
    /// Call frames of the inspector, corrected.
    Call(CallTracerConfig),
    FlatCall(FlatCallTracerConfig),
    Prestate(PrestateRecorder),
    Erc7562(Erc7562Recorder),
    StructLog(StructLogger),
}

/// Returns an inspector that records all calls, with their logs if `with_log`.
pub(super) fn call_inspector(with_log: bool) -> Result<DebugInspector, TraceError> {
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
        source => config_error(&name, source),
    })
}

/// Reason why a mux tracer cannot be a sub-tracer.
const NESTED_MUX: &str = "it is within another one";

impl SubTracer {
    /// Returns the built-in tracer of this name.
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
        let (inspector, recorder) = match built_in {
            BuiltIn::CallTracer => {
                let config: CallTracerConfig = config::read(&name, config)?;
                (call_inspector(config.with_log())?, Recorder::Call(config))
            }
            BuiltIn::FlatCallTracer => {
                let config: FlatCallTracerConfig = config::read(&name, config)?;
                (call_inspector(false)?, Recorder::FlatCall(config))
            }
            BuiltIn::PreStateTracer => {
                let config: PrestateTracerConfig = config::read(&name, config)?;
                if config.is_diff() && config.has_empty() {
                    return Err(config_error(&name, "cannot use diffMode with includeEmpty"));
                }
                (silent, Recorder::Prestate(PrestateRecorder::new(config)))
            }
            BuiltIn::Erc7562Tracer => {
                let config: Erc7562TracerConfig = config::read(&name, config)?;
                let recorder = Erc7562Recorder::new(&config);
                (
                    call_inspector(config.with_log())?,
                    Recorder::Erc7562(recorder),
                )
            }
            BuiltIn::FourByteTracer | BuiltIn::NoopTracer | BuiltIn::StateGasTracer => {
                let NoConfig {} = config::read(&name, config)?;
                let options = TraceOptions::new_tracer(built_in);
                (inspector(options)?, Recorder::Inspector)
            }
            BuiltIn::MuxTracer => return Err(config_error(&name, NESTED_MUX)),
        };
        Ok(Self {
            name,
            inspector,
            recorder,
        })
    }

    /// Returns the struct logger, whose config is part of `options`.
    pub(super) fn struct_logger(options: &TraceOptions) -> Result<Self, TraceError> {
        let name = GethDebugTracerType::JsTracer("struct logger".to_owned());
        let NoConfig {} = config::read(&name, &options.tracer_config)?;
        Ok(Self {
            name,
            inspector: DebugInspector::Noop(NoOpInspector),
            recorder: Recorder::StructLog(StructLogger::new(options.config)),
        })
    }

    /// Returns the trace of `transaction`, which `ran` on the state of `database`. Resets the tracer for the next
    /// transaction.
    #[allow(clippy::too_many_arguments, reason = "all belong to one transaction")]
    pub(super) fn finish<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        position: TracePosition,
        transaction: &TxEnv,
        block: &BlockEnv,
        precompiles: &BlockPrecompiles,
        ran: &ResultAndState,
        database: &mut DB,
        outcomes: &FrameOutcomes,
    ) -> Result<Trace, ExecuteError> {
        let unavailable = |source| ExecuteError::StateUnavailable {
            index: position.index,
            source,
        };
        match &mut self.recorder {
            Recorder::Prestate(recorder) => {
                let frame = recorder.take(&ran.state, database).map_err(unavailable)?;
                // alloy's type has no code hashes.
                return serde_json::to_value(frame)
                    .map(Trace::JS)
                    .map_err(|_| ExecuteError::Bug {
                        invariant: "accounts can be written as JSON",
                    });
            }
            Recorder::StructLog(logger) => return Ok(Trace::Default(logger.take(&ran.result))),
            _ => {}
        }
        let context = TransactionContext {
            block_hash: position.block_hash,
            tx_index: position.index,
            tx_hash: position.transaction_hash,
        };
        let trace = self
            .inspector
            .get_result(Some(context), transaction, block, ran, database)
            .map_err(|error| match error {
                DebugInspectorError::Database(source) => unavailable(source),
                _ => ExecuteError::Bug {
                    invariant: "a tracer that started can finish",
                },
            })?;
        self.inspector.fuse().map_err(|_| ExecuteError::Bug {
            invariant: "a tracer that started can be reset",
        })?;
        let Trace::CallTracer(mut root) = trace else {
            return Ok(trace);
        };
        outcomes.apply_to(&mut root);
        Ok(match &mut self.recorder {
            Recorder::FlatCall(config) => {
                let list = FlatCallList {
                    config: *config,
                    precompiles: precompiles.addresses(),
                    position,
                };
                Trace::FlatCallTracer(list.list(root))
            }
            Recorder::Erc7562(recorder) => {
                number_logs(&mut root, position.first_log);
                let code_size = |address| code_size(address, &ran.state, database);
                let frame = recorder.take(root, code_size).map_err(unavailable)?;
                Trace::Erc7562Tracer(frame)
            }
            Recorder::Call(config) => {
                number_logs(&mut root, position.first_log);
                omit_frames(&mut root, config);
                Trace::CallTracer(root)
            }
            _ => Trace::CallTracer(root),
        })
    }
}

impl Recorder {
    /// Returns the budget of what is recorded beside calls and logs, if anything is.
    pub(super) const fn budget(&mut self) -> Option<&mut ByteBudget> {
        match self {
            Self::Erc7562(recorder) => Some(recorder.budget()),
            Self::Prestate(recorder) => Some(recorder.budget()),
            Self::StructLog(logger) => Some(logger.budget()),
            Self::Inspector | Self::Call(_) | Self::FlatCall(_) => None,
        }
    }

    /// Records the start of a frame.
    pub(super) fn start_frame(&mut self) {
        match self {
            Self::Erc7562(recorder) => recorder.start_frame(),
            Self::StructLog(logger) => logger.start_frame(),
            _ => {}
        }
    }

    /// Records the end of a frame.
    pub(super) fn end_frame(&mut self) {
        match self {
            Self::Erc7562(recorder) => recorder.end_frame(),
            Self::StructLog(logger) => logger.end_frame(),
            _ => {}
        }
    }
}

/// Returns the bytes of code at `address` after a transaction with the changes `state` to `database`.
fn code_size<DB: DatabaseRef<Error = SourceError>>(
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
