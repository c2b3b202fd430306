//! Contracts with random code.

use crate::random::Random;
use alloy_primitives::{Address, Bytes};
use parevm::vm::SpecId;

const ADD: u8 = 0x01;
const BALANCE: u8 = 0x31;
const CALLER: u8 = 0x33;
const EXTCODEHASH: u8 = 0x3f;
const COINBASE: u8 = 0x41;
const SELFBALANCE: u8 = 0x47;
const POP: u8 = 0x50;
const MSTORE: u8 = 0x52;
const SLOAD: u8 = 0x54;
const SSTORE: u8 = 0x55;
const GAS: u8 = 0x5a;
const PUSH1: u8 = 0x60;
const PUSH20: u8 = 0x73;
const DUP1: u8 = 0x80;
const LOG1: u8 = 0xa1;
const CREATE: u8 = 0xf0;
const CALL: u8 = 0xf1;
const DELEGATECALL: u8 = 0xf4;
const REVERT: u8 = 0xfd;
const SELFDESTRUCT: u8 = 0xff;

/// Slots a contract uses; few, so that transactions meet.
const SLOTS: u64 = 4;

/// Code of a few random statements that may touch `others`, valid under `spec`.
pub(crate) fn random(random: &mut Random, others: &[Address], spec: SpecId) -> Bytes {
    let mut code = Vec::new();
    for _ in 0..2 + random.below(7) {
        statement(&mut code, random, others, spec);
    }
    match random.below(12) {
        0 => {
            push_address(&mut code, random, others);
            code.push(SELFDESTRUCT);
        }
        1 => code.extend([PUSH1, 0, PUSH1, 0, REVERT]),
        _ => {}
    }
    code.into()
}

fn statement(code: &mut Vec<u8>, random: &mut Random, others: &[Address], spec: SpecId) {
    match random.below(10) {
        // slot = slot + n
        0..=2 => {
            let slot = below_256(random, SLOTS);
            code.extend([PUSH1, slot, SLOAD, PUSH1, below_256(random, 3), ADD]);
            code.extend([PUSH1, slot, SSTORE]);
        }
        // slot = other slot
        3 => code.extend([
            PUSH1,
            below_256(random, SLOTS),
            SLOAD,
            PUSH1,
            below_256(random, SLOTS),
            SSTORE,
        ]),
        // slot = balance of someone
        4 => {
            match random.below(4) {
                0 => code.extend([COINBASE, BALANCE]),
                1 => code.extend([CALLER, BALANCE]),
                2 if spec.is_enabled_in(SpecId::ISTANBUL) => code.push(SELFBALANCE),
                _ => {
                    push_address(code, random, others);
                    code.push(BALANCE);
                }
            }
            code.extend([PUSH1, below_256(random, SLOTS), SSTORE]);
        }
        // log of a slot
        5 => code.extend([
            PUSH1,
            below_256(random, SLOTS),
            SLOAD,
            PUSH1,
            0,
            PUSH1,
            0,
            LOG1,
        ]),
        // call with value
        6 | 7 => {
            code.extend([PUSH1, 0, PUSH1, 0, PUSH1, 0, PUSH1, 0]);
            code.extend([PUSH1, below_256(random, 3)]);
            push_address(code, random, others);
            code.extend([GAS, CALL, POP]);
        }
        // someone else's code on own slots
        8 if spec.is_enabled_in(SpecId::HOMESTEAD) => {
            code.extend([PUSH1, 0, PUSH1, 0, PUSH1, 0, PUSH1, 0]);
            push_address(code, random, others);
            code.extend([GAS, DELEGATECALL, POP]);
        }
        // create a contract of one byte of code, keep its code hash where there is such an opcode
        _ => {
            // Init code: PUSH1 1 PUSH1 31 RETURN, of which the first byte of memory is STOP.
            let init = [PUSH1, 0x01, PUSH1, 0x1f, 0xf3];
            code.push(PUSH1 + 4);
            code.extend(init);
            code.extend([PUSH1, 0, MSTORE, PUSH1, 5, PUSH1, 27, PUSH1, 0, CREATE]);
            if spec.is_enabled_in(SpecId::PETERSBURG) {
                code.extend([DUP1, EXTCODEHASH, PUSH1, below_256(random, SLOTS), SSTORE]);
            }
            code.push(POP);
        }
    }
}

fn push_address(code: &mut Vec<u8>, random: &mut Random, others: &[Address]) {
    let at = usize::try_from(random.below(others.len().max(1) as u64)).unwrap_or(0);
    code.push(PUSH20);
    code.extend(others.get(at).copied().unwrap_or_default());
}

fn below_256(random: &mut Random, bound: u64) -> u8 {
    u8::try_from(random.below(bound)).unwrap_or(u8::MAX)
}
