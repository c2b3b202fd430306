//! Block whose transactions are traced, and an assembler.

use alloy_consensus::TxLegacy;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};
use parevm::{
    Block, MemoryState, StateSource,
    block::{ForkSchedule, Header, Transaction},
    state::Account,
    vm::{Environment, SpecId, TxEnv, bytecode_of, revm::bytecode::OpCode},
};
use parevm_simulate::trace::{Trace, TraceLimits, TraceOptions, trace_block, trace_transaction};
use serde_json::Value;

pub(super) const SENDER: Address = address!("00000000000000000000000000000000000000aa");
/// The contract that transactions call.
pub(super) const CALLEE: Address = address!("00000000000000000000000000000000000000cc");
pub(super) const COINBASE: Address = address!("00000000000000000000000000000000000000fe");

/// Code of opcodes by name, and of numbers that are pushed: in hexadecimal with 0x, with as many bytes
/// as they are written with.
pub(super) fn asm(text: &str) -> Bytes {
    let mut code = Vec::new();
    for word in text.split_whitespace() {
        let mut opcodes = (0..=u8::MAX).filter_map(OpCode::new);
        if let Some(opcode) = opcodes.find(|opcode| opcode.as_str() == word) {
            code.push(opcode.get());
            continue;
        }
        let bytes = match word.strip_prefix("0x") {
            Some(digits) => alloy_primitives::hex::decode(digits).unwrap(),
            None => vec![word.parse().unwrap()],
        };
        code.push(0x5f + u8::try_from(bytes.len()).unwrap());
        code.extend(bytes);
    }
    code.into()
}

/// A block, and the state before it.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    pub(super) spec: SpecId,
    pub(super) state: MemoryState,
    pub(super) transactions: Vec<Transaction>,
}

impl Scenario {
    /// A sender with funds, and no contract.
    pub(super) fn new(spec: SpecId) -> Self {
        let mut state = MemoryState::default();
        let funds = Account {
            balance: U256::from(1_000_000),
            ..Account::default()
        };
        state.insert_account(SENDER, funds);
        Self {
            spec,
            state,
            transactions: Vec::new(),
        }
    }

    /// Code at [`CALLEE`], which one transaction calls with this gas.
    pub(super) fn calling(spec: SpecId, code: &str, gas: u64) -> Self {
        Self::new(spec).contract(CALLEE, asm(code)).call(gas)
    }

    pub(super) fn contract(self, address: Address, code: Bytes) -> Self {
        self.contract_with_nonce(address, code, 1)
    }

    pub(super) fn contract_with_nonce(mut self, address: Address, code: Bytes, nonce: u64) -> Self {
        let code_hash = self.state.insert_code(bytecode_of(code));
        let contract = Account {
            nonce,
            balance: U256::from(7),
            code_hash,
        };
        self.state.insert_account(address, contract);
        self
    }

    /// Sets the balance of an account, in wei.
    pub(super) fn balance(mut self, address: Address, balance: U256) -> Self {
        let account = self.state.account(address).unwrap().unwrap_or_default();
        self.state
            .insert_account(address, Account { balance, ..account });
        self
    }

    /// One more transaction, to [`CALLEE`].
    pub(super) fn call(self, gas: u64) -> Self {
        self.send(CALLEE.into(), Bytes::new(), gas)
    }

    pub(super) fn send(self, to: TxKind, input: Bytes, gas: u64) -> Self {
        let nonce = self.transactions.len() as u64;
        let call = TxLegacy {
            nonce,
            gas_limit: gas,
            to,
            input,
            ..TxLegacy::default()
        };
        self.transaction(Transaction::new(&call.into(), SENDER))
    }

    pub(super) fn transaction(mut self, transaction: Transaction) -> Self {
        self.transactions.push(transaction);
        self
    }

    /// Changes the last transaction.
    pub(super) fn with(mut self, change: impl FnOnce(&mut TxEnv)) -> Self {
        change(&mut self.transactions.last_mut().unwrap().env);
        self
    }

    fn block(&self) -> Block {
        let has = |fork| self.spec.is_enabled_in(fork);
        let header = Header {
            number: 1,
            parent_hash: Some(B256::ZERO),
            gas_limit: 30_000_000,
            beneficiary: COINBASE,
            base_fee: has(SpecId::LONDON).then_some(0),
            prev_randao: has(SpecId::MERGE).then_some(B256::ZERO),
            excess_blob_gas: has(SpecId::CANCUN).then_some(0),
            parent_beacon_block_root: has(SpecId::CANCUN).then_some(B256::ZERO),
            ..Header::default()
        };
        let schedule = ForkSchedule::always(self.spec);
        Block::new(1, schedule, header, self.transactions.clone())
    }

    /// Trace of the transaction at `index`.
    pub(super) fn trace_at(&self, index: usize, options: Value) -> Value {
        in_json(&self.traced(index, options))
    }

    pub(super) fn traced(&self, index: usize, options: Value) -> Trace {
        let block = self.block();
        let environment = Environment::new(&block);
        let options: TraceOptions = serde_json::from_value(options).unwrap();
        let limits = TraceLimits::default();
        trace_transaction(&block, index, &environment, &self.state, &options, &limits).unwrap()
    }

    /// Trace of the last transaction.
    pub(super) fn trace(&self, options: Value) -> Value {
        self.trace_at(self.transactions.len() - 1, options)
    }

    /// Traces of all transactions.
    pub(super) fn trace_all(&self, options: Value) -> Vec<Value> {
        let block = self.block();
        let environment = Environment::new(&block);
        let options: TraceOptions = serde_json::from_value(options).unwrap();
        let limits = TraceLimits::default();
        let traces = trace_block(&block, &environment, &self.state, &options, &limits).unwrap();
        traces.iter().map(|(_, trace)| in_json(trace)).collect()
    }
}

fn in_json(trace: &Trace) -> Value {
    serde_json::to_value(trace).unwrap()
}
