//! Prestate tracer: the accounts that a transaction accesses, before it, or before and after.
//!
//! Lists the accounts of geth's `eth/tracers/native/prestate.go`: those that the transaction and its
//! instructions name, and no others that the EVM loads. The tracer of `revm-inspectors` has no code
//! hashes, no accounts that were empty, and no unchanged slots of destroyed accounts.
//!
//! Differs from geth in one case: with `diffMode`, geth lists an account that exists neither before nor
//! after the transaction with a zero code hash; here it is absent, since nothing changed.

use crate::trace::{budget::ByteBudget, frame::FrameOutcomes};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use parevm::{state::SourceError, vm::TxEnv};
use revm::{
    DatabaseRef,
    bytecode::opcode,
    context::BlockEnv,
    context_interface::{ContextTr, JournalTr, transaction::AuthorizationTr},
    inspector::JournalExt,
    interpreter::{
        Interpreter,
        interpreter_types::{InputsTr, RuntimeFlag},
    },
    primitives::hardfork::SpecId,
    state::{Account, AccountInfo, EvmState},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Approximate bytes of an account in the result and its JSON, without code and slots.
const ACCOUNT: usize = 1_024;
/// Approximate bytes of a slot in both.
const SLOT: usize = 512;

type Accounts = BTreeMap<Address, AccountState>;

/// Config of `prestateTracer`.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PrestateTracerConfig {
    diff_mode: Option<bool>,
    disable_code: Option<bool>,
    disable_storage: Option<bool>,
    include_empty: Option<bool>,
}

impl PrestateTracerConfig {
    /// Returns true if the result is a diff.
    pub(super) fn is_diff(&self) -> bool {
        self.diff_mode.unwrap_or_default()
    }

    /// Returns true if the result has code.
    pub(super) fn has_code(&self) -> bool {
        !self.disable_code.unwrap_or_default()
    }

    /// Returns true if the result has storage.
    pub(super) fn has_storage(&self) -> bool {
        !self.disable_storage.unwrap_or_default()
    }

    /// Returns true if the result has accounts that were empty.
    pub(super) fn has_empty(&self) -> bool {
        self.include_empty.unwrap_or_default()
    }
}

/// Result of `prestateTracer`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum PrestateFrame {
    /// Accessed accounts before the transaction.
    Before(Accounts),
    /// Changed fields before and after the transaction.
    Diff { post: Accounts, pre: Accounts },
}

/// Account fields; after the transaction only those that changed.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountState {
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<U256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    storage: BTreeMap<B256, B256>,
}

/// Recorder of the accounts and slots that a transaction accesses.
#[derive(Debug, Default)]
pub(super) struct PrestateRecorder {
    config: PrestateTracerConfig,
    /// Slots by account.
    accounts: BTreeMap<Address, BTreeSet<U256>>,
    created: BTreeSet<Address>,
    destroyed: BTreeSet<Address>,
    budget: ByteBudget,
}

impl PrestateRecorder {
    pub(super) fn new(config: PrestateTracerConfig) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    pub(super) const fn budget(&mut self) -> &mut ByteBudget {
        &mut self.budget
    }

    fn access(&mut self, address: Address) {
        self.accounts.entry(address).or_default();
    }

    /// Records the accounts that `transaction` names, before it runs on `database`.
    pub(super) fn start<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        transaction: &TxEnv,
        block: &BlockEnv,
        has_delegations: bool,
        database: &DB,
    ) -> Result<(), SourceError> {
        self.access(transaction.caller);
        self.access(block.beneficiary);
        match transaction.kind.to().copied() {
            Some(callee) => {
                self.access(callee);
                if has_delegations && let Some(target) = delegation_target(callee, database)? {
                    self.access(target);
                }
            }
            None => {
                let sender = database.basic_ref(transaction.caller)?.unwrap_or_default();
                let created = transaction.caller.create(sender.nonce);
                self.access(created);
                self.created.insert(created);
            }
        }
        // Also authorizations that will not apply.
        for authorization in &transaction.authorization_list {
            if let Some(authority) = authorization.authority() {
                self.access(authority);
            }
        }
        Ok(())
    }

    /// Records what the last instruction accessed.
    pub(super) fn step_end<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        outcomes: &FrameOutcomes,
        interpreter: &Interpreter,
        context: &C,
    ) {
        if outcomes.fault().is_some_and(|fault| fault.is_before) {
            return;
        }
        let current = outcomes.current();
        let contract = interpreter.input.target_address();
        let address = |depth| Address::from_word(current.operand(depth).into());
        let state = context.journal().evm_state();
        match current.opcode {
            opcode::SLOAD | opcode::SSTORE if current.height >= 1 => {
                let slots = self.accounts.entry(contract).or_default();
                slots.insert(current.operand(0));
            }
            opcode::EXTCODECOPY | opcode::EXTCODEHASH | opcode::EXTCODESIZE | opcode::BALANCE
                if current.height >= 1 =>
            {
                self.access(address(0));
            }
            opcode::SELFDESTRUCT if current.height >= 1 => {
                self.access(address(0));
                let spec = interpreter.runtime_flag.spec_id();
                // EIP-6780
                if !spec.is_enabled_in(SpecId::CANCUN) || self.created.contains(&contract) {
                    self.destroyed.insert(contract);
                }
            }
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL
                if current.height >= 5 =>
            {
                self.access(address(1));
                let callee = state.get(&address(1));
                let target = callee.and_then(|callee| callee.info.code.as_ref()?.eip7702_address());
                if let Some(target) = target {
                    self.access(target);
                }
            }
            opcode::CREATE => {
                let nonce = state.get(&contract).map_or(0, |creator| creator.info.nonce);
                self.create(contract.create(nonce));
            }
            opcode::CREATE2 if current.height >= 4 => {
                let at = |depth| usize::try_from(current.operand(depth)).unwrap_or(usize::MAX);
                let (start, size) = (at(1), at(2));
                let memory = interpreter.memory.context_memory();
                let code = match size {
                    0 => Some(&[][..]),
                    _ => memory.get(start..start.saturating_add(size)),
                };
                if let Some(code) = code {
                    let salt = B256::from(current.operand(3));
                    self.create(contract.create2(salt, keccak256(code)));
                }
            }
            _ => {}
        }
    }

    fn create(&mut self, address: Address) {
        self.access(address);
        self.created.insert(address);
    }

    /// Returns the result of a transaction from `database`, the state before it, and `state`, its changes;
    /// without the accounts that exceed the budget. Resets the recorder for the next transaction.
    pub(super) fn take<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        state: &EvmState,
        database: &DB,
    ) -> Result<PrestateFrame, SourceError> {
        let config = self.config;
        let Self {
            accounts,
            destroyed,
            mut budget,
            ..
        } = std::mem::replace(self, Self::new(config));
        let mut pre = Accounts::new();
        let mut post = Accounts::new();
        for (address, slots) in accounts {
            let info = database.basic_ref(address)?.unwrap_or_default();
            let Some(mut found) =
                state_before(config, address, &info, slots, database, &mut budget)?
            else {
                break;
            };
            if config.is_diff() && !destroyed.contains(&address) {
                let account = state.get(&address);
                let Some(changed) = changed_fields(config, &info, &mut found, account) else {
                    continue;
                };
                post.insert(address, changed);
            }
            if config.has_empty() || !info.is_empty() {
                pre.insert(address, found);
            }
        }
        self.budget = budget;
        Ok(if config.is_diff() {
            PrestateFrame::Diff { post, pre }
        } else {
            PrestateFrame::Before(pre)
        })
    }
}

/// Returns the delegation target of the account (EIP-7702).
fn delegation_target<DB: DatabaseRef<Error = SourceError>>(
    address: Address,
    database: &DB,
) -> Result<Option<Address>, SourceError> {
    let hash = match database.basic_ref(address)? {
        Some(info) if info.code_hash != KECCAK256_EMPTY => info.code_hash,
        _ => return Ok(None),
    };
    Ok(database.code_by_hash_ref(hash)?.eip7702_address())
}

/// Returns the account before the transaction with the accessed slots; `None` if they exceed `budget`.
fn state_before<DB: DatabaseRef<Error = SourceError>>(
    config: PrestateTracerConfig,
    address: Address,
    before: &AccountInfo,
    slots: BTreeSet<U256>,
    database: &DB,
    budget: &mut ByteBudget,
) -> Result<Option<AccountState>, SourceError> {
    // A diff takes the same again for the state after.
    let copies = if config.is_diff() { 2 } else { 1 };
    if !budget.take(copies * (ACCOUNT + slots.len() * SLOT)) {
        return Ok(None);
    }
    let has_code = before.code_hash != KECCAK256_EMPTY;
    let code = if has_code && config.has_code() {
        let code = database.code_by_hash_ref(before.code_hash)?;
        let code = code.original_bytes();
        // Two digits a byte.
        if !budget.take(2 * code.len()) {
            return Ok(None);
        }
        Some(code)
    } else {
        None
    };
    let mut storage = BTreeMap::new();
    for slot in slots.into_iter().filter(|_| config.has_storage()) {
        let value = database.storage_ref(address, slot)?;
        storage.insert(slot.into(), value.into());
    }
    Ok(Some(AccountState {
        balance: Some(before.balance),
        code,
        code_hash: has_code.then_some(before.code_hash),
        nonce: (before.nonce != 0).then_some(before.nonce),
        storage,
    }))
}

/// Returns the changed fields of `account`; `None` if nothing changed. Removes from `found` the slots that did
/// not change or were zero.
fn changed_fields(
    config: PrestateTracerConfig,
    before: &AccountInfo,
    found: &mut AccountState,
    account: Option<&Account>,
) -> Option<AccountState> {
    let after = account.map_or(before, |account| &account.info);
    let mut changed = AccountState::default();
    let mut is_changed = false;
    if after.balance != before.balance {
        is_changed = true;
        changed.balance = Some(after.balance);
    }
    if after.nonce != before.nonce {
        is_changed = true;
        changed.nonce = (after.nonce != 0).then_some(after.nonce);
    }
    if after.code_hash != before.code_hash {
        is_changed = true;
        changed.code_hash = Some(after.code_hash);
        if config.has_code() {
            let code = after.code.as_ref();
            changed.code = Some(code.map(|code| code.original_bytes()).unwrap_or_default());
        }
    }
    found.storage.retain(|slot, old| {
        let held = account.and_then(|account| account.storage.get(&(*slot).into()));
        let new = held.map_or(*old, |held| held.present_value().into());
        if new == *old {
            return false;
        }
        is_changed = true;
        if !new.is_zero() {
            changed.storage.insert(*slot, new);
        }
        !old.is_zero()
    });
    is_changed.then_some(changed)
}
