//! Import of blocks: check, execution and storage.

use super::{Chain, ImportError, Violation, body::check_body, header::check_header};
use alloy_eips::{
    eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
};
use alloy_primitives::{B256, KECCAK256_EMPTY};
use alloy_rlp::{Buf, Header as RlpHeader};
use parevm::build::{ExecutedBlock, receipt_roots};
use parevm::{
    Engine,
    block::{AlloyBlock, Block, BlockError, rlp},
    execute::{AccessListOutput, BlockOutcome, ExecuteOptions, receipts_root_with},
    vm::{Environment, SpecId},
};
use std::sync::Arc;

impl Chain {
    /// Checks, executes and stores a block, and returns it with its receipts and state. A known block is returned as
    /// stored.
    ///
    /// `options` select the executor. Senders are recovered on the engine's threads.
    ///
    /// # Errors
    ///
    /// [`ImportError`], which names the violated rule. The chain is unchanged then.
    pub fn import(
        &mut self,
        engine: &Engine,
        bytes: &[u8],
        options: &ExecuteOptions<'_>,
    ) -> Result<Arc<ExecutedBlock>, ImportError> {
        let block = rlp::decode(bytes)?;
        let hash = block.header.hash_slow();
        if let Some(known) = self.block(hash) {
            return Ok(Arc::clone(known));
        }
        let checked = self.check(engine, hash, block, bytes.len(), options)?;
        Ok(self.store(checked))
    }

    /// Imports concatenated blocks, the form of a `chain.rlp` file, and returns their number.
    ///
    /// # Errors
    ///
    /// As [`Chain::import`]. The blocks before the failed one are stored.
    pub fn import_all(
        &mut self,
        engine: &Engine,
        mut bytes: &[u8],
        options: &ExecuteOptions<'_>,
    ) -> Result<usize, ImportError> {
        let mut count = 0;
        while !bytes.is_empty() {
            let mut rest = bytes;
            let header = RlpHeader::decode(&mut rest).map_err(BlockError::Rlp)?;
            // Decoding the header has checked that its payload is present.
            rest.advance(header.payload_length);
            let (block, behind) = bytes.split_at(bytes.len() - rest.len());
            self.import(engine, block, options)?;
            bytes = behind;
            count += 1;
        }
        Ok(count)
    }

    /// Returns the executed block without storing it.
    fn check(
        &self,
        engine: &Engine,
        hash: B256,
        block: AlloyBlock,
        size: usize,
        options: &ExecuteOptions<'_>,
    ) -> Result<ExecutedBlock, ImportError> {
        let header = &block.header;
        let number = header.number;
        let invalid = |source| ImportError::Invalid { number, source };
        let failed = |source| ImportError::Execute { number, source };
        let parent = self
            .block(header.parent_hash)
            .ok_or(ImportError::UnknownParent {
                number,
                parent: header.parent_hash,
            })?;
        check_header(self.schedule(), &parent.block.header, header).map_err(invalid)?;
        check_body(self, &block, size).map_err(invalid)?;
        let input = engine.pool().install(|| {
            let chain_id = self.chain_id_at(number);
            Block::from_alloy(block.clone(), chain_id, self.schedule().clone())
        })?;

        let before = self.state_after(parent);
        let environment = Environment::new(&input);
        let makes_list = environment.spec().is_enabled_in(SpecId::AMSTERDAM);
        let options = ExecuteOptions {
            access_list_output: match makes_list {
                true => AccessListOutput::Returned,
                false => options.access_list_output,
            },
            ..*options
        };
        let outcome = engine
            .execute_with(&input, &environment, &before, &options)
            .map_err(failed)?;
        let mut state = parent.state.child();
        state.apply(&outcome.state_diff);
        let receipt_roots = match outcome.receipts_root {
            Some(_) => Vec::new(),
            None => receipt_roots(&input, &environment, parent, &before, None).map_err(failed)?,
        };
        let checked = ExecutedBlock {
            hash,
            total_difficulty: parent.total_difficulty.saturating_add(header.difficulty),
            block,
            size,
            receipts: Vec::new(),
            receipt_roots,
            state,
        };
        check_outcome(&checked, &outcome).map_err(invalid)?;
        Ok(ExecutedBlock {
            receipts: outcome.receipts,
            ..checked
        })
    }
}

/// Checks the outcome of a block against its header.
fn check_outcome(block: &ExecutedBlock, outcome: &BlockOutcome) -> Result<(), Violation> {
    let header = &block.block.header;
    if header.gas_used != outcome.gas_used {
        return Err(Violation::GasUsed {
            found: header.gas_used,
            expected: outcome.gas_used,
        });
    }
    if header.logs_bloom != outcome.logs_bloom {
        return Err(Violation::LogsBloom {
            found: Box::new(header.logs_bloom),
            expected: Box::new(outcome.logs_bloom),
        });
    }
    let expected = outcome
        .receipts_root
        .unwrap_or_else(|| receipts_root_with(&outcome.receipts, &block.receipt_roots));
    if header.receipts_root != expected {
        let found = header.receipts_root;
        return Err(Violation::ReceiptsRoot { found, expected });
    }
    if let Some(found) = header.requests_hash {
        let expected = outcome
            .requests_hash
            .ok_or_else(|| missing_contract(block))?;
        if found != expected {
            return Err(Violation::RequestsHash { found, expected });
        }
    }
    if let (Some(found), Some(list)) = (header.block_access_list_hash, &outcome.block_access_list) {
        let expected = list.hash();
        if found != expected {
            return Err(Violation::BlockAccessListHash { found, expected });
        }
    }
    let expected = block.state.root();
    if header.state_root != expected {
        let found = header.state_root;
        return Err(Violation::StateRoot { found, expected });
    }
    Ok(())
}

/// Returns the violation of a system contract without code, which cannot return requests.
fn missing_contract(block: &ExecutedBlock) -> Violation {
    let has_code = |address| {
        let account = block.state.account(address);
        account.is_some_and(|account| account.code_hash != KECCAK256_EMPTY)
    };
    let contract = match has_code(WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS) {
        true => CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
        false => WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
    };
    Violation::SystemContractEmpty { contract }
}
