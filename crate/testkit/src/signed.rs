//! Made blocks as others read them: signed, with a whole header.

use crate::signer;
use alloy_consensus::{BlockBody, Header as ConsensusHeader, SignableTransaction};
use alloy_eips::{
    eip4895::{Withdrawal, Withdrawals},
    eip7702::SignedAuthorization,
};
use alloy_primitives::B256;
use alloy_trie::{EMPTY_ROOT_HASH, root::ordered_trie_root};
use parevm::{
    Block, BlockOutcome,
    block::{AlloyBlock, Ommer, Transaction, TransactionFields, TypedTransaction},
    vm::TxEnv,
};
use revm::context_interface::either::Either;

/// Signs the transactions of `block` and builds its header, without the results of execution; `None` if the key of a
/// sender is unknown.
#[must_use]
pub fn block(block: &Block) -> Option<AlloyBlock> {
    let transactions = block
        .transactions
        .iter()
        .map(|Transaction { env, .. }| {
            let typed = typed(env)?;
            let signature = signer::of(env.caller)?.sign(typed.signature_hash())?;
            Some(typed.into_envelope(signature))
        })
        .collect::<Option<Vec<_>>>()?;
    let ommers = block.ommers.iter().map(|ommer| match ommer {
        Ommer::Known {
            beneficiary,
            number,
        } => Some(ConsensusHeader {
            beneficiary: *beneficiary,
            number: *number,
            ..ConsensusHeader::default()
        }),
        Ommer::HashOnly(_) => None,
    });
    let ommers = ommers.collect::<Option<Vec<_>>>()?;
    let facts = &block.header;
    let spec = block.schedule.spec(facts.number, facts.timestamp);
    let has_withdrawals = spec.is_enabled_in(parevm::vm::SpecId::SHANGHAI);
    let withdrawals = (0_u64..)
        .zip(&block.withdrawals)
        .map(|(index, one)| Withdrawal {
            index,
            validator_index: 0,
            address: one.address,
            amount: one.amount,
        });
    let withdrawals: Vec<_> = withdrawals.collect();
    let header = ConsensusHeader {
        parent_hash: facts.parent_hash.unwrap_or_default(),
        ommers_hash: alloy_consensus::proofs::calculate_ommers_root(&ommers),
        beneficiary: facts.beneficiary,
        state_root: EMPTY_ROOT_HASH,
        transactions_root: alloy_consensus::proofs::calculate_transaction_root(&transactions),
        receipts_root: EMPTY_ROOT_HASH,
        difficulty: facts.difficulty,
        number: facts.number,
        gas_limit: facts.gas_limit,
        timestamp: facts.timestamp,
        mix_hash: facts.prev_randao.unwrap_or_default(),
        base_fee_per_gas: facts.base_fee,
        withdrawals_root: has_withdrawals.then(|| ordered_trie_root(&withdrawals)),
        blob_gas_used: facts.excess_blob_gas.map(|_| 0),
        excess_blob_gas: facts.excess_blob_gas,
        parent_beacon_block_root: facts.parent_beacon_block_root,
        requests_hash: spec
            .is_enabled_in(parevm::vm::SpecId::PRAGUE)
            .then_some(B256::ZERO),
        ..ConsensusHeader::default()
    };
    let body = BlockBody {
        transactions,
        ommers,
        withdrawals: has_withdrawals.then_some(Withdrawals::new(withdrawals)),
    };
    Some(AlloyBlock::new(header, body))
}

/// Fills in the results of the execution but the state root.
pub fn complete(block: &mut AlloyBlock, outcome: &BlockOutcome) {
    let header = &mut block.header;
    header.gas_used = outcome.gas_used;
    header.logs_bloom = outcome.logs_bloom;
    header.receipts_root = outcome.receipts_root.unwrap_or(EMPTY_ROOT_HASH);
    header.blob_gas_used = header.blob_gas_used.map(|_| outcome.blob_gas_used);
    header.requests_hash = header.requests_hash.and(outcome.requests_hash);
}

/// Returns `env` as a typed transaction; `None` where an authority's key is not known.
fn typed(env: &TxEnv) -> Option<TypedTransaction> {
    let authorization_list = match env.tx_type {
        4 => Some(authorizations(env)?),
        _ => None,
    };
    let fields = TransactionFields {
        transaction_type: Some(env.tx_type.into()),
        chain_id: match env.tx_type {
            0 => env.chain_id,
            _ => Some(env.chain_id.unwrap_or(1)),
        },
        nonce: Some(env.nonce),
        gas_limit: Some(env.gas_limit),
        to: env.kind.to().copied(),
        value: env.value,
        input: env.data.clone(),
        gas_price: Some(env.gas_price),
        max_fee_per_gas: Some(env.gas_price),
        max_priority_fee_per_gas: Some(env.gas_priority_fee.unwrap_or_default()),
        access_list: Some(env.access_list.clone()),
        blob_versioned_hashes: Some(env.blob_hashes.clone()),
        max_fee_per_blob_gas: Some(env.max_fee_per_blob_gas),
        authorization_list,
    };
    fields.into_typed().ok()
}

fn authorizations(env: &TxEnv) -> Option<Vec<SignedAuthorization>> {
    let each = env.authorization_list.iter().map(|one| match one {
        Either::Left(signed) => Some(signed.clone()),
        Either::Right(recovered) => {
            let (authorization, authority) = recovered.clone().into_parts();
            let signer = signer::of(authority.address()?)?;
            let signature = signer.sign(authorization.signature_hash())?;
            Some(authorization.into_signed(signature))
        }
    });
    each.collect()
}
