//! Error of a request.

use parevm::{execute::ExecuteError, interrupt::Interrupt};
use parevm_simulate::{
    CallError, SimulateError, TraceCallError, brief, report::ReportError, trace::TraceError,
};
use serde_json::{Value, json};
use std::error::Error;

/// Code of an error, by JSON-RPC 2.0 and EIP-1474.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// -32601: the method does not exist.
    MethodNotFound,
    /// -32602: a parameter is invalid.
    InvalidParams,
    /// -32603: internal error.
    Internal,
    /// -32001: the block is unknown.
    ResourceNotFound,
    /// -32000: the requested item is missing, or cannot be traced.
    Server,
    /// -32005: a limit is exceeded.
    LimitExceeded,
    /// -32003: the response is too large (geth).
    AnswerTooLarge,
    /// 4: the transaction was sent, but not mined in time (EIP-7966).
    Timeout,
    /// 5: the transaction was sent, but is not executable (EIP-7966).
    NotReady,
    /// Code of a failed call: [`CallError::code`] or [`SimulateError::code`].
    Call(i32),
}

impl ErrorCode {
    /// Returns the number on the wire.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::MethodNotFound => -32_601,
            Self::InvalidParams => -32_602,
            Self::Internal => -32_603,
            Self::ResourceNotFound => -32_001,
            Self::Server => -32_000,
            Self::LimitExceeded => -32_005,
            Self::AnswerTooLarge => -32_003,
            Self::Timeout => 4,
            Self::NotReady => 5,
            Self::Call(code) => code,
        }
    }
}

/// Error of a request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct RpcError {
    /// Code.
    pub code: ErrorCode,
    /// Text with the name of the parameter, at most 200 characters and an ellipsis: see [`brief`].
    pub message: String,
    /// Data, where the specification has some.
    pub data: Option<Value>,
}

impl RpcError {
    pub(crate) fn unknown_method(name: &str) -> Self {
        Self::new(
            ErrorCode::MethodNotFound,
            format!("the method {name} does not exist"),
        )
    }

    /// Returns the error of a method that this build leaves out.
    pub(crate) fn left_out(name: &str) -> Self {
        Self::new(
            ErrorCode::MethodNotFound,
            format!("the method {name} is in the entry `parevm`, not in `parevm/simulate`"),
        )
    }

    pub(crate) fn invalid(parameter: &str, reason: impl std::fmt::Display) -> Self {
        Self::new(ErrorCode::InvalidParams, format!("{parameter}: {reason}"))
    }

    pub(crate) fn unknown_block() -> Self {
        Self::new(ErrorCode::ResourceNotFound, "block not found".into())
    }

    pub(crate) fn server(message: String) -> Self {
        Self::new(ErrorCode::Server, message)
    }

    /// Returns the error -32000 of `error` and its causes.
    pub(crate) fn server_of(error: &dyn Error) -> Self {
        Self::server(in_words(error))
    }

    pub(crate) fn limit(message: String) -> Self {
        Self::new(ErrorCode::LimitExceeded, message)
    }

    /// Returns the length of message and data in bytes.
    pub(super) fn length(&self) -> usize {
        let data = self.data.as_ref().and_then(Value::as_str);
        self.message.len() + data.map_or(0, str::len)
    }

    pub(crate) fn too_large(limit: usize) -> Self {
        let message = format!("the answer takes more than {limit} bytes");
        Self::new(ErrorCode::AnswerTooLarge, message)
    }

    pub(crate) fn internal(error: &dyn Error) -> Self {
        Self::new(ErrorCode::Internal, error.to_string())
    }

    /// Creates an error with `message`, which is shortened, and without data.
    #[must_use]
    pub fn new(code: ErrorCode, message: String) -> Self {
        Self {
            code,
            message: brief(message),
            data: None,
        }
    }

    /// Returns the error with `data`.
    #[must_use]
    pub fn with_data(self, data: Value) -> Self {
        Self {
            data: Some(data),
            ..self
        }
    }
}

impl From<Interrupt> for RpcError {
    fn from(interrupt: Interrupt) -> Self {
        CallError::Interrupted(interrupt).into()
    }
}

impl From<CallError> for RpcError {
    fn from(error: CallError) -> Self {
        let code = ErrorCode::Call(error.code());
        Self {
            data: error.data().map(|data| json!(data)),
            ..Self::new(code, in_words(&error))
        }
    }
}

impl From<ExecuteError> for RpcError {
    fn from(error: ExecuteError) -> Self {
        match error {
            ExecuteError::Interrupted(interrupt) => interrupt.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<SimulateError> for RpcError {
    fn from(error: SimulateError) -> Self {
        Self::new(ErrorCode::Call(error.code()), in_words(&error))
    }
}

impl From<TraceError> for RpcError {
    fn from(error: TraceError) -> Self {
        let code = match &error {
            TraceError::UnknownTracer { .. } | TraceError::Config { .. } => {
                ErrorCode::InvalidParams
            }
            TraceError::Interrupted(interrupt) => ErrorCode::Call(interrupt.code()),
            TraceError::TooLarge { .. } => ErrorCode::LimitExceeded,
            _ => ErrorCode::Server,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<TraceCallError> for RpcError {
    fn from(error: TraceCallError) -> Self {
        match error {
            TraceCallError::Call(error) => error.into(),
            TraceCallError::Trace(error) => error.into(),
            error => Self::internal(&error),
        }
    }
}

impl From<ReportError> for RpcError {
    fn from(error: ReportError) -> Self {
        Self::new(ErrorCode::Call(error.code()), in_words(&error))
    }
}

/// Returns the text of an error and its causes.
fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
