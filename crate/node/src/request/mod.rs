//! JSON-RPC request: its parameters, result, errors and limits.
//!
//! Knows the chain, whose blocks parameters name, and no node: [`crate::rpc`] holds the methods.

mod error;
mod exact;
mod json;
mod limits;
mod log_filter;
mod params;
mod value;

pub use error::{ErrorCode, RpcError};
pub use exact::parse_exact;
pub(crate) use exact::parse_exact_within;
pub use json::Json;
pub(crate) use json::{at_most, reply};
pub use limits::RequestLimits;
pub(crate) use log_filter::{LogFilter, Searched};
pub(crate) use params::{Params, at_tag, is_pending, positional, require_state};
pub(crate) use value::{number, slot};
