//! State with a puppet token, and reports in short form.

use alloy_primitives::{Address, B256, Bytes, U256, address, hex, keccak256};
use parevm::{
    Block, MemoryState,
    block::{ForkSchedule, Header},
    state::Account,
    vm::{Bytecode, SpecId},
};
use parevm_simulate::{
    CallLimits, Overrides, Simulation,
    report::{Bundle, Report, ReportError, ReportOptions},
};
use parevm_testkit::scripted_contract::{Script, answer_slot};
use serde_json::{Value, json};

pub(crate) const ALICE: Address = address!("a11ce00000000000000000000000000000000000");
pub(crate) const BOB: Address = address!("b0b0000000000000000000000000000000000000");
pub(crate) const CAROL: Address = address!("ca20100000000000000000000000000000000000");
pub(crate) const TOKEN: Address = address!("7000000000000000000000000000000000000001");
pub(crate) const OTHER: Address = address!("7000000000000000000000000000000000000002");
pub(crate) const MINER: Address = address!("c000000000000000000000000000000000000000");

/// What the tests call.
pub(crate) const GO: [u8; 4] = hex!("00000001");
pub(crate) const ETHER: u128 = 1_000_000_000_000_000_000;

pub(crate) struct Scenario {
    pub(crate) block: Block,
    pub(crate) state: MemoryState,
}

impl Scenario {
    /// A block under the newest rules; Alice and Bob have an ether each.
    pub(crate) fn new() -> Self {
        let header = Header {
            number: 100,
            timestamp: 1_800_000_000,
            beneficiary: MINER,
            gas_limit: 30_000_000,
            base_fee: Some(7),
            excess_blob_gas: Some(0),
            ..Header::default()
        };
        let mut world = Self {
            block: Block::new(1, ForkSchedule::always(SpecId::OSAKA), header, Vec::new()),
            state: MemoryState::default(),
        };
        for rich in [ALICE, BOB] {
            world.state.insert_account(
                rich,
                Account {
                    balance: U256::from(ETHER),
                    ..Account::default()
                },
            );
        }
        world
    }

    pub(crate) fn with(mut self, address: Address, code: Bytes) -> Self {
        let code_hash = self.state.insert_code(Bytecode::new_legacy(code));
        let account = Account {
            nonce: 1,
            code_hash,
            balance: U256::from(1_000),
        };
        self.state.insert_account(address, account);
        self
    }

    /// Makes a puppet return `value` for the query `question`.
    pub(crate) fn saying(mut self, address: Address, question: &[u8], value: u64) -> Self {
        self.state
            .insert_storage(address, answer_slot(question), U256::from(value));
        self
    }

    pub(crate) fn report(&self, bundle: Value) -> Value {
        serde_json::to_value(self.try_report(bundle).unwrap()).unwrap()
    }

    pub(crate) fn try_report(&self, bundle: Value) -> Result<Report, ReportError> {
        let bundle: Bundle = serde_json::from_value(bundle).unwrap();
        let overrides = Overrides::default();
        let limits = CallLimits::default();
        let simulation = Simulation::new(&self.block, &self.state, &overrides, limits)?;
        simulation.report(&bundle, &ReportOptions::default())
    }

    /// What one call of [`GO`] at [`TOKEN`] by Alice does.
    pub(crate) fn go(&self) -> Value {
        self.report(json!({ "calls": [{ "from": ALICE, "to": TOKEN, "data": Bytes::from(GO) }] }))
    }
}

/// Returns call data: the selector of `signature`, then `words`.
pub(crate) fn data(signature: &str, words: &[B256]) -> Vec<u8> {
    let selector = keccak256(signature);
    [&selector[..4], &words.concat()].concat()
}

pub(crate) fn topic(signature: &str) -> B256 {
    keccak256(signature)
}

pub(crate) fn number(number: u64) -> B256 {
    U256::from(number).into()
}

pub(crate) fn balance_of(owner: Address) -> Vec<u8> {
    data("balanceOf(address)", &[owner.into_word()])
}

pub(crate) fn owner_of(id: u64) -> Vec<u8> {
    data("ownerOf(uint256)", &[number(id)])
}

pub(crate) fn balance_of_id(owner: Address, id: u64) -> Vec<u8> {
    data(
        "balanceOf(address,uint256)",
        &[owner.into_word(), number(id)],
    )
}

pub(crate) fn allowance(owner: Address, spender: Address) -> Vec<u8> {
    let words = [owner.into_word(), spender.into_word()];
    data("allowance(address,address)", &words)
}

pub(crate) const TRANSFER: &str = "Transfer(address,address,uint256)";

/// The balances of a puppet's own state after the call.
pub(crate) fn say<'a>(act: Script<'a>, question: &[u8], value: u64) -> Script<'a> {
    act.store(answer_slot(question), U256::from(value))
}

pub(crate) fn transfer<'a>(act: Script<'a>, from: Address, to: Address, amount: u64) -> Script<'a> {
    let topics = [topic(TRANSFER), from.into_word(), to.into_word()];
    act.log(&topics, number(amount).as_slice())
}

/// Returns asset changes in short form: account, asset, before, after, change, and the claim if the token disagrees.
pub(crate) fn changes(report: &Value) -> Vec<String> {
    let list = report["assetChanges"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    list.iter()
        .map(|change| {
            let asset = &change["asset"];
            let id = match &asset["tokenId"] {
                Value::String(id) => format!("#{id}"),
                _ => String::new(),
            };
            let flag = if change["agrees"] == true {
                String::new()
            } else {
                format!(" claims {}", text(&change["claimed"]))
            };
            format!(
                "{} {}{id} {} {} {}{flag}",
                name(&change["account"]),
                text(&asset["type"]),
                text(&change["before"]),
                text(&change["after"]),
                text(&change["change"]),
            )
        })
        .collect()
}

/// Returns approval changes in short form.
pub(crate) fn approvals(report: &Value) -> Vec<String> {
    let list = report["approvalChanges"].as_array().unwrap();
    list.iter()
        .map(|change| {
            let flag = if change["agrees"] == true {
                String::new()
            } else {
                format!(" claims {}", change["claimed"])
            };
            let who = ["owner", "spender", "operator"]
                .map(|role| name(&change[role]))
                .concat();
            format!(
                "{} {who} {} {}{flag}",
                change["type"].as_str().unwrap(),
                change["before"],
                change["after"],
            )
            .replace('"', "")
        })
        .collect()
}

pub(crate) fn name(address: &Value) -> String {
    let names = [
        (ALICE, "Alice"),
        (BOB, "Bob"),
        (CAROL, "Carol"),
        (TOKEN, "Token"),
        (OTHER, "Other"),
        (MINER, "Miner"),
    ];
    let named = names.iter().find(|(known, _)| json!(known) == *address);
    named.map_or_else(
        || address.as_str().unwrap_or_default().to_owned(),
        |(_, name)| (*name).to_owned(),
    )
}
