//! Reservation: consecutive empty blocks that are built on first access, as in Hardhat's EDR
//! (`crates/block/storage/src/reservable.rs`).
//!
//! A reserved block has no transactions and runs no system calls: the state after it equals the state after the block
//! below the reservation. Its header follows from its parent's, base fee and parent hash included, so its hash needs
//! all hashes below it. Hashes are computed one run of [`RUN`] blocks at a time: within a run each block names the hash
//! of its parent; the first block of each later run names zero, as all reserved blocks of EDR do.

use alloy_consensus::{BlockBody, Header};
use alloy_eips::eip4895::Withdrawals;
use alloy_primitives::{Address, B256, keccak256};
use alloy_rlp::Encodable;
use parevm::build::{BlockAttributes, ExecutedBlock, next_header};
use parevm::{
    block::{AlloyBlock, ForkSchedule},
    vm::SpecId,
};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// Blocks of a run, hashed at once in a fifth of a second.
const RUN: u64 = 1 << 16;

/// Maximum number of blocks of a reservation.
pub(crate) const MAX_RESERVED: u64 = 1 << 32;

/// Consecutive empty blocks that are built on first access.
pub(super) struct Reservation {
    /// Block below the reservation.
    parent: Arc<ExecutedBlock>,
    rules: ReservedBlocks,
    /// Runs, allocated when a block is first requested: a short saved node may hold many reservations. The last run is
    /// complete, so that the block above it has a line of parents.
    runs: OnceLock<Box<[OnceLock<HashedRun>]>>,
}

/// Common fields of reserved blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReservedBlocks {
    /// Number of blocks, from 1 to [`MAX_RESERVED`].
    pub(crate) count: u64,
    /// Seconds between a block and the one before it.
    pub(crate) interval: u64,
    /// Receiver of the fees.
    pub(crate) beneficiary: Address,
    /// Gas limit of each block.
    pub(crate) gas_limit: u64,
}

/// Run of reserved blocks with known hashes.
struct HashedRun {
    /// Seal of the block before the run.
    before: Seal,
    seals: Box<[Seal]>,
    blocks: Box<[OnceLock<Arc<ExecutedBlock>>]>,
}

/// Fields of a header that the next header depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seal {
    hash: B256,
    base_fee: u64,
    excess_blob_gas: u64,
    slot: u64,
}

impl Reservation {
    /// Reserves blocks above `parent`, which is of the merge or later: before it a header needs the difficulty.
    pub(super) fn new(parent: Arc<ExecutedBlock>, rules: ReservedBlocks) -> Self {
        Self {
            parent,
            rules,
            runs: OnceLock::new(),
        }
    }

    fn runs(&self) -> &[OnceLock<HashedRun>] {
        let runs = self.rules.count.div_ceil(RUN);
        self.runs
            .get_or_init(|| (0..runs).map(|_| OnceLock::new()).collect())
    }

    /// Returns the height of the first block.
    pub(super) fn first(&self) -> u64 {
        self.parent.number().saturating_add(1)
    }

    /// Returns the common fields of the blocks.
    pub(super) const fn rules(&self) -> &ReservedBlocks {
        &self.rules
    }

    /// Returns the block at `index`, from zero.
    pub(super) fn get(&self, schedule: &ForkSchedule, index: u64) -> Option<&Arc<ExecutedBlock>> {
        let (number, at) = self.locate(index)?;
        let run = self.run(schedule, number)?;
        let before = match at.checked_sub(1) {
            Some(before) => run.seals.get(before)?,
            None => &run.before,
        };
        let make = || Arc::new(self.block(self.header(schedule, index, before)));
        Some(run.blocks.get(at)?.get_or_init(make))
    }

    /// Returns the block at `index`, if it was built.
    pub(super) fn built(&self, index: u64) -> Option<&Arc<ExecutedBlock>> {
        let (number, at) = self.locate(index)?;
        let run = self.runs.get()?.get(usize::try_from(number).ok()?)?.get()?;
        run.blocks.get(at)?.get()
    }

    /// Returns the index of the block with this hash, among the known hashes.
    pub(super) fn find(&self, schedule: &ForkSchedule, hash: B256) -> Option<u64> {
        // The hashes of the last run are known since the blocks were reserved.
        let last = (self.runs().len() as u64).checked_sub(1)?;
        self.run(schedule, last);
        (0..).zip(self.runs()).find_map(|(number, run)| {
            let mut seals = (0..).zip(&run.get()?.seals);
            let (at, _): (u64, _) = seals.find(|(_, seal)| seal.hash == hash)?;
            Some(self.start(number) + at)
        })
    }

    /// Returns the run of the block at `index`, and its position there.
    fn locate(&self, index: u64) -> Option<(u64, usize)> {
        if index >= self.rules.count {
            return None;
        }
        let above = index.checked_sub(self.short());
        let run = above.map_or(0, |above| above / RUN + 1);
        Some((run, usize::try_from(index - self.start(run)).ok()?))
    }

    /// Returns the number of blocks of the lowest run, which may be shorter than the others.
    fn short(&self) -> u64 {
        match self.rules.count % RUN {
            0 => RUN,
            rest => rest,
        }
    }

    /// Returns the index of the first block of a run.
    fn start(&self, run: u64) -> u64 {
        match run {
            0 => 0,
            run => self.short() + (run - 1) * RUN,
        }
    }

    fn run(&self, schedule: &ForkSchedule, number: u64) -> Option<&HashedRun> {
        let run = self.runs().get(usize::try_from(number).ok()?)?;
        Some(run.get_or_init(|| self.hashed(schedule, self.start(number), self.start(number + 1))))
    }

    /// Hashes the blocks from index `start` to before `end`.
    fn hashed(&self, schedule: &ForkSchedule, start: u64, end: u64) -> HashedRun {
        let before = Seal {
            hash: match start {
                0 => self.parent.hash,
                _ => B256::ZERO,
            },
            ..self.skip(schedule, start)
        };
        let mut last = before;
        let seals = (start..end).map(|index| {
            let header = self.header(schedule, index, &last);
            last = Seal {
                hash: header.hash_slow(),
                ..Seal::of(&header)
            };
            last
        });
        let seals: Box<[_]> = seals.collect();
        HashedRun {
            before,
            blocks: seals.iter().map(|_| OnceLock::new()).collect(),
            seals,
        }
    }

    /// Returns the seal of the block before `index`, without its hash. Fees reach their minimum after some hundred empty
    /// blocks, and change again only with the rules.
    fn skip(&self, schedule: &ForkSchedule, index: u64) -> Seal {
        let mut seal = Seal::of(&self.parent.block.header);
        let rules = |index| {
            let (number, timestamp) = self.position(index);
            let spec = schedule.spec(number, timestamp);
            (spec, schedule.blob_params(number, timestamp))
        };
        for next in 0..index {
            let header = self.header(schedule, next, &seal);
            let known = std::mem::replace(&mut seal, Seal::of(&header));
            let stands = known.base_fee == seal.base_fee
                && known.excess_blob_gas == seal.excess_blob_gas
                && header.number > self.first();
            if stands && rules(next) == rules(index - 1) {
                let more = index - 1 - next;
                let has_slots = header.slot_number.is_some();
                seal.slot += if has_slots { more } else { 0 };
                break;
            }
        }
        seal
    }

    /// Returns the height and the timestamp (seconds) of the block at `index`.
    fn position(&self, index: u64) -> (u64, u64) {
        let passed = self.rules.interval.saturating_mul(index.saturating_add(1));
        let timestamp = self.parent.block.header.timestamp.saturating_add(passed);
        (self.first().saturating_add(index), timestamp)
    }

    /// Returns the header at `index`, whose parent has the seal `before`.
    fn header(&self, schedule: &ForkSchedule, index: u64, before: &Seal) -> Header {
        let (_, timestamp) = self.position(index);
        let attributes = BlockAttributes {
            timestamp,
            beneficiary: self.rules.beneficiary,
            gas_limit: self.rules.gas_limit,
            prev_randao: keccak256(before.hash),
            ..BlockAttributes::default()
        };
        let header = match index.checked_sub(1) {
            None => next_header(
                schedule,
                &self.parent.block.header,
                before.hash,
                &attributes,
            ),
            Some(below) => {
                let (number, timestamp) = self.position(below);
                let parent = Header {
                    number,
                    timestamp,
                    gas_limit: self.rules.gas_limit,
                    base_fee_per_gas: Some(before.base_fee),
                    blob_gas_used: Some(0),
                    excess_blob_gas: Some(before.excess_blob_gas),
                    slot_number: Some(before.slot),
                    ..Header::default()
                };
                next_header(schedule, &parent, before.hash, &attributes)
            }
        };
        let spec = schedule.spec(header.number, header.timestamp);
        Header {
            state_root: self.parent.state.root(),
            blob_gas_used: header.excess_blob_gas.map(|_| 0),
            // Hash of an empty list.
            block_access_list_hash: spec
                .is_enabled_in(SpecId::AMSTERDAM)
                .then(|| keccak256([0xc0])),
            ..header
        }
    }

    fn block(&self, header: Header) -> ExecutedBlock {
        let withdrawals = header.withdrawals_root.map(|_| Withdrawals::default());
        let body = BlockBody {
            withdrawals,
            ..BlockBody::default()
        };
        let block = AlloyBlock { header, body };
        ExecutedBlock {
            hash: block.header.hash_slow(),
            size: block.length(),
            block,
            receipts: Vec::new(),
            receipt_roots: Vec::new(),
            total_difficulty: self.parent.total_difficulty,
            state: self.parent.state.child(),
        }
    }
}

impl Seal {
    /// Returns the seal of `header` without its hash.
    fn of(header: &Header) -> Self {
        Self {
            hash: B256::ZERO,
            base_fee: header.base_fee_per_gas.unwrap_or_default(),
            excess_blob_gas: header.excess_blob_gas.unwrap_or_default(),
            slot: header.slot_number.unwrap_or_default(),
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("parent", &self.parent.hash)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
