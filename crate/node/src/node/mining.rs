//! When a node makes blocks, and many blocks at once.

use super::{Mining, Node, RequestContext};
use crate::{
    chain::{MOST_RESERVED, ReservedBlocks},
    rpc::RpcError,
};
use parevm::build::{ExecutedBlock, next_base_fee, next_excess_blob_gas};
use std::sync::Arc;

/// Empty blocks that are executed in a row; more are reserved.
const MOST_EXECUTED: u64 = 1_000;

/// When a node makes blocks without being asked: two settings, neither of which ends the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MiningModes {
    /// With each transaction.
    pub automine: bool,
    /// Every so many seconds. The node has no timer: its host asks for `evm_mine`.
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

/// Timestamps of blocks that are made in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each has the time of the clock.
    Clock,
    /// The clock is moved by so many seconds before each, the first included: `anvil_mine`.
    Advance(u64),
    /// Each lies so many seconds after the one before, but the first, which has the time of the clock:
    /// `hardhat_mine`.
    Apart(u64),
}

impl Node {
    /// When blocks are made.
    #[must_use]
    pub const fn mining(&self) -> MiningModes {
        self.mining
    }

    /// Sets the seconds between blocks that the host asks for; `None` for none.
    pub(crate) const fn set_interval(&mut self, seconds: Option<u64>) {
        self.mining.interval = seconds;
    }

    /// Sets whether each transaction makes a block. Pending transactions are mined once it does.
    pub(crate) fn set_automine(
        &mut self,
        context: &RequestContext<'_>,
        automine: bool,
    ) -> Result<(), RpcError> {
        let begins = automine && !self.mining.automine;
        self.mining.automine = automine;
        while begins && self.world.has_payable() {
            context.limits.call.ask()?;
            if self.mine(context)?.receipts.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Makes the next block of what is in the pool.
    pub(crate) fn mine(
        &mut self,
        context: &RequestContext<'_>,
    ) -> Result<Arc<ExecutedBlock>, RpcError> {
        let block = self.world.mine(context)?;
        self.on_block(&block)?;
        Ok(block)
    }

    /// Makes `blocks` blocks. Where the pool has nothing more for them, and they are many, all but the last
    /// are reserved: nobody is notified of these, as in Hardhat's EDR (`mine_and_commit_blocks`).
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
            if mined > 0 && left > MOST_EXECUTED && self.can_reserve() {
                self.reserve(context, left - 1, pace)?;
                mined = blocks - 1;
            }
            match pace {
                Pace::Clock => {}
                Pace::Advance(seconds) => self.advance_clock(context, seconds, 1)?,
                Pace::Apart(_) if mined == 0 => {}
                Pace::Apart(seconds) => {
                    let head = self.chain().head().block.header.timestamp;
                    self.world
                        .set_next_timestamp(head.saturating_add(seconds))?;
                }
            }
            self.mine(context)?;
            mined += 1;
        }
        Ok(())
    }

    /// True when nothing but the height and the time of the blocks to come will differ from the head's.
    fn can_reserve(&self) -> bool {
        let chain = self.chain();
        let head = chain.head();
        let header = &head.block.header;
        let schedule = chain.schedule();
        let blobs = schedule.blob_params(header.number, header.timestamp);
        // A fee that falls lets in what could not pay before.
        let fees_stand = head.receipts.is_empty()
            && header.base_fee_per_gas == Some(next_base_fee(header))
            && header.excess_blob_gas == blobs.map(|blobs| next_excess_blob_gas(header, &blobs));
        chain.can_reserve() && (fees_stand || !self.world.has_ready())
    }

    /// Reserves `count` blocks.
    fn reserve(
        &mut self,
        context: &RequestContext<'_>,
        count: u64,
        pace: Pace,
    ) -> Result<(), RpcError> {
        if count > MOST_RESERVED {
            let reason = format!("more than {MOST_RESERVED}");
            return Err(RpcError::invalid("blocks", reason));
        }
        let set = self.world.clock.interval();
        let interval = match pace {
            Pace::Clock => set.unwrap_or(1),
            Pace::Advance(seconds) => set.unwrap_or(seconds),
            Pace::Apart(seconds) => seconds,
        };
        let interval = interval.max(1);
        let attributes = self.world.attributes(context.now);
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
        self.world.chain.reserve(ReservedBlocks {
            count,
            interval,
            beneficiary: attributes.beneficiary,
            gas_limit: attributes.gas_limit,
        });
        Ok(())
    }

    /// Moves the clock by `seconds`, so many `times`, from the time of the head where that is later: blocks
    /// that are made within a second are ahead of the clock, which anvil's are not.
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
        let clock = &mut self.world.clock;
        if clock.seconds(context.now) < head {
            clock.set(context.now, head);
        }
        clock.advance(passed);
        Ok(())
    }
}
