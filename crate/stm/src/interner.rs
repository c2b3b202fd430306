//! Gives each location a dense number.
//!
//! A location is known by its whole key: two keys with the same hash are two
//! locations. The hash is seeded, so that nobody can choose keys that collide.

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

/// Locks that workers spread over. A power of two.
const SHARDS: usize = if cfg!(parevm_loom) { 1 } else { 64 };

pub(crate) struct Interner<L> {
    hasher: SeedableRandomState,
    shards: Box<[Shard<L>]>,
    next: AtomicU32,
}

/// Takes cache lines of its own: workers look here all the time.
#[repr(align(128))]
struct Shard<L>(Mutex<Names<L>>);

/// Locations with their numbers. The hash is kept out: it is computed once.
type Names<L> = HashTable<(L, LocationId)>;

/// Numbers that only one worker gives to locations. So what it was first to ask
/// for lies together, apart from what others were.
#[derive(Default)]
pub(crate) struct Numbers(Range<u32>);

impl<L: Clone + Eq + Hash> Interner<L> {
    pub(crate) fn new(seed: u64, locations: usize) -> Self {
        let shard = || Shard(Mutex::new(HashTable::with_capacity(locations / SHARDS)));
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
    /// One that is new takes the next of `numbers`.
    pub(crate) fn intern(&self, hash: u64, location: &L, numbers: &mut Numbers) -> LocationId {
        // The table inside takes low and the highest bits, so take others.
        let Shard(names) = &self.shards[(hash >> 40) as usize % SHARDS];
        let is_it = |(known, _): &(L, LocationId)| known == location;
        let rehash = |(known, _): &(L, LocationId)| self.hasher.hash_one(known);
        match lock(names).entry(hash, is_it, rehash) {
            Entry::Occupied(entry) => entry.get().1,
            Entry::Vacant(entry) => {
                let id = LocationId(numbers.next(&self.next));
                entry.insert((location.clone(), id));
                id
            }
        }
    }

    /// Calls `visit` for every location seen so far.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&L, LocationId)) {
        for Shard(names) in &self.shards {
            for (location, id) in lock(names).iter() {
                visit(location, *id);
            }
        }
    }
}

impl Numbers {
    /// The next number, of a new chunk of them where the last one is used up.
    fn next(&mut self, free: &AtomicU32) -> u32 {
        self.0.next().unwrap_or_else(|| {
            // Relaxed: numbers only have to differ; locks hand them over.
            let first = free.fetch_add(CHUNK, Ordering::Relaxed);
            self.0 = first + 1..first + CHUNK;
            first
        })
    }
}
