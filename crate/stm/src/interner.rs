//! Gives each location a dense number.
//!
//! A location is known by its whole key: two keys with the same hash are two
//! locations. The hash is seeded, so that nobody can choose keys that collide.

use crate::{
    LocationId,
    sync::{AtomicU32, Ordering, PoisonError, RwLock},
};
use foldhash::{SharedSeed, fast::SeedableRandomState};
use hashbrown::{HashTable, hash_table::Entry};
use std::hash::{BuildHasher, Hash};

/// Locks that workers spread over. A power of two.
const SHARDS: usize = if cfg!(parevm_loom) { 1 } else { 64 };

pub(crate) struct Interner<L> {
    hasher: SeedableRandomState,
    shards: Box<[RwLock<Shard<L>>]>,
    next: AtomicU32,
}

/// Locations with their numbers. The hash is kept out: it is computed once.
type Shard<L> = HashTable<(L, LocationId)>;

impl<L: Clone + Eq + Hash> Interner<L> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            hasher: SeedableRandomState::with_seed(seed, SharedSeed::global_fixed()),
            shards: (0..SHARDS).map(|_| RwLock::new(HashTable::new())).collect(),
            next: AtomicU32::new(0),
        }
    }

    /// The hash under which `location` is known.
    pub(crate) fn hash(&self, location: &L) -> u64 {
        self.hasher.hash_one(location)
    }

    /// The number of `location`, whose hash is `hash`; the same for every worker.
    pub(crate) fn intern(&self, hash: u64, location: &L) -> LocationId {
        // The table inside takes low and the highest bits, so take others.
        let shard = &self.shards[(hash >> 40) as usize % SHARDS];
        let is_it = |(known, _): &(L, LocationId)| known == location;
        let table = shard.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, id)) = table.find(hash, is_it) {
            return *id;
        }
        drop(table);
        let mut table = shard.write().unwrap_or_else(PoisonError::into_inner);
        match table.entry(hash, is_it, |(known, _)| self.hasher.hash_one(known)) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => {
                // Relaxed: numbers only have to differ; the lock hands them over.
                let id = LocationId(self.next.fetch_add(1, Ordering::Relaxed));
                entry.insert((location.clone(), id));
                id
            }
        }
    }

    /// Calls `visit` for every location seen so far.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&L, LocationId)) {
        for shard in &self.shards {
            let table = shard.read().unwrap_or_else(PoisonError::into_inner);
            for (location, id) in table.iter() {
                visit(location, *id);
            }
        }
    }
}
