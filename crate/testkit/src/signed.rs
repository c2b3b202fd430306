//! Synthetic blocks with signatures and a complete header.

use crate::signer;
use alloy_consensus::{
    BlockBody, EthereumTypedTransaction, Header as ConsensusHeader, SignableTransaction, TxEip1559,
    TxEip2930, TxEip4844, TxEip7702, TxLegacy,
};
use alloy_eips::{
    eip4895::{Withdrawal, Withdrawals},
    eip7702::SignedAuthorization,
};
use alloy_primitives::B256;
use alloy_trie::{EMPTY_ROOT_HASH, root::ordered_trie_root};
use parevm::{
    Block, BlockOutcome,
    block::{AlloyBlock, Ommer, Transaction},
    vm::TxEnv,
};
use revm::context_interface::either::Either;

type Typed = EthereumTypedTransaction<TxEip4844>;

/// Signs the transactions of `block` and builds its header, without the results of execution; `None` if the key of a
/// sender is unknown.
#[must_use]
pub fn block(block: &Block) -> Option<AlloyBlock> {
    let transactions = block
        .transactions
        .iter()
        .map(|Transaction { env, .. }| {
            let typed = typed(env)?;
            let signature = signer::of(env.caller)?.sign(signature_hash(&typed))?;
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

/// Completes the header with the results of execution, except for the state root.
pub fn complete(block: &mut AlloyBlock, outcome: &BlockOutcome) {
    let header = &mut block.header;
    header.gas_used = outcome.gas_used;
    header.logs_bloom = outcome.logs_bloom;
    header.receipts_root = outcome.receipts_root.unwrap_or(EMPTY_ROOT_HASH);
    header.blob_gas_used = header.blob_gas_used.map(|_| outcome.blob_gas_used);
    header.requests_hash = header.requests_hash.and(outcome.requests_hash);
}

fn signature_hash(typed: &Typed) -> B256 {
    match typed {
        Typed::Legacy(transaction) => transaction.signature_hash(),
        Typed::Eip2930(transaction) => transaction.signature_hash(),
        Typed::Eip1559(transaction) => transaction.signature_hash(),
        Typed::Eip4844(transaction) => transaction.signature_hash(),
        Typed::Eip7702(transaction) => transaction.signature_hash(),
    }
}

/// Returns the transaction of `env`; `None` if the key of an authority is unknown.
fn typed(env: &TxEnv) -> Option<Typed> {
    let chain_id = env.chain_id.unwrap_or(1);
    let (nonce, gas_limit, value) = (env.nonce, env.gas_limit, env.value);
    let (max_fee_per_gas, input) = (env.gas_price, env.data.clone());
    let max_priority_fee_per_gas = env.gas_priority_fee.unwrap_or_default();
    let access_list = env.access_list.clone();
    Some(match env.tx_type {
        0 => Typed::Legacy(TxLegacy {
            chain_id: env.chain_id,
            nonce,
            gas_price: env.gas_price,
            gas_limit,
            to: env.kind,
            value,
            input,
        }),
        1 => Typed::Eip2930(TxEip2930 {
            chain_id,
            nonce,
            gas_price: env.gas_price,
            gas_limit,
            to: env.kind,
            value,
            access_list,
            input,
        }),
        2 => Typed::Eip1559(TxEip1559 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: env.kind,
            value,
            access_list,
            input,
        }),
        3 => Typed::Eip4844(TxEip4844 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: *env.kind.to()?,
            value,
            access_list,
            blob_versioned_hashes: env.blob_hashes.clone(),
            max_fee_per_blob_gas: env.max_fee_per_blob_gas,
            input,
        }),
        4 => Typed::Eip7702(TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: *env.kind.to()?,
            value,
            access_list,
            authorization_list: authorizations(env)?,
            input,
        }),
        _ => return None,
    })
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
