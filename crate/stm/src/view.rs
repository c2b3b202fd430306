//! The state as one transaction sees it, and the record of what it did.

use crate::{
    LocationId, Mode, Program, ReadError, TxIndex, Value, WorkerId,
    interner::Numbers,
    run::Shared,
    task::{Read, Record},
    timeline::Log,
};

/// A worker's window on the memory, aimed at one transaction at a time.
pub struct View<'m, P: Program> {
    shared: &'m Shared<'m, P>,
    worker: WorkerId,
    index: TxIndex,
    mode: Mode,
    /// The lower transaction that a suspended run waits for.
    awaited: Option<TxIndex>,
    reads: Vec<Read<P>>,
    writes: Vec<Write<P>>,
    blind: Vec<Write<P>>,
    /// Records that are settled, for their room.
    #[allow(clippy::vec_box, reason = "they pass from hand to hand in their boxes")]
    spare: Vec<Box<Record<P>>>,
    pub(crate) log: Log<'m>,
    /// Names that were asked for lately, by their hash: hot locations are
    /// found without touching what workers share.
    names: Box<[Option<Name<P>>]>,
    /// For locations that nobody has asked for.
    numbers: Numbers,
}

struct Name<P: Program> {
    location: P::Location,
    id: LocationId,
    /// The value before the block is known to be there.
    is_loaded: bool,
}

/// Records whose room is kept: about as many as wait for the frontier.
const SPARE: usize = 64;
/// A power of two.
const NAMES: usize = if cfg!(parevm_loom) { 1 } else { 1024 };

pub(crate) type Write<P> = (LocationId, <<P as Program>::Value as Value>::Patch);

/// Names one recorded read of the running transaction.
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
    pub(crate) fn new(shared: &'m Shared<'m, P>, worker: WorkerId) -> Self {
        Self {
            shared,
            worker,
            index: TxIndex::new(0),
            mode: Mode::Optimistic,
            awaited: None,
            reads: Vec::new(),
            writes: Vec::new(),
            blind: Vec::new(),
            spare: Vec::new(),
            log: Log::new(shared.recorder, worker),
            names: (0..NAMES).map(|_| None).collect(),
            numbers: Numbers::default(),
        }
    }

    /// Aims the view at a run of `index`, with an empty record.
    pub(crate) fn begin(&mut self, index: TxIndex, mode: Mode) {
        self.index = index;
        self.mode = mode;
        self.restart();
        self.log.begin(index, mode);
    }

    /// Forgets what the run has read and written, for a run that starts anew.
    pub fn restart(&mut self) {
        self.awaited = None;
        self.reads.clear();
        self.writes.clear();
        self.blind.clear();
    }

    /// Hands over for whom the run waits that was suspended, if for anybody.
    pub(crate) fn take_awaited(&mut self) -> Option<TxIndex> {
        self.awaited.take()
    }

    /// Hands over what the run relied on, and its blind patches, with what it
    /// returned.
    pub(crate) fn take_record(&mut self, output: Option<P::Output>) -> Box<Record<P>> {
        let mut record = self.spare.pop().unwrap_or_default();
        record.output = output;
        std::mem::swap(&mut self.reads, &mut record.reads);
        std::mem::swap(&mut self.blind, &mut record.blind);
        record
    }

    /// Keeps the room of a record that is settled.
    pub(crate) fn keep_room(&mut self, mut record: Box<Record<P>>) {
        if self.spare.len() < SPARE {
            record.output = None;
            record.reads.clear();
            record.written.clear();
            record.blind.clear();
            self.spare.push(record);
        }
    }

    /// Hands over the patches that others may see.
    pub(crate) fn drain_visible(&mut self) -> impl Iterator<Item = Write<P>> {
        self.writes.drain(..)
    }

    /// Hands over the patches of a final run.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Write<P>> {
        self.writes.drain(..).chain(self.blind.drain(..))
    }

    /// The worker that looks through it.
    pub(crate) fn worker(&self) -> WorkerId {
        self.worker
    }

    /// The transaction that runs.
    #[must_use]
    pub fn index(&self) -> TxIndex {
        self.index
    }

    /// How the transaction runs.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What the transaction sees at `location`, and the location's dense name.
    ///
    /// The caller says with [`Self::rely`] what the run makes of the value. One
    /// location should be read once in a run.
    ///
    /// # Errors
    ///
    /// - [`ReadError::Suspended`], in optimistic mode only: a lower transaction
    ///   is computing the value. The run must stop here and say so; when it is
    ///   resumed it reads again.
    /// - [`ReadError::Stopped`]: the block has no result any more.
    /// - [`ReadError::Base`]: the state before the block has no answer.
    pub fn read(
        &mut self,
        location: &P::Location,
    ) -> Result<(LocationId, P::Value), ReadError<P::Error>> {
        let program = self.shared.program;
        self.read_from(location, |location| program.base(location))
    }

    /// The same, with `load` in the place of [`Program::base`], whose value it
    /// returns if it does not fail.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_from<E>(
        &mut self,
        location: &P::Location,
        load: impl Fn(&P::Location) -> Result<P::Value, E>,
    ) -> Result<(LocationId, P::Value), ReadError<E>> {
        let shared = self.shared;
        let (mode, index) = (self.mode, self.index);
        let name = self.name(location);
        let id = name.id;
        loop {
            if shared.is_stopped() {
                return Err(ReadError::Stopped);
            }
            let found = if mode == Mode::Final {
                shared.memory.read_final(id, location, &load).map(Ok)
            } else {
                shared.memory.read(id, location, index, &load)
            };
            match found.map_err(ReadError::Base)? {
                Ok(value) => {
                    name.is_loaded = true;
                    return Ok((id, value));
                }
                Err(writer) => {
                    if !shared.ends_soon(writer) {
                        self.awaited = Some(writer);
                        return Err(ReadError::Suspended);
                    }
                }
            }
        }
    }

    /// Records that the run relies on `check` for the location `id`.
    ///
    /// In final mode nothing needs checking and nothing is recorded.
    pub fn rely(&mut self, id: LocationId, check: <P::Value as Value>::Check) -> ReadIndex {
        if self.mode == Mode::Final {
            return ReadIndex(usize::MAX);
        }
        self.reads.push((id, check));
        ReadIndex(self.reads.len() - 1)
    }

    /// The location and check of a recorded read, for a run that comes to rely
    /// on more than it did at first. `None` if the run has no such read.
    pub fn read_mut(
        &mut self,
        read: ReadIndex,
    ) -> Option<(LocationId, &mut <P::Value as Value>::Check)> {
        self.reads.get_mut(read.0).map(|(id, check)| (*id, check))
    }

    /// The dense name of a location that the run writes without reading it.
    ///
    /// # Errors
    ///
    /// As [`Self::read`], but never [`ReadError::Suspended`].
    pub fn locate(&mut self, location: &P::Location) -> Result<LocationId, ReadError<P::Error>> {
        let shared = self.shared;
        let name = self.name(location);
        if !name.is_loaded {
            shared
                .memory
                .load(name.id, location, |location| shared.program.base(location))
                .map_err(ReadError::Base)?;
            name.is_loaded = true;
        }
        Ok(name.id)
    }

    /// Records the run's one patch for the location `id`.
    pub fn write(&mut self, id: LocationId, patch: <P::Value as Value>::Patch) {
        self.writes.push((id, patch));
    }

    /// Records the run's one patch for the location `id`, which higher
    /// transactions need not see before it is final: one that reads there and
    /// relies on it runs again. For writes by everybody that nobody reads.
    pub fn write_blind(&mut self, id: LocationId, patch: <P::Value as Value>::Patch) {
        self.blind.push((id, patch));
    }

    fn name(&mut self, location: &P::Location) -> &mut Name<P> {
        let memory = self.shared.memory;
        let hash = memory.hash(location);
        let numbers = &mut self.numbers;
        let place = &mut self.names[(hash >> 20) as usize % NAMES];
        if place.as_ref().is_none_or(|name| name.location != *location) {
            *place = None;
        }
        place.get_or_insert_with(|| Name {
            location: location.clone(),
            id: memory.intern(hash, location, numbers),
            is_loaded: false,
        })
    }
}
