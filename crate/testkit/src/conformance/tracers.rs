//! Suite `tracers`: output of a tracer for one transaction, in the format of geth's tests.
//!
//! The shape of the result determines the tracer. As in geth's tests, the comparison ignores the position of the transaction
//! in a flat call trace, and treats empty fields as absent.

use super::{
    Setup, Verdict,
    alloc::{self, Alloc},
    difference::{compare, in_words},
    fixture,
};
use alloy_genesis::ChainConfig;
use alloy_primitives::{Address, B256, Bytes, U256};
use parevm::{
    Block,
    block::{ForkSchedule, Header, Transaction, fork_schedule::Activation},
    vm::{Environment, SpecId},
};
use parevm_simulate::trace::{TraceLimits, TraceOptions, trace_call};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

/// Case: a state, a block context, a transaction, and its trace.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    genesis: Genesis,
    context: Context,
    input: Bytes,
    #[serde(default)]
    tracer_config: Value,
    result: Value,
}

/// Parent block.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Genesis {
    config: ChainConfig,
    alloc: Alloc,
    mix_hash: B256,
    excess_blob_gas: Option<U256>,
    blob_gas_used: Option<U256>,
}

/// Block of the transaction.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    number: U256,
    difficulty: U256,
    timestamp: U256,
    gas_limit: U256,
    miner: Address,
    base_fee_per_gas: Option<U256>,
}

/// Normalizes the file as geth does: fork names in any case, accounts without code hashes.
fn as_geth_reads(text: &RawValue) -> Result<Box<RawValue>, String> {
    let mut case: Value = serde_json::from_str(text.get()).map_err(|error| error.to_string())?;
    if let Some(config) = case
        .pointer_mut("/genesis/config")
        .and_then(Value::as_object_mut)
    {
        let forks = std::mem::take(config).into_iter().map(|(name, at)| {
            let mut letters = name.chars();
            let first = letters.next().map(|first| first.to_ascii_lowercase());
            (first.into_iter().chain(letters).collect(), at)
        });
        *config = forks.collect();
    }
    if let Some(alloc) = case
        .pointer_mut("/genesis/alloc")
        .and_then(Value::as_object_mut)
    {
        for account in alloc.values_mut().filter_map(Value::as_object_mut) {
            account.remove("codeHash");
        }
    }
    serde_json::value::to_raw_value(&case).map_err(|error| error.to_string())
}

/// Runs the one case of a file; its name is the file's.
pub(super) fn run(file: &str, text: &[u8], setup: &Setup<'_>, report: &mut dyn FnMut(Verdict)) {
    setup.case(file, report, || {
        serde_json::from_slice::<&RawValue>(text)
            .map_err(|error| format!("no fixture file: {error}"))
            .and_then(|text| fixture::decode(&as_geth_reads(text)?))
            .and_then(|case: Case| case.check())
            .into()
    });
}

impl Case {
    /// Traces the transaction. The error is the first difference to the fixture.
    fn check(self) -> Result<(), String> {
        let tracer = tracer_of(&self.result)?;
        let schedule = self.genesis.schedule(&self.context);
        let header = self.header(&schedule);
        let spec = schedule.spec(header.number, header.timestamp);
        let transaction = Transaction::from_2718(&self.input, spec)
            .map_err(|error| format!("input: {}", in_words(&error)))?;
        let block = Block::new(self.genesis.config.chain_id, schedule, header, Vec::new());
        let options = json!({ "tracer": tracer, "tracerConfig": self.tracer_config });
        let options: TraceOptions =
            serde_json::from_value(options).map_err(|error| format!("options: {error}"))?;
        let trace = trace_call(
            transaction.env,
            &Environment::new(&block),
            &alloc::state_of(&self.genesis.alloc),
            &options,
            &TraceLimits::default(),
        )
        .map_err(|error| in_words(&error))?;
        let mut found = serde_json::to_value(trace).map_err(|error| error.to_string())?;
        let mut expected = self.result;
        for value in [&mut expected, &mut found] {
            match tracer {
                "flatCallTracer" => remove_position(value),
                "callTracer" => remove_first_index(value),
                _ => {}
            }
            remove_empty(value, tracer == "flatCallTracer");
        }
        compare("trace", &expected, &found)
    }

    fn header(&self, schedule: &ForkSchedule) -> Header {
        let Self {
            genesis, context, ..
        } = self;
        let number = context.number.saturating_to();
        let timestamp = context.timestamp.saturating_to();
        let blob_params = schedule.blob_params(number, timestamp);
        let excess = genesis
            .excess_blob_gas
            .unwrap_or_default()
            .saturating_to::<u64>();
        let used = genesis
            .blob_gas_used
            .unwrap_or_default()
            .saturating_to::<u64>();
        Header {
            number,
            timestamp,
            beneficiary: context.miner,
            gas_limit: context.gas_limit.saturating_to(),
            base_fee: context.base_fee_per_gas.map(|fee| fee.saturating_to()),
            difficulty: context.difficulty,
            prev_randao: Some(genesis.mix_hash),
            excess_blob_gas: blob_params.map(|params| {
                (excess.saturating_add(used)).saturating_sub(params.target_blob_gas_per_block())
            }),
            ..Header::default()
        }
    }
}

impl Genesis {
    /// Returns a schedule with the fork of the transaction's block from the first block on. A terminal total difficulty of
    /// zero means that the chain is past the merge.
    fn schedule(&self, context: &Context) -> ForkSchedule {
        let config = &self.config;
        let number: u64 = context.number.saturating_to();
        let timestamp: u64 = context.timestamp.saturating_to();
        let merge = config
            .terminal_total_difficulty
            .is_some_and(|total| total.is_zero())
            .then_some(0);
        let forks = [
            (config.homestead_block, number, SpecId::HOMESTEAD),
            (config.eip150_block, number, SpecId::TANGERINE),
            (config.eip158_block, number, SpecId::SPURIOUS_DRAGON),
            (config.byzantium_block, number, SpecId::BYZANTIUM),
            // The EVM has no separate Constantinople.
            (config.constantinople_block, number, SpecId::PETERSBURG),
            (config.petersburg_block, number, SpecId::PETERSBURG),
            (config.istanbul_block, number, SpecId::ISTANBUL),
            (config.berlin_block, number, SpecId::BERLIN),
            (config.london_block, number, SpecId::LONDON),
            (merge, number, SpecId::MERGE),
            (config.shanghai_time, timestamp, SpecId::SHANGHAI),
            (config.cancun_time, timestamp, SpecId::CANCUN),
            (config.prague_time, timestamp, SpecId::PRAGUE),
            (config.osaka_time, timestamp, SpecId::OSAKA),
        ];
        let reached = forks
            .into_iter()
            .rfind(|(at, now, _)| at.is_some_and(|at| at <= *now));
        let spec = reached.map_or(SpecId::FRONTIER, |(_, _, spec)| spec);
        let blobs = match spec {
            SpecId::CANCUN => config.blob_schedule.get("cancun"),
            SpecId::PRAGUE => config.blob_schedule.get("prague"),
            SpecId::OSAKA => config.blob_schedule.get("osaka"),
            _ => None,
        };
        let from_the_first = Activation::Block(0);
        let blobs = blobs.map(|params| (from_the_first, *params));
        ForkSchedule::new(
            vec![(from_the_first, spec)],
            blobs.into_iter().collect(),
            None,
        )
    }
}

/// Returns the tracer with a result of this shape.
fn tracer_of(result: &Value) -> Result<&'static str, String> {
    let has = |field| result.get(field).is_some();
    match result {
        Value::Array(_) => Ok("flatCallTracer"),
        Value::Object(_) if has("usedOpcodes") => Ok("erc7562Tracer"),
        Value::Object(_) if has("type") => Ok("callTracer"),
        Value::Object(_) => Ok("prestateTracer"),
        _ => Err("result: no tracer has a result of this shape".to_owned()),
    }
}

/// Removes the position of the transaction from a flat call trace: geth's test ignores it.
fn remove_position(traces: &mut Value) {
    let place = [
        "blockHash",
        "blockNumber",
        "transactionHash",
        "transactionPosition",
        "time",
    ];
    for trace in traces.as_array_mut().into_iter().flatten() {
        if let Some(trace) = trace.as_object_mut() {
            trace.retain(|field, _| !place.contains(&field.as_str()));
        }
    }
}

/// Removes the index of the first log: geth's test treats a missing index as zero.
fn remove_first_index(frame: &mut Value) {
    for log in list_mut(frame, "logs") {
        if let Some(log) = log.as_object_mut() {
            log.retain(|field, value| field != "index" || value != "0x0");
        }
    }
    list_mut(frame, "calls").for_each(remove_first_index);
}

fn list_mut<'a>(frame: &'a mut Value, field: &str) -> impl Iterator<Item = &'a mut Value> {
    let list = frame.get_mut(field).and_then(Value::as_array_mut);
    list.into_iter().flatten()
}

/// Removes empty lists and objects, and zeros in a flat call trace. geth's test decodes both sides into one type.
fn remove_empty(value: &mut Value, zeros: bool) {
    match value {
        Value::Array(items) => {
            for item in items {
                remove_empty(item, zeros);
            }
        }
        Value::Object(fields) => {
            for field in fields.values_mut() {
                remove_empty(field, zeros);
            }
            fields.retain(|_, value| match value {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::Object(fields) => !fields.is_empty(),
                Value::String(text) if zeros => text.contains(|digit| digit != '0' && digit != 'x'),
                _ => true,
            });
        }
        _ => {}
    }
}
