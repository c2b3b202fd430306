//! What tells a parallel run how far it relies on balances. Tests switch single
//! hooks off, to show that each is needed; otherwise this costs nothing.

/// A place where the EVM is asked what it makes of a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    /// The opcode BALANCE.
    Balance,
    /// The opcode SELFBALANCE.
    SelfBalance,
    /// The opcode SELFDESTRUCT, of its source.
    SelfDestruct,
    /// A frame that pays its callee.
    Payment,
    /// The opcodes CREATE and CREATE2, which from Amsterdam on compare the creator's balance (EIP-8037).
    Creation,
    /// The check that a sender can pay for its transaction.
    FeeCheck,
    /// A load of an account without nonce and code.
    Emptiness,
    /// The reward of the beneficiary.
    Reward,
}

impl Hook {
    /// Always true, unless a test says otherwise.
    #[cfg(not(test))]
    #[inline(always)]
    pub(super) const fn is_on(self) -> bool {
        true
    }

    #[cfg(test)]
    pub(super) fn is_on(self) -> bool {
        OFF.get() != Some(self)
    }

    /// Runs `body` with this hook switched off on the current thread.
    #[cfg(test)]
    pub(super) fn without<T>(self, body: impl FnOnce() -> T) -> T {
        OFF.set(Some(self));
        let result = body();
        OFF.set(None);
        result
    }
}

#[cfg(test)]
thread_local! {
    static OFF: std::cell::Cell<Option<Hook>> = const { std::cell::Cell::new(None) };
}
