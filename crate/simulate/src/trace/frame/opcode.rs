//! Opcode tables of geth: fork, constant gas, stack items and name.

use revm::{
    bytecode::{OpCode, opcode},
    interpreter::instructions::gas_table_spec,
    primitives::hardfork::SpecId,
};
use std::borrow::Cow;

/// Gas of an access to a warm account or slot (EIP-2929).
pub(super) const WARM: u64 = 100;

/// Returns the fork that introduced an opcode; `None` if no fork did.
pub(super) fn introduced_in(opcode: u8) -> Option<SpecId> {
    OpCode::new(opcode).filter(|_| opcode != opcode::INVALID)?;
    Some(match opcode {
        opcode::DELEGATECALL => SpecId::HOMESTEAD,
        opcode::RETURNDATASIZE | opcode::RETURNDATACOPY | opcode::STATICCALL | opcode::REVERT => {
            SpecId::BYZANTIUM
        }
        // revm has no separate Constantinople.
        opcode::SHL | opcode::SHR | opcode::SAR | opcode::EXTCODEHASH | opcode::CREATE2 => {
            SpecId::PETERSBURG
        }
        opcode::CHAINID | opcode::SELFBALANCE => SpecId::ISTANBUL,
        opcode::BASEFEE => SpecId::LONDON,
        opcode::PUSH0 => SpecId::SHANGHAI,
        opcode::BLOBHASH | opcode::BLOBBASEFEE | opcode::TLOAD | opcode::TSTORE | opcode::MCOPY => {
            SpecId::CANCUN
        }
        opcode::CLZ => SpecId::OSAKA,
        opcode::SLOTNUM | opcode::DUPN | opcode::SWAPN | opcode::EXCHANGE => SpecId::AMSTERDAM,
        _ => SpecId::FRONTIER,
    })
}

/// Returns the gas that an opcode always costs.
pub(super) fn constant_gas(opcode: u8, spec: SpecId) -> u64 {
    let has_warmth = spec.is_enabled_in(SpecId::BERLIN);
    match opcode {
        opcode::EXP | opcode::LOG0..=opcode::LOG4 => 0,
        opcode::SLOAD if has_warmth => 0,
        opcode::EXTCODESIZE | opcode::EXTCODECOPY if has_warmth => WARM,
        opcode::SELFDESTRUCT if !has_warmth => 0,
        opcode::CREATE | opcode::CREATE2 if spec.is_enabled_in(SpecId::AMSTERDAM) => 12_000,
        opcode::CREATE | opcode::CREATE2 => 32_000,
        _ => u64::from(gas_table_spec(spec)[usize::from(opcode)]),
    }
}

/// Returns the stack items that an opcode pops and pushes, as geth checks them before it runs.
pub(super) fn arity(opcode: u8) -> (usize, usize) {
    match opcode {
        // EIP-8024: the depth depends on the immediate, which geth reads when the opcode runs.
        opcode::DUPN => (1, 2),
        opcode::SWAPN | opcode::EXCHANGE => (2, 2),
        _ => OpCode::new(opcode).map_or((0, 0), |known| {
            (usize::from(known.inputs()), usize::from(known.outputs()))
        }),
    }
}

/// Returns the stack items that an opcode of EIP-8024 needs with this immediate.
pub(super) fn items_of_immediate(opcode: u8, immediate: u8) -> Option<usize> {
    let single = (usize::from(immediate) + 145) % 256;
    Some(match opcode {
        opcode::DUPN => single,
        opcode::SWAPN => single + 1,
        opcode::EXCHANGE => {
            let pair = usize::from(immediate ^ 143);
            let (row, column) = (pair / 16, pair % 16);
            match row < column {
                true => column + 2,
                false => (29 - row).max(column + 1) + 1,
            }
        }
        _ => return None,
    })
}

/// Returns geth's name of an opcode, also of one that no fork has.
pub(in crate::trace) fn name(opcode: u8) -> Cow<'static, str> {
    if let Some(known) = OpCode::new(opcode) {
        return known.as_str().into();
    }
    match opcode {
        0xd0 => "DATALOAD".into(),
        0xd1 => "DATALOADN".into(),
        0xd2 => "DATASIZE".into(),
        0xd3 => "DATACOPY".into(),
        0xe0 => "RJUMP".into(),
        0xe1 => "RJUMPI".into(),
        0xe2 => "RJUMPV".into(),
        0xe3 => "CALLF".into(),
        0xe4 => "RETF".into(),
        0xe5 => "JUMPF".into(),
        0xec => "EOFCREATE".into(),
        0xee => "RETURNCONTRACT".into(),
        0xf7 => "RETURNDATALOAD".into(),
        0xf8 => "EXTCALL".into(),
        0xf9 => "EXTDELEGATECALL".into(),
        0xfb => "EXTSTATICCALL".into(),
        _ => format!("opcode {opcode:#x} not defined").into(),
    }
}
