//! Positional parameters, and what they name.

use super::{Json, LogFilter, RequestLimits, RpcError, exact::parse_exact_within, json};
use crate::chain::Chain;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, U64, U256};
use parevm::build::ExecutedBlock;
use parevm::state::SourceError;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;
use std::{fmt::Display, sync::Arc};

/// Reads parameters by position of JSON text, as values that take at most `bytes`. Left out or `null`, there are
/// none.
///
/// # Errors
///
/// [`RpcError`]: the text is not JSON, no list, or takes more.
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

/// The parameters of a request, read one after the other, and what it may cost to answer it.
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

    /// Asks whether the request may go on. Every loop asks whose length a client decides.
    pub(super) fn ask(&self) -> Result<(), RpcError> {
        Ok(self.limits.call.ask()?)
    }

    /// The same for each of `items`, which end with the first error.
    pub(super) fn asked<'s, T>(
        &'s self,
        items: impl IntoIterator<Item = T> + 's,
    ) -> impl Iterator<Item = Result<T, RpcError>> + 's
    where
        T: 's,
    {
        let items = items.into_iter();
        items.map(|item| self.ask().map(|()| item))
    }

    /// What it may cost to answer the request.
    pub(super) const fn limits(&self) -> &RequestLimits<'a> {
        &self.limits
    }

    /// A result as JSON of as many bytes as an answer may have.
    pub(super) fn reply(&self, result: impl Serialize) -> Result<Json, RpcError> {
        json::reply_within(result, &self.limits)
    }

    /// The next parameter; `None` where it is missing or null.
    pub(super) fn optional<T: DeserializeOwned>(
        &mut self,
        name: &str,
    ) -> Result<Option<T>, RpcError> {
        match self.left.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(name, value).map(Some),
        }
    }

    /// The next parameter.
    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RpcError> {
        self.optional(name)?
            .ok_or_else(|| RpcError::invalid(name, "missing"))
    }

    pub(super) fn address(&mut self) -> Result<Address, RpcError> {
        self.prefixed("address")
    }

    pub(super) fn hash(&mut self) -> Result<B256, RpcError> {
        self.prefixed("hash")
    }

    pub(super) fn index(&mut self) -> Result<usize, RpcError> {
        let index: U64 = self.prefixed("index")?;
        // No block has so many.
        Ok(usize::try_from(index.to::<u64>()).unwrap_or(usize::MAX))
    }

    /// The next parameter as it is, which stays the next.
    pub(super) fn peek(&self) -> Option<&'a Value> {
        self.left.as_slice().first()
    }

    /// The next parameter as a number: hexadecimal, decimal, or a JSON number.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, RpcError> {
        let number: Option<Number> = self.optional(name)?;
        Ok(number.map(|number| number.0))
    }

    /// The same, of a parameter that must be there.
    pub(super) fn needed_number(&mut self, name: &str) -> Result<u64, RpcError> {
        self.number(name)?
            .ok_or_else(|| RpcError::invalid(name, "missing"))
    }

    /// A slot: at most 32 bytes, leading zeros or not.
    pub(super) fn slot(&mut self) -> Result<U256, RpcError> {
        let name = "storage key";
        let text: String = self.required(name)?;
        slot(&text).map_err(|reason| RpcError::invalid(name, reason))
    }

    /// The block that the next parameter names by number, tag or hash, the newest where there is none;
    /// `None` where the chain does not have it.
    pub(super) fn block<'c>(
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

    /// The log filter of a subscription or of a filter that is polled; without one all logs pass.
    pub(super) fn live_log_filter(&mut self) -> Result<Arc<LogFilter>, RpcError> {
        let given: Option<Value> = self.optional("filter")?;
        let filter = LogFilter::new(given.unwrap_or_else(|| Value::Object(Default::default())))?;
        filter.check_live()?;
        Ok(filter.into())
    }

    /// As [`Self::block`], where the chain must have it.
    pub(super) fn known<'c>(
        &mut self,
        chain: &'c Chain,
    ) -> Result<&'c Arc<ExecutedBlock>, RpcError> {
        self.block(chain)?.ok_or_else(RpcError::unknown_block)
    }

    /// As [`Self::known`], where the method needs the block's state.
    pub(super) fn state<'c>(
        &mut self,
        chain: &'c Chain,
    ) -> Result<&'c Arc<ExecutedBlock>, RpcError> {
        let block = self.known(chain)?;
        require_state(chain, block)?;
        Ok(block)
    }

    /// A parameter in hexadecimal, which must say so.
    fn prefixed<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, RpcError> {
        let text = self.left.as_slice().first().and_then(Value::as_str);
        if text.is_some_and(|text| !text.starts_with("0x")) {
            return Err(invalid(name, "hex string without 0x prefix"));
        }
        self.required(name)
    }
}

/// Reads `value`, the parameter `name`; an error names the field.
pub(super) fn read<T: DeserializeOwned>(name: &str, value: &Value) -> Result<T, RpcError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = match error.path().to_string() {
            // The parameter itself.
            path if path == "." => name.to_owned(),
            path => format!("{name}.{path}"),
        };
        invalid(&path, error.into_inner())
    })
}

/// True when a parameter names the pending block, as a tag or as the object of EIP-1898.
pub(crate) fn is_pending(param: &Value) -> bool {
    let tag = param.get("blockNumber").unwrap_or(param);
    tag == "pending"
}

/// The error of the value at `path`. Of a field that is an address it says what one is: names are not
/// resolved here.
fn invalid(path: &str, reason: impl Display) -> RpcError {
    let field = path.rsplit('.').next().unwrap_or(path);
    match ADDRESSES.contains(&field) {
        true => RpcError::invalid(
            path,
            format!("an address is 20 bytes in hex, with 0x ({reason})"),
        ),
        false => RpcError::invalid(path, reason),
    }
}

/// Fields that are addresses.
const ADDRESSES: [&str; 6] = [
    "address",
    "authority",
    "feeRecipient",
    "from",
    "to",
    "coinbase",
];

/// A number as the users of development nodes write it: hexadecimal, decimal, or a JSON number.
#[derive(Clone, Copy, Debug)]
struct Number(u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(u64),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Number(number) => return Ok(Self(number)),
            Written::Text(text) => text,
        };
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.map(Self).map_err(D::Error::custom)
    }
}

/// A field that is such a number, or null.
pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<Number>::deserialize(deserializer)?;
    Ok(number.map(|number| number.0))
}

/// Whether the state after `block` is known.
pub(super) fn require_state(chain: &Chain, block: &ExecutedBlock) -> Result<(), RpcError> {
    let number = block.number();
    match chain.has_state(block) {
        true => Ok(()),
        false => Err(RpcError::server(
            SourceError::StateUnknown { number }.to_string(),
        )),
    }
}

/// The block of a number or a tag. Nothing is pending, and every block is final.
pub(super) fn at_tag(chain: &Chain, tag: BlockNumberOrTag) -> Option<&Arc<ExecutedBlock>> {
    match tag {
        BlockNumberOrTag::Number(number) => chain.block_at(number),
        BlockNumberOrTag::Earliest => Some(chain.genesis()),
        BlockNumberOrTag::Latest
        | BlockNumberOrTag::Finalized
        | BlockNumberOrTag::Safe
        | BlockNumberOrTag::Pending => Some(chain.head()),
    }
}

/// A slot as JSON-RPC writes one.
pub(super) fn slot(text: &str) -> Result<U256, &'static str> {
    let digits = text
        .strip_prefix("0x")
        .ok_or("hex string without 0x prefix")?;
    if digits.len() > 64 {
        return Err("longer than 32 bytes");
    }
    U256::from_str_radix(digits, 16).map_err(|_| "invalid hex")
}
