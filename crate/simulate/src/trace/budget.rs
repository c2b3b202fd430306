//! Bytes that a tracer may record.

/// Bytes that a tracer may record of all transactions together.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    is_exceeded: bool,
}

impl Default for Budget {
    /// Any number of bytes.
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl Budget {
    pub(super) const fn new(bytes: usize) -> Self {
        Self {
            left: bytes,
            is_exceeded: false,
        }
    }

    /// Takes `bytes` before they are recorded. False where they are too many: then they must not be.
    pub(super) const fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.is_exceeded = true,
        }
        !self.is_exceeded
    }

    /// True when there was more than is allowed.
    pub(super) const fn is_exceeded(&self) -> bool {
        self.is_exceeded
    }
}
