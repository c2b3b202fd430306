//! Rules of a block's body.

use super::{
    Chain, OmmerViolation, Violation,
    header::{check_header, check_presence},
};
use alloy_consensus::{Header, Transaction};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use alloy_primitives::B256;
use parevm::{
    block::{AlloyBlock, ForkSchedule},
    vm::SpecId,
};

/// Bytes of the longest block from Osaka on (EIP-7934): 10 MiB less 2 MiB for the beacon block.
const MAX_BLOCK_BYTES: usize = 8 << 20;
const MAX_OMMERS: usize = 2;
/// Generations that may hold an ommer's parent.
const OMMER_GENERATIONS: usize = 7;

/// Checks the body of `block` against its header; `size` is the size of its RLP in bytes.
///
/// # Errors
///
/// [`Violation`]: the first violated rule.
pub(super) fn check_body(chain: &Chain, block: &AlloyBlock, size: usize) -> Result<(), Violation> {
    let AlloyBlock { header, body } = block;
    let schedule = chain.schedule();
    let spec = schedule.spec(header.number, header.timestamp);
    if spec.is_enabled_in(SpecId::OSAKA) && size > MAX_BLOCK_BYTES {
        return Err(Violation::BlockSize {
            found: size,
            most: MAX_BLOCK_BYTES,
        });
    }
    check_presence(
        spec,
        SpecId::SHANGHAI,
        "withdrawals",
        body.withdrawals.is_some(),
    )?;
    check_blobs(schedule, block)?;
    let most = if spec.is_enabled_in(SpecId::MERGE) {
        0
    } else {
        MAX_OMMERS
    };
    if body.ommers.len() > most {
        return Err(Violation::OmmerCount {
            found: body.ommers.len(),
            most,
        });
    }
    check_ommers(chain, block)
}

fn check_blobs(schedule: &ForkSchedule, block: &AlloyBlock) -> Result<(), Violation> {
    let header = &block.header;
    let (Some(found), Some(params)) = (
        header.blob_gas_used,
        schedule.blob_params(header.number, header.timestamp),
    ) else {
        return Ok(());
    };
    let blobs: usize = block
        .body
        .transactions
        .iter()
        .map(|transaction| transaction.blob_versioned_hashes().map_or(0, <[B256]>::len))
        .sum();
    let expected = (blobs as u64).saturating_mul(DATA_GAS_PER_BLOB);
    let most = params.max_blob_gas_per_block();
    if expected > most {
        return Err(Violation::BlobGasLimit {
            found: expected,
            most,
        });
    }
    if found != expected {
        return Err(Violation::BlobGasUsed { found, expected });
    }
    Ok(())
}

fn check_ommers(chain: &Chain, block: &AlloyBlock) -> Result<(), Violation> {
    if block.body.ommers.is_empty() {
        return Ok(());
    }
    let ancestors: Vec<_> = chain
        .ancestors(block.header.parent_hash)
        .take(OMMER_GENERATIONS)
        .collect();
    let mut included: Vec<B256> = ancestors
        .iter()
        .flat_map(|ancestor| &ancestor.block.body.ommers)
        .map(Header::hash_slow)
        .collect();
    for (index, ommer) in block.body.ommers.iter().enumerate() {
        let hash = ommer.hash_slow();
        let broken = |source| Violation::Ommer { index, source };
        if included.contains(&hash) {
            return Err(broken(OmmerViolation::AlreadyIncluded { hash }));
        }
        if ancestors.iter().any(|ancestor| ancestor.hash == hash) {
            return Err(broken(OmmerViolation::Ancestor { hash }));
        }
        // The parent's own children are siblings, not ommers.
        let parent = ancestors
            .iter()
            .skip(1)
            .find(|ancestor| ancestor.hash == ommer.parent_hash)
            .ok_or_else(|| {
                broken(OmmerViolation::Parent {
                    parent: ommer.parent_hash,
                })
            })?;
        check_header(chain.schedule(), &parent.block.header, ommer).map_err(|source| {
            broken(OmmerViolation::Header {
                source: Box::new(source),
            })
        })?;
        included.push(hash);
    }
    Ok(())
}
