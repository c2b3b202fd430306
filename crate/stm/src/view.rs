//! View of one transaction on the memory, which records its read set and write set.

use crate::{
    LocationId, Mode, Program, ReadError, TxIndex, Value, WorkerId,
    context::ExecutionContext,
    execution_record::{ExecutionRecord, ReadEntry, WriteEntry},
    interner::IdRange,
    timeline::TimelineLog,
};

/// A worker's view of the memory, as one transaction at a time sees it.
pub struct View<'m, P: Program> {
    context: &'m ExecutionContext<'m, P>,
    worker: WorkerId,
    index: TxIndex,
    mode: Mode,
    /// Lower transaction that the suspended execution waits for.
    awaited: Option<TxIndex>,
    read_set: Vec<ReadEntry<P>>,
    write_set: Vec<WriteEntry<P>>,
    deferred: Vec<WriteEntry<P>>,
    /// Committed records, kept for their allocations.
    #[allow(clippy::vec_box, reason = "they move between threads in their boxes")]
    spare: Vec<Box<ExecutionRecord<P>>>,
    pub(crate) log: TimelineLog<'m>,
    /// Recently used locations, by their hash: hot locations are found without touching shared
    /// memory.
    cache: Box<[Option<CachedLocation<P>>]>,
    /// Ids for locations that are new to the memory.
    ids: IdRange,
}

struct CachedLocation<P: Program> {
    location: P::Location,
    id: LocationId,
    /// Whether the value before the block is known to be loaded.
    is_loaded: bool,
}

/// Maximum of records that are kept: about as many as wait for the commit index.
const SPARE: usize = 64;
/// Entries of the location cache. A power of two.
const CACHED: usize = if cfg!(parevm_loom) { 1 } else { 1024 };

/// Position of an entry in the read set of the current execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadIndex(usize);

impl<P: Program> std::fmt::Debug for View<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View")
            .field("worker", &self.worker)
            .field("index", &self.index)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

impl<'m, P: Program> View<'m, P> {
    pub(crate) fn new(context: &'m ExecutionContext<'m, P>, worker: WorkerId) -> Self {
        Self {
            context,
            worker,
            index: TxIndex::new(0),
            mode: Mode::Optimistic,
            awaited: None,
            read_set: Vec::new(),
            write_set: Vec::new(),
            deferred: Vec::new(),
            spare: Vec::new(),
            log: TimelineLog::new(context.recorder, worker),
            cache: (0..CACHED).map(|_| None).collect(),
            ids: IdRange::default(),
        }
    }

    /// Starts an execution of `index`, with an empty read set and write set.
    pub(crate) fn start(&mut self, index: TxIndex, mode: Mode) {
        self.index = index;
        self.mode = mode;
        self.restart();
        self.log.start(index, mode);
    }

    /// Clears the read set and the write set of an execution that starts anew.
    pub fn restart(&mut self) {
        self.awaited = None;
        self.read_set.clear();
        self.write_set.clear();
        self.deferred.clear();
    }

    /// Takes the transaction that the suspended execution waits for, if any.
    pub(crate) fn take_awaited(&mut self) -> Option<TxIndex> {
        self.awaited.take()
    }

    /// Takes the read set and the deferred writes, as a record with `output`.
    pub(crate) fn take_record(&mut self, output: Option<P::Output>) -> Box<ExecutionRecord<P>> {
        let mut record = self.spare.pop().unwrap_or_default();
        record.output = output;
        std::mem::swap(&mut self.read_set, &mut record.read_set);
        std::mem::swap(&mut self.deferred, &mut record.deferred);
        record
    }

    /// Keeps the allocations of a committed record.
    pub(crate) fn recycle(&mut self, mut record: Box<ExecutionRecord<P>>) {
        if self.spare.len() < SPARE {
            record.clear();
            self.spare.push(record);
        }
    }

    /// Drains the writes that may be published before they are committed.
    pub(crate) fn drain_publishable(&mut self) -> impl Iterator<Item = WriteEntry<P>> {
        self.write_set.drain(..)
    }

    /// Drains all writes, deferred ones too.
    pub(crate) fn drain_writes(&mut self) -> impl Iterator<Item = WriteEntry<P>> {
        self.write_set.drain(..).chain(self.deferred.drain(..))
    }

    /// Returns the worker of this view.
    pub(crate) fn worker(&self) -> WorkerId {
        self.worker
    }

    /// Returns the transaction that is executing.
    #[must_use]
    pub fn index(&self) -> TxIndex {
        self.index
    }

    /// Returns the mode of the execution.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Returns the id of `location` and the value that the transaction sees there.
    ///
    /// The caller records with [`Self::record_read`] how the execution depends on the value. An
    /// execution should read a location once.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Suspended`], in optimistic mode only: a lower transaction is computing the
    ///   value. The execution must stop with [`Progress::Suspended`](crate::Progress::Suspended);
    ///   when it is resumed it reads again.
    /// - [`ReadError::Stopped`]: the block has no result any more.
    /// - [`ReadError::Base`]: the state before the block could not be loaded.
    pub fn read(
        &mut self,
        location: &P::Location,
    ) -> Result<(LocationId, P::Value), ReadError<P::Error>> {
        let program = self.context.program;
        self.read_from(location, |location| program.base(location))
    }

    /// As [`Self::read`], with `load` in the place of [`Program::base`], whose value it returns
    /// unless it fails.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_from<E>(
        &mut self,
        location: &P::Location,
        load: impl Fn(&P::Location) -> Result<P::Value, E>,
    ) -> Result<(LocationId, P::Value), ReadError<E>> {
        let context = self.context;
        let (mode, index) = (self.mode, self.index);
        let cached = self.intern(location);
        let id = cached.id;
        loop {
            if context.is_stopped() {
                return Err(ReadError::Stopped);
            }
            let found = match mode {
                Mode::AtCommitIndex => context.memory.read_committed(id, location, &load).map(Ok),
                Mode::Optimistic => context.memory.read(id, location, index, &load),
            };
            match found.map_err(ReadError::Base)? {
                Ok(value) => {
                    cached.is_loaded = true;
                    return Ok((id, value));
                }
                Err(writer) => {
                    if !context.ends_soon(writer) {
                        self.awaited = Some(writer);
                        return Err(ReadError::Suspended);
                    }
                }
            }
        }
    }

    /// Records in the read set that the execution depends on `read` at the location `id`.
    ///
    /// At the commit index nothing needs validation and nothing is recorded.
    pub fn record_read(&mut self, id: LocationId, read: <P::Value as Value>::Read) -> ReadIndex {
        if self.mode == Mode::AtCommitIndex {
            return ReadIndex(usize::MAX);
        }
        self.read_set.push((id, read));
        ReadIndex(self.read_set.len() - 1)
    }

    /// Returns the location and the entry at `read` in the read set, for an execution that comes to
    /// depend on more than it did at first. `None` if there is no such entry.
    pub fn recorded_read_mut(
        &mut self,
        read: ReadIndex,
    ) -> Option<(LocationId, &mut <P::Value as Value>::Read)> {
        self.read_set.get_mut(read.0).map(|(id, read)| (*id, read))
    }

    /// Returns the id of a location that the execution writes without reading it.
    ///
    /// # Errors
    ///
    /// As [`Self::read`], but never [`ReadError::Suspended`].
    pub fn locate(&mut self, location: &P::Location) -> Result<LocationId, ReadError<P::Error>> {
        let context = self.context;
        let cached = self.intern(location);
        if !cached.is_loaded {
            let base = |location: &P::Location| context.program.base(location);
            let loaded = context.memory.load(cached.id, location, base);
            loaded.map_err(ReadError::Base)?;
            cached.is_loaded = true;
        }
        Ok(cached.id)
    }

    /// Records the execution's one write to the location `id`.
    pub fn write(&mut self, id: LocationId, write: <P::Value as Value>::Write) {
        self.write_set.push((id, write));
    }

    /// Records the execution's one write to the location `id`, and defers it: no reader sees it
    /// before it is committed, and one that depends on it is executed again. For locations that
    /// every transaction writes and none reads.
    pub fn write_deferred(&mut self, id: LocationId, write: <P::Value as Value>::Write) {
        self.deferred.push((id, write));
    }

    fn intern(&mut self, location: &P::Location) -> &mut CachedLocation<P> {
        let memory = self.context.memory;
        let hash = memory.hash(location);
        let ids = &mut self.ids;
        let entry = &mut self.cache[(hash >> 20) as usize % CACHED];
        if entry
            .as_ref()
            .is_none_or(|cached| cached.location != *location)
        {
            *entry = None;
        }
        entry.get_or_insert_with(|| CachedLocation {
            location: location.clone(),
            id: memory.intern(hash, location, ids),
            is_loaded: false,
        })
    }
}
