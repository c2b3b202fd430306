//! The multi-version memory of one block.

use crate::{
    LocationId, TxIndex, Value,
    arena::Arena,
    cell::{Cell, Found},
    interner::{Interner, Numbers},
    sync::{Mutex, lock},
};
use std::hash::Hash;

/// What every location holds, for every transaction that asks.
///
/// Locations are known by their whole key. A value before the block is loaded
/// on first use and never asked for twice.
pub struct Memory<L, V: Value> {
    interner: Interner<L>,
    cells: Arena<Mutex<Cell<V>>>,
    /// For who is no worker.
    numbers: Mutex<Numbers>,
}

/// One location that a final transaction wrote.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a, L, V> {
    /// Where.
    pub location: &'a L,
    /// Its value before the block.
    pub before: &'a V,
    /// Its value after the last final transaction. May equal `before`.
    pub after: &'a V,
}

impl<L, V: Value> std::fmt::Debug for Memory<L, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl<L: Clone + Eq + Hash, V: Value> Memory<L, V> {
    /// An empty memory. `seed` keys the hash of locations and should not be
    /// known to whoever chooses the locations; it changes no result.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self::with_capacity(seed, 0)
    }

    /// The same, with room for `locations` locations.
    #[must_use]
    pub fn with_capacity(seed: u64, locations: usize) -> Self {
        Self {
            interner: Interner::new(seed, locations),
            cells: Arena::new(),
            numbers: Mutex::new(Numbers::default()),
        }
    }

    /// The dense name of `location`, with its value before the block loaded.
    ///
    /// # Errors
    ///
    /// What `load` returned.
    pub fn locate<E>(
        &self,
        location: &L,
        load: impl FnOnce(&L) -> Result<V, E>,
    ) -> Result<LocationId, E> {
        let id = self.name(location);
        self.load(id, location, load)?;
        Ok(id)
    }

    /// The final value of `location`: after every final transaction.
    ///
    /// # Errors
    ///
    /// What `load` returned.
    pub fn final_value<E>(
        &self,
        location: &L,
        load: impl Fn(&L) -> Result<V, E>,
    ) -> Result<(LocationId, V), E> {
        let id = self.name(location);
        Ok((id, self.read_final(id, location, load)?))
    }

    /// Applies `patch` to the final value of a location. For what happens
    /// before the first and after the last transaction of a block, never while
    /// workers run.
    pub fn apply(&self, id: LocationId, patch: &V::Patch) {
        lock(self.cell(id)).apply(patch, None);
    }

    /// Calls `visit` for every location that was written, in no order.
    pub fn for_each_change(&self, mut visit: impl FnMut(Change<'_, L, V>)) {
        self.interner.for_each(|location, id| {
            if let Some((before, after)) = lock(self.cell(id)).change() {
                visit(Change {
                    location,
                    before,
                    after,
                });
            }
        });
    }

    /// Calls `visit` for every location that was asked for, with its dense name,
    /// in no order.
    pub fn for_each_location(&self, visit: impl FnMut(&L, LocationId)) {
        self.interner.for_each(visit);
    }

    pub(crate) fn hash(&self, location: &L) -> u64 {
        self.interner.hash(location)
    }

    fn name(&self, location: &L) -> LocationId {
        self.intern(self.hash(location), location, &mut lock(&self.numbers))
    }

    /// The dense name of `location`, whose hash is `hash`. A new one is the next
    /// of `numbers`.
    pub(crate) fn intern(&self, hash: u64, location: &L, numbers: &mut Numbers) -> LocationId {
        self.interner.intern(hash, location, numbers)
    }

    /// Makes sure that the value before the block is there.
    pub(crate) fn load<E>(
        &self,
        id: LocationId,
        location: &L,
        load: impl FnOnce(&L) -> Result<V, E>,
    ) -> Result<(), E> {
        if !lock(self.cell(id)).is_loaded() {
            // Not under the lock, as in `read`.
            let base = load(location)?;
            lock(self.cell(id)).load(base);
        }
        Ok(())
    }

    /// What `reader` finds while lower transactions may run, or the lower
    /// transaction that is computing it anew.
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
                cell.load(base);
            }
            match cell.find(reader) {
                Found::Value(value) => return Ok(Ok(value)),
                Found::Estimate(writer) => return Ok(Err(writer)),
                // Not under the lock: a state source may be slow. Two workers
                // that load the same location load the same value.
                Found::Unloaded => drop(cell),
            }
            base = Some(load(location)?);
        }
    }

    /// The value after every final transaction.
    pub(crate) fn read_final<E>(
        &self,
        id: LocationId,
        location: &L,
        load: impl Fn(&L) -> Result<V, E>,
    ) -> Result<V, E> {
        let mut base = None;
        loop {
            let mut cell = lock(self.cell(id));
            if let Some(base) = base.take() {
                cell.load(base);
            }
            if let Some(value) = cell.final_value() {
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
