//! Multi-version memory of one block.

use crate::{
    LocationId, TxIndex, Value,
    arena::Arena,
    interner::{IdRange, Interner},
    sync::{Mutex, lock},
    version_list::{Entry, VersionList},
    visibility::{self, Visibility, Visible},
};
use std::hash::Hash;

/// Multi-version memory: the value of every location for every transaction that reads it
/// (`MVMemory` of Block-STM).
///
/// Locations are identified by their whole key. The value before the block is loaded on first use
/// and never requested again.
pub struct MvMemory<L, V: Value> {
    interner: Interner<L>,
    cells: Arena<Mutex<Cell<V>>>,
    /// Ids for callers outside the worker pool.
    ids: Mutex<IdRange>,
}

/// Versions of one location, and the policy by which readers see them.
pub(crate) struct Cell<V: Value> {
    pub(crate) versions: VersionList<V>,
    pub(crate) visibility: Visibility,
}

/// Change of one location by committed transactions.
#[derive(Clone, Copy, Debug)]
pub struct LocationChange<'a, L, V> {
    /// Changed location.
    pub location: &'a L,
    /// Value before the block.
    pub before: &'a V,
    /// Value after the last committed transaction. May equal `before`.
    pub after: &'a V,
}

impl<V: Value> Default for Cell<V> {
    fn default() -> Self {
        Self {
            versions: VersionList::default(),
            visibility: Visibility::default(),
        }
    }
}

impl<V: Value> Cell<V> {
    /// Publishes a write of an optimistic execution to readers, or returns it where they do
    /// without.
    pub(crate) fn publish(&mut self, writer: TxIndex, write: V::Write) -> Result<(), V::Write> {
        if !self.visibility.publishes(&self.versions, writer, &write) {
            return Err(write);
        }
        self.versions.insert(writer, Entry::Write(write));
        Ok(())
    }
}

impl<L, V: Value> std::fmt::Debug for MvMemory<L, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MvMemory").finish_non_exhaustive()
    }
}

impl<L: Clone + Eq + Hash, V: Value> MvMemory<L, V> {
    /// Returns an empty memory. `seed` keys the hash of locations and should be unknown to whoever
    /// chooses the locations; it changes no result.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_capacity(seed, 0)
    }

    /// Returns an empty memory with room for `locations` locations.
    #[must_use]
    pub fn with_capacity(seed: u64, locations: usize) -> Self {
        Self {
            interner: Interner::new(seed, locations),
            cells: Arena::new(),
            ids: Mutex::new(IdRange::default()),
        }
    }

    /// Returns the id of `location`, with its value before the block loaded.
    ///
    /// # Errors
    ///
    /// The error of `load`.
    pub fn locate<E>(
        &self,
        location: &L,
        load: impl FnOnce(&L) -> Result<V, E>,
    ) -> Result<LocationId, E> {
        let id = self.id_of(location);
        self.load(id, location, load)?;
        Ok(id)
    }

    /// Returns the id and the committed value of `location`.
    ///
    /// # Errors
    ///
    /// The error of `load`.
    pub fn committed_value<E>(
        &self,
        location: &L,
        load: impl Fn(&L) -> Result<V, E>,
    ) -> Result<(LocationId, V), E> {
        let id = self.id_of(location);
        Ok((id, self.read_committed(id, location, load)?))
    }

    /// Applies `write` to the committed value of a location: for changes before the first and after
    /// the last transaction of a block, never while workers run.
    pub fn apply(&self, id: LocationId, write: &V::Write) {
        lock(self.cell(id)).versions.apply(write, None);
    }

    /// Calls `visit` for every location that a committed transaction wrote, in no order.
    pub fn for_each_change(&self, mut visit: impl FnMut(LocationChange<'_, L, V>)) {
        self.interner.for_each(|location, id| {
            if let Some((before, after)) = lock(self.cell(id)).versions.change() {
                visit(LocationChange {
                    location,
                    before,
                    after,
                });
            }
        });
    }

    /// Calls `visit` for every location with an id, in no order.
    pub fn for_each_location(&self, visit: impl FnMut(&L, LocationId)) {
        self.interner.for_each(visit);
    }

    pub(crate) fn hash(&self, location: &L) -> u64 {
        self.interner.hash(location)
    }

    fn id_of(&self, location: &L) -> LocationId {
        self.intern(self.hash(location), location, &mut lock(&self.ids))
    }

    /// Returns the id of `location`, whose hash is `hash`. A new location gets the next of `ids`.
    pub(crate) fn intern(&self, hash: u64, location: &L, ids: &mut IdRange) -> LocationId {
        self.interner.intern(hash, location, ids)
    }

    /// Loads the value before the block, unless it is there.
    pub(crate) fn load<E>(
        &self,
        id: LocationId,
        location: &L,
        load: impl FnOnce(&L) -> Result<V, E>,
    ) -> Result<(), E> {
        if !lock(self.cell(id)).versions.is_loaded() {
            // Not under the lock, as in `read`.
            let base = load(location)?;
            lock(self.cell(id)).versions.load(base);
        }
        Ok(())
    }

    /// Returns the value that `reader` sees in an optimistic execution, or the lower transaction
    /// whose estimate it meets.
    pub(crate) fn read<E>(
        &self,
        id: LocationId,
        location: &L,
        reader: TxIndex,
        load: impl Fn(&L) -> Result<V, E>,
    ) -> Result<Result<V, TxIndex>, E> {
        let mut base = None;
        loop {
            let mut cell = lock(self.cell(id));
            if let Some(base) = base.take() {
                cell.versions.load(base);
            }
            match visibility::read(&cell.versions, reader) {
                Visible::Value(value) => return Ok(Ok(value)),
                Visible::Estimate(writer) => return Ok(Err(writer)),
                // Not under the lock: a state source may be slow. Two workers
                // that load the same location load the same value.
                Visible::Unloaded => drop(cell),
            }
            base = Some(load(location)?);
        }
    }

    /// Returns the committed value.
    pub(crate) fn read_committed<E>(
        &self,
        id: LocationId,
        location: &L,
        load: impl Fn(&L) -> Result<V, E>,
    ) -> Result<V, E> {
        let mut base = None;
        loop {
            let mut cell = lock(self.cell(id));
            if let Some(base) = base.take() {
                cell.versions.load(base);
            }
            if let Some(value) = cell.versions.committed_value() {
                return Ok(value.clone());
            }
            drop(cell);
            base = Some(load(location)?);
        }
    }

    pub(crate) fn cell(&self, id: LocationId) -> &Mutex<Cell<V>> {
        self.cells.get(id.0)
    }
}
