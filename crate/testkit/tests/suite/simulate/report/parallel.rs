//! Reports of random bundles: equal in parallel and in order, complete, within limits.
//!
//! `PAREVM_SEED` is the first seed, `PAREVM_SEEDS` the number of seeds. A failure names its seed.

use alloy_primitives::{Address, B256, Bytes, I256, U256, address, hex, keccak256};
use parevm::{
    Block, Engine, MemoryState,
    interrupt::{Interrupt, time_limit},
    state::{Account, SourceError, StateSource},
    vm::{Bytecode, FORKS},
};
use parevm_simulate::{
    CallError, CallLimits, Overrides, Simulation,
    report::{Asset, Bundle, CallStatus, Delta, Report, ReportError, ReportOptions},
};
use parevm_testkit::{random::Random, scripted_contract::ScriptedContract, workload};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

fn number(variable: &str, default: u64) -> u64 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn seeds() -> std::ops::Range<u64> {
    let first = number("PAREVM_SEED", 0);
    first..first + number("PAREVM_SEEDS", 30)
}

/// The transactions of `block` as a bundle.
fn bundle(block: &Block, atomic: bool) -> Bundle {
    let calls = block.transactions.iter().map(|transaction| {
        let env = &transaction.env;
        let delegations = env.authorization_list.iter().filter_map(|given| {
            let given = given.as_ref().right()?;
            Some(json!({
                "address": given.address, "chainId": given.chain_id,
                "nonce": format!("{:#x}", given.nonce), "authority": given.authority()?,
            }))
        });
        let delegations: Vec<_> = delegations.collect();
        let mut call = json!({
            "from": env.caller, "to": env.kind.to(), "value": env.value, "data": env.data,
            "gas": format!("{:#x}", env.gas_limit), "accessList": env.access_list.0,
        });
        if env.gas_priority_fee.is_some() {
            call["maxFeePerGas"] = json!(format!("{:#x}", env.gas_price));
            let tip = env.gas_priority_fee.unwrap_or_default();
            call["maxPriorityFeePerGas"] = json!(format!("{tip:#x}"));
        } else if env.caller.0[19].is_multiple_of(2) {
            call["gasPrice"] = json!(format!("{:#x}", env.gas_price));
        }
        if !env.blob_hashes.is_empty() {
            call["blobVersionedHashes"] = json!(env.blob_hashes);
        }
        if !delegations.is_empty() {
            call["authorizationList"] = json!(delegations);
        }
        call
    });
    let calls: Vec<_> = calls.collect();
    serde_json::from_value(json!({ "calls": calls, "atomic": atomic })).unwrap()
}

fn report(
    block: &Block,
    state: &MemoryState,
    bundle: &Bundle,
    engine: Option<&Engine>,
) -> Result<Report, ReportError> {
    let overrides = Overrides::default();
    let simulation = Simulation::new(block, state, &overrides, CallLimits::default())?;
    let options = ReportOptions {
        engine,
        ..ReportOptions::default()
    };
    simulation.report(bundle, &options)
}

/// Bundles that conflict much, a little and not at all.
fn random_block(seed: u64) -> (Block, MemoryState) {
    let mut random = Random::new(seed);
    let count = 1 + usize::try_from(random.below(12)).unwrap();
    let spec = FORKS[usize::try_from(random.below(FORKS.len() as u64)).unwrap()];
    match random.below(5) {
        0 => workload::hot_mix(count),
        1 => workload::contracts(seed, count, 1 + random.below(6), spec),
        2 => workload::one_sender(count),
        3 => workload::passed_on(count),
        _ => workload::adversarial(seed, count, spec),
    }
}

#[test]
fn a_report_is_the_same_for_any_number_of_threads() {
    let engines = [1, 2, 3, 8].map(|threads| Engine::new(threads).unwrap());
    let mut complaints = Vec::new();
    for seed in seeds() {
        let (block, state) = random_block(seed);
        for atomic in [false, true] {
            let bundle = bundle(&block, atomic);
            let text = |engine| {
                let result = report(&block, &state, &bundle, engine);
                result
                    .map(|report| serde_json::to_string(&report).unwrap())
                    .map_err(|error| format!("{error:?}"))
            };
            let expected = text(None);
            for engine in &engines {
                if text(Some(engine)) != expected {
                    let threads = engine.threads();
                    complaints.push(format!(
                        "PAREVM_SEED={seed}, atomic {atomic}, {threads} threads"
                    ));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn signed(delta: Delta) -> I256 {
    let amount = I256::try_from(delta.amount).unwrap();
    if delta.is_loss { -amount } else { amount }
}

/// Every balance in the state diff is in the asset changes or a fee, and no other is.
#[test]
fn every_change_of_ether_is_reported() {
    let mut moved = 0;
    for seed in seeds() {
        let (block, state) = random_block(seed);
        let report = report(&block, &state, &bundle(&block, false), None).unwrap();
        let mut fees = BTreeMap::<Address, I256>::new();
        for call in &report.calls {
            let of_call = call
                .fees
                .iter()
                .map(|fee| (fee.account, signed(fee.change)));
            let of_call: BTreeMap<_, _> = of_call.collect();
            check(seed, &call.state_diff, &call.asset_changes, &of_call);
            moved += call.asset_changes.len();
            for (account, fee) in of_call {
                *fees.entry(account).or_default() += fee;
            }
        }
        check(seed, &report.state_diff, &report.asset_changes, &fees);
    }
    assert!(moved > 50, "{moved}");
}

fn check(
    seed: u64,
    diff: &[parevm_simulate::report::AccountDiff],
    changes: &[parevm_simulate::report::AssetChange],
    fees: &BTreeMap<Address, I256>,
) {
    let mut reported = fees.clone();
    for change in changes {
        if change.asset == Asset::Native {
            *reported.entry(change.account).or_default() += signed(change.change);
        }
    }
    reported.retain(|_, change| !change.is_zero());
    let found = diff.iter().filter_map(|account| {
        let balance = account.balance.as_ref()?;
        let change = Delta::between(balance.before, balance.after);
        Some((account.address, signed(change)))
    });
    let found: BTreeMap<_, _> = found.collect();
    assert_eq!(reported, found, "PAREVM_SEED={seed}");
}

const SENDER: Address = address!("a11ce00000000000000000000000000000000000");
const TARGET: Address = address!("7000000000000000000000000000000000000001");

/// What happens to `count` calls of `code`, of which `bytes` may be recorded.
fn limited(
    code: Bytes,
    count: usize,
    bytes: usize,
    threads: usize,
    limits: CallLimits<'_>,
) -> Result<Report, ReportError> {
    let (block, mut state) = workload::transfers(0);
    let code_hash = state.insert_code(Bytecode::new_legacy(code));
    let account = Account {
        code_hash,
        ..Account::default()
    };
    state.insert_account(TARGET, account);
    let calls: Vec<Value> = vec![json!({ "from": SENDER, "to": TARGET }); count];
    let bundle: Bundle = serde_json::from_value(json!({ "calls": calls })).unwrap();
    let engine = Engine::new(threads).unwrap();
    let simulation = Simulation::new(&block, &state, &Overrides::default(), limits)?;
    simulation.report(
        &bundle,
        &ReportOptions {
            engine: Some(&engine),
            recorded_bytes: bytes,
            ..ReportOptions::default()
        },
    )
}

fn cause(error: ReportError) -> ReportError {
    match error {
        ReportError::Call { source, .. } => *source,
        error => error,
    }
}

#[test]
fn a_loop_in_a_bundle_ends_when_the_time_is_exceeded() {
    // JUMPDEST, PUSH1 0, JUMP
    let code = Bytes::from(hex!("5b600056"));
    for threads in [1, 2] {
        let now = AtomicU64::new(0);
        let clock = || now.fetch_add(1_000_000, Relaxed);
        let watch = time_limit(clock, Duration::from_millis(50));
        let limits = CallLimits {
            gas: u64::MAX,
            watch: Some(&watch),
            ..CallLimits::default()
        };
        let error = limited(code.clone(), 3, 1 << 20, threads, limits).unwrap_err();
        assert_eq!(error.code(), -32_016);
        let error = cause(error);
        assert!(
            matches!(
                error,
                ReportError::Simulation(CallError::Interrupted(Interrupt::Time { .. }))
            ),
            "{error:?}"
        );
        assert!(now.load(Relaxed) < 100_000_000);
    }
    // Its gas ends it, too.
    let report = limited(code, 2, 1 << 20, 2, CallLimits::default()).unwrap();
    assert_eq!(report.calls[1].gas_used, 50_000_000);
    let failure = report.calls[1].failure.as_ref().unwrap();
    assert!(
        failure.message.contains("out of gas"),
        "{}",
        failure.message
    );
}

#[test]
fn endless_logs_exceed_the_recorded_bytes() {
    // JUMPDEST, PUSH2 1024, PUSH1 0, LOG0, PUSH1 0, JUMP
    let code = Bytes::from(hex!("5b6104006000a0600056"));
    for threads in [1, 2] {
        let error = limited(code.clone(), 2, 1 << 20, threads, CallLimits::default());
        let error = cause(error.unwrap_err());
        assert_eq!(
            error.to_string(),
            "the report takes more than 1048576 bytes",
            "{error:?}"
        );
    }
}

#[test]
fn a_contract_that_expands_its_memory_runs_out_of_gas() {
    // PUSH32 of a great offset, MLOAD; and as much as the gas pays for.
    let code = Bytes::from(hex!("67ffffffffffffffff51"));
    let report = limited(code, 1, 1 << 20, 1, CallLimits::default()).unwrap();
    assert_eq!(report.calls[0].status, CallStatus::Failure);
    // JUMPDEST, MSIZE, MLOAD, POP, PUSH1 0, JUMP
    let code = Bytes::from(hex!("5b595150600056"));
    let report = limited(code, 1, 1 << 20, 1, CallLimits::default()).unwrap();
    assert_eq!(report.calls[0].status, CallStatus::Failure);
}

/// With gas for any size, the memory limit applies, and ends the whole bundle.
#[test]
fn memory_that_gas_does_not_limit_is_limited() {
    // PUSH4 64 MiB, MLOAD; a caller that does not mind: four times PUSH0, PUSH0, the callee, GAS, CALL.
    let code = Bytes::from(hex!("630400000051"));
    let limits = CallLimits {
        gas: u64::MAX,
        memory: 64 << 20,
        ..CallLimits::default()
    };
    let error = limited(code, 2, 1 << 20, 1, limits).unwrap_err();
    assert_eq!(error.code(), -32_005);
    let memory = Interrupt::Memory { limit: 64 << 20 };
    let error = cause(error);
    assert!(
        matches!(error, ReportError::Simulation(CallError::Interrupted(interrupt)) if interrupt == memory),
        "{error:?}"
    );
}

#[test]
fn calls_share_the_recorded_bytes() {
    let code = ScriptedContract::default().always(|act| act.log(&[], &[1; 224]));
    let report_within =
        |bytes, threads| limited(code.clone(), 20, bytes, threads, CallLimits::default());
    // A call, its end and a log, 256 bytes each, and the data.
    let needed = 20 * (3 * 256 + 224);
    for threads in [1, 2] {
        assert!(report_within(needed, threads).is_ok());
        let error = report_within(needed - 1, threads).unwrap_err();
        assert!(error.to_string() == "calls[19]", "{error:?}");
    }
}

/// A token whose every answer takes all the gas of a question.
#[test]
fn queries_that_exceed_their_gas_end_the_report() {
    let transfer = keccak256("Transfer(address,address,uint256)");
    let receiver = |index: u64| B256::from(U256::from(index + 1));
    let code = ScriptedContract::default().on([0; 4], |mut act| {
        for index in 0..500 {
            act = act.log(&[transfer, SENDER.into_word(), receiver(index)], &[0; 32]);
        }
        act
    });
    let loops = code.always(|act| act.raw(&hex!("5b67ffffffffffffffff51")));
    let error = limited(loops, 1, 1 << 20, 1, CallLimits::default()).unwrap_err();
    assert_eq!(
        cause(error).to_string(),
        "to check balances takes more than 400000000 gas"
    );
}

/// State source that counts the reads of code.
struct Counting {
    state: MemoryState,
    codes: AtomicU64,
}

impl StateSource for Counting {
    fn account(&self, address: Address) -> Result<Option<Account>, SourceError> {
        self.state.account(address)
    }
    fn code(&self, code_hash: B256) -> Result<Bytecode, SourceError> {
        self.codes.fetch_add(1, Relaxed);
        self.state.code(code_hash)
    }
    fn storage(&self, address: Address, slot: U256) -> Result<U256, SourceError> {
        self.state.storage(address, slot)
    }
    fn block_hash(&self, number: u64) -> Result<B256, SourceError> {
        self.state.block_hash(number)
    }
}

/// Four calls by one sender, each of a contract of its own, run ahead with the nonces that they will find.
/// Where each of them pays, too, only the first one finds what it will.
#[test]
fn independent_calls_execute_once() {
    let (block, mut state) = workload::transfers(1);
    let sender = block.transactions[0].env.caller;
    let targets: Vec<_> = (1..=4).map(Address::repeat_byte).collect();
    for target in &targets {
        let code = ScriptedContract::default().always(|act| act.store(U256::ZERO, U256::ONE));
        let code_hash = state.insert_code(Bytecode::new_legacy(code));
        let account = Account {
            code_hash,
            ..Account::default()
        };
        state.insert_account(*target, account);
    }
    let engine = Engine::new(2).unwrap();
    let runs = |value: &str| {
        let calls: Vec<_> = targets
            .iter()
            .map(|target| json!({ "from": sender, "to": target, "value": value }))
            .collect();
        let bundle: Bundle = serde_json::from_value(json!({ "calls": calls })).unwrap();
        let state = Counting {
            state: state.clone(),
            codes: AtomicU64::new(0),
        };
        let overrides = Overrides::default();
        let simulation =
            Simulation::new(&block, &state, &overrides, CallLimits::default()).unwrap();
        let options = ReportOptions {
            engine: Some(&engine),
            ..ReportOptions::default()
        };
        simulation.report(&bundle, &options).unwrap();
        state.codes.into_inner()
    };
    let free = runs("0x0");
    // All have the same code. The bundle queries their balances before and after.
    assert_eq!(free, 4 + 2);
    assert_eq!(runs("0x1"), free + 3);
}
