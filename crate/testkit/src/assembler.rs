//! Assembler of EVM code for all forks: only opcodes of Frontier, unless the caller names others.

use alloy_primitives::{Address, Bytes};

/// Code under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembler(Vec<u8>);

impl Assembler {
    /// Adds opcodes.
    pub(crate) fn op(&mut self, opcodes: &[u8]) -> &mut Self {
        self.0.extend(opcodes);
        self
    }

    /// Pushes a number.
    pub(crate) fn push(&mut self, value: u8) -> &mut Self {
        self.op(&[op::PUSH1, value])
    }

    /// Pushes an address.
    pub(crate) fn address(&mut self, address: Address) -> &mut Self {
        self.op(&[op::PUSH1 + 19]).op(address.as_slice())
    }

    /// Pushes the value of a slot.
    pub(crate) fn load(&mut self, slot: u8) -> &mut Self {
        self.push(slot).op(&[op::SLOAD])
    }

    /// Pops a value into a slot.
    pub(crate) fn store(&mut self, slot: u8) -> &mut Self {
        self.push(slot).op(&[op::SSTORE])
    }

    /// Pops a value, and runs `body` if it is zero.
    pub(crate) fn unless(&mut self, body: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        // A jump over the body. Its target is set later.
        self.op(&[op::PUSH1 + 1, 0, 0, op::JUMPI]);
        let start = self.0.len();
        body(self);
        let end = u16::try_from(self.0.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        if let Some(target) = self.0.get_mut(start - 3..start - 1) {
            target.copy_from_slice(&end);
        }
        self.op(&[op::JUMPDEST])
    }

    /// Runs `body` until it pushes zero.
    pub(crate) fn repeat(&mut self, body: impl FnOnce(&mut Self) -> &mut Self) -> &mut Self {
        let start = u16::try_from(self.0.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        self.op(&[op::JUMPDEST]);
        body(self);
        self.op(&[op::PUSH1 + 1]).op(&start).op(&[op::JUMPI])
    }

    /// Calls with `opcode`, without data, and pushes the success flag.
    pub(crate) fn call(
        &mut self,
        opcode: u8,
        value: Option<u8>,
        to: impl FnOnce(&mut Self) -> &mut Self,
    ) -> &mut Self {
        self.push(0).push(0).push(0).push(0);
        if let Some(value) = value {
            self.push(value);
        }
        to(self);
        // Not all gas, so that the caller survives a callee that uses it up. Before EIP-150 a call with more gas than
        // is left fails.
        self.op(&[op::PUSH1 + 1, 0x75, 0x30, opcode])
    }

    /// Writes `bytes`, at most 256, to memory from 0 on.
    pub(crate) fn memory(&mut self, bytes: &[u8]) -> &mut Self {
        for (index, word) in bytes.chunks(32).enumerate() {
            let at = u8::try_from(32 * index).unwrap_or(u8::MAX);
            let mut padded = [0; 32];
            padded[..word.len()].copy_from_slice(word);
            self.op(&[op::PUSH1 + 31])
                .op(&padded)
                .push(at)
                .op(&[op::MSTORE]);
        }
        self
    }

    /// Returns the code.
    pub(crate) fn finish(&self) -> Bytes {
        self.0.clone().into()
    }

    /// Returns init code that deploys this code.
    pub(crate) fn deployed(&self) -> Bytes {
        let length = u16::try_from(self.0.len())
            .unwrap_or(u16::MAX)
            .to_be_bytes();
        let [high, low] = length;
        let mut init = Self::default();
        init.op(&[op::PUSH1 + 1, high, low])
            .push(14)
            .push(0)
            .op(&[op::CODECOPY]);
        init.op(&[op::PUSH1 + 1, high, low])
            .push(0)
            .op(&[op::RETURN]);
        init.op(&self.0).finish()
    }
}

/// Opcodes by name.
pub(crate) mod op {
    pub(crate) const ADD: u8 = 0x01;
    pub(crate) const SUB: u8 = 0x03;
    pub(crate) const ISZERO: u8 = 0x15;
    pub(crate) const AND: u8 = 0x16;
    pub(crate) const BALANCE: u8 = 0x31;
    pub(crate) const ORIGIN: u8 = 0x32;
    pub(crate) const CALLER: u8 = 0x33;
    pub(crate) const CALLVALUE: u8 = 0x34;
    pub(crate) const CALLDATALOAD: u8 = 0x35;
    pub(crate) const CALLDATASIZE: u8 = 0x36;
    pub(crate) const CALLDATACOPY: u8 = 0x37;
    pub(crate) const CODECOPY: u8 = 0x39;
    pub(crate) const GASPRICE: u8 = 0x3a;
    pub(crate) const EXTCODESIZE: u8 = 0x3b;
    pub(crate) const EXTCODECOPY: u8 = 0x3c;
    pub(crate) const RETURNDATASIZE: u8 = 0x3d;
    pub(crate) const RETURNDATACOPY: u8 = 0x3e;
    pub(crate) const EXTCODEHASH: u8 = 0x3f;
    pub(crate) const BLOCKHASH: u8 = 0x40;
    pub(crate) const COINBASE: u8 = 0x41;
    pub(crate) const TIMESTAMP: u8 = 0x42;
    pub(crate) const NUMBER: u8 = 0x43;
    /// From the merge on: PREVRANDAO.
    pub(crate) const DIFFICULTY: u8 = 0x44;
    pub(crate) const GASLIMIT: u8 = 0x45;
    pub(crate) const CHAINID: u8 = 0x46;
    pub(crate) const SELFBALANCE: u8 = 0x47;
    pub(crate) const BASEFEE: u8 = 0x48;
    pub(crate) const BLOBHASH: u8 = 0x49;
    pub(crate) const BLOBBASEFEE: u8 = 0x4a;
    pub(crate) const POP: u8 = 0x50;
    pub(crate) const MLOAD: u8 = 0x51;
    pub(crate) const MSTORE: u8 = 0x52;
    pub(crate) const SLOAD: u8 = 0x54;
    pub(crate) const SSTORE: u8 = 0x55;
    pub(crate) const JUMPI: u8 = 0x57;
    pub(crate) const GAS: u8 = 0x5a;
    pub(crate) const JUMPDEST: u8 = 0x5b;
    pub(crate) const TLOAD: u8 = 0x5c;
    pub(crate) const TSTORE: u8 = 0x5d;
    pub(crate) const PUSH1: u8 = 0x60;
    pub(crate) const DUP1: u8 = 0x80;
    pub(crate) const SWAP1: u8 = 0x90;
    pub(crate) const LOG1: u8 = 0xa1;
    pub(crate) const CREATE: u8 = 0xf0;
    pub(crate) const CALL: u8 = 0xf1;
    pub(crate) const CALLCODE: u8 = 0xf2;
    pub(crate) const RETURN: u8 = 0xf3;
    pub(crate) const DELEGATECALL: u8 = 0xf4;
    pub(crate) const CREATE2: u8 = 0xf5;
    pub(crate) const STATICCALL: u8 = 0xfa;
    pub(crate) const REVERT: u8 = 0xfd;
    pub(crate) const INVALID: u8 = 0xfe;
    pub(crate) const SELFDESTRUCT: u8 = 0xff;
}
