//! Contracts that do what a test wants.
//!
//! A [`Puppet`] has functions that run what the test wrote down: stores, logs, calls. To any other question
//! it answers three words, from the slots at [`answer`] on: so a test sets what `balanceOf` and
//! its kin say as it sets a slot.

use crate::assembler::{Assembler, op};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

/// The slot of the first word that a puppet answers to `question`.
#[must_use]
pub fn answer(question: &[u8]) -> U256 {
    keccak256(question).into()
}

/// A contract that is being written.
#[derive(Clone, Debug, Default)]
pub struct Puppet(Assembler);

impl Puppet {
    /// Adds a function, which ends without data unless `body` ends otherwise.
    #[must_use]
    pub fn on(mut self, selector: [u8; 4], body: impl FnOnce(Act<'_>) -> Act<'_>) -> Self {
        let code = &mut self.0;
        code.push(0).op(&[op::CALLDATALOAD]).push(224);
        code.op(&[SHR, op::PUSH1 + 3]).op(&selector).op(&[op::SUB]);
        code.unless(|code| {
            body(Act(code));
            code.op(&[STOP])
        });
        self
    }

    /// Runs `body` whatever is asked, and answers nothing.
    #[must_use]
    pub fn always(mut self, body: impl FnOnce(Act<'_>) -> Act<'_>) -> Bytes {
        body(Act(&mut self.0));
        self.0.op(&[STOP]).finish()
    }

    /// The code.
    #[must_use]
    pub fn code(mut self) -> Bytes {
        let code = &mut self.0;
        code.op(&[op::CALLDATASIZE]).push(0).push(0);
        code.op(&[op::CALLDATACOPY, op::CALLDATASIZE]).push(0);
        code.op(&[KECCAK256]);
        for at in 0..3 {
            code.op(&[op::DUP1]).push(at).op(&[op::ADD, op::SLOAD]);
            code.push(32 * at).op(&[op::MSTORE]);
        }
        code.push(96).push(0).op(&[op::RETURN]).finish()
    }
}

/// What a function does, in order.
#[derive(Debug)]
pub struct Act<'a>(&'a mut Assembler);

impl Act<'_> {
    /// Puts `value` into `slot`.
    #[must_use]
    pub fn store(self, slot: U256, value: U256) -> Self {
        self.word(value.into()).word(slot.into()).raw(&[op::SSTORE])
    }

    /// Logs `data`, at most 256 bytes.
    #[must_use]
    pub fn log(mut self, topics: &[B256], data: &[u8]) -> Self {
        self.0.memory(data);
        for topic in topics.iter().rev() {
            self = self.word(*topic);
        }
        let count = u8::try_from(topics.len()).unwrap_or(u8::MAX);
        self.bytes(data.len()).raw(&[op::LOG1 - 1 + count])
    }

    /// Calls with at most 256 bytes of data, and goes on whatever happens.
    #[must_use]
    pub fn call(self, to: Address, value: u8, data: &[u8]) -> Self {
        self.calling(op::CALL, to, Some(value), data)
            .raw(&[op::POP])
    }

    /// Runs the code of `to` as its own.
    #[must_use]
    pub fn delegate(self, to: Address, data: &[u8]) -> Self {
        self.calling(op::DELEGATECALL, to, None, data)
            .raw(&[op::POP])
    }

    /// Calls, and fails with what the callee returned if that fails.
    #[must_use]
    pub fn call_or_fail(self, to: Address, data: &[u8]) -> Self {
        let act = self.calling(op::CALL, to, Some(0), data);
        act.0.unless(|code| {
            code.op(&[op::RETURNDATASIZE]).push(0).push(0);
            code.op(&[op::RETURNDATACOPY, op::RETURNDATASIZE]);
            code.push(0).op(&[op::REVERT])
        });
        act
    }

    /// Creates a contract from init code of at most 256 bytes.
    #[must_use]
    pub fn create(self, init: &[u8], salt: Option<u8>) -> Self {
        self.0.memory(init);
        if let Some(salt) = salt {
            self.0.push(salt);
        }
        let create = if salt.is_some() {
            op::CREATE2
        } else {
            op::CREATE
        };
        let act = self.bytes(init.len());
        act.0.push(0);
        act.raw(&[create, op::POP])
    }

    /// Reverts with at most 256 bytes.
    #[must_use]
    pub fn revert(self, data: &[u8]) -> Self {
        self.0.memory(data);
        self.bytes(data.len()).raw(&[op::REVERT])
    }

    /// Destroys itself in favour of `heir`.
    #[must_use]
    pub fn destroy(self, heir: Address) -> Self {
        self.0.address(heir);
        self.raw(&[op::SELFDESTRUCT])
    }

    /// Adds the word at `from` in the data to a slot.
    #[must_use]
    pub fn add_word(self, from: u8, slot: U256) -> Self {
        let act = self.word(slot.into());
        act.0.op(&[op::DUP1, op::SLOAD]).push(from);
        act.0
            .op(&[op::CALLDATALOAD, op::ADD, op::SWAP1, op::SSTORE]);
        act
    }

    /// Adds opcodes.
    #[must_use]
    pub fn raw(self, opcodes: &[u8]) -> Self {
        self.0.op(opcodes);
        self
    }

    fn word(self, word: B256) -> Self {
        self.0.op(&[op::PUSH1 + 31]).op(word.as_slice());
        self
    }

    /// Leaves length and offset of the data in memory.
    fn bytes(self, length: usize) -> Self {
        let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        self.0.op(&[op::PUSH1 + 1]).op(&length).push(0);
        self
    }

    fn calling(self, opcode: u8, to: Address, value: Option<u8>, data: &[u8]) -> Self {
        self.0.memory(data).push(0).push(0);
        let act = self.bytes(data.len());
        if let Some(value) = value {
            act.0.push(value);
        }
        act.0.address(to);
        act.raw(&[op::GAS, opcode])
    }
}

const STOP: u8 = 0x00;
const SHR: u8 = 0x1c;
const KECCAK256: u8 = 0x20;
