//! Contracts with scripted functions, for tests.
//!
//! A [`ScriptedContract`] has functions that run a [`Script`]: stores, logs, calls. Any other call returns three
//! words, from the slots at [`answer_slot`] on, so a test sets the result of `balanceOf` as a slot.

use crate::assembler::{Assembler, op};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

/// Returns the slot of the first word that a scripted contract returns for the call data `question`.
#[must_use]
pub fn answer_slot(question: &[u8]) -> U256 {
    keccak256(question).into()
}

/// Builder of a scripted contract.
#[derive(Clone, Debug, Default)]
pub struct ScriptedContract(Assembler);

impl ScriptedContract {
    /// Adds a function, which returns no data unless `body` ends otherwise.
    #[must_use]
    pub fn on(mut self, selector: [u8; 4], body: impl FnOnce(Script<'_>) -> Script<'_>) -> Self {
        let code = &mut self.0;
        code.push(0).op(&[op::CALLDATALOAD]).push(224);
        code.op(&[SHR, op::PUSH1 + 3]).op(&selector).op(&[op::SUB]);
        code.unless(|code| {
            body(Script(code));
            code.op(&[STOP])
        });
        self
    }

    /// Returns the code of a contract that runs `body` on every call and returns no data.
    #[must_use]
    pub fn always(mut self, body: impl FnOnce(Script<'_>) -> Script<'_>) -> Bytes {
        body(Script(&mut self.0));
        self.0.op(&[STOP]).finish()
    }

    /// Returns the code.
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

/// Script of a function: its actions, in order.
#[derive(Debug)]
pub struct Script<'a>(&'a mut Assembler);

impl Script<'_> {
    /// Stores `value` in `slot`.
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

    /// Calls `to` with at most 256 bytes of data. Ignores a failure.
    #[must_use]
    pub fn call(self, to: Address, value: u8, data: &[u8]) -> Self {
        self.calling(op::CALL, to, Some(value), data)
            .raw(&[op::POP])
    }

    /// Delegates to the code of `to`. Ignores a failure.
    #[must_use]
    pub fn delegate(self, to: Address, data: &[u8]) -> Self {
        self.calling(op::DELEGATECALL, to, None, data)
            .raw(&[op::POP])
    }

    /// Calls `to`, and reverts with its return data if it fails.
    #[must_use]
    pub fn call_or_fail(self, to: Address, data: &[u8]) -> Self {
        let script = self.calling(op::CALL, to, Some(0), data);
        script.0.unless(|code| {
            code.op(&[op::RETURNDATASIZE]).push(0).push(0);
            code.op(&[op::RETURNDATACOPY, op::RETURNDATASIZE]);
            code.push(0).op(&[op::REVERT])
        });
        script
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
        let script = self.bytes(init.len());
        script.0.push(0);
        script.raw(&[create, op::POP])
    }

    /// Reverts with at most 256 bytes.
    #[must_use]
    pub fn revert(self, data: &[u8]) -> Self {
        self.0.memory(data);
        self.bytes(data.len()).raw(&[op::REVERT])
    }

    /// Self-destructs in favour of `heir`.
    #[must_use]
    pub fn destroy(self, heir: Address) -> Self {
        self.0.address(heir);
        self.raw(&[op::SELFDESTRUCT])
    }

    /// Adds the word at `from` in the call data to a slot.
    #[must_use]
    pub fn add_word(self, from: u8, slot: U256) -> Self {
        let script = self.word(slot.into());
        script.0.op(&[op::DUP1, op::SLOAD]).push(from);
        script
            .0
            .op(&[op::CALLDATALOAD, op::ADD, op::SWAP1, op::SSTORE]);
        script
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

    /// Pushes length and offset of the data in memory.
    fn bytes(self, length: usize) -> Self {
        let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
        self.0.op(&[op::PUSH1 + 1]).op(&length).push(0);
        self
    }

    fn calling(self, opcode: u8, to: Address, value: Option<u8>, data: &[u8]) -> Self {
        self.0.memory(data).push(0).push(0);
        let script = self.bytes(data.len());
        if let Some(value) = value {
            script.0.push(value);
        }
        script.0.address(to);
        script.raw(&[op::GAS, opcode])
    }
}

const STOP: u8 = 0x00;
const SHR: u8 = 0x1c;
const KECCAK256: u8 = 0x20;
