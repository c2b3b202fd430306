//! Gas budget of the queries that compare tokens with their events.

use super::ReportError;

/// Gas that may still be used for queries.
#[derive(Debug)]
pub(super) struct GasBudget {
    left: u64,
    limit: u64,
}

impl GasBudget {
    /// Returns a budget that suffices to query everything that a call with `gas` can transfer: a query costs about
    /// as much as a transfer, and each transfer has two accounts, queried before and after.
    pub(super) const fn of_call(gas: u64) -> Self {
        let limit = gas.saturating_mul(8);
        Self { left: limit, limit }
    }

    /// Checks that `gas` is left.
    ///
    /// # Errors
    ///
    /// [`ReportError::QueryGas`]: it is not.
    pub(super) const fn require(&self, gas: u64) -> Result<(), ReportError> {
        match gas <= self.left {
            true => Ok(()),
            false => Err(ReportError::QueryGas { limit: self.limit }),
        }
    }

    /// Takes `gas`.
    ///
    /// # Errors
    ///
    /// As [`Self::require`].
    pub(super) fn take(&mut self, gas: u64) -> Result<(), ReportError> {
        self.require(gas)?;
        self.left -= gas;
        Ok(())
    }
}
