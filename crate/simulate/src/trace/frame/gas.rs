//! Gas of an instruction that failed, in the parts and the order of geth's `core/vm`
//! (`jump_table.go`, `gas_table.go` and `operations_acl.go`).
//!
//! revm charges the same total in other parts, and deducts nothing for an instruction that fails.

use super::{
    instruction::Instruction,
    opcode::{WARM, constant_gas},
    pre_state::InstructionPreState,
};
use alloy_primitives::{Address, U256};
use revm::{
    bytecode::opcode,
    context_interface::{Cfg, ContextTr},
    inspector::JournalExt,
    interpreter::{
        Interpreter,
        interpreter_types::{InputsTr, RuntimeFlag},
    },
    primitives::hardfork::SpecId,
};

/// Error of a gas cost beyond 64 bits.
pub(super) const OVERFLOW: &str = "gas uint64 overflow";
/// Error of a frame without enough gas.
pub(in crate::trace) const OUT_OF_GAS: &str = "out of gas";
const WRITE_PROTECTION: &str = "write protection";

/// Gas that must be left at SSTORE (EIP-2200).
const SENTRY: u64 = 2_300;
/// Largest memory whose gas fits into 64 bits, in bytes.
const MOST_MEMORY: u64 = 0x1F_FFFF_FFE0;

const COLD_SLOT: u64 = 2_100;
const NEW_ACCOUNT: u64 = 25_000;

/// Error of a gas cost that cannot be counted.
#[derive(Debug)]
pub(super) struct GasError {
    /// Gas counted until then.
    pub(super) cost: u64,
    /// Text of the error.
    pub(super) text: String,
}

impl From<&str> for GasError {
    fn from(text: &str) -> Self {
        Self {
            cost: 0,
            text: text.to_owned(),
        }
    }
}

/// Meter of the dynamic gas of an instruction that failed.
pub(super) struct Meter<'a, C> {
    instruction: &'a Instruction,
    state: InstructionPreState<'a, C>,
    /// Gas left after the constant part.
    left: u64,
    /// Bytes of memory that the instruction needs.
    memory: u64,
    spec: SpecId,
    is_static: bool,
    contract: Address,
    /// Change of the refund counter.
    pub(super) refund: i64,
}

impl<'a, C: ContextTr<Journal: JournalExt>> Meter<'a, C> {
    pub(super) fn new(
        instruction: &'a Instruction,
        interpreter: &Interpreter,
        context: &'a mut C,
        left: u64,
        memory: u64,
    ) -> Self {
        let spec = interpreter.runtime_flag.spec_id();
        Self {
            instruction,
            state: InstructionPreState::new(context, instruction.journal, spec),
            left,
            memory,
            spec,
            is_static: interpreter.runtime_flag.is_static(),
            contract: interpreter.input.target_address(),
            refund: 0,
        }
    }

    /// Returns the gas that the instruction costs beyond the constant part.
    pub(super) fn dynamic(&mut self) -> Result<u64, GasError> {
        let operand = |depth| self.instruction.operand(depth);
        Ok(match self.instruction.opcode {
            opcode::EXP => {
                let bytes = operand(1).byte_len() as u64;
                10 + bytes
                    * if self.has(SpecId::SPURIOUS_DRAGON) {
                        50
                    } else {
                        10
                    }
            }
            opcode::MLOAD | opcode::MSTORE | opcode::MSTORE8 | opcode::RETURN | opcode::REVERT => {
                self.memory_gas()?
            }
            opcode::KECCAK256 => sum(self.memory_gas()?, words_gas(operand(1), 6)?)?,
            opcode::CALLDATACOPY | opcode::CODECOPY | opcode::RETURNDATACOPY | opcode::MCOPY => {
                sum(self.memory_gas()?, words_gas(operand(2), 3)?)?
            }
            opcode::EXTCODECOPY => {
                let copied = sum(self.memory_gas()?, words_gas(operand(3), 3)?)?;
                sum(copied, self.account_gas())?
            }
            opcode::BALANCE | opcode::EXTCODEHASH | opcode::EXTCODESIZE => self.account_gas(),
            log @ opcode::LOG0..=opcode::LOG4 => {
                let bytes = number(operand(1))?;
                let topics = u64::from(log - opcode::LOG0);
                let head = sum(self.memory_gas()?, 375 + 375 * topics)?;
                sum(head, bytes.checked_mul(8).ok_or(OVERFLOW)?)?
            }
            opcode::CREATE | opcode::CREATE2 => self.create_gas()?,
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL => {
                self.call_gas()?
            }
            opcode::SLOAD if self.has(SpecId::BERLIN) => {
                match self.state.is_cold_slot(self.contract, operand(0)) {
                    true => COLD_SLOT,
                    false => WARM,
                }
            }
            opcode::SSTORE => self.sstore_gas()?,
            opcode::SELFDESTRUCT => self.selfdestruct_gas()?,
            _ => 0,
        })
    }

    fn has(&self, fork: SpecId) -> bool {
        self.spec.is_enabled_in(fork)
    }

    fn memory_gas(&self) -> Result<u64, &'static str> {
        if self.memory > MOST_MEMORY {
            return Err(OVERFLOW);
        }
        let fee = |bytes: u64| {
            let words = bytes / 32;
            3 * words + words * words / 512
        };
        Ok(fee(self.memory).saturating_sub(fee(self.instruction.memory as u64)))
    }

    /// Returns the gas of an account access beyond that of a warm account.
    fn account_gas(&mut self) -> u64 {
        if !self.has(SpecId::BERLIN) {
            return 0;
        }
        let is_amsterdam = self.has(SpecId::AMSTERDAM);
        let reads_code = matches!(
            self.instruction.opcode,
            opcode::EXTCODESIZE | opcode::EXTCODECOPY
        );
        let second = if is_amsterdam && reads_code { WARM } else { 0 };
        let address = address_of(self.instruction.operand(0));
        self.cold_account_gas(address) + second
    }

    /// Returns the gas of an account access beyond that of a warm account, before Amsterdam's code reads.
    fn cold_account_gas(&mut self, address: Address) -> u64 {
        match (self.state.is_cold(address), self.has(SpecId::AMSTERDAM)) {
            (false, _) => 0,
            (true, true) => 3_000 - WARM,
            (true, false) => 2_600 - WARM,
        }
    }

    fn create_gas(&self) -> Result<u64, GasError> {
        if self.is_static {
            return Err(WRITE_PROTECTION.into());
        }
        let memory = self.memory_gas()?;
        let size = self.instruction.operand(2);
        let hashed = match self.instruction.opcode {
            opcode::CREATE2 => words_gas(size, 6)?,
            _ => 0,
        };
        if !self.has(SpecId::SHANGHAI) {
            return Ok(sum(memory, hashed)?);
        }
        let size = number(size)?;
        let limit = self.state.context().cfg().max_initcode_size();
        if size > limit as u64 {
            return Err(GasError {
                cost: 0,
                text: size_text("max initcode size exceeded", size, limit),
            });
        }
        Ok(sum(memory, 2 * size.div_ceil(32) + hashed)?)
    }

    fn call_gas(&mut self) -> Result<u64, &'static str> {
        let opcode = self.instruction.opcode;
        let is_amsterdam = self.has(SpecId::AMSTERDAM);
        let pays = matches!(opcode, opcode::CALL | opcode::CALLCODE)
            && !self.instruction.operand(2).is_zero();
        let is_forbidden = self.is_static && pays && opcode == opcode::CALL;
        // EIP-7702: before the account is read.
        if is_forbidden && self.has(SpecId::PRAGUE) {
            return Err(WRITE_PROTECTION);
        }
        let address = address_of(self.instruction.operand(1));
        let cold = match self.has(SpecId::BERLIN) {
            true => self.cold_account_gas(address),
            false => 0,
        };
        let left = self.left.checked_sub(cold).ok_or(OUT_OF_GAS)?;
        if is_forbidden {
            return Err(WRITE_PROTECTION);
        }
        let transfer = match (pays, is_amsterdam) {
            (false, _) => 0,
            (true, true) => 11_300,
            (true, false) => 9_000,
        };
        let mut base = self.memory_gas()? + transfer;
        if opcode == opcode::CALL && !is_amsterdam {
            if left < base {
                return Err(OUT_OF_GAS);
            }
            let is_new =
                (pays || !self.has(SpecId::SPURIOUS_DRAGON)) && self.state.is_empty(address);
            base += if is_new { NEW_ACCOUNT } else { 0 };
        }
        if self.has(SpecId::PRAGUE) {
            // Each part is charged on its own, so the sum itself never fails.
            return Err(OUT_OF_GAS);
        }
        let requested = u64::try_from(self.instruction.operand(0));
        let passed = if self.has(SpecId::TANGERINE) {
            // As in geth, where it wraps if there is too little.
            let available = left.wrapping_sub(base);
            let most = available - available / 64;
            requested.map_or(most, |requested| requested.min(most))
        } else {
            requested.map_err(|_| OVERFLOW)?
        };
        sum(sum(base, passed)?, cold)
    }

    fn sstore_gas(&mut self) -> Result<u64, &'static str> {
        if self.is_static {
            return Err(WRITE_PROTECTION);
        }
        let nets = self.has(SpecId::ISTANBUL);
        if nets && self.left <= SENTRY {
            return Err("not enough gas for reentrancy sentry");
        }
        let slot = self.instruction.operand(0);
        let new = self.instruction.operand(1);
        let has_warmth = self.has(SpecId::BERLIN);
        let is_cold = has_warmth && self.state.is_cold_slot(self.contract, slot);
        let is_amsterdam = self.has(SpecId::AMSTERDAM);
        if is_amsterdam && is_cold && self.left < COLD_SLOT {
            return Err("not enough gas for slot access");
        }
        let (original, current) = self.state.values(self.contract, slot);
        if !nets {
            let sets = current.is_zero() && !new.is_zero();
            let clears = !current.is_zero() && new.is_zero();
            self.refund = if clears { 15_000 } else { 0 };
            return Ok(if sets { 20_000 } else { 5_000 });
        }
        let (access, cold, reset) = match (is_amsterdam, has_warmth) {
            (true, _) => (WARM, COLD_SLOT - WARM, 10_000),
            (false, true) => (WARM, COLD_SLOT, 5_000 - COLD_SLOT),
            (false, false) => (800, 0, 5_000),
        };
        let cold = if is_cold { cold } else { 0 };
        if current == new {
            return Ok(cold + access);
        }
        let clearing = match (is_amsterdam, self.has(SpecId::LONDON)) {
            (true, _) => 11_616,
            (false, true) => 4_800,
            (false, false) => 15_000,
        };
        if original == current {
            if original.is_zero() && !is_amsterdam {
                return Ok(cold + 20_000);
            }
            let clears = !original.is_zero() && new.is_zero();
            self.refund = if clears { clearing } else { 0 };
            return Ok(cold + reset + if is_amsterdam { access } else { 0 });
        }
        if !original.is_zero() {
            self.refund += match (current.is_zero(), new.is_zero()) {
                (true, _) => -clearing,
                (false, true) => clearing,
                (false, false) => 0,
            };
        }
        if original == new {
            let paid = match (is_amsterdam, original.is_zero()) {
                (true, _) => 10_000 + access,
                (false, true) => 20_000,
                (false, false) => reset,
            };
            self.refund += (paid - access).cast_signed();
        }
        Ok(cold + access)
    }

    fn selfdestruct_gas(&mut self) -> Result<u64, GasError> {
        if self.is_static {
            return Err(WRITE_PROTECTION.into());
        }
        let beneficiary = address_of(self.instruction.operand(0));
        let is_amsterdam = self.has(SpecId::AMSTERDAM);
        let mut gas = match (self.has(SpecId::BERLIN), self.has(SpecId::TANGERINE)) {
            (true, _) if !self.state.is_cold(beneficiary) => 0,
            (true, _) if is_amsterdam => 3_000,
            (true, _) => 2_600,
            (false, true) => 5_000,
            (false, false) => 0,
        };
        if self.has(SpecId::BERLIN) && self.left < gas {
            return Err(GasError {
                cost: if is_amsterdam { gas } else { 0 },
                text: OUT_OF_GAS.to_owned(),
            });
        }
        let pays = match self.has(SpecId::SPURIOUS_DRAGON) {
            true => !self.state.balance(self.contract).is_zero(),
            false => self.has(SpecId::TANGERINE),
        };
        if pays && self.state.is_empty(beneficiary) {
            gas += if is_amsterdam { 9_000 } else { NEW_ACCOUNT };
        }
        let is_refunded = !self.has(SpecId::LONDON) && !self.state.is_destroyed(self.contract);
        self.refund = if is_refunded { 24_000 } else { 0 };
        Ok(gas)
    }
}

/// Returns the gas that `instruction` cost as it ran, without the gas that it passed on.
pub(in crate::trace) fn cost<C: ContextTr<Journal: JournalExt>>(
    instruction: &Instruction,
    interpreter: &Interpreter,
    context: &mut C,
) -> u64 {
    let constant = constant_gas(instruction.opcode, interpreter.runtime_flag.spec_id());
    let left = instruction.gas.saturating_sub(constant);
    let memory = instruction.memory_needed().unwrap_or_default();
    let dynamic = Meter::new(instruction, interpreter, context, left, memory).dynamic();
    constant.saturating_add(dynamic.unwrap_or_default())
}

/// Returns geth's text for a code size above its limit.
pub(super) fn size_text(fault: &str, size: u64, limit: usize) -> String {
    format!("{fault}: code size {size} limit {limit}")
}

fn sum(one: u64, other: u64) -> Result<u64, &'static str> {
    one.checked_add(other).ok_or(OVERFLOW)
}

fn number(word: U256) -> Result<u64, &'static str> {
    u64::try_from(word).map_err(|_| OVERFLOW)
}

/// Returns the gas for `bytes`, at `price` per word of 32 bytes.
fn words_gas(bytes: U256, price: u64) -> Result<u64, &'static str> {
    let words = number(bytes)?.div_ceil(32);
    words.checked_mul(price).ok_or(OVERFLOW)
}

fn address_of(word: U256) -> Address {
    Address::from_word(word.into())
}
