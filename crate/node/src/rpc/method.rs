//! Method of JSON-RPC: its name, its origin and its handler.

use crate::{
    chain::Chain,
    node::{Node, RequestContext},
    pool::TransactionPool,
    request::{Json, Params, RequestLimits, RpcError},
};
use std::fmt;

/// Method of JSON-RPC.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Method {
    /// Name in a request.
    pub name: &'static str,
    /// Origin of its semantics.
    pub source: MethodSource,
    /// Name of its file in this folder, without extension.
    pub file: &'static str,
    /// `None` where the build leaves the method out.
    pub(super) handler: Option<Handler>,
}

impl Method {
    /// Returns true if the method leaves the node unchanged: [`Node::read`] answers it.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.handler.is_some_and(Handler::is_read)
    }
}

/// Origin of a method's semantics, where clients and tools differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MethodSource {
    /// go-ethereum.
    Geth,
    /// Foundry's anvil.
    Anvil,
    /// Hardhat's network (EDR).
    Hardhat,
    /// Reth.
    Reth,
    /// The specification of the execution layer's JSON-RPC.
    ExecutionApis,
    /// This crate.
    Parevm,
}

impl fmt::Display for MethodSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Geth => "geth",
            Self::Anvil => "anvil",
            Self::Hardhat => "hardhat",
            Self::Reth => "reth",
            Self::ExecutionApis => "execution-apis",
            Self::Parevm => "parevm",
        })
    }
}

/// Result of sending a transaction: its receipt, or the reason why there is none yet.
pub(crate) type SendResult = Result<Json, RpcError>;

/// Handler of a method, by what it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handler {
    /// Reads the chain.
    ReadChain(fn(&Chain, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Runs a call on the chain, which remains unchanged.
    CallChain(fn(&Chain, &mut Params<'_>, &RequestLimits<'_>) -> Result<Json, RpcError>),
    /// Reads the chain and the pool.
    ReadPool(fn(&Chain, &TransactionPool, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Reads a node.
    ReadNode(fn(&Node, &mut Params<'_>) -> Result<Json, RpcError>),
    /// Runs a call on a node, which remains unchanged.
    CallNode(fn(&Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Changes a node without taking lasting memory: allowed when the memory is full.
    Release(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Changes a node.
    Write(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<Json, RpcError>),
    /// Sends a transaction, which remains sent if only the inner result is an error.
    Send(fn(&mut Node, &mut Params<'_>, &RequestContext<'_>) -> Result<SendResult, RpcError>),
}

impl Handler {
    /// Returns true if the node remains unchanged.
    pub(crate) const fn is_read(self) -> bool {
        match self {
            Self::ReadChain(_)
            | Self::CallChain(_)
            | Self::ReadPool(_)
            | Self::ReadNode(_)
            | Self::CallNode(_) => true,
            Self::Release(_) | Self::Write(_) | Self::Send(_) => false,
        }
    }
}
