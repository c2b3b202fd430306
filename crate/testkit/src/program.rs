//! Contracts with random code.

use crate::{
    assembler::{Assembler, op},
    random::Random,
};
use alloy_primitives::Address;
use parevm::vm::SpecId;

/// Number of slots of a contract; few, so that transactions conflict.
const SLOTS: u64 = 4;

/// Accounts that random code interacts with.
pub(crate) struct Neighbours<'a> {
    /// Accounts of any kind.
    pub(crate) accounts: &'a [Address],
    /// Contract that deploys [`child`] repeatedly at one address, with CREATE2.
    pub(crate) factory: Address,
    pub(crate) spec: SpecId,
}

/// Returns code of a few random statements.
pub(crate) fn random(random: &mut Random, near: &Neighbours<'_>) -> Assembler {
    let mut code = Assembler::default();
    for _ in 0..2 + random.below(7) {
        statement(&mut code, random, near);
    }
    match random.below(12) {
        0 => destroy(&mut code, random, near),
        1 => code.push(0).push(0).op(&[op::REVERT]),
        _ => &mut code,
    };
    code
}

/// Returns code that counts its calls in slot 0 and self-destructs if it receives value.
pub(crate) fn child() -> Assembler {
    let mut code = Assembler::default();
    code.load(0).push(1).op(&[op::ADD]).store(0);
    code.op(&[op::CALLVALUE, op::ISZERO]);
    code.unless(|code| code.op(&[op::ORIGIN, op::SELFDESTRUCT]));
    code
}

/// Returns code that deploys [`child`] with CREATE2 and salt 0, and forwards its call value.
pub(crate) fn factory() -> Assembler {
    let init = child().deployed();
    let mut code = Assembler::default();
    code.memory(&init);
    code.push(0)
        .push(u8::try_from(init.len()).unwrap_or(u8::MAX))
        .push(0)
        .push(0);
    code.op(&[op::CREATE2]).push(0).push(0).push(0).push(0);
    code.op(&[
        op::CALLVALUE,
        op::DUP1 + 5,
        op::PUSH1 + 1,
        0xff,
        0xff,
        op::CALL,
    ]);
    code
}

fn statement(code: &mut Assembler, random: &mut Random, near: &Neighbours<'_>) {
    let has = |spec| near.spec.is_enabled_in(spec);
    let slot = below_256(random, SLOTS);
    match random.below(32) {
        // slot = slot + n
        0..=2 => code
            .load(slot)
            .push(below_256(random, 3))
            .op(&[op::ADD])
            .store(slot),
        // slot = other slot
        3 => code.load(below_256(random, SLOTS)).store(slot),
        // slot = balance of an account
        4 | 5 => {
            match random.below(4) {
                0 => code.op(&[op::COINBASE, op::BALANCE]),
                1 => code.op(&[op::CALLER, op::BALANCE]),
                2 if has(SpecId::ISTANBUL) => code.op(&[op::SELFBALANCE]),
                _ => code.address(any(random, near)).op(&[op::BALANCE]),
            };
            code.store(slot)
        }
        // log of a slot
        6 => code.load(slot).push(0).push(0).op(&[op::LOG1]),
        // slot = success of a transfer
        7 | 8 => {
            let to = any(random, near);
            let value = below_256(random, 3);
            code.call(op::CALL, Some(value), |code| code.address(to));
            if random.below(2) == 0 {
                code.store(slot)
            } else {
                code.op(&[op::POP])
            }
        }
        // transfer to the beneficiary
        9 => code
            .call(op::CALL, Some(1), |code| code.op(&[op::COINBASE]))
            .op(&[op::POP]),
        // delegatecall
        10 if has(SpecId::HOMESTEAD) => {
            let to = any(random, near);
            code.call(op::DELEGATECALL, None, |code| code.address(to))
                .op(&[op::POP])
        }
        // callcode with a transfer to itself
        10 => {
            let to = any(random, near);
            code.call(op::CALLCODE, Some(1), |code| code.address(to))
                .op(&[op::POP])
        }
        // slot = success of a static call
        11 if has(SpecId::BYZANTIUM) => {
            let to = any(random, near);
            code.call(op::STATICCALL, None, |code| code.address(to))
                .store(slot)
        }
        // slot = hash or size of a code
        12 => {
            let opcode = if has(SpecId::PETERSBURG) {
                op::EXTCODEHASH
            } else {
                op::EXTCODESIZE
            };
            code.address(any(random, near)).op(&[opcode]).store(slot)
        }
        // adds to every slot the one above, which is read first
        13 => code
            .push(below_256(random, SLOTS) + 1)
            .repeat(|code| {
                code.op(&[op::DUP1, op::SLOAD]).push(1).op(&[op::ADD]);
                // slot - 1, twice: once to store, once as the loop condition
                code.op(&[op::SWAP1])
                    .push(1)
                    .op(&[op::SWAP1, op::SUB, op::DUP1]);
                code.op(&[op::SWAP1 + 1, op::SWAP1, op::SSTORE, op::DUP1])
            })
            .op(&[op::POP]),
        // the slot of a read depends on another slot
        14 => code
            .load(slot)
            .push(3)
            .op(&[op::AND, op::SLOAD])
            .store(slot),
        // ends in one of several ways if a slot's value is odd
        15 => {
            code.load(slot).push(1).op(&[op::AND, op::ISZERO]);
            code.unless(|code| match random.below(4) {
                0 => destroy(code, random, near),
                1 => code.op(&[op::INVALID]),
                // Runs out of gas.
                2 => code.repeat(|code| code.push(1)),
                _ => code.push(0).push(0).op(&[op::REVERT]),
            })
        }
        // transient storage
        16 if has(SpecId::CANCUN) => {
            code.push(1)
                .op(&[op::TLOAD])
                .push(1)
                .op(&[op::ADD, op::DUP1])
                .store(slot);
            code.push(1).op(&[op::TSTORE])
        }
        // the factory deploys its child, which counts, and self-destructs if it receives value
        17 | 18 => {
            let factory = near.factory;
            code.call(op::CALL, Some(below_256(random, 2)), |code| {
                code.address(factory)
            })
            .op(&[op::POP])
        }
        19 | 20 => precompile(code, random, near.spec, slot),
        // slot = a field of the block or transaction
        21 => fact(code, random, near.spec).store(slot),
        // slot = gas left: shows any difference in gas costs
        22 => code.op(&[op::GAS]).store(slot),
        // slot = 0, with a refund
        23 => code.push(0).store(slot),
        // slot = a word of the call data
        24 => code
            .push(below_256(random, 33))
            .op(&[op::CALLDATALOAD])
            .store(slot),
        // creates a contract from the call data, stores its address
        25 | 26 => {
            code.op(&[op::CALLDATASIZE]).push(0).push(0);
            code.op(&[op::CALLDATACOPY]);
            if has(SpecId::PETERSBURG) && random.below(2) == 0 {
                code.load(slot)
                    .op(&[op::CALLDATASIZE])
                    .push(0)
                    .push(below_256(random, 2))
                    .op(&[op::CREATE2])
            } else {
                code.op(&[op::CALLDATASIZE])
                    .push(0)
                    .push(below_256(random, 2))
                    .op(&[op::CREATE])
            }
            .store(slot)
        }
        // calls the address in a slot
        27 => code
            .call(op::CALL, Some(below_256(random, 2)), |code| code.load(slot))
            .op(&[op::POP]),
        // log of a code
        28 => {
            let whose = any(random, near);
            code.push(40).push(0).push(0).address(whose);
            code.op(&[op::EXTCODECOPY])
                .load(slot)
                .push(40)
                .push(0)
                .op(&[op::LOG1])
        }
        // slot = length and content of the return data
        29 if has(SpecId::BYZANTIUM) => {
            let to = any(random, near);
            code.call(op::DELEGATECALL, None, |code| code.address(to));
            code.op(&[op::RETURNDATASIZE, op::ADD]).store(slot);
            code.op(&[op::RETURNDATASIZE]).push(0).push(0);
            code.op(&[op::RETURNDATACOPY])
                .load(slot)
                .op(&[op::RETURNDATASIZE])
                .push(0)
                .op(&[op::LOG1])
        }
        // returns a word
        30 => {
            code.load(slot).push(1).op(&[op::AND]);
            code.unless(|code| {
                code.load(slot)
                    .push(0)
                    .op(&[op::MSTORE])
                    .push(32)
                    .push(0)
                    .op(&[op::RETURN])
            })
        }
        // creates a contract with one byte of code, stores its code hash if the fork has the opcode
        _ => {
            // Init code: PUSH1 1 PUSH1 31 RETURN; the returned byte of memory is STOP.
            let init = [op::PUSH1, 0x01, op::PUSH1, 0x1f, op::RETURN];
            code.op(&[op::PUSH1 + 4])
                .op(&init)
                .push(0)
                .op(&[op::MSTORE]);
            code.push(5)
                .push(27)
                .push(below_256(random, 2))
                .op(&[op::CREATE]);
            if has(SpecId::PETERSBURG) {
                code.op(&[op::DUP1, op::EXTCODEHASH]).store(slot);
            }
            code.op(&[op::POP])
        }
    };
}

/// Stores the first word that a precompile returns for slots and a part of the call data.
fn precompile<'c>(
    code: &'c mut Assembler,
    random: &mut Random,
    spec: SpecId,
    slot: u8,
) -> &'c mut Assembler {
    // Input lengths of precompiles, and one that is invalid for all.
    const LENGTHS: [u8; 9] = [0, 32, 96, 128, 160, 192, 213, 224, 255];
    let length = LENGTHS[usize::from(below_256(random, 9))];
    let last = if spec.is_enabled_in(SpecId::PRAGUE) {
        0x12
    } else if spec.is_enabled_in(SpecId::ISTANBUL) {
        10
    } else {
        9
    };
    let which = 1 + below_256(random, last);
    code.push(100).push(0).push(32).op(&[op::CALLDATACOPY]);
    code.load(slot).push(0).op(&[op::MSTORE]);
    code.push(32).push(0).push(length).push(0).push(0);
    // P256 is at 0x100.
    if which == 0x12 && random.below(2) == 0 {
        code.op(&[op::PUSH1 + 1, 1, 0]);
    } else {
        code.push(which);
    }
    code.op(&[op::PUSH1 + 2, 1, 0x11, 0x70, op::CALL]);
    code.push(0).op(&[op::MLOAD, op::ADD]).store(slot)
}

/// Pushes a field of the block or the transaction.
fn fact<'c>(code: &'c mut Assembler, random: &mut Random, spec: SpecId) -> &'c mut Assembler {
    let has = |fork| spec.is_enabled_in(fork);
    match random.below(12) {
        0 => code.op(&[op::TIMESTAMP]),
        1 => code.op(&[op::GASLIMIT]),
        2 => code.op(&[op::DIFFICULTY]),
        3 => code.op(&[op::GASPRICE]),
        4 if has(SpecId::ISTANBUL) => code.op(&[op::CHAINID]),
        5 if has(SpecId::LONDON) => code.op(&[op::BASEFEE]),
        6 if has(SpecId::CANCUN) => code.push(0).op(&[op::BLOBHASH]),
        7 if has(SpecId::CANCUN) => code.op(&[op::BLOBBASEFEE]),
        8 => code.op(&[op::ORIGIN]),
        // The parent, the block itself, or an ancestor that is too old.
        9..=11 => {
            let back = [1, 0, 255][usize::from(below_256(random, 3))];
            code.push(back).op(&[op::NUMBER, op::SUB, op::BLOCKHASH])
        }
        _ => code.op(&[op::NUMBER]),
    }
}

/// Appends a self-destruct. The heir may be the contract itself.
fn destroy<'c>(
    code: &'c mut Assembler,
    random: &mut Random,
    near: &Neighbours<'_>,
) -> &'c mut Assembler {
    match random.below(4) {
        0 => code.op(&[op::COINBASE]),
        1 => code.op(&[op::CALLER]),
        _ => code.address(any(random, near)),
    };
    code.op(&[op::SELFDESTRUCT])
}

fn any(random: &mut Random, near: &Neighbours<'_>) -> Address {
    let at = usize::try_from(random.below(near.accounts.len().max(1) as u64)).unwrap_or(0);
    near.accounts.get(at).copied().unwrap_or_default()
}

fn below_256(random: &mut Random, bound: u64) -> u8 {
    u8::try_from(random.below(bound)).unwrap_or(u8::MAX)
}
