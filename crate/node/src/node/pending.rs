//! The block that would come now, kept until something changes.

use crate::Chain;
use parevm::build::BlockAttributes;
use std::sync::{Mutex, PoisonError};

/// The chain with the block that would come now on top. A copy has none: copies are made to be changed.
#[derive(Debug, Default)]
pub(super) struct Pending(Mutex<Option<(BlockAttributes, Chain)>>);

impl Clone for Pending {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Pending {
    /// The chain whose last block has these attributes, as it is kept or as `make` makes it.
    pub(super) fn get<E>(
        &self,
        attributes: &BlockAttributes,
        make: impl FnOnce() -> Result<Chain, E>,
    ) -> Result<Chain, E> {
        // Only whole chains are put in, so what a panic leaves is usable.
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
