//! Mining: when a node makes blocks, and series of blocks.

use super::{Mining, Node, RequestContext};
use crate::{
    chain::{MAX_RESERVED, ReservedBlocks},
    pool::PoolTransaction,
    request::RpcError,
};
use parevm::build::{ExecutedBlock, next_base_fee, next_excess_blob_gas};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Maximum number of consecutive empty blocks that are executed; further ones are reserved.
const MAX_EXECUTED: u64 = 1_000;

/// Mining modes of a node: two independent settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MiningModes {
    /// Mines a block with each transaction.
    pub automine: bool,
    /// Seconds between blocks. The node has no timer: its host requests `evm_mine`.
    pub interval: Option<u64>,
}

impl From<Mining> for MiningModes {
    fn from(mining: Mining) -> Self {
        let (automine, interval) = match mining {
            Mining::Auto => (true, None),
            Mining::Manual => (false, None),
            Mining::Interval(seconds) => (false, Some(seconds)),
        };
        Self { automine, interval }
    }
}

/// Timestamps of consecutive blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each block has the time of the clock.
    Clock,
    /// The clock advances by these seconds before each block, the first included: `anvil_mine`.
    Advance(u64),
    /// Each block has these seconds more than its parent, except the first, which has the time of the clock:
    /// `hardhat_mine`.
    Apart(u64),
}

impl Node {
    /// Returns the mining modes.
    #[must_use]
    pub const fn mining(&self) -> MiningModes {
        self.mining
    }

    /// Sets the seconds between blocks that the host requests; `None` for none.
    pub(crate) const fn set_interval(&mut self, seconds: Option<u64>) {
        self.mining.interval = seconds;
    }

    /// Sets automine. Pending transactions are mined when it starts.
    pub(crate) fn set_automine(
        &mut self,
        context: &RequestContext<'_>,
        automine: bool,
    ) -> Result<(), RpcError> {
        let begins = automine && !self.mining.automine;
        self.mining.automine = automine;
        while begins && self.state.has_payable() {
            context.limits.call.ask()?;
            if self.mine(context)?.receipts.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Mines the next block from the pool.
    pub(crate) fn mine(
        &mut self,
        context: &RequestContext<'_>,
    ) -> Result<Arc<ExecutedBlock>, RpcError> {
        let block = self.state.mine(context)?;
        self.on_block(&block)?;
        Ok(block)
    }

    /// Mines the next block of `transactions` without the pool. Transactions that do not fit are left out.
    pub(crate) fn mine_of(
        &mut self,
        context: &RequestContext<'_>,
        transactions: &[Arc<PoolTransaction>],
    ) -> Result<(), RpcError> {
        let block = self.state.mine_of(context, transactions)?;
        self.on_block(&block)
    }

    /// Notifies subscribers of a new block of the chain.
    pub(super) fn on_block(&mut self, block: &ExecutedBlock) -> Result<(), RpcError> {
        self.subscriptions.on_block(&self.state.chain, block)
    }

    /// Mines `blocks` blocks. If the pool has no more transactions for them and they are many, all but the last are
    /// reserved: subscribers are not notified of these, as in Hardhat's EDR (`mine_and_commit_blocks`).
    pub(crate) fn mine_many(
        &mut self,
        context: &RequestContext<'_>,
        blocks: u64,
        pace: Pace,
    ) -> Result<(), RpcError> {
        let mut mined = 0;
        while mined < blocks {
            context.limits.call.ask()?;
            let left = blocks - mined;
            if mined > 0 && left > MAX_EXECUTED && self.can_reserve() {
                self.reserve(context, left - 1, pace)?;
                mined = blocks - 1;
            }
            match pace {
                Pace::Clock => {}
                Pace::Advance(seconds) => self.advance_clock(context, seconds, 1)?,
                Pace::Apart(_) if mined == 0 => {}
                Pace::Apart(seconds) => {
                    let head = self.chain().head().block.header.timestamp;
                    self.state
                        .set_next_timestamp(head.saturating_add(seconds))?;
                }
            }
            self.mine(context)?;
            mined += 1;
        }
        Ok(())
    }

    /// Returns true if the next blocks will differ from the head in height and time only.
    fn can_reserve(&self) -> bool {
        let chain = self.chain();
        let head = chain.head();
        let header = &head.block.header;
        let schedule = chain.schedule();
        let blobs = schedule.blob_params(header.number, header.timestamp);
        // A lower fee would admit transactions that could not pay before.
        let fees_stand = head.receipts.is_empty()
            && header.base_fee_per_gas == Some(next_base_fee(header))
            && header.excess_blob_gas == blobs.map(|blobs| next_excess_blob_gas(header, &blobs));
        chain.can_reserve() && (fees_stand || !self.state.has_ready())
    }

    /// Reserves `count` blocks.
    fn reserve(
        &mut self,
        context: &RequestContext<'_>,
        count: u64,
        pace: Pace,
    ) -> Result<(), RpcError> {
        if count > MAX_RESERVED {
            let reason = format!("more than {MAX_RESERVED}");
            return Err(RpcError::invalid("blocks", reason));
        }
        let set = self.state.clock.interval();
        let interval = match pace {
            Pace::Clock => set.unwrap_or(1),
            Pace::Advance(seconds) => set.unwrap_or(seconds),
            Pace::Apart(seconds) => seconds,
        };
        let interval = interval.max(1);
        let attributes = self.state.attributes(context.now);
        let header = &self.chain().head().block.header;
        let last = interval
            .checked_mul(count)
            .and_then(|passed| passed.checked_add(header.timestamp))
            .and(header.number.checked_add(count));
        if last.is_none() {
            let reason = "the timestamp of the last block is no 64-bit number";
            return Err(RpcError::invalid("interval", reason));
        }
        if let Pace::Advance(seconds) = pace {
            self.advance_clock(context, seconds, count)?;
        }
        self.state.chain.reserve(ReservedBlocks {
            count,
            interval,
            beneficiary: attributes.beneficiary,
            gas_limit: attributes.gas_limit,
        });
        Ok(())
    }

    /// Advances the clock by `seconds`, `times` times, from the time of the head where that is later: unlike anvil's,
    /// blocks within one second are ahead of the clock.
    fn advance_clock(
        &mut self,
        context: &RequestContext<'_>,
        seconds: u64,
        times: u64,
    ) -> Result<(), RpcError> {
        let passed = seconds.checked_mul(times);
        let passed = passed.and_then(|passed| i64::try_from(passed).ok());
        let passed = passed.ok_or_else(|| {
            RpcError::invalid("interval", "the clock cannot be moved by so many seconds")
        })?;
        let head = self.chain().head().block.header.timestamp;
        let clock = &mut self.state.clock;
        if clock.seconds(context.now) < head {
            clock.set(context.now, head);
        }
        clock.advance(passed);
        Ok(())
    }
}
