//! Log filter of `eth_getLogs`, `eth_newFilter` and `eth_subscribe`, with the rules and words of
//! go-ethereum (`eth/filters/api.go`, `filter.go`, `filter_system.go`).

use super::{ErrorCode, RpcError, value::read};
use crate::chain::Chain;
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{Address, B256, Bloom, Log};
use alloy_rpc_types_eth::{Filter, Topic, ValueOrArray};
use serde::Deserialize;
use serde_json::Value;
use std::ops::RangeInclusive;

/// Maximum number of topic positions of a filter.
const MAX_TOPICS: usize = 4;
/// Maximum number of addresses, and of topics of one position (`maxSubTopics`, `LogQueryLimit`).
const MAX_ALTERNATIVES: usize = 1_000;

/// Log filter of a request.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter {
    /// JSON of the request, from which a saved filter is restored.
    request: String,
    blocks: Blocks,
    /// Addresses and topics.
    filter: Filter,
    /// Number of topic positions. A log with fewer topics does not match, whatever the positions hold.
    positions: usize,
}

/// Blocks of a filter.
#[derive(Clone, Copy, Debug)]
enum Blocks {
    Hash(B256),
    Range {
        from: BlockNumberOrTag,
        to: BlockNumberOrTag,
    },
}

/// Blocks to search for logs.
#[derive(Clone, Debug)]
pub(crate) enum Searched {
    Hash(B256),
    Heights(RangeInclusive<u64>),
}

type Position = Option<ValueOrArray<Option<B256>>>;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Request {
    block_hash: Option<B256>,
    from_block: Option<BlockNumberOrTag>,
    to_block: Option<BlockNumberOrTag>,
    address: Option<ValueOrArray<Address>>,
    topics: Option<Vec<Position>>,
}

impl LogFilter {
    /// Reads the filter of a request.
    ///
    /// # Errors
    ///
    /// [`RpcError`] that names the field, or has the text of go-ethereum.
    pub(crate) fn new(request: Value) -> Result<Self, RpcError> {
        let Request {
            block_hash,
            from_block,
            to_block,
            address,
            topics,
        } = read("filter", &request)?;
        let blocks = match (block_hash, from_block, to_block) {
            (Some(hash), None, None) => Blocks::Hash(hash),
            (Some(_), ..) => {
                return Err(refused(
                    "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other",
                ));
            }
            (None, from, to) => Blocks::Range {
                from: from.unwrap_or_default(),
                to: to.unwrap_or_default(),
            },
        };
        let topics = topics.unwrap_or_default();
        let alternatives = |position: &Position| match position {
            Some(ValueOrArray::Array(topics)) => topics.len(),
            _ => 1,
        };
        let most = topics.iter().map(alternatives).max();
        if topics.len() > MAX_TOPICS || most.is_some_and(|most| most > MAX_ALTERNATIVES) {
            return Err(refused("exceed max topics"));
        }
        if matches!(&address, Some(ValueOrArray::Array(all)) if all.len() > MAX_ALTERNATIVES) {
            let words = "exceed max addresses or topics per search position";
            return Err(RpcError::server(words.to_owned()));
        }
        let positions = topics.len();
        let mut filter = Filter {
            address: address.map(Into::into).unwrap_or_default(),
            ..Filter::default()
        };
        for (topic, position) in filter.topics.iter_mut().zip(topics) {
            *topic = position.map_or_else(Topic::default, Into::into);
        }
        Ok(Self {
            request: request.to_string(),
            blocks,
            filter,
            positions,
        })
    }

    /// Returns the JSON of the request, from which [`Self::new`] creates the same filter.
    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    /// Returns the size in bytes: addresses and topics in JSON, and about as much in hash sets.
    pub(crate) const fn size(&self) -> usize {
        self.request.len().saturating_mul(2)
    }

    /// Returns false if no log of a block with this bloom can match.
    pub(crate) fn may_match(&self, bloom: Bloom) -> bool {
        self.filter.matches_bloom(bloom)
    }

    /// Returns true if address and topics of `log` match.
    pub(crate) fn matches(&self, log: &Log) -> bool {
        log.topics().len() >= self.positions && self.filter.matches(log)
    }

    /// Returns true if the filter includes a new block at height `number`.
    pub(crate) const fn covers(&self, number: u64) -> bool {
        let Blocks::Range { from, to } = self.blocks else {
            // A block with a known hash exists already.
            return false;
        };
        let above = match from {
            BlockNumberOrTag::Number(from) => from <= number,
            _ => true,
        };
        let below = match to {
            BlockNumberOrTag::Number(to) => number <= to,
            _ => true,
        };
        above && below
    }

    /// Checks whether the filter can be polled or subscribed to.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the blocks are pending, or the range ends before the next block.
    pub(crate) fn check_live(&self) -> Result<(), RpcError> {
        use BlockNumberOrTag::{Earliest, Latest, Number, Pending};
        let Blocks::Range { from, to } = self.blocks else {
            return Ok(());
        };
        match (from, to) {
            (Pending, _) | (_, Pending) => Err(pending()),
            (Latest | Earliest | Number(_), Latest) | (Earliest, Number(_)) => Ok(()),
            (Number(from), Number(to)) if from <= to => Ok(()),
            _ => Err(reversed()),
        }
    }

    /// Returns the blocks of `chain` to search.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the range is pending, above the head, or empty.
    pub(crate) fn searched(&self, chain: &Chain) -> Result<Searched, RpcError> {
        let (from, to) = match self.blocks {
            Blocks::Hash(hash) => return Ok(Searched::Hash(hash)),
            Blocks::Range { from, to } => (from, to),
        };
        if from.is_pending() || to.is_pending() {
            return Err(pending());
        }
        let head = chain.head().number();
        // The newest block is above every number until both ends are known.
        let height = |tag| match tag {
            BlockNumberOrTag::Number(number) => Some(number),
            BlockNumberOrTag::Earliest => Some(chain.genesis().number()),
            BlockNumberOrTag::Safe | BlockNumberOrTag::Finalized => Some(head),
            BlockNumberOrTag::Latest | BlockNumberOrTag::Pending => None,
        };
        let (from, to) = match (height(from), height(to)) {
            (None, Some(_)) => return Err(reversed()),
            (from, to) => (from.unwrap_or(head), to.unwrap_or(head)),
        };
        if from > to {
            return Err(reversed());
        }
        if to > head {
            return Err(refused("block range extends beyond current head block"));
        }
        Ok(Searched::Heights(from..=to))
    }
}

fn pending() -> RpcError {
    refused("pending logs are not supported")
}

fn reversed() -> RpcError {
    refused("invalid block range params")
}

fn refused(words: &str) -> RpcError {
    RpcError::new(ErrorCode::InvalidParams, words.to_owned())
}
