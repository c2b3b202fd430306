//! A state source with changes on top.

use super::StateSource;

/// A state source with changes on top: what the sequential executor runs on.
#[derive(Debug)]
pub struct Overlay<'a, S: ?Sized> {
    source: &'a S,
}

impl<'a, S: StateSource + ?Sized> Overlay<'a, S> {
    /// An overlay without changes.
    pub fn new(source: &'a S) -> Self {
        Self { source }
    }

    /// The state below.
    #[must_use]
    pub fn source(&self) -> &'a S {
        self.source
    }
}
