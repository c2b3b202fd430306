//! Byte budget of a tracer.

/// Bytes that a tracer may still record, of all transactions together.
#[derive(Debug)]
pub(super) struct ByteBudget {
    left: usize,
    is_exceeded: bool,
}

impl Default for ByteBudget {
    /// Returns a budget without limit.
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl ByteBudget {
    pub(super) const fn new(bytes: usize) -> Self {
        Self {
            left: bytes,
            is_exceeded: false,
        }
    }

    /// Takes `bytes`. Returns false if they exceed the budget: then they must not be recorded.
    pub(super) const fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.is_exceeded = true,
        }
        !self.is_exceeded
    }

    /// Returns true if more was taken than the budget had.
    pub(super) const fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }
}
