//! Tested operation of each file: a precompile or an opcode, with its forks.

use super::contract;
use alloy_primitives::{Address, Bytes};
use parevm::vm::{FORKS, SpecId};

/// Tested operation of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct TestedOperation {
    /// Name of the file without extensions, in lower case.
    name: &'static str,
    operation: Operation,
    /// First fork whose rules and gas costs the vectors have.
    first: SpecId,
    /// Last such fork.
    last: SpecId,
}

/// Precompile or opcode.
#[derive(Clone, Copy, Debug)]
enum Operation {
    /// Precompile at the address with this number.
    Precompile(u16),
    /// Opcode.
    Opcode(u8),
}

/// Newest tested fork.
const NEWEST: SpecId = FORKS[FORKS.len() - 1];

/// Tested operations of all files. Before Byzantium a contract cannot read the length of return data.
const OPERATIONS: &[TestedOperation] = &[
    precompile("ecrecover", 0x01, SpecId::BYZANTIUM, NEWEST),
    precompile("modexp", 0x05, SpecId::BYZANTIUM, SpecId::ISTANBUL),
    precompile("modexp_eip2565", 0x05, SpecId::BERLIN, SpecId::PRAGUE),
    precompile("modexp_eip7883", 0x05, SpecId::OSAKA, NEWEST),
    precompile("bn256add", 0x06, SpecId::ISTANBUL, NEWEST),
    precompile("bn256scalarmul", 0x07, SpecId::ISTANBUL, NEWEST),
    precompile("bn256pairing", 0x08, SpecId::ISTANBUL, NEWEST),
    precompile("blake2f", 0x09, SpecId::ISTANBUL, NEWEST),
    precompile("pointevaluation", 0x0a, SpecId::CANCUN, NEWEST),
    precompile("blsg1add", 0x0b, SpecId::PRAGUE, NEWEST),
    // A multiplication is a multi-exponentiation with one term.
    precompile("blsg1mul", 0x0c, SpecId::PRAGUE, NEWEST),
    precompile("blsg1multiexp", 0x0c, SpecId::PRAGUE, NEWEST),
    precompile("blsg2add", 0x0d, SpecId::PRAGUE, NEWEST),
    precompile("blsg2mul", 0x0e, SpecId::PRAGUE, NEWEST),
    precompile("blsg2multiexp", 0x0e, SpecId::PRAGUE, NEWEST),
    precompile("blspairing", 0x0f, SpecId::PRAGUE, NEWEST),
    precompile("blsmapg1", 0x10, SpecId::PRAGUE, NEWEST),
    precompile("blsmapg2", 0x11, SpecId::PRAGUE, NEWEST),
    precompile("p256verify", 0x0100, SpecId::OSAKA, NEWEST),
    opcode("testcases_add", 0x01, SpecId::FRONTIER),
    opcode("testcases_mul", 0x02, SpecId::FRONTIER),
    opcode("testcases_sub", 0x03, SpecId::FRONTIER),
    opcode("testcases_div", 0x04, SpecId::FRONTIER),
    opcode("testcases_sdiv", 0x05, SpecId::FRONTIER),
    opcode("testcases_mod", 0x06, SpecId::FRONTIER),
    opcode("testcases_smod", 0x07, SpecId::FRONTIER),
    opcode("testcases_exp", 0x0a, SpecId::FRONTIER),
    opcode("testcases_signext", 0x0b, SpecId::FRONTIER),
    opcode("testcases_lt", 0x10, SpecId::FRONTIER),
    opcode("testcases_gt", 0x11, SpecId::FRONTIER),
    opcode("testcases_slt", 0x12, SpecId::FRONTIER),
    opcode("testcases_sgt", 0x13, SpecId::FRONTIER),
    opcode("testcases_eq", 0x14, SpecId::FRONTIER),
    opcode("testcases_and", 0x16, SpecId::FRONTIER),
    opcode("testcases_or", 0x17, SpecId::FRONTIER),
    opcode("testcases_xor", 0x18, SpecId::FRONTIER),
    opcode("testcases_byte", 0x1a, SpecId::FRONTIER),
    opcode("testcases_shl", 0x1b, SpecId::PETERSBURG),
    opcode("testcases_shr", 0x1c, SpecId::PETERSBURG),
    opcode("testcases_sar", 0x1d, SpecId::PETERSBURG),
];

const fn precompile(
    name: &'static str,
    number: u16,
    first: SpecId,
    last: SpecId,
) -> TestedOperation {
    TestedOperation {
        name,
        operation: Operation::Precompile(number),
        first,
        last,
    }
}

const fn opcode(name: &'static str, opcode: u8, first: SpecId) -> TestedOperation {
    TestedOperation {
        name,
        operation: Operation::Opcode(opcode),
        first,
        last: NEWEST,
    }
}

impl TestedOperation {
    /// Returns the operation of the file `file`, without extensions. Vectors of failures are in separate files, with the
    /// prefix `fail-`.
    pub(super) fn of(file: &str) -> Option<&'static Self> {
        let name = file.trim_start_matches("fail-").to_lowercase();
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// Returns the forks of the vectors.
    pub(super) fn forks(&self) -> impl Iterator<Item = SpecId> {
        let (first, last) = (self.first, self.last);
        let is_wanted = move |spec: &SpecId| spec.is_enabled_in(first) && last.is_enabled_in(*spec);
        FORKS.into_iter().filter(is_wanted)
    }

    /// Returns the address of the precompile; `None` for an opcode.
    pub(super) fn address(&self) -> Option<Address> {
        let Operation::Precompile(number) = self.operation else {
            return None;
        };
        Some(Address::left_padding_from(&number.to_be_bytes()))
    }

    /// Returns the code of the contract that calls the operation.
    pub(super) fn contract(&self) -> Bytes {
        match self.operation {
            Operation::Precompile(number) => {
                contract::caller(Address::left_padding_from(&number.to_be_bytes()))
            }
            Operation::Opcode(opcode) => contract::operator(opcode),
        }
    }
}
