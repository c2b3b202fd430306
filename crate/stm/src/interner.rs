//! Gives each location a dense number.
//!
//! A location is known by its whole key: two keys with the same hash are two
//! locations. The hash is seeded, so that nobody can choose keys that collide.

use crate::{
    LocationId,
    sync::{AtomicU32, Ordering, RwLock},
};
use foldhash::{SharedSeed, fast::SeedableRandomState};
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash},
};

/// Locks that workers spread over. A power of two.
const SHARDS: usize = if cfg!(parevm_loom) { 1 } else { 64 };

pub(crate) struct Interner<L> {
    hasher: SeedableRandomState,
    shards: Box<[RwLock<Shard<L>>]>,
    next: AtomicU32,
}

type Shard<L> = HashMap<L, LocationId, SeedableRandomState>;

impl<L: Clone + Eq + Hash> Interner<L> {
    pub(crate) fn new(seed: u64) -> Self {
        let hasher = SeedableRandomState::with_seed(seed, SharedSeed::global_fixed());
        let shards = (0..SHARDS)
            .map(|_| RwLock::new(HashMap::with_hasher(hasher.clone())))
            .collect();
        Self {
            hasher,
            shards,
            next: AtomicU32::new(0),
        }
    }

    /// The number of `location`; the same for every worker.
    pub(crate) fn intern(&self, location: &L) -> LocationId {
        let hash = self.hasher.hash_one(location);
        // The map inside takes its bucket from the low bits, so take high ones.
        let shard = &self.shards[(hash >> 52) as usize % SHARDS];
        let known = shard
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(id) = known.get(location) {
            return *id;
        }
        drop(known);
        let mut known = shard
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // Relaxed: ids only have to differ; the shard's lock hands them over.
        *known
            .entry(location.clone())
            .or_insert_with(|| LocationId(self.next.fetch_add(1, Ordering::Relaxed)))
    }

    /// Calls `visit` for every location seen so far.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&L, LocationId)) {
        for shard in &self.shards {
            let known = shard
                .read()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            for (location, id) in known.iter() {
                visit(location, *id);
            }
        }
    }
}
