//! The answer of `prestateTracer`: what a transaction found, or found and left.
//!
//! Shown is what geth looks at (eth/tracers/native/prestate.go): the accounts that a transaction names,
//! and those that its instructions name; not what the EVM loads beside them. `revm-inspectors` makes an
//! answer too, without code hashes, without accounts that were empty, and without what a destroyed
//! account had in slots that did not change.
//!
//! Differs from geth in one case: with `diffMode`, geth lists an account that exists neither before nor
//! after the transaction with a zero code hash; here it is absent, since nothing changed.

use super::{budget::Budget, endings::Endings, options::PrestateOptions};
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
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Roughly what an account takes in an answer and in its JSON beside code and slots, in bytes.
const ACCOUNT: usize = 1_024;
/// Roughly what a slot takes there, in bytes.
const SLOT: usize = 512;

type Accounts = BTreeMap<Address, AccountState>;

/// The answer.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Prestate {
    /// All that was looked at, as it was before.
    Before(Accounts),
    /// What changed, before and after.
    Difference { post: Accounts, pre: Accounts },
}

/// An account; of one after the transaction only what changed.
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

/// What a transaction looked at.
#[derive(Debug, Default)]
pub(super) struct Lookups {
    options: PrestateOptions,
    /// Slots by account.
    accounts: BTreeMap<Address, BTreeSet<U256>>,
    created: BTreeSet<Address>,
    destroyed: BTreeSet<Address>,
    budget: Budget,
}

impl Lookups {
    pub(super) fn new(options: PrestateOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    pub(super) const fn budget(&mut self) -> &mut Budget {
        &mut self.budget
    }

    fn look_up(&mut self, address: Address) {
        self.accounts.entry(address).or_default();
    }

    /// `transaction` is about to run on the state in `database`.
    pub(super) fn start<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        transaction: &TxEnv,
        block: &BlockEnv,
        has_delegations: bool,
        database: &DB,
    ) -> Result<(), SourceError> {
        self.look_up(transaction.caller);
        self.look_up(block.beneficiary);
        match transaction.kind.to().copied() {
            Some(callee) => {
                self.look_up(callee);
                if has_delegations && let Some(target) = delegate(callee, database)? {
                    self.look_up(target);
                }
            }
            None => {
                let sender = database.basic_ref(transaction.caller)?.unwrap_or_default();
                let created = transaction.caller.create(sender.nonce);
                self.look_up(created);
                self.created.insert(created);
            }
        }
        // Also those that will not apply.
        for authorization in &transaction.authorization_list {
            if let Some(authority) = authorization.authority() {
                self.look_up(authority);
            }
        }
        Ok(())
    }

    /// An instruction has run.
    pub(super) fn step_end<C: ContextTr<Journal: JournalExt>>(
        &mut self,
        endings: &Endings,
        interpreter: &Interpreter,
        context: &C,
    ) {
        if endings.fault().is_some_and(|fault| fault.is_before) {
            return;
        }
        let running = endings.running();
        let contract = interpreter.input.target_address();
        let address = |depth| Address::from_word(running.operand(depth).into());
        let state = context.journal().evm_state();
        match running.opcode {
            opcode::SLOAD | opcode::SSTORE if running.height >= 1 => {
                let slots = self.accounts.entry(contract).or_default();
                slots.insert(running.operand(0));
            }
            opcode::EXTCODECOPY | opcode::EXTCODEHASH | opcode::EXTCODESIZE | opcode::BALANCE
                if running.height >= 1 =>
            {
                self.look_up(address(0));
            }
            opcode::SELFDESTRUCT if running.height >= 1 => {
                self.look_up(address(0));
                let spec = interpreter.runtime_flag.spec_id();
                // EIP-6780
                if !spec.is_enabled_in(SpecId::CANCUN) || self.created.contains(&contract) {
                    self.destroyed.insert(contract);
                }
            }
            opcode::CALL | opcode::CALLCODE | opcode::DELEGATECALL | opcode::STATICCALL
                if running.height >= 5 =>
            {
                self.look_up(address(1));
                let callee = state.get(&address(1));
                let target = callee.and_then(|callee| callee.info.code.as_ref()?.eip7702_address());
                if let Some(target) = target {
                    self.look_up(target);
                }
            }
            opcode::CREATE => {
                let nonce = state.get(&contract).map_or(0, |creator| creator.info.nonce);
                self.create(contract.create(nonce));
            }
            opcode::CREATE2 if running.height >= 4 => {
                let at = |depth| usize::try_from(running.operand(depth)).unwrap_or(usize::MAX);
                let (start, size) = (at(1), at(2));
                let memory = interpreter.memory.context_memory();
                let code = match size {
                    0 => Some(&[][..]),
                    _ => memory.get(start..start.saturating_add(size)),
                };
                if let Some(code) = code {
                    let salt = B256::from(running.operand(3));
                    self.create(contract.create2(salt, keccak256(code)));
                }
            }
            _ => {}
        }
    }

    fn create(&mut self, address: Address) {
        self.look_up(address);
        self.created.insert(address);
    }

    /// The answer for a transaction that left `state` where `database` is what it found; without the accounts
    /// that exceed the budget. Ready for the next one then.
    pub(super) fn take<DB: DatabaseRef<Error = SourceError>>(
        &mut self,
        state: &EvmState,
        database: &DB,
    ) -> Result<Prestate, SourceError> {
        let options = self.options;
        let Self {
            accounts,
            destroyed,
            mut budget,
            ..
        } = std::mem::replace(self, Self::new(options));
        let mut pre = Accounts::new();
        let mut post = Accounts::new();
        for (address, slots) in accounts {
            let info = database.basic_ref(address)?.unwrap_or_default();
            let Some(mut found) = found(options, address, &info, slots, database, &mut budget)?
            else {
                break;
            };
            if options.is_difference() && !destroyed.contains(&address) {
                let account = state.get(&address);
                let Some(changed) = changed(options, &info, &mut found, account) else {
                    continue;
                };
                post.insert(address, changed);
            }
            if options.has_empty() || !info.is_empty() {
                pre.insert(address, found);
            }
        }
        self.budget = budget;
        Ok(if options.is_difference() {
            Prestate::Difference { post, pre }
        } else {
            Prestate::Before(pre)
        })
    }
}

/// Delegation target of the account (EIP-7702).
fn delegate<DB: DatabaseRef<Error = SourceError>>(
    address: Address,
    database: &DB,
) -> Result<Option<Address>, SourceError> {
    let hash = match database.basic_ref(address)? {
        Some(info) if info.code_hash != KECCAK256_EMPTY => info.code_hash,
        _ => return Ok(None),
    };
    Ok(database.code_by_hash_ref(hash)?.eip7702_address())
}

/// The account as the transaction found it, with the slots it looked at; `None` where that exceeds `budget`.
fn found<DB: DatabaseRef<Error = SourceError>>(
    options: PrestateOptions,
    address: Address,
    before: &AccountInfo,
    slots: BTreeSet<U256>,
    database: &DB,
    budget: &mut Budget,
) -> Result<Option<AccountState>, SourceError> {
    // Of a difference as much again for what it is afterwards.
    let parts = if options.is_difference() { 2 } else { 1 };
    if !budget.take(parts * (ACCOUNT + slots.len() * SLOT)) {
        return Ok(None);
    }
    let has_code = before.code_hash != KECCAK256_EMPTY;
    let code = if has_code && options.has_code() {
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
    for slot in slots.into_iter().filter(|_| options.has_storage()) {
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

/// What `account` has and had not `before`; `None` where nothing changed. Of what was `found` only slots stay
/// that changed and were not zero.
fn changed(
    options: PrestateOptions,
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
        if options.has_code() {
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
