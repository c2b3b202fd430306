//! Rollback, snapshots and reset.

use super::{Node, NodeOptions, RequestContext, limits::MAX_SNAPSHOTS};
use crate::{chain::Chain, request::RpcError};
use alloy_primitives::{B256, U64};

impl Node {
    /// Removes the newest `count` blocks, which the chain must have. Time continues from the new head.
    pub(crate) fn roll_back(
        &mut self,
        context: &RequestContext<'_>,
        count: u64,
    ) -> Result<(), RpcError> {
        let removed = self.state.roll_back(context.now, count);
        self.filters.rewind(self.chain().head().number());
        // geth notifies of removed blocks oldest first.
        for block in &removed {
            self.subscriptions.on_removed(block)?;
        }
        Ok(())
    }

    /// Replaces the chain by that of a dump.
    pub(crate) fn replace_chain(&mut self, context: &RequestContext<'_>, chain: Chain) {
        self.state.replace_chain(context.now, chain);
        self.filters.rewind(self.chain().head().number());
    }

    /// Creates a snapshot of chain and pool and returns its number.
    ///
    /// # Errors
    ///
    /// [`RpcError`]: there are [`MAX_SNAPSHOTS`] snapshots.
    pub(crate) fn snapshot(&mut self) -> Result<U64, RpcError> {
        if self.snapshots.size() >= MAX_SNAPSHOTS {
            let reason = format!("{MAX_SNAPSHOTS} snapshots are kept: revert to one");
            return Err(RpcError::limit(reason));
        }
        let number = self.next_snapshot;
        self.snapshots.insert_mut(number, self.state.clone());
        self.next_snapshot += U64::from(1);
        Ok(number)
    }

    /// Restores the snapshot `number`, and removes it and later ones. Returns false if it does not exist.
    pub(crate) fn revert(&mut self, number: U64) -> bool {
        let Some(state) = self.snapshots.get(&number).cloned() else {
            return false;
        };
        let later: Vec<_> = self.snapshots.range(number..).map(|(at, _)| *at).collect();
        for number in later {
            self.snapshots.remove_mut(&number);
        }
        self.state = state;
        self.filters.rewind(self.state.chain.head().number());
        true
    }

    /// Returns number, height and hash of each snapshot.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = (U64, u64, B256)> {
        self.snapshots.iter().map(|(number, state)| {
            let head = state.chain.head();
            (*number, head.number(), head.hash)
        })
    }

    /// Returns the node to its genesis block, without filters and snapshots.
    pub(crate) fn reset(&mut self) -> Result<(), RpcError> {
        let fresh = Self::new(NodeOptions::clone(&self.options))
            .map_err(|error| RpcError::internal(&error))?;
        self.state = fresh.state;
        self.filters.clear();
        self.snapshots = fresh.snapshots;
        Ok(())
    }
}
