//! Hooks that record how an execution depends on balances. Tests disable single hooks to show that each is needed; in other
//! builds the switch costs nothing.

/// Point of the EVM at which an execution depends on a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hook {
    /// Opcode BALANCE.
    Balance,
    /// Opcode SELFBALANCE.
    SelfBalance,
    /// Opcode SELFDESTRUCT: the balance of its source.
    SelfDestruct,
    /// Frame that transfers value.
    Payment,
    /// Opcodes CREATE and CREATE2, which compare the creator's balance from Amsterdam on (EIP-8037).
    Creation,
    /// Check that the sender can pay for its transaction.
    FeeCheck,
    /// Load of an account without nonce and code.
    Emptiness,
    /// Reward of the beneficiary.
    Reward,
}

impl Hook {
    /// Returns whether the hook is enabled: always, except in tests.
    #[cfg(not(test))]
    #[inline(always)]
    pub(super) const fn is_enabled(self) -> bool {
        true
    }

    #[cfg(test)]
    pub(super) fn is_enabled(self) -> bool {
        DISABLED.get() != Some(self)
    }

    /// Runs `body` with this hook disabled on the current thread.
    #[cfg(test)]
    pub(crate) fn without<T>(self, body: impl FnOnce() -> T) -> T {
        DISABLED.set(Some(self));
        let result = body();
        DISABLED.set(None);
        result
    }
}

#[cfg(test)]
thread_local! {
    static DISABLED: std::cell::Cell<Option<Hook>> = const { std::cell::Cell::new(None) };
}
