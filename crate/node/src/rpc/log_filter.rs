//! Log filter of `eth_getLogs`, `eth_newFilter` and `eth_subscribe`, with the rules and words of
//! go-ethereum (`eth/filters/api.go`, `filter.go`, `filter_system.go`).

use super::{ErrorCode, RpcError, params::read};
use crate::chain::Chain;
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::{Address, B256, Bloom, Log};
use alloy_rpc_types_eth::{Filter, Topic, ValueOrArray};
use serde::Deserialize;
use serde_json::Value;
use std::ops::RangeInclusive;

/// Most topic positions of a filter: a log has no more topics.
const MOST_TOPICS: usize = 4;
/// Most addresses, and most topics of one position (`maxSubTopics`, `LogQueryLimit`).
const MOST_ALTERNATIVES: usize = 1_000;

/// Log filter of a request.
#[derive(Clone, Debug)]
pub(crate) struct LogFilter {
    /// JSON of the request, of which the same filter is made again.
    request: String,
    blocks: Blocks,
    /// Addresses and topics.
    filter: Filter,
    /// Number of topic positions. A log with fewer topics does not match, whatever the positions hold.
    positions: usize,
}

/// Blocks that a filter names.
#[derive(Clone, Copy, Debug)]
enum Blocks {
    Hash(B256),
    Range {
        from: BlockNumberOrTag,
        to: BlockNumberOrTag,
    },
}

/// Blocks whose logs are asked for.
#[derive(Clone, Debug)]
pub(super) enum Searched {
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
    /// [`RpcError`] that names the field, or says what go-ethereum says.
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
        if topics.len() > MOST_TOPICS || most.is_some_and(|most| most > MOST_ALTERNATIVES) {
            return Err(refused("exceed max topics"));
        }
        if matches!(&address, Some(ValueOrArray::Array(all)) if all.len() > MOST_ALTERNATIVES) {
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

    /// JSON of the request, of which [`Self::new`] makes the same filter.
    pub(crate) fn request(&self) -> &str {
        &self.request
    }

    /// Bytes that it takes: its addresses and topics in JSON, and about as many in hash sets.
    pub(crate) const fn size(&self) -> usize {
        self.request.len().saturating_mul(2)
    }

    /// False when no log of a block with this bloom can match.
    pub(super) fn may_match(&self, bloom: Bloom) -> bool {
        self.filter.matches_bloom(bloom)
    }

    /// True when address and topics of `log` match.
    pub(super) fn matches(&self, log: &Log) -> bool {
        log.topics().len() >= self.positions && self.filter.matches(log)
    }

    /// True when a new block at height `number` is one that the filter names.
    pub(crate) const fn covers(&self, number: u64) -> bool {
        let Blocks::Range { from, to } = self.blocks else {
            // The block is there already.
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

    /// Whether a filter or a subscription can wait for logs of the blocks it names.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the blocks are pending, or the range ends before new blocks come.
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

    /// The blocks of `chain` to search.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: the blocks are pending, in the future, or none.
    pub(super) fn searched(&self, chain: &Chain) -> Result<Searched, RpcError> {
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
