//! Gives each location a dense number.
//!
//! A location is known by its whole key: two keys with the same hash are two
//! locations. The hash is seeded, so that nobody can choose keys that collide.

use crate::{
    LocationId,
    sync::{AtomicU32, Mutex, Ordering, lock},
};
use foldhash::{SharedSeed, fast::SeedableRandomState};
use hashbrown::{HashTable, hash_table::Entry};
use std::hash::{BuildHasher, Hash};

/// Locks that workers spread over. A power of two.
const SHARDS: usize = if cfg!(parevm_loom) { 1 } else { 64 };

pub(crate) struct Interner<L> {
    hasher: SeedableRandomState,
    shards: Box<[Mutex<Shard<L>>]>,
    next: AtomicU32,
}

/// Locations with their numbers. The hash is kept out: it is computed once.
type Shard<L> = HashTable<(L, LocationId)>;

impl<L: Clone + Eq + Hash> Interner<L> {
    pub(crate) fn new(seed: u64, locations: usize) -> Self {
        let shard = || Mutex::new(HashTable::with_capacity(locations / SHARDS));
        Self {
            hasher: SeedableRandomState::with_seed(seed, SharedSeed::global_fixed()),
            shards: (0..SHARDS).map(|_| shard()).collect(),
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
        let rehash = |(known, _): &(L, LocationId)| self.hasher.hash_one(known);
        match lock(shard).entry(hash, is_it, rehash) {
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
            for (location, id) in lock(shard).iter() {
                visit(location, *id);
            }
        }
    }
}
