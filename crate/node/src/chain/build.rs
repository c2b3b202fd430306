//! Construction of new blocks.

use super::Chain;
use alloy_consensus::transaction::Recovered;
use parevm::{
    Engine,
    block::{AlloyBlock, Block},
    build::{
        BlockAttributes, BlockBuilder, BuiltBlock, ExecutedBlock, SentTransaction, Unfit,
        executable,
    },
    execute::ExecuteError,
};
use parevm_simulate::CallLimits;

impl Chain {
    /// Builds a block of `transactions` on top of `parent`, as [`BlockBuilder::build`] does. The chain is unchanged;
    /// [`Chain::push`] adds the block. The gas of `limits` is ignored.
    ///
    /// # Errors
    ///
    /// As [`BlockBuilder::build`].
    pub fn build(
        &self,
        engine: &Engine,
        parent: &ExecutedBlock,
        attributes: &BlockAttributes,
        transactions: Vec<SentTransaction>,
        unfit: Unfit,
        limits: &CallLimits<'_>,
    ) -> Result<BuiltBlock, ExecuteError> {
        let builder = BlockBuilder {
            chain_id: self.chain_id(),
            schedule: self.schedule(),
            parent,
            state: &self.state_after(parent),
            memory_bytes: limits.memory,
            watch: limits.watch,
        };
        builder.build(engine, attributes, transactions, unfit)
    }

    /// Returns `block` without its transactions: the environment of a call.
    pub(crate) fn empty_block(&self, block: &ExecutedBlock) -> Block {
        let header = (&block.block.header).into();
        Block::new(self.chain_id(), self.schedule().clone(), header, Vec::new())
    }

    /// Returns `block` as it was executed, with the senders of its receipts. Signatures are not verified again.
    pub(crate) fn input_of(&self, block: &ExecutedBlock) -> Block {
        let AlloyBlock { header, body } = &block.block;
        let senders = block.receipts.iter().map(|receipt| receipt.from);
        let sent: Vec<_> = body
            .transactions
            .iter()
            .zip(senders)
            .map(|(transaction, sender)| Recovered::new_unchecked(transaction.clone(), sender))
            .collect();
        let mut input = executable(
            self.chain_id_at(block.number()),
            self.schedule(),
            header,
            &sent,
            body.withdrawals.as_ref().map_or(&[], |all| all.as_slice()),
        );
        input.declared.hash = Some(block.hash);
        input
    }
}
