//! Positional parameters of a request, and the blocks that they name.

use super::{
    Json, LogFilter, RequestLimits, RpcError,
    exact::parse_exact_within,
    json,
    value::{Number, invalid, read, slot},
};
use crate::chain::Chain;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, U64, U256};
use parevm::build::ExecutedBlock;
use parevm::state::SourceError;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::sync::Arc;

/// Parses positional parameters from JSON text, as values of at most `bytes`. `null` means no parameters.
///
/// # Errors
///
/// [`RpcError`]: the text is not JSON, not a list, or too large.
pub(crate) fn positional(text: &str, bytes: usize) -> Result<Vec<Value>, RpcError> {
    const NAME: &str = "params";
    match parse_exact_within(text, bytes) {
        Ok(Some(Value::Array(params))) => Ok(params),
        Ok(Some(Value::Null)) => Ok(Vec::new()),
        Ok(Some(_)) => Err(RpcError::invalid(NAME, "must be a list")),
        Ok(None) => Err(RpcError::limit(format!(
            "{NAME}: read, they take more than {bytes} bytes"
        ))),
        Err(error) => Err(RpcError::invalid(NAME, error)),
    }
}

/// Parameters of a request, read in order, and its limits.
#[derive(Debug)]
pub(crate) struct Params<'a> {
    left: std::slice::Iter<'a, Value>,
    limits: RequestLimits<'a>,
}

impl<'a> Params<'a> {
    pub(crate) fn new(params: &'a [Value], limits: RequestLimits<'a>) -> Self {
        Self {
            left: params.iter(),
            limits,
        }
    }

    /// Checks whether the request is interrupted. Every loop whose length a client controls calls it.
    pub(crate) fn ask(&self) -> Result<(), RpcError> {
        Ok(self.limits.call.ask()?)
    }

    /// Calls [`Self::ask`] before each of `items`.
    pub(crate) fn asked<'s, T>(
        &'s self,
        items: impl IntoIterator<Item = T> + 's,
    ) -> impl Iterator<Item = Result<T, RpcError>> + 's
    where
        T: 's,
    {
        let items = items.into_iter();
        items.map(|item| self.ask().map(|()| item))
    }

    /// Returns the limits of the request.
    pub(crate) const fn limits(&self) -> &RequestLimits<'a> {
        &self.limits
    }

    /// Returns a result as JSON within the limits.
    pub(crate) fn reply(&self, result: impl Serialize) -> Result<Json, RpcError> {
        json::reply_within(result, &self.limits)
    }

    /// Reads the next parameter; `None` where it is missing or null.
    pub(crate) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, RpcError> {
        match self.left.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(name, value).map(Some),
        }
    }

    /// Reads the next parameter.
    pub(crate) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RpcError> {
        self.optional(name)?
            .ok_or_else(|| RpcError::invalid(name, "missing"))
    }

    pub(crate) fn address(&mut self) -> Result<Address, RpcError> {
        self.prefixed("address")
    }

    pub(crate) fn hash(&mut self) -> Result<B256, RpcError> {
        self.prefixed("hash")
    }

    pub(crate) fn index(&mut self) -> Result<usize, RpcError> {
        let index: U64 = self.prefixed("index")?;
        // No block has more.
        Ok(usize::try_from(index.to::<u64>()).unwrap_or(usize::MAX))
    }

    /// Returns the next parameter without consuming it.
    pub(crate) fn peek(&self) -> Option<&'a Value> {
        self.left.as_slice().first()
    }

    /// Reads the next parameter as a number: hexadecimal, decimal, or a JSON number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, RpcError> {
        let number: Option<Number> = self.optional(name)?;
        Ok(number.map(|number| number.0))
    }

    /// Reads the next parameter as [`Self::number`], which is required.
    pub(crate) fn needed_number(&mut self, name: &str) -> Result<u64, RpcError> {
        self.number(name)?
            .ok_or_else(|| RpcError::invalid(name, "missing"))
    }

    /// Reads a slot: at most 32 bytes, with or without leading zeros.
    pub(crate) fn slot(&mut self) -> Result<U256, RpcError> {
        let name = "storage key";
        let text: String = self.required(name)?;
        slot(&text).map_err(|reason| RpcError::invalid(name, reason))
    }

    /// Reads the block that the next parameter names by number, tag or hash, by default the newest; `None` where the chain
    /// does not have it.
    pub(crate) fn block<'c>(
        &mut self,
        chain: &'c Chain,
    ) -> Result<Option<&'c Arc<ExecutedBlock>>, RpcError> {
        let name = "block";
        let text = self.left.as_slice().first().and_then(Value::as_str);
        if text.is_some_and(|text| text.starts_with(|first: char| first.is_ascii_digit()))
            && !text.is_some_and(|text| text.starts_with("0x"))
        {
            return Err(RpcError::invalid(name, "hex string without 0x prefix"));
        }
        Ok(match self.optional(name)?.unwrap_or_default() {
            BlockId::Number(tag) => at_tag(chain, tag),
            BlockId::Hash(hash) => {
                let found = chain.block(hash.block_hash);
                let must_be_canonical = hash.require_canonical == Some(true);
                found.filter(|block| !must_be_canonical || chain.is_canonical(block))
            }
        })
    }

    /// Reads the log filter of a subscription or of a polled filter; by default all logs match.
    pub(crate) fn live_log_filter(&mut self) -> Result<Arc<LogFilter>, RpcError> {
        let given: Option<Value> = self.optional("filter")?;
        let filter = LogFilter::new(given.unwrap_or_else(|| Value::Object(Default::default())))?;
        filter.check_live()?;
        Ok(filter.into())
    }

    /// Reads a block as [`Self::block`], which the chain must have.
    pub(crate) fn known<'c>(
        &mut self,
        chain: &'c Chain,
    ) -> Result<&'c Arc<ExecutedBlock>, RpcError> {
        self.block(chain)?.ok_or_else(RpcError::unknown_block)
    }

    /// Reads a block as [`Self::known`], whose state must be known.
    pub(crate) fn state<'c>(
        &mut self,
        chain: &'c Chain,
    ) -> Result<&'c Arc<ExecutedBlock>, RpcError> {
        let block = self.known(chain)?;
        require_state(chain, block)?;
        Ok(block)
    }

    /// Reads a parameter in hexadecimal, with prefix.
    fn prefixed<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RpcError> {
        let text = self.left.as_slice().first().and_then(Value::as_str);
        if text.is_some_and(|text| !text.starts_with("0x")) {
            return Err(invalid(name, "hex string without 0x prefix"));
        }
        self.required(name)
    }
}

/// Returns true if a parameter names the pending block, as a tag or as the object of EIP-1898.
pub(crate) fn is_pending(param: &Value) -> bool {
    let tag = param.get("blockNumber").unwrap_or(param);
    tag == "pending"
}

/// Checks that the state after `block` is known.
///
/// # Errors
///
/// [`RpcError`]: it is not.
pub(crate) fn require_state(chain: &Chain, block: &ExecutedBlock) -> Result<(), RpcError> {
    let number = block.number();
    match chain.has_state(block) {
        true => Ok(()),
        false => Err(RpcError::server(
            SourceError::StateUnknown { number }.to_string(),
        )),
    }
}

/// Returns the block of a number or a tag. The head is pending, safe and finalized.
pub(crate) fn at_tag(chain: &Chain, tag: BlockNumberOrTag) -> Option<&Arc<ExecutedBlock>> {
    match tag {
        BlockNumberOrTag::Number(number) => chain.block_at(number),
        BlockNumberOrTag::Earliest => Some(chain.genesis()),
        BlockNumberOrTag::Latest
        | BlockNumberOrTag::Finalized
        | BlockNumberOrTag::Safe
        | BlockNumberOrTag::Pending => Some(chain.head()),
    }
}
