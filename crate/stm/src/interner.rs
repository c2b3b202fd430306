//! Interner of locations: gives each a dense id.
//!
//! A location is identified by its whole key: two keys with the same hash are two locations. The
//! hash is seeded, so that nobody can choose keys that collide.

use crate::{
    LocationId,
    arena::CHUNK,
    sync::{AtomicU32, Mutex, Ordering, lock},
};
use foldhash::{SharedSeed, fast::SeedableRandomState};
use hashbrown::{HashTable, hash_table::Entry};
use std::{
    hash::{BuildHasher, Hash},
    ops::Range,
};

/// Number of locks that workers spread over. A power of two.
const SHARDS: usize = if cfg!(parevm_loom) { 1 } else { 64 };

pub(crate) struct Interner<L> {
    hasher: SeedableRandomState,
    shards: Box<[Shard<L>]>,
    next: AtomicU32,
}

/// Occupies cache lines of its own: every worker looks here all the time.
#[repr(align(128))]
struct Shard<L>(Mutex<IdTable<L>>);

/// Locations with their ids. The hash is kept out: it is computed once.
type IdTable<L> = HashTable<(L, LocationId)>;

/// Ids that one worker alone gives to new locations. So the locations that it was first to use lie
/// together, apart from those of other workers.
#[derive(Default)]
pub(crate) struct IdRange(Range<u32>);

impl<L: Clone + Eq + Hash> Interner<L> {
    pub(crate) fn new(seed: u64, locations: usize) -> Self {
        let shard = || Shard(Mutex::new(HashTable::with_capacity(locations / SHARDS)));
        Self {
            hasher: SeedableRandomState::with_seed(seed, SharedSeed::global_fixed()),
            shards: (0..SHARDS).map(|_| shard()).collect(),
            next: AtomicU32::new(0),
        }
    }

    /// Returns the hash of `location`.
    pub(crate) fn hash(&self, location: &L) -> u64 {
        self.hasher.hash_one(location)
    }

    /// Returns the id of `location`, whose hash is `hash`; the same for every worker. A new
    /// location gets the next of `ids`.
    pub(crate) fn intern(&self, hash: u64, location: &L, ids: &mut IdRange) -> LocationId {
        // The hash table uses the low and the highest bits, so use others.
        let Shard(table) = &self.shards[(hash >> 40) as usize % SHARDS];
        let is_equal = |(known, _): &(L, LocationId)| known == location;
        let rehash = |(known, _): &(L, LocationId)| self.hasher.hash_one(known);
        match lock(table).entry(hash, is_equal, rehash) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => {
                let id = LocationId(ids.next(&self.next));
                entry.insert((location.clone(), id));
                id
            }
        }
    }

    /// Calls `visit` for every location with an id.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&L, LocationId)) {
        for Shard(table) in &self.shards {
            for (location, id) in lock(table).iter() {
                visit(location, *id);
            }
        }
    }
}

impl IdRange {
    /// Returns the next id; takes a new chunk of `free` ids when the last one is used up.
    fn next(&mut self, free: &AtomicU32) -> u32 {
        self.0.next().unwrap_or_else(|| {
            // Relaxed: ids only have to differ; the locks of the shards publish them.
            let first = free.fetch_add(CHUNK, Ordering::Relaxed);
            self.0 = first + 1..first + CHUNK;
            first
        })
    }
}
