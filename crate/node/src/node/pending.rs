//! Pending block, cached until the node changes.

use crate::chain::Chain;
use parevm::build::BlockAttributes;
use std::sync::{Mutex, PoisonError};

/// Cache of the chain with the pending block on top. A copy is empty: copies are made to be changed.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<Option<(BlockAttributes, Chain)>>);

impl Clone for Pending {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Pending {
    /// Returns the chain whose head has these attributes, from the cache or from `make`.
    pub(super) fn get<E>(
        &self,
        attributes: &BlockAttributes,
        make: impl FnOnce() -> Result<Chain, E>,
    ) -> Result<Chain, E> {
        // Only complete chains are stored, so a poisoned lock is usable.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, chain)) = &*kept
            && known == attributes
        {
            return Ok(chain.clone());
        }
        let chain = make()?;
        *kept = Some((attributes.clone(), chain.clone()));
        Ok(chain)
    }
}
